import { hasTesters } from './intent.ts';
import { kindsOf, lostTesters, type Rival, type Testers, type TestersMatch } from './lost-testers.ts';
import { literally } from './pattern.ts';
import type { CookieMatch, HeaderMatch, Intent, Review, RoutedApp } from './router.ts';
import { askedByRule } from './traefik-rule.ts';
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
  return {
    ...source,
    match: `${narrowing(match)}${matchers.join(' || ')})`,
    priority: priorityOf({ ...source, match }) + 1,
    services: [candidateLike(live, app)],
  };
}

/** What a person is told of testers. @param users the user's other routes @param sources those of which testers' routes are made */
export function reviewTesters(
  title: string,
  sources: readonly Route[],
  users: readonly Route[],
  app: RoutedApp,
  testers: Testers,
): Review {
  const rivals = users.filter(({ services = [] }) => !isCandidates(services, app));
  const matches = sources.flatMap((source) =>
    kindsOf(testers).flatMap((kind): TestersMatch[] => {
      const made = testersRoute(source, source.match ?? '', app, { ...kind.testers, share: 0, mirror: 0 });
      return askedByRule(made?.match ?? '').map((asked) => ({
        kind,
        asked,
        rivals: rivals
          .filter((route) => priorityOf(route) >= (made?.priority ?? 0))
          .flatMap((route) => rivalsOf(route, title, priorityOf(route) > (made?.priority ?? 0))),
      }));
    }),
  );
  return lostTesters(matches);
}

function isCandidates(services: readonly Member[], app: RoutedApp): boolean {
  return services.length > 0 && services.every((member) => listNames([member], app.candidate, app));
}

/** Of two routes of one priority, Traefik does not say which is asked first. */
function rivalsOf({ match = '', services = [] }: Route, title: string, isFirst: boolean): Rival[] {
  const names = [...new Set(services.map(({ kind, name }) => `${kind || 'Service'} ${name}`))];
  const [only, ...more] = services;
  const isService = only !== undefined && more.length === 0 && (only.kind || 'Service') === 'Service';
  return askedByRule(match).map((asked) => ({
    rule: `route ${match} of ${title}`,
    asked,
    to: names.length === 0 ? 'somewhere else' : names.join(' and '),
    service: isService && only.namespace === undefined ? (only.name ?? null) : null,
    isFirst,
  }));
}

/** Traefik's default is the length of the rule. */
function priorityOf({ priority, match = '' }: Route): number {
  return priority === undefined || priority === 0 ? Buffer.byteLength(match) : priority;
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
