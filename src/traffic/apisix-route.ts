import type { JsonPatch, KubeObject } from '../cluster/wire.ts';
import { type Condition, verdictOf } from './condition.ts';
import { joined, type Patch, patchOf } from './patch.ts';
import { nameOf, objectIn } from './route-objects.ts';
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
  GONE,
  type HeaderMatch,
  type Intent,
  ORIGINAL,
  type RoutedApp,
  type RouteObjects,
  type Router,
} from './router.ts';

/*
 * APISIX: `spec.http[].backends[].weight` of an ApisixRoute; an absent weight is 100. Entries have unique names and are known by them.
 * Among entries of the same paths the one with the highest priority is asked first, so that testers have one more entry of a higher one.
 * https://apisix.apache.org/docs/ingress-controller/reference/api-reference/#apisixroute
 */

const KIND = 'ApisixRoute';
const APISIX: RouteKind = {
  kind: 'apisixroute',
  resource: { group: 'apisix.apache.org', versions: ['v2'], resource: 'apisixroutes', kind: KIND },
  field: '.spec.http[].backends',
  scale: { absent: 100, alone: ALL, max: 2_147_483_647, even: false },
};
/** Stands between the name of an entry and the number of a tester in the name of ours. */
const OURS = '-crossfade-';
const SPLIT = 'traffic-split';

interface ApisixRoute extends KubeObject {
  spec?: {
    http?: readonly Entry[];
    stream?: readonly { readonly name: string; readonly backend?: { readonly serviceName?: string } }[];
  };
  status?: { conditions?: readonly Condition[] };
}

interface Entry {
  readonly name: string;
  readonly priority?: number;
  readonly match?: { readonly exprs?: readonly Expression[] };
  readonly backends?: readonly Backend[];
  /** ApisixUpstreams: third destinations. */
  readonly upstreams?: readonly { readonly name?: string; readonly weight?: number }[];
  readonly plugins?: readonly { readonly name: string; readonly enable?: boolean }[];
}

interface Backend {
  readonly serviceName: string;
  readonly weight?: number;
}

interface Expression {
  readonly subject: { readonly scope: string; readonly name?: string };
  readonly op: string;
  readonly value?: string;
}

interface Journal {
  readonly rules: readonly KeptWeights[];
}

/** An entry as it stands in the object. Its backends are its first destinations. */
interface Place extends WeightedRule {
  readonly path: string;
  readonly value: Entry;
}

export const apisixRoute: Router = {
  kind: APISIX.kind,
  resources: [APISIX.resource],

  discover(app, objects) {
    return discoverEach(APISIX, app, objects, (object) => bind(app, object));
  },

  read(binding, objects) {
    const route = routeOf(binding, objects);
    if (route === null) return GONE;
    const places = placesOf(route);
    const isOriginal = places.every(
      (place) => editsOf(place, journalOf(binding).rules, binding.app, APISIX.scale, ORIGINAL).length === 0,
    );
    const overrides = testersIn(route, binding).length > 0;
    return {
      share: shareIn(places, binding.app, APISIX.scale),
      overrides,
      mirror: 0,
      original: isOriginal && !overrides,
    };
  },

  plan(binding, objects, wanted) {
    const route = routeOf(binding, objects);
    if (wanted !== ORIGINAL) {
      assertPossible(KIND, binding, apisixRoute.capabilities(binding), wanted);
      assertThere(KIND, binding, route === null ? null : placesOf(route));
    }
    if (route === null) return [];
    return patchOf(binding, route, changesOf(binding, route, wanted), whyOf(KIND, binding, wanted));
  },

  review(binding, objects) {
    const route = routeOf(binding, objects);
    return reviewShares(APISIX, binding, route && placesOf(route));
  },

  verdict(binding, objects) {
    const route = routeOf(binding, objects);
    if (route === null) return deleted(KIND, binding);
    // The controller says Accepted since 2.0 and said ResourcesAvailable before; after an upgrade the old condition stays.
    const said = (route.status?.conditions ?? []).filter(
      ({ type }) => type === 'Accepted' || type === 'ResourcesAvailable',
    );
    const [latest] = said.sort((a, b) => (b.observedGeneration ?? 0) - (a.observedGeneration ?? 0));
    return verdictOf(`${KIND} ${nameOf(route)}`, route, latest);
  },

  capabilities(binding) {
    return {
      nearest: (share) => nearestOf(share, journalOf(binding).rules, APISIX.scale),
      headers: ['exact', 'regex'],
      cookies: true,
      mirror: false,
      level: 'accepted',
    };
  },
};

