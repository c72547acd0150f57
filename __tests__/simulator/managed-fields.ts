import { canonical, equal, isObject, type JsonObject } from './json.ts';
import type { ObjectMeta } from '../../src/cluster/wire.ts';

type Entry = NonNullable<ObjectMeta['managedFields']>[number];

/** Who writes: what the API server puts into `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
  /** RFC 3339. */
  readonly time: string;
  /** What is applied server-side, all of which is the writer's from here on; absent: any other write. */
  readonly applied?: JsonObject | undefined;
}

/** Lists whose items are owned one by one, and the fields that tell the items apart. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  conditions: ['type'],
  ownerReferences: ['uid'],
};

/** Fields that are owned as a whole. */
const ATOMIC = new Set(['selector', 'nodeSelector', 'fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef']);

/** Maps of the user's own keys: owned key by key, and the map itself beside them. */
const MAPS = new Set(['labels', 'annotations', 'data', 'binaryData', 'rollingUpdate']);

/** Metadata that the server writes itself and nobody owns. */
const SERVER_SIDE = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
]);

/**
 * The managed fields after a write: the writer owns what it changed or added, everybody else loses that.
 * `before` is null for a new object.
 */
export function managedAfter(before: JsonObject | null, after: JsonObject, writer: Manager): Entry[] | undefined {
  const entries = managedBefore(before, after, writer);
  const old = before === null ? new Map<string, string>() : ((entries && known.get(entries)) ?? leaves(before));
  const now = leaves(after);
  const managed = share(entries, old, now, writer);
  if (managed !== undefined) known.set(managed, now);
  return managed;
}

/** What an object with these managed fields had: the next write need not take it apart again. */
const known = new WeakMap<Entry[], Leaves>();

type Leaves = Map<string, string>;

function share(entries: Entry[] | undefined, old: Leaves, now: Leaves, writer: Manager): Entry[] | undefined {
  const changed = [...now].filter(([path, value]) => old.get(path) !== value).map(([path]) => path);
  const isApplied = writer.applied !== undefined;
  if (!isApplied && changed.length === 0 && [...old.keys()].every((path) => now.has(path))) return entries;
  const taken = new Set(changed);
  const owned = (entry: Entry) => pathsOf(entry).filter((path) => now.has(path));
  const isWriter = (entry: Entry) =>
    entry.manager === writer.name &&
    entry.operation === (isApplied ? 'Apply' : 'Update') &&
    entry.apiVersion === writer.apiVersion &&
    (entry.subresource ?? '') === writer.subresource;
  const others = (entries ?? [])
    .filter((entry) => !isWriter(entry))
    .map((entry) => {
      const kept = owned(entry).filter((path) => !taken.has(path));
      return kept.length === pathsOf(entry).length ? entry : { ...entry, fieldsV1: tree(kept) };
    })
    .filter((entry) => pathsOf(entry).length > 0);
  const own = entries?.find(isWriter);
  const mine = new Set(
    writer.applied === undefined
      ? [...(own === undefined ? [] : owned(own)), ...changed]
      : leaves(writer.applied).keys(),
  );
  const isAsBefore = own !== undefined && changed.length === 0 && owned(own).length === mine.size;
  if (mine.size === 0) return others.length === 0 ? undefined : others;
  return [
    ...others,
    {
      manager: writer.name,
      operation: isApplied ? 'Apply' : 'Update',
      apiVersion: writer.apiVersion,
      time: (isApplied ? isAsBefore : changed.length === 0) && own?.time !== undefined ? own.time : writer.time,
      fieldsType: 'FieldsV1',
      fieldsV1: tree([...mine]),
      ...(writer.subresource === '' ? {} : { subresource: writer.subresource }),
    },
  ];
}

/** Clients may set the entries themselves, though not through a subresource: what they also change is theirs, afterwards. */
function managedBefore(before: JsonObject | null, after: JsonObject, writer: Manager): Entry[] | undefined {
  const sent = writer.subresource === '' ? managedIn(after) : undefined;
  // None at all is taken for not sent; a single empty entry says that nobody has anything.
  if (sent === undefined || sent.length === 0 || equal(sent, managedIn(before))) return managedIn(before);
  return sent.length === 1 && Object.keys(sent[0] ?? {}).length === 0 ? undefined : sent;
}

