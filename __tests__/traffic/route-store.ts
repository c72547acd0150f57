import type { KubeObject } from '../../src/cluster/wire.ts';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import type { Binding, RouteObjects } from '../../src/traffic/router.ts';
import { type JsonObject, copy, equal, freeze, isObject } from '../simulator/json.ts';
import { applyJsonPatch } from '../simulator/patch.ts';
import { ApiError } from '../simulator/status.ts';

/*
 * Objects by path, as an API server without validation keeps them. Every store is a new one, frozen all the way down: whoever changes
 * what it was given fails at once.
 */

export type Store = ReadonlyMap<string, KubeObject>;

export function storeOf(objects: readonly KubeObject[], path: (object: KubeObject) => string): Store {
  return new Map(objects.map((object) => [path(object), freeze(copy(object))]));
}

export function emptied(): Store {
  return new Map();
}

/** What the executor would hand to the router. */
export function objectsOf({ paths }: Pick<Binding, 'paths'>, store: Store): RouteObjects {
  return new Map(paths.map((path) => [path, store.get(path) ?? null]));
}

export function edited(store: Store, edit: (object: KubeObject, path: string) => KubeObject): Store {
  return new Map([...store].map(([path, object]) => [path, freeze(copy(edit(object, path)))]));
}

export function appliedAll(store: Store, requests: readonly WriteRequest[]): Store {
  return requests.reduce(applied, store);
}

/** The store after one request. @throws {ApiError} as the API server answers */
export function applied(store: Store, request: WriteRequest): Store {
  const result = new Map(store);
  if (request.verb === 'create') {
    const body = copy(request.body) as KubeObject; // what is sent to be created is an object
    const path = `${request.path}/${body.metadata?.name}`;
    if (store.has(path)) throw new ApiError(409, 'AlreadyExists', `${path} already exists`);
    result.set(path, freeze({ ...body, metadata: { ...body.metadata, uid: `made-${path}`, generation: 1 } }));
    return result;
  }
  const old = store.get(request.path);
  if (old === undefined) throw new ApiError(404, 'NotFound', `${request.path} not found`);
  switch (request.verb) {
    case 'delete':
      if (old.metadata?.uid !== request.uid) throw new ApiError(409, 'Conflict', `${request.path} has another uid`);
      result.delete(request.path);
      return result;
    case 'update':
      result.set(request.path, stored(old, copy(request.body) as KubeObject)); // what is sent to replace an object is one
      return result;
    case 'patch': {
      const document = old as JsonObject; // an object of the API is a JSON object
      const patched = applyJsonPatch(document, [...request.tests, ...request.changes]);
      result.set(request.path, stored(old, patched));
      return result;
    }
  }
}

/** The generation counts the changes of everything but metadata and status. */
function stored(old: KubeObject, next: KubeObject): KubeObject {
  const essence = ({ metadata: _metadata, status: _status, ...rest }: JsonObject): JsonObject => rest;
  const isSame = equal(essence({ ...old }), essence({ ...next }));
  const generation = (old.metadata?.generation ?? 1) + (isSame ? 0 : 1);
  return freeze({ ...next, metadata: { ...next.metadata, generation } });
}

/** The code of the API server's refusal; null: none. */
export function refusalCode(body: () => unknown): number | null {
  try {
    body();
    return null;
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}

/** A store without what the server itself changes with every write, for comparing. */
export function settled(store: Store): Record<string, unknown> {
  return Object.fromEntries(
    [...store].map(([path, { metadata, ...rest }]) => {
      const { resourceVersion: _version, generation: _generation, managedFields: _fields, ...kept } = metadata ?? {};
      return [path, { ...rest, metadata: kept }];
    }),
  );
}

/** Random unknown fields and orders. */
export interface Dress {
  readonly unknown: readonly { readonly at: number; readonly nested: boolean }[];
  readonly reversed: boolean;
}

/** The objects with fields that no router knows, at random places beneath `spec`, and their keys in another order. */
export function dressed(store: Store, { unknown, reversed }: Dress, opaque: readonly string[]): Store {
  return new Map(
    [...store].map(([path, object]) => {
      const result = copy(object) as JsonObject; // an object of the API is a JSON object
      const places = objectsIn(result.spec, '/spec').filter(({ pointer }) => !beneath(pointer, opaque));
      for (const [index, { at, nested }] of unknown.entries()) {
        const place = places[at % Math.max(1, places.length)]?.value;
        if (place === undefined) continue;
        const token = `unknown-${index}`;
        // A map of strings (labels, a selector) has only strings.
        const mayNest = nested && Object.values(place).some((value) => typeof value !== 'string');
        place[`xUnknown${index}`] = mayNest ? { list: [token, { deep: token }] } : token;
      }
      return [path, freeze(reversed ? turned(result) : result)];
    }),
  );
}

/** The unknown fields that are in an object, however often. */
export function tokens(object: KubeObject | undefined): string[] {
  return [...new Set(JSON.stringify(object ?? null).match(/unknown-[0-9]+/g) ?? [])].sort();
}

function objectsIn(value: unknown, pointer: string): { pointer: string; value: JsonObject }[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, child]) => objectsIn(child, `${pointer}/${key}`));
  return isObject(value) ? [{ pointer, value }, ...inner] : inner;
}

function beneath(pointer: string, patterns: readonly string[]): boolean {
  const steps = pointer.split('/');
  return patterns.some((pattern) =>
    pattern.split('/').every((step, index) => steps[index] !== undefined && (step === '*' || step === steps[index])),
  );
}

function turned(value: JsonObject): JsonObject {
  const turn = (inner: unknown): unknown =>
    Array.isArray(inner) ? inner.map(turn) : isObject(inner) ? turned(inner) : inner;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turn(inner)]),
  );
}
