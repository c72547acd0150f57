import type { JsonPatch, KubeObject } from '../cluster/wire.ts';
import { type Condition as Taken, verdictOf } from './condition.ts';
import { joined, type Patch, patchOf } from './patch.ts';
import { literally } from './pattern.ts';
import { keyOf, nameIn, nameOf, objectIn } from './route-objects.ts';
import {
  deleted,
  discoverEach,
  type Found,
  assertPossible,
  assertThere,
  reviewShares,
  type RouteKind,
  testersPatch,
  weightPatch,
  whyOf,
} from './weighted-route.ts';
import {
  editsOf,
  keepAll,
  type KeptWeights,
  names,
  nearestOf,
  shareIn,
  type WeightEdit,
  type WeightedRule,
} from './weighted-rules.ts';
import {
  ALL,
  type Binding,
  CannotRoute,
  GONE,
  type HeaderMatch,
  type Intent,
  ORIGINAL,
  percent,
  type RoutedApp,
  type RouteObjects,
  type Router,
  type Share,
} from './router.ts';

/*
 * Contour: `spec.routes[].services[].weight` and `spec.tcpproxy.services[].weight` of an HTTPProxy. An absent weight counts as 0, and
 * when all are 0 Contour splits evenly. A child that another HTTPProxy includes is a route of its own. Routes have no order: Envoy gets
 * them sorted, the more header conditions the earlier, so that testers have one more route with one more condition.
 * https://projectcontour.io/docs/main/config/request-routing/
 */

const KIND = 'HTTPProxy';
const CONTOUR: RouteKind = {
  kind: 'httpproxy',
  resource: { group: 'projectcontour.io', versions: ['v1'], resource: 'httpproxies', kind: KIND },
  field: '.spec.routes[].services',
  // Envoy counts in 32 bits.
  scale: { absent: 0, alone: ALL, max: 4_294_967_295, even: true },
};

interface HTTPProxy extends KubeObject {
  spec?: { routes?: readonly Route[]; tcpproxy?: { services?: readonly ProxyService[] } };
  status?: { conditions?: readonly ValidCondition[] };
}

interface Route {
  readonly conditions?: readonly Condition[];
  readonly services?: readonly ProxyService[];
}

interface Condition {
  readonly header?: { readonly name: string; readonly exact?: string; readonly notexact?: string };
}

interface ProxyService {
  readonly name: string;
  readonly weight?: number;
  readonly mirror?: boolean;
}

interface ValidCondition extends Taken {
  readonly errors?: readonly { readonly reason?: string; readonly message?: string }[];
}

interface Journal {
  readonly rules: readonly KeptWeights[];
  /** Routes of the user's own that lead to the candidate alone. */
  readonly own: readonly string[];
  /** Routes in which the user mirrors requests already: Contour allows one mirror. */
  readonly mirrored: readonly string[];
  /** Testers and mirrors are a matter of HTTP. */
  readonly tcp: boolean;
}

/** A rule as it stands in the object, with the part of it that is tested before it is changed. */
interface Place extends WeightedRule {
  readonly path: string;
  readonly value: Route;
  readonly services: readonly ProxyService[];
  /** Index in `services` of each destination: mirrors are no destinations. */
  readonly at: readonly number[];
}

const TCP = 'tcpproxy';

export const contourHttpProxy: Router = {
  kind: CONTOUR.kind,
  resources: [CONTOUR.resource],

  discover(app, objects) {
    return discoverEach(CONTOUR, app, objects, (object) => bind(app, object));
  },

  read(binding, objects) {
    const proxy = proxyOf(binding, objects);
    if (proxy === null) return GONE;
    const journal = journalOf(binding);
    const places = placesOf(proxy);
    const ours = testersIn(proxy, binding);
    const mirrors = places.map((place) => mirrorIn(place, binding)).filter((mirror) => mirror !== null);
    const isOriginal = places.every(
      (place) => editsOf(place, journal.rules, binding.app, CONTOUR.scale, ORIGINAL).length === 0,
    );
    return {
      share: shareIn(places, binding.app, CONTOUR.scale),
      overrides: ours.length > 0,
      mirror: Math.max(0, ...mirrors.map(({ share }) => share)),
      original: isOriginal && ours.length === 0 && mirrors.length === 0,
    };
  },

  plan(binding, objects, wanted) {
    const proxy = proxyOf(binding, objects);
    if (wanted !== ORIGINAL) assertPlannable(binding, proxy, wanted);
    if (proxy === null) return [];
    return patchOf(binding, proxy, changesOf(binding, proxy, wanted), whyOf(KIND, binding, wanted));
  },

  review(binding, objects) {
    const proxy = proxyOf(binding, objects);
    return reviewShares(CONTOUR, binding, proxy && placesOf(proxy));
  },

  verdict(binding, objects) {
    const proxy = proxyOf(binding, objects);
    if (proxy === null) return deleted(KIND, binding);
    const valid = proxy.status?.conditions?.find(({ type }) => type === 'Valid');
    const verdict = verdictOf(`${KIND} ${nameOf(proxy)}`, proxy, valid);
    if (verdict.is !== 'no') return verdict;
    const errors = (valid?.errors ?? []).map(({ reason, message }) => `${reason}: ${message}`);
    return { ...verdict, reasons: [...verdict.reasons, ...errors] };
  },

  capabilities(binding) {
    const { rules, mirrored, tcp } = journalOf(binding);
    return {
      nearest: (share) => nearestOf(share, rules, CONTOUR.scale),
      headers: tcp ? [] : ['exact', 'regex'],
      cookies: !tcp,
      mirror: !tcp && mirrored.length === 0,
      level: 'accepted',
    };
  },
};

