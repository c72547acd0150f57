import { isDeepStrictEqual } from 'node:util';
import type { JsonPatch, JsonPatchOperation, KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import { driverRefusal, ownerWarnings } from './drivers.ts';
import { hasTesters, wishOf } from './intent.ts';
import { joined, NO_CHANGES, type Patch, patchOf } from './patch.ts';
import { nameIn, nameOf, objectIn, ofKind } from './route-objects.ts';
import {
  type Binding,
  CannotRoute,
  type Capabilities,
  type Discovery,
  GONE,
  type Intent,
  ORIGINAL,
  percent,
  type Review,
  type RoutedApp,
  type Router,
  type RouteObjects,
  type RouteVerdict,
  type Share,
  type TrafficState,
} from './router.ts';
import { sharedWarnings } from './shared-rules.ts';
import {
  assertExpressible,
  assertNoMirror,
  changesOfList,
  coarseness,
  gone,
  journalOfList,
  type ListJournal,
  LEAST_PODS,
  listNames,
  nearestOf,
  originalShareOf,
  sharedList,
  shareOfList,
  statusless,
  TRAEFIK_GROUP,
  TRAEFIK_VERSION,
} from './traefik-list.ts';
import { narrowing, reviewTesters, type Route, testersRoute } from './traefik-testers.ts';
import { commonSum } from './weights.ts';

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
  const titleOf = (binding: Binding): string => `${objectKind} ${nameIn(binding)}`;

  return {
    kind,
    resources: [{ group: TRAEFIK_GROUP, versions: [TRAEFIK_VERSION], resource, kind: objectKind }],

    discover(app, objects): Discovery {
      const bindings: Binding[] = [];
      const refusals: string[] = [];
      const warnings: string[] = [];
      const all: IngressRoute[] = ofKind(objectKind, app.namespace, objects);
      for (const object of all) {
        const name = nameOf(object);
        const title = `${objectKind} ${name}`;
        const found = journalOfRoutes(object.spec?.routes ?? [], app, title);
        if (found === null) continue;
        const driven = driverRefusal(object, title);
        if (driven !== null) {
          refusals.push(driven);
          continue;
        }
        if ('unfit' in found) {
          refusals.push(found.unfit);
          continue;
        }
        warnings.push(...found.warnings, ...ownerWarnings(object, title, '.spec.routes[].services'));
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
      if (object === null) return GONE;
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
      const title = titleOf(binding);
      const journal = journalOf(binding);
      if (wanted !== ORIGINAL) assertPossible(title, variant, journal, wanted);
      const object = objectOf(binding, objects);
      if (object === null) {
        if (wanted === ORIGINAL) return [];
        throw gone(title, 'it', wanted, app);
      }
      const routes = object.spec?.routes ?? [];
      if (wanted === ORIGINAL)
        return patchOf(binding, object, restoring(routes, journal, app), `${title}: its routes as you wrote them`);
      const patch = sharing(routes, journal, app, wanted, title);
      return patchOf(binding, object, patch, `${title}: ${wishOf(wanted, app)}`);
    },

    review(binding, objects, testers): Review {
      const routes = objectOf(binding, objects)?.spec?.routes ?? [];
      const { rules } = journalOf(binding);
      const title = titleOf(binding);
      const isManaged = ({ match }: Route): boolean => rules.some((rule) => rule.match === match);
      const sources = routes.filter(isManaged);
      const shared = sources.map(({ match, services = [] }) => sharedList(`route ${match}`, services, binding.app));
      const others = routes.filter((route) => !isManaged(route) && !isOurs(route, journalOf(binding), binding.app));
      const { refusals, warnings } = reviewTesters(title, sources, others, binding.app, testers);
      return { refusals, warnings: [...sharedWarnings(title, shared), ...warnings] };
    },

    verdict(binding, objects): RouteVerdict {
      const title = titleOf(binding);
      const object = objectOf(binding, objects);
      if (object === null) return { is: 'no', level: 'stored', reasons: [`${title} is not there any more.`] };
      const missing = journalOf(binding).rules.filter(({ match }) => indexOf(object.spec?.routes ?? [], match) < 0);
      if (missing.length > 0)
        return {
          is: 'no',
          level: 'stored',
          reasons: missing.map(({ match }) => `${title} has no route for ${match} any more.`),
        };
      return statusless(title);
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

function sharing(routes: readonly Route[], journal: Journal, app: RoutedApp, wanted: Intent, title: string): Patch {
  const edits: Patch[] = [];
  const testers: Route[] = [];
  for (const rule of journal.rules) {
    const at = indexOf(routes, rule.match);
    const source = routes[at];
    if (source === undefined) throw gone(title, `its route for ${rule.match}`, wanted, app);
    edits.push(editOfList(source, at, app, rule.list, wanted.share));
    const route = testersRoute(source, rule.match, app, wanted);
    if (route !== null) testers.push(route);
  }
  return joined([...edits, editOfTesters(routes, journal, app, testers)]);
}

function restoring(routes: readonly Route[], journal: Journal, app: RoutedApp): Patch {
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
    return source === undefined ? NO_CHANGES : editOfList(source, place, app, list, ORIGINAL);
  });
  return joined([...edits, editOfTesters(routes, journal, app, [])]);
}

function editOfList(
  route: Route,
  at: number,
  app: RoutedApp,
  journal: ListJournal,
  wanted: Share | typeof ORIGINAL,
): Patch {
  const list = `${ROUTES}/${at}/services`;
  const changes = changesOfList(list, route.services ?? [], app, journal, wanted);
  if (changes.length === 0) return NO_CHANGES;
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
function editOfTesters(routes: readonly Route[], journal: Journal, app: RoutedApp, wanted: readonly Route[]): Patch {
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
      if (isDeepStrictEqual(route, next)) continue;
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

function assertPossible(title: string, variant: Variant, journal: Journal, wanted: Intent): void {
  assertExpressible(wanted.share, sumOf(journal), title);
  assertNoMirror(title, wanted);
  if (!variant.testers && hasTesters(wanted))
    throw new CannotRoute(
      `Wanted testers on the candidate by header or cookie; ${title} carries TCP, which has neither. Do without testers.`,
    );
}

/** What the weights of every managed route can be divided by: each share of such a pair can be expressed in all of them. */
function sumOf({ rules }: Journal): number {
  return commonSum(rules.map(({ list }) => list.sum));
}

function indexOf(routes: readonly Route[], match: string): number {
  return routes.findIndex((route) => route.match === match);
}

function objectOf(binding: Binding, objects: RouteObjects): IngressRoute | null {
  return objectIn(binding, objects);
}

function journalOf(binding: Binding): Journal {
  return binding.journal as Journal; // made by `discover`
}
