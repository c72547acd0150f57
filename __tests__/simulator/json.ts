// Looked up once: where tests run, each look at a global costs more than what is done with it.
const { isArray } = Array;
const { entries, freeze: freezeOne, isFrozen, keys: keysOf, values } = Object;

/** A JSON object whose fields are not known yet. */
export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/** Deep equality of JSON values; a field that is undefined counts as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((element, index) => equal(element, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  for (const key of keysOf(a)) if (!equal(a[key], b[key])) return false;
  for (const key of keysOf(b)) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}

/** Freezes a JSON value all the way down, so that it can be handed out without copies. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || isFrozen(value)) return value;
  for (const inner of values(value)) freeze(inner);
  return freezeOne(value);
}

/** A copy of a JSON value that shares nothing with it; several times faster than structuredClone. */
export function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map(copy) as T; // an array of the same element type
  const result: JsonObject = {};
  for (const [key, inner] of entries(value)) result[key] = copy(inner);
  return result as T; // the same fields
}

/** A copy of a JSON object in which the fields that are `other`'s own, and frozen, stay shared with it. */
export function copyBeside(value: JsonObject, other: Readonly<JsonObject>): JsonObject {
  const result: JsonObject = {};
  for (const [key, inner] of entries(value))
    result[key] = inner === other[key] && isFrozen(inner) ? inner : copy(inner);
  return result;
}

/** JSON text with sorted keys: the same value always gives the same text. */
export function canonical(value: unknown): string {
  if (isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = keysOf(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${fields.join(',')}}`;
}

/** The object at `key`, created when there is none (for building objects up in place). */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const found = parent[key];
  if (isObject(found)) return found;
  const created: JsonObject = {};
  parent[key] = created;
  return created;
}

/** The objects in the list at `key`; empty when there is no list. */
export function objectsAt(parent: unknown, key: string): JsonObject[] {
  const list = isObject(parent) ? parent[key] : undefined;
  return isArray(list) ? list.filter(isObject) : [];
}
