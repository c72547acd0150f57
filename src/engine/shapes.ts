/** What of a value, found at a place, does not fit: the place and a few words; null: nothing. Values are never quoted. */
export type Shape = (value: unknown, at: string) => string | null;

export const any: Shape = () => null;
export const text: Shape = (value, at) => (typeof value === 'string' ? null : `${at} is no text`);
export const number: Shape = (value, at) => (Number.isFinite(value) ? null : `${at} is no number`);
export const flag: Shape = (value, at) => (typeof value === 'boolean' ? null : `${at} is neither true nor false`);
export const nothing: Shape = (value, at) => (value === null ? null : `${at} is not null`);

export function words(...known: readonly string[]): Shape {
  return (value, at) => (known.some((word) => word === value) ? null : `${at} is none of ${known.join(', ')}`);
}

/** With the fields named here; more do no harm. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  return (value, at) => {
    if (!isObject(value)) return `${at} is no object`;
    return first(
      Object.entries(fields).map(
        ([name, shape]) =>
          () =>
            shape(value[name], `${at}.${name}`),
      ),
    );
  };
}

export function listOf(shape: Shape): Shape {
  return (value, at) => {
    if (!Array.isArray(value)) return `${at} is no list`;
    return first(value.map((item: unknown, index) => () => shape(item, `${at}[${index}]`)));
  };
}

/** An object all of whose fields are of one shape. */
export function mapOf(shape: Shape): Shape {
  return (value, at) => {
    if (!isObject(value)) return `${at} is no object`;
    return first(Object.values(value).map((item) => () => shape(item, `a field of ${at}`)));
  };
}

/** The first misfit is that of the first shape. */
export function either(one: Shape, other: Shape): Shape {
  return (value, at) => (other(value, at) === null ? null : one(value, at));
}

export function optional(shape: Shape): Shape {
  return (value, at) => (value === undefined ? null : shape(value, at));
}

/** A shape, and something more that must hold. */
export function check(shape: Shape, holds: (value: unknown) => boolean, misfit: string): Shape {
  return (value, at) => shape(value, at) ?? (holds(value) ? null : `${at} ${misfit}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function first(checks: readonly (() => string | null)[]): string | null {
  for (const run of checks) {
    const misfit = run();
    if (misfit !== null) return misfit;
  }
  return null;
}