/** Every path that somebody owns in an object, with the entry. */
export function ownersIn(object: JsonObject): { readonly entry: Entry; readonly path: string }[] {
  return (managedIn(object) ?? [])
    .filter(({ subresource }) => subresource === undefined)
    .flatMap((entry) => pathsOf(entry).map((path) => ({ entry, path })));
}

/** Every path of an object that can be owned, with its value as text. */
export function leavesOf(object: JsonObject): ReadonlyMap<string, string> {
  return leaves(object);
}

function managedIn(object: JsonObject | null): Entry[] | undefined {
  if (object === null || !isObject(object.metadata)) return undefined;
  // Written by this file, or by clients who have read what it wrote.
  return object.metadata.managedFields as Entry[] | undefined;
}

/** Every owned path of an object (its steps as JSON) with its value as text. */
function leaves(object: JsonObject): Leaves {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(object)) {
    if (key === 'apiVersion' || key === 'kind' || value === undefined) continue;
    if (key !== 'metadata') collect(value, key, [`f:${key}`], found);
    else if (isObject(value))
      for (const [field, inner] of Object.entries(value))
        if (!SERVER_SIDE.has(field) && inner !== undefined) collect(inner, field, ['f:metadata', `f:${field}`], found);
  }
  return found;
}

function collect(value: unknown, field: string, path: readonly string[], found: Map<string, string>): void {
  const keys = LIST_KEYS[field] ?? (field === 'ports' ? portKeys(value) : undefined);
  if (Array.isArray(value) && keys !== undefined && value.every(isObject)) {
    found.set(JSON.stringify([...path, '.']), '');
    for (const item of value) {
      const key = Object.fromEntries(keys.map((name) => [name, item[name]]));
      const at = [...path, `k:${canonical(key)}`];
      // The reference of an owner is owned whole, other items field by field.
      found.set(JSON.stringify(field === 'ownerReferences' ? at : [...at, '.']), '');
      if (field !== 'ownerReferences') members(item, at, found);
    }
  } else if (isObject(value) && !ATOMIC.has(field) && Object.keys(value).length > 0) {
    if (MAPS.has(field)) found.set(JSON.stringify([...path, '.']), '');
    members(value, path, found);
  } else found.set(JSON.stringify(path), canonical(value));
}

function members(value: JsonObject, path: readonly string[], found: Map<string, string>): void {
  for (const [key, inner] of Object.entries(value))
    if (inner !== undefined) collect(inner, key, [...path, `f:${key}`], found);
}

function portKeys(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || !value.every(isObject)) return undefined;
  const keyed = (field: string) => value.every((port) => port[field] !== undefined);
  if (keyed('containerPort')) return ['containerPort', 'protocol'];
  // An EndpointSlice's ports, which have names, are owned whole.
  return keyed('port') && !value.some((port) => 'name' in port && port.targetPort === undefined)
    ? ['port', 'protocol']
    : undefined;
}

/** fieldsV1 of a set of paths. */
function tree(owned: readonly string[]): JsonObject {
  const root: JsonObject = {};
  for (const text of owned.toSorted()) {
    const steps: unknown = JSON.parse(text);
    let node = root;
    for (const step of Array.isArray(steps) ? steps.map(String) : []) {
      const next = node[step];
      const child = isObject(next) ? next : {};
      node[step] = child;
      node = child;
    }
  }
  return root;
}

const ownedPaths = new WeakMap<object, string[]>();

function pathsOf(entry: Entry): string[] {
  const found = ownedPaths.get(entry.fieldsV1 ?? entry) ?? [...paths(entry.fieldsV1, [])];
  ownedPaths.set(entry.fieldsV1 ?? entry, found);
  return found;
}

/** Paths of a fieldsV1 tree, in the form of `leaves`. */
function* paths(node: unknown, path: readonly string[]): Generator<string> {
  const children = isObject(node) ? Object.entries(node) : [];
  if (children.length === 0) {
    if (path.length > 0) yield JSON.stringify(path);
    return;
  }
  for (const [step, child] of children) yield* paths(child, [...path, step]);
}
