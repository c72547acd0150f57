import { isDeepStrictEqual } from 'node:util';
import { literally } from './pattern.ts';
import { CannotRoute, type Intent } from './router.ts';
import { type Match, OUR_PREFIX, type Rule, type StringMatch, type Target } from './virtual-service-rules.ts';

/*
 * Testers in a VirtualService: one rule more for each rule that leads to the pair, with the same settings, the candidate as its only
 * destination, and in each match the tester's header beside what was asked already.
 */

interface Wanted {
  /** Lower case. */
  readonly header: string;
  readonly value: StringMatch;
}

/** The rule to put before `source`; null: nobody is to be told apart, or nobody can come to `source` as a tester. */
export function testersRule(
  source: Rule,
  candidate: Target,
  { headers, cookies }: Intent,
  number: number,
  title: string,
): Rule | null {
  const testers: Wanted[] = [
    ...headers.map(({ name, value, kind }) => ({
      header: name,
      value: kind === 'exact' ? { exact: value } : { regex: value },
    })),
    ...cookies.map(({ name, value }) => ({ header: 'cookie', value: { regex: cookiePattern(name, value) } })),
  ];
  const sources: readonly Match[] = source.match === undefined || source.match.length === 0 ? [{}] : source.match;
  const match = sources.flatMap((asked) => testers.flatMap((tester) => both(asked, tester, title) ?? []));
  if (match.length === 0) return null;
  const { weight: _weight, ...destination } = candidate;
  // A single destination has everything, and needs no weight that could be 0.
  return { ...source, name: `${OUR_PREFIX}testers-${number}`, match, route: [destination] };
}

/** A match that asks for both; null: no request can be both. */
function both(asked: Match, { header, value }: Wanted, title: string): Match | null {
  const { headers = {} } = asked;
  const name = Object.keys(headers).find((key) => key.toLowerCase() === header) ?? header;
  const joined = conjunction(headers[name], value);
  if (joined === 'never') return null;
  if (joined === 'unknown')
    throw new CannotRoute(
      `Wanted testers by header ${header} in ${title}; a rule of it asks for a value of that header already ` +
        `(${JSON.stringify(headers[name])}), and Istio takes one condition for each header. Choose another header for the testers.`,
    );
  return { ...asked, headers: { ...headers, [name]: joined } };
}

function conjunction(asked: StringMatch | undefined, wanted: StringMatch): StringMatch | 'never' | 'unknown' {
  if (asked === undefined || isDeepStrictEqual(asked, wanted)) return wanted;
  // Without a value it asks for the header's presence.
  if (asked.exact === undefined && asked.prefix === undefined && asked.regex === undefined) return wanted;
  if (wanted.exact === undefined || asked.regex !== undefined) return 'unknown';
  const isBoth = asked.exact === undefined ? wanted.exact.startsWith(asked.prefix ?? '') : asked.exact === wanted.exact;
  return isBoth ? wanted : 'never';
}

/** Istio's regular expressions (RE2) match the whole header: the cookie stands at its begin or after another one. */
function cookiePattern(name: string, value: string): string {
  return `^(.*;\\s*)?${literally(name)}=${literally(value)}(\\s*;.*)?$`;
}
