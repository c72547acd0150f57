import { type JsonObject, isObject } from './json.ts';
import type { ApiObject } from './objects.ts';
import { type ResourceType, apiVersionOf, keyOf } from './resources.ts';
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from './selectors.ts';
import { ApiError, badRequest, expired } from './status.ts';
import type { Store } from './store.ts';

export interface ListQuery {
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly params: URLSearchParams;
}

/** Says whether an object is one that the labelSelector and fieldSelector of a query ask for. Throws 400 when they cannot be read. */
export function selectionOf(type: ResourceType, params: URLSearchParams): (object: ApiObject) => boolean {
  const labels = parseLabelSelector(params.get('labelSelector') ?? '');
  const fields = parseFieldSelector(params.get('fieldSelector') ?? '', keyOf(type));
  return (object) => matchesLabels(labels, object.metadata.labels) && matchesFields(fields, object);
}

/** All objects that a query asks for, in order of namespace and name. */
export function matching(store: Store, type: ResourceType, { namespace, params }: ListQuery): ApiObject[] {
  const all: ApiObject[] = store.list<string>(keyOf(type), namespace);
  return all.filter(selectionOf(type, params));
}

/**
 * A list as the API server answers it, in pages when `limit` is given. A page after the first shows objects as they are now,
 * not as they were at the first. Throws 400 for a query that cannot be read, 410 for a page from before a compaction,
 * 504 for a resourceVersion that is still to come.
 */
export function list(
  store: Store,
  type: ResourceType,
  namespace: string | undefined,
  params: URLSearchParams,
): JsonObject {
  checkVersion(store, params.get('resourceVersion'));
  const token = params.get('continue');
  const page = token === null || token === '' ? null : readToken(store, token);
  const limit = Number(params.get('limit') ?? 0);
  const found = matching(store, type, { namespace, params }).filter(
    (object) => page === null || addressOf(object) > page.start,
  );
  const items = limit > 0 ? found.slice(0, limit) : found;
  const last = items.at(-1);
  const version = page?.version ?? store.version;
  const more =
    items.length < found.length && last !== undefined
      ? {
          continue: Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: addressOf(last) })).toString(
            'base64url',
          ),
          ...(params.has('labelSelector') || params.has('fieldSelector')
            ? {}
            : { remainingItemCount: found.length - items.length }),
        }
      : {};
  return {
    kind: `${type.kind}List`,
    apiVersion: apiVersionOf(type),
    metadata: { resourceVersion: String(version), ...more },
    items: items.map(({ kind, apiVersion, ...rest }) => (type.custom ? { apiVersion, kind, ...rest } : rest)),
  };
}

function addressOf(object: ApiObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function checkVersion(store: Store, text: string | null): void {
  if (text === null || text === '') return;
  if (!/^\d+$/.test(text))
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  if (Number(text) > store.version)
    throw new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${text}, current: ${store.version}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }],
      retryAfterSeconds: 1,
    });
}

function readToken(store: Store, token: string): { version: number; start: string } {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw badRequest('invalid continue token: continue key is not valid');
  }
  if (!isObject(read) || typeof read.rv !== 'number' || typeof read.start !== 'string')
    throw badRequest('invalid continue token: continue key is not valid');
  if (store.changesSince(read.rv) === 'expired')
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
  return { version: read.rv, start: read.start };
}
