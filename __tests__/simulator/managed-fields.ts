import { canonical, equal, freeze, isObject, type JsonObject } from './json.ts';
import type { ObjectMeta } from '../../src/cluster/wire.ts';

// Looked up once, as in `json.ts`.
const { entries: entriesOf, isFrozen } = Object;

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
  const old = before === null ? new Map<string, Leaves>() : ((entries && known.get(entries)) ?? partsOf(before));
  const now = partsOf(after);
  const managed = share(entries, old, now, writer);
  if (managed !== undefined) known.set(managed, now);
  return managed;
}

/** What an object with these managed fields had: the next write need not take it apart again. */
const known = new WeakMap<Entry[], Parts>();

/** Entries with no path that the object has not. */
const exact = new WeakSet<Entry[]>();

/** Every path of a part of an object that can be owned (its steps as JSON), with its value as text. */
type Leaves = ReadonlyMap<string, string>;
/** By the name of the part. */
type Parts = ReadonlyMap<string, Leaves>;

function share(entries: Entry[] | undefined, old: Parts, now: Parts, writer: Manager): Entry[] | undefined {
  const { changed, isSomeGone } = differences(old, now);
  const isApplied = writer.applied !== undefined;
  if (!isApplied && changed.length === 0 && !isSomeGone) return entries;
  const taken = new Set(changed);
  const isAllThere = !isSomeGone && entries !== undefined && exact.has(entries);
  const owned = (entry: Entry) => (isAllThere ? pathsOf(entry) : pathsOf(entry).filter((path) => isIn(now, path)));
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
  const had = own === undefined ? [] : owned(own);
  const mine = new Set(
    writer.applied === undefined
      ? [...had, ...changed]
      : [...partsOf(writer.applied).values()].flatMap((part) => [...part.keys()]),
  );
  const isAsBefore = own !== undefined && changed.length === 0 && had.length === mine.size;
  if (mine.size === 0) return others.length === 0 ? undefined : others;
  // What a controller writes again and again stays its own.
  const isSameTree = own !== undefined && !isApplied && mine.size === had.length && had.length === pathsOf(own).length;
  const managed: Entry[] = [
    ...others,
    {
      manager: writer.name,
      operation: isApplied ? 'Apply' : 'Update',
      apiVersion: writer.apiVersion,
      time: (isApplied ? isAsBefore : changed.length === 0) && own?.time !== undefined ? own.time : writer.time,
      fieldsType: 'FieldsV1',
      fieldsV1: isSameTree && own.fieldsV1 !== undefined ? own.fieldsV1 : tree([...mine]),
      ...(writer.subresource === '' ? {} : { subresource: writer.subresource }),
    },
  ];
  if (!isApplied) exact.add(managed);
  return managed;
}

/** Paths that are new or have another value, and whether others are no longer there. */
function differences(old: Parts, now: Parts): { readonly changed: string[]; readonly isSomeGone: boolean } {
  const changed: string[] = [];
  let isSomeGone = false;
  for (const [key, leaves] of now) {
    const before = old.get(key);
    if (before === leaves) continue;
    for (const [path, value] of leaves) if (before?.get(path) !== value) changed.push(path);
    if (before !== undefined && !isSomeGone) for (const path of before.keys()) isSomeGone ||= !leaves.has(path);
  }
  if (!isSomeGone) for (const [key, leaves] of old) isSomeGone ||= leaves.size > 0 && !now.has(key);
  return { changed, isSomeGone };
}

function isIn(parts: Parts, path: string): boolean {
  for (const leaves of parts.values()) if (leaves.has(path)) return true;
  return false;
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
  return new Map([...partsOf(object).values()].flatMap((part) => [...part]));
}

function managedIn(object: JsonObject | null): Entry[] | undefined {
  if (object === null || !isObject(object.metadata)) return undefined;
  // Written by this file, or by clients who have read what it wrote.
  return object.metadata.managedFields as Entry[] | undefined;
}

function partsOf(object: JsonObject): Parts {
  const found = new Map<string, Leaves>();
  for (const [key, value] of entriesOf(object))
    if (key !== 'apiVersion' && key !== 'kind' && value !== undefined) found.set(key, partLeaves(key, value));
  return found;
}

/** Most writes change one part of an object: the others were taken apart before, as the same object or as an equal one. */
const storedParts = new WeakMap<object, Leaves>();
const knownParts = new Map<string, Leaves>();
const PARTS_KEPT = 5_000;

