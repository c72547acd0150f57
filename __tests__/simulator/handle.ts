import { applied } from './apply.ts';
import { discover } from './discovery.ts';
import { decodingError } from './decoding.ts';
import { type JsonObject, isObject } from './json.ts';
import { type ListQuery, list, matching } from './lists.ts';
import type { Kubelet } from './kubelet.ts';
import type { ApiObject } from './objects.ts';
import { applyJsonPatch, applyMergePatch, applyStrategicPatch } from './patch.ts';
import { type Target, targetOf } from './paths.ts';
import { type User, ANONYMOUS, allowedBy, forbidden, forbiddenPath } from './rbac.ts';
import { type ResourceType, keyOf } from './resources.ts';
import { review } from './reviews.ts';
import { readScale, writeScale } from './scale.ts';
import {
  ApiError,
  badRequest,
  conflict,
  invalid,
  methodNotAllowed,
  noSuchResource,
  notFound,
  unsupportedMediaType,
} from './status.ts';
import type { Store } from './store.ts';
import type { DeleteOptions, Subresource, Writer, Writes } from './writes.ts';

export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined: none was sent. */
  readonly body: unknown;
  /** Of the body; decides what kind of patch a PATCH is. */
  readonly contentType: string;
  readonly user: User;
  readonly userAgent: string;
}

/** `body` is JSON, or text where the real server answers with text. */
export interface ApiResponse {
  readonly status: number;
  readonly body: unknown;
}

/** What requests are answered from. */
export interface Backend {
  readonly store: Store;
  readonly writes: Writes;
  readonly kubelet: Kubelet;
}

/** Answers any request but watches and proxies, at once and without side effects outside the store. */
export function handle(backend: Backend, request: ApiRequest): ApiResponse {
  try {
    return answer(backend, request);
  } catch (error) {
    if (error instanceof ApiError) return { status: error.code, body: error.body };
    throw error;
  }
}

/** Throws 401/403 unless the user may do what the request asks. Returns what it asks; null: a path of no resource. */
export function authorize(store: Store, request: ApiRequest): Target | null {
  const target = targetOf(store.catalogue, request.method, request.path, request.query);
  const { user } = request;
  if (target === null) {
    const open =
      user === ANONYMOUS ? /^\/(version|healthz|livez|readyz)$/ : /^\/(version|healthz|livez|readyz|apis?(\/.*)?)$/;
    if (!user.unrestricted && !open.test(request.path))
      throw forbiddenPath(user, request.method === 'GET' ? 'get' : request.method.toLowerCase(), request.path);
    return null;
  }
  const attributes = {
    verb: target.verb,
    group: target.group,
    resource: target.subresource === '' ? target.plural : `${target.plural}/${target.subresource}`,
    namespace: target.namespace,
    name: target.name,
  };
  if (allowedBy(store, user, attributes) === null) throw forbidden(user, attributes);
  return target;
}

function answer(backend: Backend, request: ApiRequest): ApiResponse {
  const { store } = backend;
  const target = authorize(store, request);
  if (target === null) {
    const found = request.method === 'GET' ? discover(store.catalogue, request.path) : undefined;
    return found === undefined ? { status: 404, body: '404 page not found\n' } : { status: 200, body: found };
  }
  if (target.verb === 'create') {
    const answered = review(store, request.user, target.group, target.plural, request.body);
    if (answered !== undefined) return { status: 201, body: answered };
  }
  const { type } = target;
  if (type === undefined) {
    const known = store.catalogue
      .all()
      .some((other) => other.group === target.group && other.version === target.version);
    if (!known) return { status: 404, body: '404 page not found\n' };
    throw noSuchResource();
  }
  return target.name === undefined
    ? onCollection(backend, request, target, type)
    : onObject(backend, request, target, type, target.name);
}

function onCollection(backend: Backend, request: ApiRequest, target: Target, type: ResourceType): ApiResponse {
  const { store, writes } = backend;
  switch (target.verb) {
    case 'list':
      return { status: 200, body: list(store, type, target.namespace, request.query) };
    case 'create':
      return { status: 201, body: writes.create(keyOf(type), target.namespace, request.body, writerOf(request)) };
    case 'deletecollection': {
      const query: ListQuery = { namespace: target.namespace, params: request.query };
      const doomed = matching(store, type, query);
      const body = list(store, type, target.namespace, request.query);
      for (const object of doomed)
        writes.remove(
          keyOf(type),
          object.metadata.namespace,
          object.metadata.name,
          deleteOptions(request),
          writerOf(request),
        );
      return { status: 200, body };
    }
    default:
      throw methodNotAllowed();
  }
}

function onObject(
  backend: Backend,
  request: ApiRequest,
  target: Target,
  type: ResourceType,
  name: string,
): ApiResponse {
  const { store, writes } = backend;
  const subresource = subresourceOf(type, target.subresource);
  const namespace = type.namespaced ? target.namespace : undefined;
  const found = () => {
    const object = store.get<string>(keyOf(type), namespace, name);
    if (object === undefined) throw notFound(type, name);
    return object;
  };
  if (subresource === 'log') return { status: 200, body: logs(backend, request, namespace, name) };
  switch (target.verb) {
    case 'get':
      return { status: 200, body: subresource === 'scale' ? readScale(found()) : found() };
    case 'update':
      return update(backend, request, type, namespace, name, subresource);
    case 'patch': {
      if (isApply(request)) return apply(backend, request, type, namespace, name, subresource);
      const patched = (current: ApiObject) =>
        patch(type, request, subresource === 'scale' ? readScale(current) : current);
      return write(backend, request, type, namespace, name, subresource, patched);
    }
    case 'delete':
      return {
        status: 200,
        body: writes.remove(keyOf(type), namespace, name, deleteOptions(request), writerOf(request)),
      };
    default:
      throw methodNotAllowed();
  }
}

