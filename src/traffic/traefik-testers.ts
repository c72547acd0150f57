import { hasTesters } from './intent.ts';
import { literally } from './pattern.ts';
import type { CookieMatch, HeaderMatch, Intent, RoutedApp } from './router.ts';
import { candidateLike, listNames, type Member } from './traefik-list.ts';

/*
 * Testers in an IngressRoute: a route of their own for each that leads to the pair, with its rule narrowed to them, in Traefik's language
 * of rules.
 */

/** A route of an IngressRoute. */
export interface Route {
  readonly match?: string;
  readonly priority?: number;
  /** `v2` or `v3`: the language of the rule. */
  readonly syntax?: string;
  readonly services?: readonly Member[];
  readonly [field: string]: unknown;
}

/** How the rule of testers begins that is made of this one. */
export function narrowing(match: string): string {
  return `(${match}) && (`;
}

/** The source's route for testers alone, with its middlewares and all; null: there are none. */
export function testersRoute(source: Route, match: string, app: RoutedApp, wanted: Intent): Route | null {
  const live = (source.services ?? []).find((member) => listNames([member], app.live, app));
  if (live === undefined || !hasTesters(wanted)) return null;
  const matchers = [
    ...wanted.headers.map((header) => headerRule(header, source)),
    ...wanted.cookies.map((cookie) => cookieRule(cookie, source)),
  ];
  const priority = source.priority === undefined || source.priority === 0 ? Buffer.byteLength(match) : source.priority;
  return {
    ...source,
    match: `${narrowing(match)}${matchers.join(' || ')})`,
    priority: priority + 1,
    services: [candidateLike(live, app)],
  };
}

/** Traefik 2 calls them `Headers` and `HeadersRegexp`; version 3 runs such rules where the route says `syntax: v2`. */
function isOldSyntax({ syntax, match = '' }: Route): boolean {
  return syntax === undefined ? /\b(Headers|HeadersRegexp|HostHeader)\(/.test(match) : syntax === 'v2';
}

function headerRule({ name, value, kind }: HeaderMatch, source: Route): string {
  const matcher = isOldSyntax(source) ? 'Headers' : 'Header';
  return `${matcher}${kind === 'regex' ? 'Regexp' : ''}(${literal(name)}, ${literal(value)})`;
}

/** Traefik has no matcher for cookies. `Cookie` may hold several, in any order. */
function cookieRule({ name, value }: CookieMatch, source: Route): string {
  const pattern = `(^|;\\s*)${literally(name)}=${literally(value)}(;|$)`;
  return headerRule({ name: 'Cookie', value: pattern, kind: 'regex' }, source);
}

/** Rules are read by Go's parser: raw strings in backticks, others as in JSON. */
function literal(text: string): string {
  return text.includes('`') ? JSON.stringify(text) : `\`${text}\``;
}
