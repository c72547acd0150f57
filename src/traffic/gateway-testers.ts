import { ANYTHING, type Header, MOST, type Match, type RouteKind, type Rule } from './gateway-rules.ts';
import { literally } from './pattern.ts';
import { CannotRoute, type HeaderMatch, type Intent } from './router.ts';

/*
 * Rules for testers in an HTTPRoute or a GRPCRoute.
 */

/**
 * The testers' rule of a source rule: the same in everything but its matches and where it leads. It wins by being more specific
 * (one header more, with the same path and method), wherever it stands. Null: no tester's request can come there.
 * @param rule the source rule as testers are to have it, with its backends
 */
export function testersRule(rule: Rule, { headers, cookies }: Intent, kind: RouteKind, title: string): Rule | null {
  // Names of rules are unique in a route.
  const { name: _name, ...copy } = rule;
  const testers = [...headers.map(headerMatch), ...cookies.map(({ name, value }) => cookieMatch(name, value))];
  const sources = rule.matches === undefined || rule.matches.length === 0 ? ANYTHING[kind] : rule.matches;
  const matches = sources.flatMap((match) => testers.flatMap((tester) => joined(match, tester, title)));
  if (matches.length === 0) return null;
  if (matches.length > MOST.matchesOfRule)
    throw new CannotRoute(
      `Wanted overrides for testers, which take ${matches.length} matches for ${title}; ${MOST.matchesOfRule} are the most. ` +
        'Ask for fewer headers and cookies.',
    );
  return { ...copy, matches };
}

function headerMatch({ name, value, kind }: HeaderMatch): Header {
  return { type: kind === 'exact' ? 'Exact' : 'RegularExpression', name, value };
}

/** Some gateways match a part of the value and some the whole of it: this says the same to both. */
function cookieMatch(name: string, value: string): Header {
  return { type: 'RegularExpression', name: 'cookie', value: `^(.*;[ ]*)?${literally(`${name}=${value}`)}[ ]*(;.*)?$` };
}

/** A match and a header more; nothing when no request can have both. */
function joined(match: Match, tester: Header, title: string): readonly Match[] {
  const headers = match.headers ?? [];
  const same = headers.find(({ name }) => name.toLowerCase() === tester.name.toLowerCase());
  if (same !== undefined) {
    const areExact = (same.type ?? 'Exact') === 'Exact' && tester.type === 'Exact';
    if (areExact && same.value !== tester.value) return [];
    throw new CannotRoute(
      `Wanted an override for testers by header ${tester.name}, and ${title} matches that header already (${same.value}). ` +
        'Choose another header for testers.',
    );
  }
  if (headers.length >= MOST.headers)
    throw new CannotRoute(`Wanted one header more in ${title}; a match has at most ${MOST.headers}.`);
  return [{ ...match, headers: [...headers, tester] }];
}
