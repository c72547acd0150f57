import { isDeepStrictEqual } from 'node:util';

/** A field that was sent and is not what the API server would store. */
export interface Unwritten {
  /** `spec.rules[0].filters[0].requestMirror.percent`. */
  readonly field: string;
  readonly sent: unknown;
  /** Undefined: it was dropped. */
  readonly found: unknown;
}

/**
 * What a write changes and the API server's answer does not have: dropped, because the kind's schema does not know the field (an older
 * CRD), or changed on the way (an admission webhook). What the server adds by itself does not count.
 * @param before the object as it was; undefined: there was none
 * @param sent the object as it was to become
 * @param answer the object as the API server would store it
 */
export function unwritten(before: unknown, sent: unknown, answer: unknown, field = ''): readonly Unwritten[] {
  if (isDeepStrictEqual(before, sent)) return [];
  if (Array.isArray(sent) && Array.isArray(answer))
    return sent.flatMap((item, index) => unwritten(itemOf(before, index), item, answer[index], `${field}[${index}]`));
  if (isObject(sent) && isObject(answer))
    return Object.entries(sent).flatMap(([key, value]) =>
      unwritten(isObject(before) ? before[key] : undefined, value, answer[key], joined(field, key)),
    );
  const isNothing = typeof sent === 'object' && Object.keys(sent ?? {}).length === 0;
  return isDeepStrictEqual(sent, answer) || (isNothing && answer === undefined) ? [] : [{ field, sent, found: answer }];
}

function itemOf(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value[index] : undefined;
}

function joined(field: string, key: string): string {
  if (!/^\w+$/.test(key)) return `${field}["${key}"]`;
  return field === '' ? key : `${field}.${key}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