function bind(app: RoutedApp, proxy: HTTPProxy): Found | null {
  const places = placesOf(proxy).filter((place) => names(place, app.live));
  if (places.length === 0) return null;
  const { kept, refusal } = keepAll(places, app, CONTOUR.scale, `${KIND} ${nameOf(proxy)}`);
  if (refusal !== undefined) return { refusal };
  const own = placesOf(proxy).filter((place) => names(place, app.candidate) && !names(place, app.live));
  const journal: Journal = {
    rules: kept,
    own: own.map(({ key }) => key),
    mirrored: places.filter(({ services }) => services.some(({ mirror }) => mirror)).map(({ key }) => key),
    tcp: places.some(({ key }) => key === TCP),
  };
  return { journal, rules: places };
}

function placesOf(proxy: HTTPProxy): Place[] {
  const place = (path: string, key: string, title: string, value: Route): Place => {
    const services = value.services ?? [];
    const at = services.flatMap(({ mirror }, index) => (mirror ? [] : [index]));
    const destinations = services
      .filter(({ mirror }) => !mirror)
      .map(({ name, weight }) => ({ service: name, weight: weight ?? null }));
    return { path, key, title, value, services, at, destinations };
  };
  const routes = (proxy.spec?.routes ?? []).map((route, index) =>
    place(`/spec/routes/${index}`, keyOf(route.conditions ?? []), titleOf(route), route),
  );
  const tcp = proxy.spec?.tcpproxy;
  return tcp === undefined ? routes : [...routes, place('/spec/tcpproxy', TCP, 'the TCP proxy', tcp)];
}

function titleOf({ conditions = [] }: Route): string {
  return conditions.length === 0 ? 'the route of all requests' : `the route ${JSON.stringify(conditions)}`;
}

/** Every change that is to be made, in an order in which no index moves before it is used. */
function changesOf(binding: Binding, proxy: HTTPProxy, wanted: Intent | typeof ORIGINAL): Patch {
  const journal = journalOf(binding);
  const weights: Patch[] = placesOf(proxy).map((place) => {
    const share = wanted === ORIGINAL ? wanted : wanted.share;
    const edits = editsOf(place, journal.rules, binding.app, CONTOUR.scale, share);
    const changes = edits.flatMap((edit) => weightChange(place, edit, binding.app));
    const drops = edits.flatMap(({ edit, at }) => (edit === 'drop' ? [place.at[at] ?? at] : []));
    const mirrored = mirrorChange(place, binding, wanted === ORIGINAL ? 0 : wanted.mirror);
    changes.push(...mirrored.changes);
    for (const index of [...drops, ...mirrored.drops].sort((a, b) => b - a))
      changes.push({ op: 'remove', path: `${place.path}/services/${index}` });
    const guard: JsonPatch = changes.length === 0 ? [] : [{ op: 'test', path: place.path, value: place.value }];
    return { tests: guard, changes };
  });
  return joined([...weights, testerChanges(binding, proxy, wanted)]);
}

function weightChange(place: Place, edit: WeightEdit, app: RoutedApp): JsonPatch {
  const index = place.at[edit.at] ?? edit.at;
  const path = `${place.path}/services/${index}`;
  switch (edit.edit) {
    case 'weight':
      return weightPatch(`${path}/weight`, edit.weight);
    case 'add':
      return [
        {
          op: 'add',
          path: `${place.path}/services/-`,
          value: { ...place.services[index], name: app.candidate, weight: edit.weight },
        },
      ];
    case 'rename':
      return [{ op: 'replace', path: `${path}/name`, value: app.live }];
    case 'drop':
      return [];
  }
}

/* Mirrors */

