import type { JsonPatch, JsonPatchOperation, KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { driverRefusal, ownerWarnings } from './drivers.ts';
import {
  type Binding,
  CannotRoute,
  type Capabilities,
  type CookieMatch,
  type Discovery,
  type HeaderMatch,
  type Intent,
  ORIGINAL,
  type RoutedApp,
  type Router,
  type RouteObjects,
  type RouteVerdict,
  type Share,
  type TrafficState,
} from './router.ts';
import {
  LEAST_PODS,
  assertExpressible,
  assertNoMirror,
  candidateLike,
  changesOfList,
  coarseness,
  journalOfList,
  type ListJournal,
  listNames,
  type Member,
  nearestOf,
  originalShareOf,
  percent,
  shareOfList,
  statusless,
  TRAEFIK_GROUP,
  TRAEFIK_VERSION,
} from './traefik-service.ts';

/*
 * Traefik's IngressRoute (and IngressRouteTCP): each route has a rule (`match`) and a weighted list of services; the traps of those lists
 * are told in traefik-service.ts. A route that names a TraefikService does not name the Kubernetes Service of the same name: there the
 * TraefikService is bound, by its own router.
 *
 * A route is known by its rule: Traefik makes the names of its routers from it, and two routes of one rule in one IngressRoute are one
 * to it. Testers get a route of their own for each such route, with the rule narrowed to them. Its priority is the source's plus one
 * (Traefik's default is the length of the rule), given explicitly: the longer rule would win by its length too, but also over longer
 * rules of others that are more specific than the source, such as the same host with another path, and take testers away from those.
 */

interface Route {
  readonly match?: string;
  readonly priority?: number;
  /** `v2` or `v3`: the language of the rule. */
  readonly syntax?: string;
  readonly services?: readonly Member[];
  readonly [field: string]: unknown;
}

interface IngressRoute extends KubeObject {
  readonly spec?: { readonly routes?: readonly Route[] };
}

interface RuleJournal {
  readonly match: string;
  readonly list: ListJournal;
}

interface Journal {
  readonly rules: readonly RuleJournal[];
  /** Rules of the user's that could be taken for our testers' routes. */
  readonly users: readonly string[];
}

interface Variant {
  readonly kind: string;
  readonly resource: string;
  readonly objectKind: string;
  /** TCP has no headers. */
  readonly testers: boolean;
}

const ROUTES = '/spec/routes';

export const traefikIngressRoute: Router = routerOf({
  kind: 'ingressroute',
  resource: 'ingressroutes',
  objectKind: 'IngressRoute',
  testers: true,
});

export const traefikIngressRouteTcp: Router = routerOf({
  kind: 'ingressroutetcp',
  resource: 'ingressroutetcps',
  objectKind: 'IngressRouteTCP',
  testers: false,
});

function routerOf(variant: Variant): Router {
  const { kind, resource, objectKind } = variant;
  const title = (binding: Binding): string => `${objectKind} ${binding.router.slice(kind.length + 1)}`;
  /** Items of a list may have no kind of their own. */
  const isOfKind = (object: KubeObject): object is IngressRoute => (object.kind ?? objectKind) === objectKind;
  const objectOf = (binding: Binding, objects: RouteObjects): IngressRoute | null => {
    const object = objects.get(binding.paths[0] ?? '') ?? null;
    return object !== null && isOfKind(object) ? object : null;
  };

  return {
    kind,
    resources: [{ group: TRAEFIK_GROUP, versions: [TRAEFIK_VERSION], resource, kind: objectKind }],

    discover(app, objects): Discovery {
      const bindings: Binding[] = [];
      const refusals: string[] = [];
      const warnings: string[] = [];
      const routes = objects
        .filter(isOfKind)
        .filter(({ metadata }) => metadata?.namespace === app.namespace)
        .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
      for (const object of routes) {
        const name = nameOf(object);
        const route = `${objectKind} ${name}`;
        const found = journalOfRoutes(object.spec?.routes ?? [], app, route);
        if (found === null) continue;
        const driven = driverRefusal(object, route);
        if (driven !== null || 'unfit' in found) {
          refusals.push(driven ?? ('unfit' in found ? found.unfit : ''));
          continue;
        }
        warnings.push(...found.warnings, ...ownerWarnings(object, route, '.spec.routes[].services'));
        bindings.push({
          router: `${kind}/${name}`,
          app,
          paths: [`/apis/${TRAEFIK_GROUP}/${TRAEFIK_VERSION}/namespaces/${app.namespace}/${resource}/${name}`],
          originalShare: found.share,
          journal: found.journal,
        });
      }
      return { bindings, refusals, warnings };
    },

    read(binding, objects): TrafficState {
      const object = objectOf(binding, objects);
      if (object === null) return { share: null, overrides: false, mirror: 0, original: true };
      const routes = object.spec?.routes ?? [];
      const journal = journalOf(binding);
      return {
        share: shareOfRoutes(routes, journal, binding.app),
        overrides: routes.some((route) => isOurs(route, journal, binding.app)),
        mirror: 0,
        original: restoring(routes, journal, binding.app).changes.length === 0,
      };
    },

    plan(binding, objects, wanted): readonly WriteRequest[] {
      const { app } = binding;
      const [path = ''] = binding.paths;
      const route = title(binding);
      const journal = journalOf(binding);
      if (wanted !== ORIGINAL) assertPossible(route, variant, journal, wanted);
      const object = objectOf(binding, objects);
      if (object === null) {
        if (wanted === ORIGINAL) return [];
        throw new CannotRoute(
          `Wanted ${percent(wanted.share)} of users on Service ${app.candidate} through ${route}; it is not there any more. Put it back, or take the release back.`,
        );
      }
      const routes = object.spec?.routes ?? [];
      const { tests, changes } =
        wanted === ORIGINAL ? restoring(routes, journal, app) : sharing(routes, journal, app, wanted, route);
      if (changes.length === 0) return [];
      return [
        {
          verb: 'patch',
          path,
          tests: [{ op: 'test', path: '/metadata/uid', value: object.metadata?.uid }, ...tests],
          changes,
          why: wanted === ORIGINAL ? `${route}: its routes as you wrote them` : `${route}: ${whyOf(wanted, app)}`,
        },
      ];
    },

    verdict(binding, objects): RouteVerdict {
      const route = title(binding);
      const object = objectOf(binding, objects);
      if (object === null) return { is: 'no', level: 'stored', reasons: [`${route} is not there any more.`] };
      const missing = journalOf(binding).rules.filter(({ match }) => indexOf(object.spec?.routes ?? [], match) < 0);
      if (missing.length > 0)
        return {
          is: 'no',
          level: 'stored',
          reasons: missing.map(({ match }) => `${route} has no route for ${match} any more.`),
        };
      return statusless(route);
    },

    capabilities(binding): Capabilities {
      const sum = sumOf(journalOf(binding));
      return {
        nearest: (share) => nearestOf(share, sum),
        headers: variant.testers ? ['exact', 'regex'] : [],
        cookies: variant.testers,
        mirror: false,
        leastPods: LEAST_PODS,
        level: 'held',
      };
    },
  };
}

/** What is to be kept of the routes that lead to the live Service; null: there are none. */
function journalOfRoutes(
  routes: readonly Route[],
  app: RoutedApp,
  title: string,
): { journal: Journal; share: Share; warnings: string[] } | { unfit: string } | null {
  const leading = routes.filter(({ services = [] }) => listNames(services, app.live, app));
  if (leading.length === 0) return null;
  // Where the user's own routes choose between the two Services, those are the split; one that names the live Service alone (such as
  // "this header always gets the old version") is the user's own rule and stays.
  const splitting = leading.filter(({ services = [] }) => listNames(services, app.candidate, app));
  const managed = splitting.length > 0 ? splitting : leading;
  const rules: RuleJournal[] = [];
  for (const { match = '', services = [] } of managed) {
    const list = journalOfList(services, app);
    if ('unfit' in list) return { unfit: `${title}, route ${match}: it ${list.unfit}.` };
    if (routes.filter((route) => route.match === match).length > 1)
      return { unfit: `${title} has several routes for ${match}; Traefik uses only one of them. Leave one.` };
    rules.push({ match, list });
  }
  const [share = 0, ...others] = new Set(rules.map(({ list }) => originalShareOf(list)));
  if (others.length > 0)
    return {
      unfit: `${title} gives Service ${app.candidate} different shares in its routes (${[share, ...others].map(percent).join(', ')}), and a release has one share for all. Make them equal.`,
    };
  const journal: Journal = { rules, users: [] };
  const users = routes.filter((route) => isOurs(route, journal, app)).map(({ match = '' }) => match);
  const warnings = coarseness(title, sumOf(journal));
  if (managed.length < leading.length)
    warnings.push(
      `${title} splits between Service ${app.live} and Service ${app.candidate} in some routes and names Service ${app.live} alone in others; only the former get a share: ${rules.map(({ match }) => match).join('; ')}.`,
    );
  return { journal: { rules, users }, share, warnings };
}

/** The share of all managed routes; null: one is gone, or they differ. */
function shareOfRoutes(routes: readonly Route[], { rules }: Journal, app: RoutedApp): Share | null {
  const shares = new Set(rules.map(({ match }) => shareOfList(routes[indexOf(routes, match)]?.services ?? [], app)));
  const [share = null, ...others] = shares;
  return others.length > 0 ? null : share;
}

interface Edits {
  readonly tests: JsonPatch;
  readonly changes: JsonPatch;
}

function sharing(routes: readonly Route[], journal: Journal, app: RoutedApp, wanted: Intent, title: string): Edits {
  const edits: Edits[] = [];
  const testers: Route[] = [];
  for (const rule of journal.rules) {
    const at = indexOf(routes, rule.match);
    const source = routes[at];
    if (source === undefined)
      throw new CannotRoute(
        `Wanted ${percent(wanted.share)} of users on Service ${app.candidate} through ${title}; its route for ${rule.match} is not there any more. Put it back, or take the release back.`,
      );
    edits.push(editOfList(source, at, app, rule.list, wanted.share));
    const route = testersRoute(source, rule.match, app, wanted);
    if (route !== null) testers.push(route);
  }
  return merged([...edits, editOfTesters(routes, journal, app, testers)]);
}

function restoring(routes: readonly Route[], journal: Journal, app: RoutedApp): Edits {
  const known = journal.rules.map(({ match, list }) => ({ list, at: indexOf(routes, match) }));
  // Somebody changed a rule while our weights were in its route: it is the one that names the pair and that no journal entry knows.
  const strays = routes.flatMap(({ match = '', services = [] }, at) =>
    journal.rules.every((rule) => rule.match !== match) &&
    listNames(services, app.live, app) &&
    listNames(services, app.candidate, app)
      ? [at]
      : [],
  );
  const edits = known.map(({ list, at }) => {
    const place = at >= 0 ? at : (strays.shift() ?? -1);
    const source = routes[place];
    return source === undefined ? NOTHING : editOfList(source, place, app, list, ORIGINAL);
  });
  return merged([...edits, editOfTesters(routes, journal, app, [])]);
}

const NOTHING: Edits = { tests: [], changes: [] };

function merged(edits: readonly Edits[]): Edits {
  return { tests: edits.flatMap(({ tests }) => tests), changes: edits.flatMap(({ changes }) => changes) };
}

function editOfList(
  route: Route,
  at: number,
  app: RoutedApp,
  journal: ListJournal,
  wanted: Share | typeof ORIGINAL,
): Edits {
  const list = `${ROUTES}/${at}/services`;
  const changes = changesOfList(list, route.services ?? [], app, journal, wanted);
  if (changes.length === 0) return NOTHING;
  return { tests: identity(route, at), changes };
}

/** The rule tells whether it is still the same route at that index; the whole list has the old weights, absent ones too. */
function identity(route: Route, at: number): JsonPatch {
  return [
    { op: 'test', path: `${ROUTES}/${at}/match`, value: route.match },
    { op: 'test', path: `${ROUTES}/${at}/services`, value: route.services },
  ];
}

/** Comes after the edits of lists in a patch: those count on the indices as they were read. */
function editOfTesters(routes: readonly Route[], journal: Journal, app: RoutedApp, wanted: readonly Route[]): Edits {
  const tests: JsonPatchOperation[] = [];
  const replaced: JsonPatchOperation[] = [];
  const removed: JsonPatchOperation[] = [];
  const kept = new Set<Route>();
  for (const [at, route] of routes.entries()) {
    if (!isOurs(route, journal, app)) continue;
    const path = `${ROUTES}/${at}`;
    const next = wanted.find(({ match }) => match === route.match);
    if (next !== undefined && !kept.has(next)) {
      kept.add(next);
      if (isSame(route, next)) continue;
      replaced.push({ op: 'replace', path, value: next });
    } else removed.unshift({ op: 'remove', path });
    tests.push(...identity(route, at));
  }
  const added = wanted
    .filter((route) => !kept.has(route))
    .map((value): JsonPatchOperation => ({ op: 'add', path: `${ROUTES}/-`, value }));
  return { tests, changes: [...replaced, ...removed, ...added] };
}

/** Our testers' routes have no name: they are those that narrow a managed rule and lead to the candidate Service alone. */
function isOurs({ match = '', services = [] }: Route, { rules, users }: Journal, app: RoutedApp): boolean {
  return (
    services.length === 1 &&
    listNames(services, app.candidate, app) &&
    rules.some((rule) => match.startsWith(narrowing(rule.match))) &&
    !users.includes(match)
  );
}

const narrowing = (match: string): string => `(${match}) && (`;

/** The source's route for testers alone, with its middlewares and all; null: there are none. */
function testersRoute(source: Route, match: string, app: RoutedApp, { headers, cookies }: Intent): Route | null {
  const live = (source.services ?? []).find((member) => listNames([member], app.live, app));
  if (live === undefined || headers.length + cookies.length === 0) return null;
  const matchers = [
    ...headers.map((header) => headerRule(header, source)),
    ...cookies.map((cookie) => cookieRule(cookie, source)),
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
  const pattern = `(^|;\\s*)${escaped(name)}=${escaped(value)}(;|$)`;
  return headerRule({ name: 'Cookie', value: pattern, kind: 'regex' }, source);
}

/** For Go's RE2. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Rules are read by Go's parser: raw strings in backticks, others as in JSON. */
function literal(text: string): string {
  return text.includes('`') ? JSON.stringify(text) : `\`${text}\``;
}

function assertPossible(title: string, variant: Variant, journal: Journal, wanted: Intent): void {
  assertExpressible(wanted.share, sumOf(journal), title);
  assertNoMirror(title, wanted);
  if (!variant.testers && wanted.headers.length + wanted.cookies.length > 0)
    throw new CannotRoute(
      `Wanted testers on the candidate by header or cookie; ${title} carries TCP, which has neither. Do without testers.`,
    );
}

function whyOf({ share, headers, cookies }: Intent, app: RoutedApp): string {
  const testers = headers.length + cookies.length === 0 ? '' : ', and testers';
  return `${percent(share)} of users${testers} to Service ${app.candidate}`;
}

/** What the weights of every managed route can be divided by: each share of such a pair can be expressed in all of them. */
function sumOf({ rules }: Journal): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return rules.map(({ list }) => list.sum).reduce(divisor, 0);
}

function indexOf(routes: readonly Route[], match: string): number {
  return routes.findIndex((route) => route.match === match);
}

/** JSON values of the same content, whatever the order of their keys. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)))
  );
}

function journalOf(binding: Binding): Journal {
  // The journal of this router's bindings is made by `discover` above and travels as JSON.
  return binding.journal as Journal;
}

function nameOf(object: KubeObject): string {
  return object.metadata?.name ?? '';
}
