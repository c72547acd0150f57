import { type JsonObject, copy, equal, isObject } from './json.ts';
import { badRequest, patchRefused } from './status.ts';

/**
 * Applies a JSON Patch (RFC 6902) to a copy of `document`.
 * As in the real server, `replace` of a missing object member adds it, and `test` of a missing member against null passes.
 * Throws 422 when an operation fails, a `test` included, and 400 when the patch is not a list of operations.
 */
export function applyJsonPatch(document: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  const result = copy(document);
  for (const operation of patch) applyOperation(result, operation);
  return result;
}

function applyOperation(root: JsonObject, operation: unknown): void {
  if (!isObject(operation) || typeof operation.path !== 'string') throw patchRefused();
  const at = locate(root, operation.path);
  switch (operation.op) {
    case 'test':
      if (!equal(read(at) ?? null, operation.value ?? null)) throw patchRefused();
      return;
    case 'add':
      insert(at, operation.value);
      return;
    case 'replace':
      if (Array.isArray(at.parent)) at.parent[existingIndex(at.parent, at.key)] = operation.value;
      else at.parent[at.key] = operation.value;
      return;
    case 'remove':
      remove(at);
      return;
    case 'move':
    case 'copy': {
      if (typeof operation.from !== 'string') throw patchRefused();
      const from = locate(root, operation.from);
      const value = copy(read(from));
      if (value === undefined) throw patchRefused();
      if (operation.op === 'move') remove(from);
      insert(locate(root, operation.path), value);
      return;
    }
    default:
      throw patchRefused();
  }
}

interface Location {
  readonly parent: JsonObject | unknown[];
  readonly key: string;
}

function locate(root: JsonObject, pointer: string): Location {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = steps.pop();
  if (!pointer.startsWith('/') || key === undefined) throw patchRefused();
  let parent: unknown = root;
  for (const step of steps) parent = read({ parent: container(parent), key: step });
  return { parent: container(parent), key };
}

function container(value: unknown): JsonObject | unknown[] {
  if (Array.isArray(value) || isObject(value)) return value;
  throw patchRefused();
}

function read({ parent, key }: Location): unknown {
  if (Array.isArray(parent)) return parent[existingIndex(parent, key)];
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function insert({ parent, key }: Location, value: unknown): void {
  if (!Array.isArray(parent)) {
    parent[key] = value;
    return;
  }
  const index = key === '-' ? parent.length : indexOf(key);
  if (index > parent.length) throw patchRefused();
  parent.splice(index, 0, value);
}

function remove({ parent, key }: Location): void {
  if (Array.isArray(parent)) {
    parent.splice(existingIndex(parent, key), 1);
    return;
  }
  if (!Object.hasOwn(parent, key)) throw patchRefused();
  delete parent[key];
}

function indexOf(key: string): number {
  if (!/^(0|[1-9][0-9]*)$/.test(key)) throw patchRefused();
  return Number(key);
}

function existingIndex(list: readonly unknown[], key: string): number {
  const index = indexOf(key);
  if (index >= list.length) throw patchRefused();
  return index;
}

/** Applies a JSON merge patch (RFC 7386) to a copy of `document`. */
export function applyMergePatch(document: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw badRequest('error decoding patch: a merge patch is an object');
  return merged(copy(document), patch);
}

function merged(target: JsonObject, patch: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(patch)) {
    const old = target[key];
    if (value === null) delete target[key];
    else if (isObject(value)) target[key] = merged(isObject(old) ? old : {}, value);
    else target[key] = value;
  }
  return target;
}

/** Lists that a strategic merge patch merges item by item, and the field that tells their items apart. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  conditions: 'type',
  ownerReferences: 'uid',
  imagePullSecrets: 'name',
};

/**
 * Applies a strategic merge patch to a copy of `document`: a merge patch that merges the lists above by key and knows
 * `$patch: delete|replace`, `$retainKeys` and (by ignoring it) `$setElementOrder`.
 * `ports` merge by containerPort in a container and by port in a Service.
 */
export function applyStrategicPatch(document: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw badRequest('error decoding patch: a strategic merge patch is an object');
  return strategic(copy(document), patch);
}

function strategic(target: JsonObject, patch: JsonObject): JsonObject {
  if (patch.$patch === 'replace') {
    const { $patch: _, ...rest } = patch;
    return rest;
  }
  const retained = patch.$retainKeys;
  if (Array.isArray(retained)) for (const key of Object.keys(target)) if (!retained.includes(key)) delete target[key];
  for (const [key, value] of Object.entries(patch)) {
    const old = target[key];
    if (key.startsWith('$')) continue;
    if (value === null) delete target[key];
    else if (Array.isArray(value)) target[key] = mergedList(key, Array.isArray(old) ? old : [], value);
    else if (isObject(value)) target[key] = strategic(isObject(old) ? old : {}, value);
    else target[key] = value;
  }
  return target;
}

function mergedList(field: string, old: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const key = mergeKey(field, patch);
  if (key === undefined) return [...patch];
  const result = [...old];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const index = result.findIndex((other) => isObject(other) && other[key] === item[key]);
    const found = result[index];
    if (item.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (isObject(found)) result[index] = strategic(found, item);
    else result.push(strategic({}, item));
  }
  return result;
}

function mergeKey(field: string, patch: readonly unknown[]): string | undefined {
  if (field !== 'ports') return MERGE_KEYS[field];
  const first = patch.find(isObject);
  return first !== undefined && 'containerPort' in first ? 'containerPort' : 'port';
}
