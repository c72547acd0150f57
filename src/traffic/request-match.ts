import { isDeepStrictEqual } from 'node:util';

/*
 * What matches of rules ask of a request, in one form for all kinds of routes: whether one asks for more than another, and whether a
 * request can be meant by both. Where it is not known, neither is claimed.
 */

export type Value =
  /** `segments`: the text, alone or before a slash. `regex`: of the whole value. */
  | { readonly by: 'exact' | 'prefix' | 'segments' | 'regex'; readonly text: string }
  | { readonly by: 'presence' }
  /** A condition that is not understood here: it can only be the same or another. */
  | { readonly by: 'other'; readonly text: string };

/** By what is looked at: `path`, `header x-canary`, `no header x-canary`. Empty: every request. */
export type Asked = ReadonlyMap<string, Value>;

/** Whether every request that `narrow` means is meant by `wide`. */
export function covers(wide: Asked, narrow: Asked): boolean {
  return [...wide].every(([key, value]) => {
    const other = narrow.get(key);
    return other !== undefined && includes(value, other);
  });
}

/** Whether there can be a request that both mean. */
export function canMeet(a: Asked, b: Asked): boolean {
  return !isExcluded(a, b) && !isExcluded(b, a);
}

function isExcluded(a: Asked, b: Asked): boolean {
  return [...a].some(([key, value]) => {
    const same = b.get(key);
    if (same !== undefined && clash(value, same)) return true;
    const unwanted = b.get(`no ${key}`);
    return unwanted !== undefined && includes(unwanted, value);
  });
}

/** Whether it tells senders apart, and not only what they ask for. */
export function looksAtHeaders(asked: Asked): boolean {
  return [...asked.keys()].some((key) => /^(no )?header /.test(key));
}

function includes(wide: Value, narrow: Value): boolean {
  if (isDeepStrictEqual(wide, narrow) || wide.by === 'presence') return true;
  if (wide.by === 'other' || narrow.by === 'other' || narrow.by === 'presence') return false;
  if (wide.by === 'regex')
    return wide.text === '.*' || (narrow.by === 'exact' && fits(`^(?:${wide.text})$`, narrow.text) === true);
  if (narrow.by === 'regex' || wide.by === 'exact') return false;
  if (narrow.by === 'prefix' && wide.by === 'segments') return narrow.text.startsWith(`${wide.text}/`);
  return begins(narrow.text, wide.by, wide.text);
}

/** Whether no value is both. */
function clash(a: Value, b: Value): boolean {
  if (a.by === 'presence' || b.by === 'presence' || a.by === 'other' || b.by === 'other') return false;
  if (a.by === 'exact' || b.by === 'exact') {
    const [exact, other] = a.by === 'exact' ? [a, b] : [b, a];
    if (other.by === 'exact') return exact.text !== other.text;
    // Some gateways look for a regular expression anywhere in the value.
    if (other.by === 'regex') return fits(other.text, exact.text) === false;
    return !begins(exact.text, other.by, other.text);
  }
  if (a.by === 'regex' || b.by === 'regex') return false;
  return !a.text.startsWith(b.text) && !b.text.startsWith(a.text);
}

function begins(text: string, by: 'prefix' | 'segments', start: string): boolean {
  return by === 'prefix' ? text.startsWith(start) : text === start || text.startsWith(`${start}/`);
}

/** Undefined: what RE2 understands, and JavaScript does not. */
function fits(pattern: string, text: string): boolean | undefined {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return undefined;
  }
}