function partLeaves(key: string, value: unknown): Leaves {
  // Of metadata, a part or another is always new.
  const stored = key !== 'metadata' && isObject(value) && isFrozen(value) ? value : null;
  const known = stored === null ? undefined : storedParts.get(stored);
  if (known !== undefined) return known;
  const found = namedLeaves(key, value);
  if (stored !== null) storedParts.set(stored, found);
  return found;
}

function namedLeaves(key: string, value: unknown): Leaves {
  const metadata = key === 'metadata' && isObject(value) ? owned(value) : {};
  const name = `${key}=${JSON.stringify(key === 'metadata' ? metadata : value)}`;
  const known = knownParts.get(name);
  if (known !== undefined) return known;
  const found = new Map<string, string>();
  if (key !== 'metadata') collect(value, key, step('[', `f:${key}`), found);
  else
    for (const [field, inner] of entriesOf(metadata)) collect(inner, field, step('["f:metadata"', `f:${field}`), found);
  if (knownParts.size >= PARTS_KEPT) knownParts.clear();
  knownParts.set(name, found);
  return found;
}

/** Metadata that somebody owns. */
function owned(metadata: JsonObject): JsonObject {
  const found: JsonObject = {};
  for (const [field, inner] of entriesOf(metadata))
    if (!SERVER_SIDE.has(field) && inner !== undefined) found[field] = inner;
  return found;
}

/** A path is the text of a JSON array; while it grows, its bracket is not closed. One step more. */
function step(path: string, name: string): string {
  return `${path}${path === '[' ? '' : ','}${JSON.stringify(name)}`;
}

function collect(value: unknown, field: string, path: string, found: Map<string, string>): void {
  const keys = LIST_KEYS[field] ?? (field === 'ports' ? portKeys(value) : undefined);
  if (Array.isArray(value) && keys !== undefined && value.every(isObject)) {
    found.set(`${path},"."]`, '');
    for (const item of value) {
      const key = Object.fromEntries(keys.map((name) => [name, item[name]]));
      const at = step(path, `k:${canonical(key)}`);
      // The reference of an owner is owned whole, other items field by field.
      found.set(field === 'ownerReferences' ? `${at}]` : `${at},"."]`, '');
      if (field !== 'ownerReferences') members(item, at, found);
    }
  } else if (isObject(value) && !ATOMIC.has(field) && Object.keys(value).length > 0) {
    if (MAPS.has(field)) found.set(`${path},"."]`, '');
    members(value, path, found);
  } else found.set(`${path}]`, canonical(value));
}

function members(value: JsonObject, path: string, found: Map<string, string>): void {
  for (const [key, inner] of Object.entries(value))
    if (inner !== undefined) collect(inner, key, step(path, `f:${key}`), found);
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

/** Writers own the same sets of fields again and again. */
const knownTrees = new Map<string, JsonObject>();

/** fieldsV1 of a set of paths. */
function tree(owned: readonly string[]): JsonObject {
  const sorted = owned.toSorted();
  const name = sorted.join('\n');
  const known = knownTrees.get(name);
  if (known !== undefined) return known;
  const root: JsonObject = {};
  for (const text of sorted) {
    let node = root;
    for (const name of stepsOf(text)) {
      const next = node[name];
      const child = isObject(next) ? next : {};
      node[name] = child;
      node = child;
    }
  }
  if (knownTrees.size >= PARTS_KEPT) knownTrees.clear();
  knownTrees.set(name, freeze(root));
  return root;
}

/** The same few hundred paths come again and again. */
const parsedPaths = new Map<string, readonly string[]>();

function stepsOf(text: string): readonly string[] {
  const known = parsedPaths.get(text);
  if (known !== undefined) return known;
  const parsed: unknown = JSON.parse(text);
  const steps = Array.isArray(parsed) ? parsed.map(String) : [];
  if (parsedPaths.size < 50_000) parsedPaths.set(text, steps);
  return steps;
}

const ownedPaths = new WeakMap<object, string[]>();

function pathsOf(entry: Entry): string[] {
  const known = ownedPaths.get(entry.fieldsV1 ?? entry);
  if (known !== undefined) return known;
  const found: string[] = [];
  paths(entry.fieldsV1, '[', found);
  ownedPaths.set(entry.fieldsV1 ?? entry, found);
  return found;
}

/** Paths of a fieldsV1 tree, in the form of `leaves`. */
function paths(node: unknown, path: string, found: string[]): void {
  const children = isObject(node) ? Object.entries(node) : [];
  if (children.length === 0 && path !== '[') found.push(`${path}]`);
  for (const [name, child] of children) paths(child, step(path, name), found);
}
