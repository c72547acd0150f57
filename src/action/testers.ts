import type { CookieMatch, HeaderMatch } from '../release/route.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';

export const HEADER_FORM =
  'name: value for an exact value, or name: ~regex, such as x-canary: true or x-team: ~^(red|blue)$';
export const COOKIE_FORM = 'name=value, such as canary=always';

/** RFC 9110: a token. */
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** One line of `headers`. Names of headers do not know upper and lower case; here they are lower case. */
export function parseHeaderLine(line: string): Parsed<HeaderMatch> {
  const colon = line.indexOf(':');
  if (colon < 0) return misunderstood('There is no ":" in it.');
  const name = line.slice(0, colon).trim();
  const value = line.slice(colon + 1).trim();
  if (!NAME.test(name)) return misunderstood(`"${name}" is not the name of a header.`);
  if (value === '' || value === '~') return misunderstood('There is no value after ":".');
  if (!value.startsWith('~')) return understood({ name: name.toLowerCase(), value, kind: 'exact' });
  const regex = value.slice(1).trim();
  if (!isRegex(regex)) return misunderstood(`"${regex}" is not a regular expression.`);
  return understood({ name: name.toLowerCase(), value: regex, kind: 'regex' });
}

/** One line of `cookie`. */
export function parseCookieLine(line: string): Parsed<CookieMatch> {
  const equals = line.indexOf('=');
  if (equals < 0) return misunderstood('There is no "=" in it.');
  const name = line.slice(0, equals).trim();
  const value = line.slice(equals + 1).trim();
  if (!NAME.test(name)) return misunderstood(`"${name}" is not the name of a cookie.`);
  if (value === '' || /[\s;,"\\]/.test(value)) return misunderstood(`"${value}" is not the value of a cookie.`);
  return understood({ name, value });
}

/** The routers' own dialects (RE2) are nearly a part of JavaScript's: what this refuses, they refuse. */
function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