/** The mirror of ours in a rule. Contour's weight of a mirror is in percent; absent and 0 mean all. */
function mirrorIn(place: Place, binding: Binding): { readonly at: number; readonly share: Share } | null {
  const at = place.services.findIndex(({ mirror, name }) => mirror === true && name === binding.app.candidate);
  if (at < 0 || journalOf(binding).mirrored.includes(place.key)) return null;
  return { at, share: (place.services[at]?.weight || 100) * 100 };
}

function mirrorChange(place: Place, binding: Binding, share: Share): { changes: JsonPatch; drops: number[] } {
  const mirror = mirrorIn(place, binding);
  const isWanted = share > 0 && names(place, binding.app.live) && place.key !== TCP;
  if (!isWanted) return { changes: [], drops: mirror === null ? [] : [mirror.at] };
  const weight = share / 100;
  if (mirror?.share === share) return { changes: [], drops: [] };
  if (mirror !== null) return { changes: weightPatch(`${place.path}/services/${mirror.at}/weight`, weight), drops: [] };
  const live = place.services.find(({ name, mirror: isMirror }) => name === binding.app.live && !isMirror);
  const value = { ...live, name: binding.app.candidate, mirror: true, weight };
  return { changes: [{ op: 'add', path: `${place.path}/services/-`, value }], drops: [] };
}

/* Testers */

/** Routes of ours: to the candidate alone, by one header more than a route to the live Service has or had. */
function testersIn(proxy: HTTPProxy, binding: Binding): Place[] {
  const { rules, own } = journalOf(binding);
  const places = placesOf(proxy);
  const sources = new Set([
    ...rules.map(({ rule }) => rule),
    ...places.filter((place) => names(place, binding.app.live)).map(({ key }) => key),
  ]);
  return places.filter(({ key, destinations, value: { conditions = [] } }) => {
    const isCandidateAlone = destinations.length === 1 && destinations[0]?.service === binding.app.candidate;
    const isBySource = conditions.at(-1)?.header !== undefined && sources.has(keyOf(conditions.slice(0, -1)));
    return isCandidateAlone && isBySource && !own.includes(key);
  });
}

function testerChanges(binding: Binding, proxy: HTTPProxy, wanted: Intent | typeof ORIGINAL): Patch {
  const existing = testersIn(proxy, binding);
  const sources = placesOf(proxy).filter((place) => names(place, binding.app.live) && place.key !== TCP);
  const routes = wanted === ORIGINAL ? [] : sources.flatMap((source) => testersOf(source, wanted, binding.app));
  return testersPatch('/spec/routes', existing, routes);
}

/** The source's route with all its policies, for testers alone. */
function testersOf(source: Place, { headers, cookies }: Intent, app: RoutedApp): Route[] {
  const wanted = [...headers, ...cookies.map(cookieHeader)];
  const services = source.services.flatMap((service): ProxyService[] => {
    if (service.mirror) return service.name === app.candidate ? [] : [service];
    if (service.name !== app.live) return [];
    const { weight: _weight, ...rest } = service;
    return [{ ...rest, name: app.candidate }];
  });
  return wanted.flatMap((header) => {
    const conditions = source.value.conditions ?? [];
    const own = conditions.flatMap((condition) =>
      condition.header?.name.toLowerCase() === header.name ? [condition.header] : [],
    );
    if (header.kind === 'exact' && own.some(({ exact }) => exact === header.value))
      throw new CannotRoute(
        `testers are to be known by ${header.name}: ${header.value}, but ${source.title} takes only such requests: choose another header`,
      );
    // Contour refuses two exact conditions for one header and contradictions; no request matches both.
    const isNever =
      header.kind === 'exact' && own.some(({ exact, notexact }) => exact !== undefined || notexact === header.value);
    const condition = { header: { name: header.name, [header.kind]: header.value } };
    return isNever ? [] : [{ ...source.value, conditions: [...conditions, condition], services }];
  });
}

/** Envoy matches the whole header; it has all cookies in one. */
function cookieHeader({ name, value }: Intent['cookies'][number]): HeaderMatch {
  return { name: 'cookie', kind: 'regex', value: `(|.*; *)${literally(`${name}=${value}`)}( *;.*|)` };
}

function assertPlannable(binding: Binding, proxy: HTTPProxy | null, wanted: Intent): void {
  assertPossible(KIND, binding, contourHttpProxy.capabilities(binding), wanted);
  assertThere(KIND, binding, proxy === null ? null : placesOf(proxy));
  if (wanted.mirror % 100 !== 0)
    throw new CannotRoute(
      `${KIND} ${nameIn(binding)} is to copy ${percent(wanted.mirror)} of the requests, but Contour copies whole percents: use one`,
    );
}

function proxyOf(binding: Binding, objects: RouteObjects): HTTPProxy | null {
  return objectIn(binding, objects);
}

function journalOf(binding: Binding): Journal {
  return binding.journal as Journal; // made by `bind`
}