function bind(app: RoutedApp, route: ApisixRoute): Found | null {
  const title = `${KIND} ${nameOf(route)}`;
  const places = placesOf(route).filter((place) => names(place, app.live));
  const streams = (route.spec?.stream ?? []).filter(({ backend }) => backend?.serviceName === app.live);
  if (places.length === 0)
    return streams.length === 0
      ? null
      : { refusal: `${title} cannot be used: a stream has one backend and no weights; release without a router.` };
  const split = places.find(({ value }) =>
    value.plugins?.some(({ name, enable }) => name === SPLIT && enable !== false),
  );
  if (split !== undefined)
    return {
      refusal: `${title} cannot be used: ${split.title} has the plugin \`${SPLIT}\`, whose weights win over those of its backends; write them as \`weight\` of its \`backends\` instead.`,
    };
  const { kept, refusal } = keepAll(places, app, APISIX.scale, title);
  if (refusal !== undefined) return { refusal };
  const journal: Journal = { rules: kept };
  const warnings = streams.map(
    ({ name }) => `${title} leads stream ${name} to Service ${app.live} too; a stream cannot be split and stays there.`,
  );
  return { journal, rules: places, warnings };
}

function placesOf({ spec }: ApisixRoute): Place[] {
  return (spec?.http ?? []).map((value, index) => ({
    path: `/spec/http/${index}`,
    key: value.name,
    title: `its entry ${value.name}`,
    value,
    destinations: [
      ...(value.backends ?? []).map(({ serviceName, weight }) => ({ service: serviceName, weight: weight ?? null })),
      ...(value.upstreams ?? []).map(({ weight }) => ({ service: null, weight: weight ?? null })),
    ],
  }));
}

/** Every change that is to be made, in an order in which no index moves before it is used. */
function changesOf(binding: Binding, route: ApisixRoute, wanted: Intent | typeof ORIGINAL): Patch {
  const { rules } = journalOf(binding);
  const share = wanted === ORIGINAL ? wanted : wanted.share;
  const weights: Patch[] = placesOf(route).map((place) => {
    const changes = editsOf(place, rules, binding.app, APISIX.scale, share).flatMap((edit) =>
      changeOf(place, edit, binding.app),
    );
    return { tests: changes.length === 0 ? [] : [{ op: 'test', path: place.path, value: place.value }], changes };
  });
  return joined([...weights, testerChanges(binding, route, wanted)]);
}

function changeOf({ path, value }: Place, edit: WeightEdit, app: RoutedApp): JsonPatch {
  const backend = `${path}/backends/${edit.at}`;
  switch (edit.edit) {
    case 'weight':
      return weightPatch(`${backend}/weight`, edit.weight);
    case 'add': {
      const added = { ...value.backends?.[edit.at], serviceName: app.candidate, weight: edit.weight };
      return [{ op: 'add', path: `${path}/backends/-`, value: added }];
    }
    case 'rename':
      return [{ op: 'replace', path: `${backend}/serviceName`, value: app.live }];
    case 'drop':
      return [{ op: 'remove', path: backend }];
  }
}

/* Testers */

/** Entries of ours: to the candidate alone, named after an entry that leads to the live Service, or did. */
function testersIn(route: ApisixRoute, binding: Binding): Place[] {
  const places = placesOf(route);
  const sources = [
    ...journalOf(binding).rules.map(({ rule }) => rule),
    ...places.filter((place) => names(place, binding.app.live)).map(({ key }) => key),
  ];
  return places.filter(({ key, destinations }) => {
    const isCandidateAlone = destinations.length === 1 && destinations[0]?.service === binding.app.candidate;
    return isCandidateAlone && sources.some((source) => key.startsWith(`${source}${OURS}`));
  });
}

function testerChanges(binding: Binding, route: ApisixRoute, wanted: Intent | typeof ORIGINAL): Patch {
  const existing = testersIn(route, binding);
  const sources = placesOf(route).filter((place) => names(place, binding.app.live));
  const entries = wanted === ORIGINAL ? [] : sources.flatMap((source) => testersOf(source, wanted, binding.app));
  return testersPatch('/spec/http', existing, entries);
}

/** The source's entry with all its plugins and timeouts, for testers alone. */
function testersOf({ value: source }: Place, { headers, cookies }: Intent, app: RoutedApp): Entry[] {
  const { upstreams: _upstreams, ...rest } = source;
  const backends = (source.backends ?? [])
    .filter(({ serviceName }) => serviceName === app.live)
    .map(({ weight: _weight, ...backend }) => ({ ...backend, serviceName: app.candidate }));
  const expressions: Expression[] = [
    ...headers.map(headerExpression),
    ...cookies.map(({ name, value }) => ({ subject: { scope: 'Cookie', name }, op: 'Equal', value })),
  ];
  return expressions.map((expression, index) => ({
    ...rest,
    name: `${source.name}${OURS}${index + 1}`,
    priority: (source.priority ?? 0) + 1,
    match: { ...source.match, exprs: [...(source.match?.exprs ?? []), expression] },
    backends,
  }));
}

/** APISIX finds a pattern anywhere in the value; the proxies of other routers match the whole of it, and so do we. */
function headerExpression({ name, kind, value }: HeaderMatch): Expression {
  const subject = { scope: 'Header', name };
  return kind === 'exact' ? { subject, op: 'Equal', value } : { subject, op: 'RegexMatch', value: `^(?:${value})$` };
}

function routeOf(binding: Binding, objects: RouteObjects): ApisixRoute | null {
  return objectIn(binding, objects);
}

function journalOf(binding: Binding): Journal {
  return binding.journal as Journal; // made by `bind`
}
