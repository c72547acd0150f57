import type { Asked, Value } from './request-match.ts';

/*
 * What a rule in Traefik's language asks for, as far as it is a list of conditions; what is within parentheses or otherwise unknown is
 * one condition as a whole. https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
 */

/** Each of the alternatives of a rule: `Host(…) && Header(…) || Path(…)` has two. */
export function askedByRule(rule: string): Asked[] {
  return split(rule, '||').map((alternative) => {
    const asked = new Map<string, Value>();
    for (const condition of conditions(alternative)) {
      const [key, value] = conditionOf(condition);
      if (key === 'path' && value.by === 'prefix' && value.text === '/') continue;
      // A second condition on the same thing is a condition by itself.
      if (asked.has(key)) asked.set(...unknown(condition));
      else asked.set(key, value);
    }
    return asked;
  });
}

type Entry = [key: string, value: Value];

const KEYS: Readonly<Record<string, readonly [key: string, by: 'exact' | 'prefix' | 'regex']>> = {
  Host: ['host', 'exact'],
  HostRegexp: ['host', 'regex'],
  Method: ['method', 'exact'],
  Path: ['path', 'exact'],
  PathPrefix: ['path', 'prefix'],
  PathRegexp: ['path', 'regex'],
};

function conditionOf(text: string): Entry {
  const [, not = '', matcher = '', list = ''] = /^(!?)\s*(\w+)\((.*)\)$/s.exec(text) ?? [];
  const [first, second, ...more] = split(list, ',').map(literalOf);
  if (first === undefined || more.length > 0) return unknown(text);
  const header = /^Headers?(Regexp)?$/.exec(matcher);
  if (header !== null && second !== undefined)
    return [
      `${not === '' ? '' : 'no '}header ${first.toLowerCase()}`,
      { by: header[1] ? 'regex' : 'exact', text: second },
    ];
  const known = KEYS[matcher];
  return known === undefined || second !== undefined || not !== ''
    ? unknown(text)
    : [known[0], { by: known[1], text: first }];
}

/** Known only by its text; whether headers are among it matters all the same. */
function unknown(text: string): Entry {
  const squeezed = text.replaceAll(/\s+/g, '');
  return [squeezed.includes('Header') ? `header ${squeezed}` : squeezed, { by: 'other', text: squeezed }];
}

function literalOf(text: string): string {
  return text.slice(1, -1);
}

/** What has to be true together. */
function conditions(text: string): string[] {
  if (split(text, '||').length > 1) return [text];
  const parts = split(text, '&&');
  return parts.length > 1 ? parts.flatMap(conditions) : parts;
}

/** Split where the separator stands outside of parentheses and quotes. Parentheses around the whole are taken off first. */
function split(whole: string, separator: string): string[] {
  const text = unwrapped(whole);
  const depths = depthsOf(text);
  const ends = text.split('').flatMap((_, at) => (depths[at] === 0 && text.startsWith(separator, at) ? [at] : []));
  const parts = [...ends, text.length].map((end, turn) => {
    const last = ends[turn - 1];
    return text.slice(last === undefined ? 0 : last + separator.length, end).trim();
  });
  return parts.filter((part) => part !== '');
}

function unwrapped(text: string): string {
  const bare = text.trim();
  const isWrapped = bare.startsWith('(') && depthsOf(bare).indexOf(0) === bare.length - 1;
  return isWrapped ? unwrapped(bare.slice(1, -1)) : bare;
}

/** How deep in parentheses and quotes each UTF-16 unit stands; a closing one stands outside again. */
function depthsOf(text: string): number[] {
  let depth = 0;
  let quote: string | null = null;
  return text.split('').map((character, at) => {
    if (quote !== null) {
      const isEscaped = quote === '"' && text.charAt(at - 1) === '\\';
      if (character === quote && !isEscaped) quote = null;
    } else if (character === '`' || character === '"') quote = character;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    return depth + (quote === null ? 0 : 1);
  });
}
