import { isDeepStrictEqual } from 'node:util';

/** A field before and after a write, each as short JSON; null: it is not there. */
export interface FieldChange {
  /** `spec.template.spec.containers[web].image`. */
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Stands for a value that may be secret. */
const HIDDEN = '(not shown)';
/** Characters of one value. */
const LONGEST = 300;

/**
 * Every field in which two states of an object differ, in the order of the later one. Of lists the entries with names are compared by
 * them. Values of environment variables are never shown, old or new: what was given by an input may come from a secret.
 */
export function fieldChanges(before: unknown, after: unknown, field = ''): readonly FieldChange[] {
  if (isDeepStrictEqual(before, after) || field === 'metadata.managedFields') return [];
  const sides = [before, after].filter((side) => side !== undefined && !isEmpty(side));
  if (sides.length > 0 && sides.every((side) => isBranch(side))) {
    const [a, b] = [entriesOf(before), entriesOf(after)];
    const keys = [...new Set([...b.keys(), ...a.keys()])];
    // A list of texts has no names, and reads better whole.
    if (keys.length > 0) return keys.flatMap((key) => fieldChanges(a.get(key), b.get(key), joined(field, key)));
  }
  return [{ field, before: shown(before, field), after: shown(after, field) }];
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function isBranch(value: unknown): value is object {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null);
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** By the key under which a person would look for it: `.image`, or `[web]` of a list. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> {
  if (Array.isArray(value)) return new Map(value.map((item, at) => [`[${nameOf(item) ?? at}]`, item]));
  return new Map(isBranch(value) ? Object.entries(value) : []);
}

function nameOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('name' in item)) return null;
  return typeof item.name === 'string' ? item.name : null;
}

function joined(field: string, key: string): string {
  if (key.startsWith('[')) return `${field}${key}`;
  const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
  return field === '' ? name : `${field}.${name}`;
}

function shown(value: unknown, field: string): string | null {
  if (value === undefined) return null;
  if (/\.env\[[^\]]*\]\.value$/.test(field)) return HIDDEN;
  const text = JSON.stringify(value, withoutEnv);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Of lists that are shown whole. */
function withoutEnv(key: string, value: unknown): unknown {
  if (key !== 'env' || !Array.isArray(value)) return value;
  return value.map((entry: unknown) => nameOf(entry) ?? HIDDEN);
}