function subresourceOf(type: ResourceType, name: string): Subresource | 'log' {
  if (name === '' || (name === 'status' && type.status) || (name === 'scale' && type.scale)) return name;
  if (name === 'log' && keyOf(type) === 'pods') return name;
  throw noSuchResource();
}

function update(
  backend: Backend,
  request: ApiRequest,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  subresource: Subresource,
): ApiResponse {
  const { store, writes } = backend;
  const current = store.get<string>(keyOf(type), namespace, name);
  // Leases alone may be created by a PUT.
  if (current === undefined && type.plural === 'leases')
    return { status: 201, body: writes.create(keyOf(type), namespace, request.body, writerOf(request)) };
  const sent = isObject(request.body) && isObject(request.body.metadata) ? request.body.metadata.uid : undefined;
  if (current !== undefined && sent !== undefined && sent !== current.metadata.uid)
    throw conflict(
      type,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${type.plural}/${namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${String(sent)}, UID in object meta: ${current.metadata.uid}`,
    );
  return write(backend, request, type, namespace, name, subresource, () => request.body);
}

function write(
  backend: Backend,
  request: ApiRequest,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  subresource: Subresource,
  change: (current: ApiObject) => unknown,
): ApiResponse {
  const apply = (current: ApiObject) =>
    subresource === 'scale' ? writeScale(current, change(current)) : change(current);
  const key: string = keyOf(type);
  const written = backend.writes.update(key, namespace, name, apply, writerOf(request), subresource);
  return { status: 200, body: subresource === 'scale' ? readScale(written) : written };
}

/** JSON is YAML. Of the kinds that are built in the lists would have to be known that are owned item by item. */
function isApply({ contentType }: ApiRequest): boolean {
  return contentType.split(';')[0]?.trim() === 'application/apply-patch+yaml';
}

function apply(
  { writes }: Backend,
  request: ApiRequest,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  subresource: Subresource,
): ApiResponse {
  if (!type.custom || !isObject(request.body) || subresource !== '') throw unsupportedMediaType();
  const config = request.body;
  const writer = { ...writerOf(request), applied: config };
  const change = (current: ApiObject) =>
    applied({ ...current }, config, writer.manager, request.query.get('force') === 'true');
  const key: string = keyOf(type);
  return { status: 200, body: writes.update(key, namespace, name, change, writer, subresource) };
}

function patch(type: ResourceType, request: ApiRequest, current: ApiObject | JsonObject): JsonObject {
  const document: JsonObject = { ...current };
  const apply = PATCHES[request.contentType.split(';')[0]?.trim() ?? ''];
  if (apply === undefined || (type.custom && apply === applyStrategicPatch)) throw unsupportedMediaType();
  const patched = apply(document, request.body);
  const problem = document.kind === type.kind && !type.custom ? decodingError(type, patched) : null;
  if (problem !== null)
    throw invalid({ group: '', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${problem}`,
        field: 'patch',
      },
    ]);
  return patched;
}

const PATCHES: Readonly<Record<string, (document: JsonObject, patch: unknown) => JsonObject>> = {
  'application/json-patch+json': applyJsonPatch,
  'application/merge-patch+json': applyMergePatch,
  'application/strategic-merge-patch+json': applyStrategicPatch,
};

function writerOf(request: ApiRequest): Writer {
  // The options of a DELETE that has a body are in it: nobody looks at the query then.
  const inBody = request.method === 'DELETE' && isObject(request.body) ? [request.body.dryRun ?? []].flat() : null;
  const dryRun = inBody ?? request.query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All'))
    throw invalid({ group: 'meta.k8s.io', kind: OPTIONS[request.method] ?? 'UpdateOptions' }, '', [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`,
        field: 'dryRun',
      },
    ]);
  const agent = request.userAgent.split(/[/\s]/)[0] ?? '';
  return {
    manager: request.query.get('fieldManager') ?? (agent === '' ? 'unknown' : agent),
    dryRun: dryRun.length > 0,
  };
}

const OPTIONS: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

/** From the body or, as kubectl's raw requests do it, from the query. */
function deleteOptions(request: ApiRequest): DeleteOptions {
  const body = isObject(request.body) ? request.body : {};
  const { uid, resourceVersion } = isObject(body.preconditions) ? body.preconditions : {};
  const grace = body.gracePeriodSeconds ?? request.query.get('gracePeriodSeconds');
  const policy = body.propagationPolicy ?? request.query.get('propagationPolicy');
  if (policy !== null && policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(String(policy)))
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
        field: 'propagationPolicy',
      },
    ]);
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    ...(grace === null || grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(typeof policy === 'string' ? { propagationPolicy: policy } : {}),
  };
}

function logs(backend: Backend, request: ApiRequest, namespace: string | undefined, name: string): string {
  const pod = backend.store.get('pods', namespace, name);
  if (pod === undefined) throw notFound(backend.store.typeOf('pods'), name);
  const container = request.query.get('container') ?? undefined;
  const lines = backend.kubelet.logs(pod, container, request.query.get('previous') === 'true');
  const tail = request.query.get('tailLines');
  const limit = request.query.get('limitBytes');
  if (tail !== null && !/^\d+$/.test(tail)) throw badRequest(`strconv.ParseInt: parsing "${tail}": invalid syntax`);
  const kept = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  const text = kept.map((line) => `${line}\n`).join('');
  return limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString();
}
