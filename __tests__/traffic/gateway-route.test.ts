import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { grpcRoute, httpRoute } from '../../src/traffic/gateway-route.ts';
import {
  type Binding,
  CannotRoute,
  type Intent,
  ORIGINAL,
  type RouteVerdict,
  type RoutedApp,
} from '../../src/traffic/router.ts';
import { type JsonObject, isObject, objectsAt } from '../simulator/json.ts';
import { serveRoute } from './gateway-data-plane.ts';
import { type Store, appliedAll, edited, objectsOf, refusalCode, settled, storeOf } from './route-store.ts';
import { type RouterFixture, routerContract } from './router-contract.ts';

const APP: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;
const CANARY = { name: 'x-canary', value: 'true', kind: 'exact' } as const;

const GATEWAY = {
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
  name: 'public',
  namespace: 'infra',
  sectionName: 'https',
};
const MESH = { group: '', kind: 'Service', name: 'web', port: 80 };

function route(
  kind: string,
  rules: readonly object[],
  parentRefs: readonly object[] = [GATEWAY],
  rest = {},
): KubeObject {
  const object = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'uid-web',
      generation: 7,
      resourceVersion: '41',
      labels: { team: 'shop' },
      annotations: { 'example.com/owner': 'shop' },
    },
    spec: { parentRefs, hostnames: ['shop.example.com'], rules, fieldOfTomorrow: { deep: [1, 2] } },
    status: accepted(parentRefs, 7),
    ...rest,
  };
  return object;
}

function service(name: string, weight?: number, rest = {}): object {
  return { group: '', kind: 'Service', name, port: 80, ...(weight === undefined ? {} : { weight }), ...rest };
}

function condition(type: string, status: string, observedGeneration?: number, rest = {}): object {
  const said = { type, status, reason: type, message: `${type} is ${status}` };
  return { ...said, ...(observedGeneration === undefined ? {} : { observedGeneration }), ...rest };
}

function accepted(parentRefs: readonly object[], generation?: number): JsonObject {
  return withConditions(parentRefs, [
    condition('Accepted', 'True', generation),
    condition('ResolvedRefs', 'True', generation),
  ]);
}

function withConditions(parentRefs: readonly object[], conditions: readonly object[]): JsonObject {
  return {
    parents: parentRefs.map((parentRef) => ({
      parentRef,
      controllerName: 'traefik.io/gateway-controller',
      conditions,
    })),
  };
}

/** A status that speaks of the generation that the object has. */
function said(conditions: (generation: number) => readonly object[]): (object: KubeObject) => KubeObject {
  return (object) => {
    const parents = objectsAt(isObject(object) ? object.spec : undefined, 'parentRefs');
    return { ...object, ...{ status: withConditions(parents, conditions(object.metadata?.generation ?? 0)) } };
  };
}

function withRules(edit: (rules: readonly JsonObject[]) => readonly object[]): (object: KubeObject) => KubeObject {
  return (object) => {
    const spec: unknown = isObject(object) ? object.spec : {};
    return { ...object, ...{ spec: { ...(isObject(spec) ? spec : {}), rules: edit(objectsAt(spec, 'rules')) } } };
  };
}

const COMMON = {
  app: APP,
  serve: (objects: readonly KubeObject[], request: Parameters<typeof serveRoute>[1]) =>
    serveRoute(objects, request, APP.candidate),
  capabilities: { headers: ['exact', 'regex'], cookies: true, mirror: true, level: 'accepted' },
  declared: ['/spec/rules/*/backendRefs', '/spec/rules/*/filters', '/spec/rules/-', '/spec/rules/*'],
  foreignWeight: withRules((rules) =>
    rules.map((rule) => ({
      ...rule,
      backendRefs: objectsAt(rule, 'backendRefs').map((ref) =>
        ref.name === 'web' ? { ...ref, weight: 123_457 } : ref,
      ),
    })),
  ),
  status: {
    yes: said((generation) => [
      condition('Accepted', 'True', generation),
      condition('ResolvedRefs', 'True', generation),
    ]),
    stale: said((generation) => [condition('Accepted', 'True', generation - 1)]),
    no: said((generation) => [condition('Accepted', 'False', generation, { reason: 'NotAllowedByListeners' })]),
    unknown: (object: KubeObject) => ({ ...object, ...{ status: { parents: [] } } }),
  },
  mirrors: [10_000, 1_000, 125],
  notApplicable: { 16: 'a route is one object' },
} as const satisfies Partial<RouterFixture>;

const SHARES = [0, 1, 500, 3_333, 5_000, 9_999, 10_000];

function http(kind: 'HTTPRoute' | 'GRPCRoute') {
  const resource = kind === 'HTTPRoute' ? 'httproutes' : 'grpcroutes';
  return {
    path: ({ metadata }: KubeObject): string =>
      `/apis/gateway.networking.k8s.io/v1/namespaces/${metadata?.namespace}/${resource}/${metadata?.name}`,
    insertRule: withRules((rules) => [
      {
        matches: [
          kind === 'HTTPRoute' ? { path: { type: 'Exact', value: '/new' } } : { method: { service: 'new.Service' } },
        ],
        backendRefs: [service('somebody-elses', 1)],
      },
      ...rules,
    ]),
  };
}

const HEADERS_FILTER = {
  type: 'RequestHeaderModifier',
  requestHeaderModifier: { set: [{ name: 'x-from', value: 'gateway' }] },
};

/** Three rules, one with a name, one without filters and weights, one with matches that differ in headers and method. */
const RICH_RULES = [
  {
    name: 'api',
    matches: [
      { path: { type: 'PathPrefix', value: '/api' } },
      { path: { type: 'PathPrefix', value: '/v1' }, headers: [{ type: 'Exact', name: 'X-Api', value: 'old' }] },
    ],
    filters: [
      HEADERS_FILTER,
      { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } },
    ],
    timeouts: { request: '10s', backendRequest: '2s' },
    retry: { codes: [503], attempts: 2 },
    backendRefs: [service('web', 1, { filters: [HEADERS_FILTER] })],
  },
  { backendRefs: [{ name: 'web', port: 80 }] },
  {
    matches: [{ path: { type: 'Exact', value: '/cart' }, method: 'POST' }],
    filters: [],
    backendRefs: [{ name: 'web', namespace: 'shop', port: 80, weight: 5 }],
  },
  { matches: [{ path: { type: 'PathPrefix', value: '/docs' } }], backendRefs: [service('docs', 1)] },
];

const RICH_REQUESTS = [
  { name: 'api', path: '/api/items', headers: {} },
  { name: 'old api', path: '/v1/items', headers: { 'x-api': 'old' } },
  { name: 'page', path: '/', headers: {} },
  { name: 'cart', method: 'POST', path: '/cart', headers: {} },
  { name: 'docs', path: '/docs/index', headers: {}, fixed: true as const },
];

routerContract({
  ...COMMON,
  ...http('HTTPRoute'),
  name: 'HTTPRoute of several rules',
  router: httpRoute,
  route: 'httproute/web',
  objects: () => [route('HTTPRoute', RICH_RULES)],
  requests: RICH_REQUESTS,
  originalShare: 0,
  shares: SHARES,
  inexpressible: [0.5],
  meanings: [
    {
      name: 'absent beside absent',
      objects: () => [route('HTTPRoute', [{ backendRefs: [{ name: 'web' }, { name: 'web-candidate' }] }])],
      share: 5_000,
    },
    {
      name: 'absent beside 3',
      objects: () => [route('HTTPRoute', [{ backendRefs: [{ name: 'web' }, { name: 'web-candidate', weight: 3 }] }])],
      share: 7_500,
    },
    {
      name: 'a candidate of zero',
      objects: () => [route('HTTPRoute', [{ backendRefs: [{ name: 'web' }, { name: 'web-candidate', weight: 0 }] }])],
      share: 0,
    },
    {
      name: 'a live Service of zero beside the candidate',
      objects: () => [route('HTTPRoute', [{ backendRefs: [service('web', 0), service('web-candidate', 1)] }])],
      share: 10_000,
    },
    {
      name: 'a live Service of zero alone',
      objects: () => [route('HTTPRoute', [{ backendRefs: [service('web', 0)] }])],
      share: 'refused',
    },
    {
      name: 'absent alone',
      objects: () => [route('HTTPRoute', [{ backendRefs: [{ name: 'web' }] }])],
      share: 0,
    },
  ],
  elsewhere: () => [
    route('HTTPRoute', [
      { backendRefs: [service('web', 1, { namespace: 'other' }), service('web-candidate', 1, { namespace: 'other' })] },
    ]),
    route('HTTPRoute', [{ backendRefs: [service('web', 1, { group: 'example.com', kind: 'Backend' })] }]),
  ],
});

routerContract({
  ...COMMON,
  ...http('HTTPRoute'),
  name: 'HTTPRoute with third destinations, and the live Service twice in a rule',
  router: httpRoute,
  route: 'httproute/web',
  objects: () => [
    route('HTTPRoute', [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [
          service('partner', 20),
          service('web', 50, { port: 80 }),
          service('web', 30, { port: 81, filters: [HEADERS_FILTER] }),
        ],
      },
      {
        matches: [{ path: { type: 'PathPrefix', value: '/shop' } }],
        backendRefs: [service('web', 3), service('partner', 0), service('web', 1, { port: 81 })],
      },
    ]),
  ],
  requests: [
    { name: 'page', path: '/', headers: {} },
    { name: 'shop', path: '/shop', headers: {} },
  ],
  originalShare: 0,
  shares: [0, 125, 5_000, 10_000],
  inexpressible: [100, 3_333],
  // Weights of the live Service's two entries together are checked; the filters of each travel with it.
  meanings: [],
  notApplicable: { ...COMMON.notApplicable, 11: 'shown with the route of several rules' },
});

routerContract({
  ...COMMON,
  ...http('HTTPRoute'),
  name: 'HTTPRoute of a mesh, with the user’s own candidate at 10 % and a header rule of the user’s',
  router: httpRoute,
  route: 'httproute/web',
  objects: () => [
    route(
      'HTTPRoute',
      [
        {
          matches: [
            { path: { type: 'PathPrefix', value: '/' }, headers: [{ type: 'Exact', name: 'x-team', value: 'shop' }] },
          ],
          backendRefs: [service('web-candidate', 1)],
        },
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          filters: [{ type: 'RequestMirror', requestMirror: { backendRef: service('audit') } }],
          backendRefs: [service('web', 90), service('web-candidate', 10)],
        },
      ],
      [MESH],
    ),
  ],
  requests: [
    { name: 'page', path: '/', headers: {} },
    { name: 'the team', path: '/', headers: { 'x-team': 'shop' }, fixed: true },
  ],
  originalShare: 1_000,
  shares: SHARES,
  inexpressible: [0.5],
  meanings: [],
  notApplicable: { ...COMMON.notApplicable, 11: 'shown with the route of several rules' },
});

routerContract({
  ...COMMON,
  ...http('GRPCRoute'),
  name: 'GRPCRoute',
  router: grpcRoute,
  route: 'grpcroute/web',
  objects: () => [
    route('GRPCRoute', [
      {
        matches: [
          { method: { type: 'Exact', service: 'shop.Cart', method: 'Add' } },
          { method: { service: 'shop.Orders' } },
        ],
        filters: [HEADERS_FILTER],
        sessionPersistence: { sessionName: 'cart' },
        backendRefs: [service('web')],
      },
      { backendRefs: [service('web', 1), service('legacy', 0)] },
    ]),
  ],
  requests: [
    { name: 'add', path: '/shop.Cart/Add', headers: {} },
    { name: 'orders', path: '/shop.Orders/List', headers: {} },
    { name: 'anything', path: '/grpc.health.v1.Health/Check', headers: {} },
  ],
  originalShare: 0,
  shares: SHARES,
  inexpressible: [0.5],
  meanings: [
    {
      name: 'absent beside 4',
      objects: () => [route('GRPCRoute', [{ backendRefs: [service('web'), service('web-candidate', 4)] }])],
      share: 8_000,
    },
  ],
});

function bound(object: KubeObject): { binding: Binding; store: Store } {
  const { bindings, refusals } = httpRoute.discover(APP, [object]);
  const [binding] = bindings;
  if (binding === undefined) throw new Error(refusals.join(' '));
  return { binding, store: storeOf([object], http('HTTPRoute').path) };
}

function planned(object: KubeObject, wanted: Partial<Intent>) {
  const { binding, store } = bound(object);
  const requests = httpRoute.plan(binding, objectsOf(binding, store), { share: 0, ...NOBODY, ...wanted });
  const after = appliedAll(store, requests);
  const [result] = after.values();
  return { binding, store, requests, after, rules: objectsAt(isObject(result) ? result.spec : undefined, 'rules') };
}

describe('the PATCH of a plain route', () => {
  test('tests the identity and the whole rule, changes its backends', () => {
    const object = route('HTTPRoute', [
      { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [service('web', 1)] },
    ]);
    expect(planned(object, { share: 2_500 }).requests).toEqual([
      {
        verb: 'patch',
        path: '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/web',
        tests: [
          { op: 'test', path: '/metadata/uid', value: 'uid-web' },
          {
            op: 'test',
            path: '/spec/rules/0',
            value: { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [service('web', 1)] },
          },
        ],
        changes: [
          {
            op: 'replace',
            path: '/spec/rules/0/backendRefs',
            value: [service('web', 7_500), service('web-candidate', 2_500)],
          },
        ],
        why: 'give Service web-candidate 25 % of the traffic of HTTPRoute web',
      },
    ]);
  });

  test('a beta API is written as it was read', () => {
    const object = {
      ...route('HTTPRoute', [{ backendRefs: [service('web')] }]),
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
    };
    const [binding] = httpRoute.discover(APP, [object]).bindings;
    expect(binding?.paths).toEqual(['/apis/gateway.networking.k8s.io/v1beta1/namespaces/shop/httproutes/web']);
  });

  test.each([
    ['gateway.k8s.aws/alb', 100, 1_000, [0, 100]],
    ['networking.gke.io/gateway', 1_000, 1_000, [50, 60]],
  ])('%s takes small weights: they add up to %i', (controllerName, sum, share, nearest) => {
    const status = { parents: [{ parentRef: GATEWAY, controllerName, conditions: [] }] };
    const { binding, rules } = planned(
      route('HTTPRoute', [{ backendRefs: [service('web', 1)] }], [GATEWAY], { status }),
      { share },
    );
    const weights = objectsAt(rules[0], 'backendRefs').map(({ weight }) => weight);
    expect(weights).toEqual([sum - (sum * share) / 10_000, (sum * share) / 10_000]);
    expect(httpRoute.capabilities(binding).nearest(55)).toEqual(nearest);
  });

  test('an entry of the live Service keeps its port and filters in its twin, and its part', () => {
    const refs = [service('web', 3, { port: 80 }), service('web', 1, { port: 81, filters: [HEADERS_FILTER] })];
    const { rules } = planned(route('HTTPRoute', [{ backendRefs: refs }]), { share: 1_000 });
    expect(rules[0]?.backendRefs).toEqual([
      service('web', 6_750, { port: 80 }),
      service('web', 2_250, { port: 81, filters: [HEADERS_FILTER] }),
      service('web-candidate', 750, { port: 80 }),
      service('web-candidate', 250, { port: 81, filters: [HEADERS_FILTER] }),
    ]);
  });
});

describe('testers', () => {
  test('each match of the rule and the header; a name is not copied, it must be unique', () => {
    const { rules, requests } = planned(route('HTTPRoute', RICH_RULES), { share: 0, headers: [CANARY] });
    expect(rules).toHaveLength(RICH_RULES.length + 3);
    expect(rules[4]).toEqual({
      ...RICH_RULES[0],
      name: undefined,
      matches: [
        { path: { type: 'PathPrefix', value: '/api' }, headers: [{ type: 'Exact', name: 'x-canary', value: 'true' }] },
        {
          path: { type: 'PathPrefix', value: '/v1' },
          headers: [
            { type: 'Exact', name: 'X-Api', value: 'old' },
            { type: 'Exact', name: 'x-canary', value: 'true' },
          ],
        },
      ],
      backendRefs: [service('web-candidate', 1, { filters: [HEADERS_FILTER] })],
    });
    expect(requests[0]?.why).toContain('and all requests with header x-canary: true');
  });

  test('a cookie is matched in the whole cookie header, and nothing in it is a pattern', () => {
    const cookies = [{ name: 'a.b', value: 'x+y' }];
    const { after } = planned(route('HTTPRoute', [{ backendRefs: [service('web', 1)] }]), { cookies });
    const served = (cookie: string): unknown =>
      serveRoute([...after.values()], { name: '', path: '/', headers: { cookie } }, APP.candidate).weights;
    for (const cookie of ['a.b=x+y', 'z=1; a.b=x+y', 'a.b=x+y; z=1', 'z=1;a.b=x+y;q=2'])
      expect([cookie, served(cookie)]).toEqual([cookie, { 'web-candidate': 1 }]);
    for (const cookie of ['aab=x+y', 'a.b=xxy', 'xa.b=x+y', 'a.b=x+yz', 'z=1'])
      expect([cookie, served(cookie)]).toEqual([cookie, { web: 1 }]);
  });

  test('a rule that asks for another value of the header needs no override', () => {
    const stable = { headers: [{ name: 'X-Canary', value: 'false' }] };
    const { rules } = planned(route('HTTPRoute', [{ matches: [stable], backendRefs: [service('web', 1)] }]), {
      headers: [CANARY],
    });
    expect(rules).toHaveLength(1);
  });

  test.each<[string, object[], RegExp]>([
    [
      'a rule that asks for the header already',
      [{ matches: [{ headers: [{ name: 'X-Canary', value: 'true' }] }], backendRefs: [service('web', 1)] }],
      /rule 1 of HTTPRoute web matches that header already \(true\)/,
    ],
    [
      'nine rules',
      Array.from({ length: 9 }, (_, index) => ({
        matches: [{ path: { type: 'PathPrefix', value: `/${index}` } }],
        backendRefs: [service('web', 1)],
      })),
      /it would have 18, and 16 are the most/,
    ],
    [
      'many matches',
      [
        {
          matches: Array.from({ length: 65 }, (_, index) => ({ path: { type: 'PathPrefix', value: `/${index}` } })),
          backendRefs: [service('web', 1)],
        },
      ],
      /take 65 matches for rule 1 of HTTPRoute web; 64 are the most/,
    ],
    [
      'many matches in all',
      Array.from({ length: 2 }, (_, rule) => ({
        matches: Array.from({ length: 40 }, (_, index) => ({
          path: { type: 'PathPrefix', value: `/${rule}/${index}` },
        })),
        backendRefs: [service('web', 1)],
      })),
      /would have 160 matches, and 128 are the most/,
    ],
  ])('%s: refused', (_name, rules, message) => {
    const { binding, store } = bound(route('HTTPRoute', rules));
    const plan = (): unknown =>
      httpRoute.plan(binding, objectsOf(binding, store), { share: 0, ...NOBODY, headers: [CANARY] });
    expect(plan).toThrow(CannotRoute);
    expect(plan).toThrow(message);
  });

  test('a source rule edited between read and write: no copy of what it was', () => {
    const { binding, requests, store } = planned(route('HTTPRoute', RICH_RULES), { headers: [CANARY] });
    expect(requests).toHaveLength(1);
    const later = edited(
      store,
      withRules((rules) => rules.map((rule) => ({ ...rule, timeouts: { request: '1s' } }))),
    );
    expect(refusalCode(() => appliedAll(later, requests))).toBe(422);
    const again = appliedAll(
      later,
      httpRoute.plan(binding, objectsOf(binding, later), { share: 0, ...NOBODY, headers: [CANARY] }),
    );
    const [object] = again.values();
    const timeouts = objectsAt(isObject(object) ? object.spec : undefined, 'rules').map((rule) => rule.timeouts);
    expect(timeouts).toEqual(timeouts.map(() => ({ request: '1s' })));
  });

  test('rules of ours go even when their source has been changed meanwhile', () => {
    const { binding, after } = planned(route('HTTPRoute', RICH_RULES), { share: 1_000, headers: [CANARY] });
    const change = withRules((rules) =>
      rules.map((rule, index) =>
        index === 2 ? { ...rule, matches: [{ path: { type: 'Exact', value: '/basket' } }] } : rule,
      ),
    );
    const changed = edited(after, change);
    expect(() => httpRoute.plan(binding, objectsOf(binding, changed), { share: 0, ...NOBODY })).toThrow(
      /rule 3 no longer leads/,
    );
    const restored = appliedAll(changed, httpRoute.plan(binding, objectsOf(binding, changed), ORIGINAL));
    const original = storeOf([route('HTTPRoute', RICH_RULES)], http('HTTPRoute').path);
    expect(settled(restored)).toEqual(settled(edited(original, change)));
  });
});

describe('a mirror', () => {
  test.each<[number, object]>([
    [10_000, {}],
    [2_500, { percent: 25 }],
    [125, { fraction: { numerator: 125, denominator: 10_000 } }],
  ])('%i basis points', (mirror, part) => {
    const { rules } = planned(route('HTTPRoute', [{ filters: [HEADERS_FILTER], backendRefs: [service('web', 1)] }]), {
      mirror,
    });
    expect(rules[0]?.filters).toEqual([
      HEADERS_FILTER,
      { type: 'RequestMirror', requestMirror: { backendRef: service('web-candidate'), ...part } },
    ]);
  });

  test('beside the user’s own to the same Service: refused', () => {
    const own = { type: 'RequestMirror', requestMirror: { backendRef: service('web-candidate') } };
    const object = route('HTTPRoute', [{ filters: [own], backendRefs: [service('web', 1)] }]);
    expect(() => planned(object, { mirror: 100 })).toThrow(/a RequestMirror of your own does so already/);
    expect(planned(object, { share: 100 }).rules[0]?.filters).toEqual([own]);
  });
});

describe('discovery', () => {
  test.each<[string, KubeObject, RegExp]>([
    [
      'rules that differ',
      route('HTTPRoute', [
        { backendRefs: [service('web', 90), service('web-candidate', 10)] },
        { matches: [{ path: { type: 'Exact', value: '/x' } }], backendRefs: [service('web', 1)] },
      ]),
      /HTTPRoute web gives Service web-candidate different shares in different rules \(10 %, 0 %\)/,
    ],
    [
      'a route that is being deleted',
      {
        ...route('HTTPRoute', [{ backendRefs: [service('web', 1)] }]),
        metadata: { name: 'web', namespace: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' },
      },
      /HTTPRoute web is being deleted/,
    ],
  ])('%s: refused', (_name, object, message) => {
    const { bindings, refusals } = httpRoute.discover(APP, [object]);
    expect(bindings).toEqual([]);
    expect(refusals).toEqual([expect.stringMatching(message)]);
  });

  test('several routes of one Service, by name', () => {
    const named = (name: string): KubeObject => {
      const object = route('HTTPRoute', [{ backendRefs: [service('web', 1)] }]);
      return { ...object, metadata: { ...object.metadata, name } };
    };
    const { bindings } = httpRoute.discover(APP, [named('b'), named('a')]);
    expect(bindings.map(({ router }) => router)).toEqual(['httproute/a', 'httproute/b']);
  });

  test('session persistence: a warning', () => {
    const object = route('HTTPRoute', [{ sessionPersistence: {}, backendRefs: [service('web', 1)] }]);
    expect(httpRoute.discover(APP, [object]).warnings).toEqual([expect.stringContaining('counts new sessions only')]);
  });

  test('a rule that somebody adds for the live Service meanwhile: no single share any more', () => {
    const { binding, after } = planned(route('HTTPRoute', [{ backendRefs: [service('web', 1)] }]), { share: 1_000 });
    const added = edited(
      after,
      withRules((rules) => [{ matches: [{ method: 'GET' }], backendRefs: [service('web', 1)] }, ...rules]),
    );
    expect(httpRoute.read(binding, objectsOf(binding, added)).share).toBeNull();
  });
});

describe('verdict', () => {
  const refs = condition('ResolvedRefs', 'False', 7, { reason: 'BackendNotFound', message: 'no web-candidate.' });

  test.each<[string, JsonObject, Partial<RouteVerdict>, RegExp]>([
    ['accepted', accepted([GATEWAY], 7), { is: 'yes', level: 'accepted' }, /^$/],
    ['accepted, no ResolvedRefs', withConditions([GATEWAY], [condition('Accepted', 'True', 8)]), { is: 'yes' }, /^$/],
    ['Linkerd: unversioned', accepted([GATEWAY]), { is: 'yes', level: 'accepted' }, /accepted, unversioned/],
    [
      'programmed',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), condition('Programmed', 'True', 7)]),
      { is: 'yes', level: 'programmed' },
      /^$/,
    ],
    [
      'not yet programmed',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), condition('Programmed', 'True', 6)]),
      { is: 'unknown', level: 'stored' },
      /accepted generation 7 and not yet programmed it/,
    ],
    ['stale', accepted([GATEWAY], 6), { is: 'unknown' }, /has not yet seen generation 7 \(it has seen 6\)/],
    [
      'a stale refusal',
      withConditions([GATEWAY], [condition('Accepted', 'False', 6)]),
      { is: 'unknown' },
      /not yet seen/,
    ],
    [
      'refused',
      withConditions([GATEWAY], [condition('Accepted', 'False', 7, { reason: 'NoMatchingParent', message: '' })]),
      { is: 'no', level: 'stored' },
      /HTTPRoute web at Gateway public in infra, section https: traefik.io\/gateway-controller does not accept it: NoMatchingParent\./,
    ],
    [
      'a backend that is not there',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), refs]),
      { is: 'no' },
      /ResolvedRefs=False: BackendNotFound: no web-candidate\.$/,
    ],
    [
      'a backend that was not there',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), { ...refs, observedGeneration: 6 }]),
      { is: 'unknown' },
      /does not say so of generation 7/,
    ],
    [
      'partly invalid',
      withConditions([GATEWAY], [condition('Accepted', 'True', 7), condition('PartiallyInvalid', 'True', 7)]),
      { is: 'no' },
      /PartiallyInvalid=True/,
    ],
    ['no decision', withConditions([GATEWAY], [condition('Accepted', 'Unknown', 7)]), { is: 'unknown' }, /not decided/],
    ['no condition', withConditions([GATEWAY], []), { is: 'unknown' }, /not yet said/],
    ['nothing', {}, { is: 'unknown' }, /no controller has said anything for Gateway public in infra/],
    ['another parent only', accepted([MESH], 7), { is: 'unknown' }, /no controller has said anything/],
  ])('%s', (_name, status, expected, reason) => {
    const { binding, store } = bound(route('HTTPRoute', [{ backendRefs: [service('web', 1)] }], [GATEWAY], { status }));
    const verdict = httpRoute.verdict(binding, objectsOf(binding, store));
    expect(verdict).toMatchObject(expected);
    expect(verdict.reasons.join(' ')).toMatch(reason);
  });

  test.each<[string, JsonObject, RouteVerdict['is'], RegExp]>([
    ['both', accepted([GATEWAY, MESH], 7), 'yes', /^$/],
    ['one is missing', accepted([GATEWAY], 7), 'unknown', /for Service web, port 80/],
    [
      'one refuses',
      {
        parents: [
          ...objectsAt(accepted([GATEWAY], 7), 'parents'),
          ...objectsAt(withConditions([MESH], [condition('Accepted', 'False', 7)]), 'parents'),
        ],
      },
      'no',
      /at Service web, port 80/,
    ],
  ])('two parents: %s', (_name, status, is, reason) => {
    const { binding, store } = bound(
      route('HTTPRoute', [{ backendRefs: [service('web', 1)] }], [GATEWAY, MESH], { status }),
    );
    const verdict = httpRoute.verdict(binding, objectsOf(binding, store));
    expect(verdict.is).toBe(is);
    expect(verdict.reasons.join(' ')).toMatch(reason);
  });

  test('a route that tells of its programming shows that level', () => {
    const status = withConditions([GATEWAY], [condition('Accepted', 'True', 7), condition('Programmed', 'True', 7)]);
    const { binding } = bound(route('HTTPRoute', [{ backendRefs: [service('web', 1)] }], [GATEWAY], { status }));
    expect(httpRoute.capabilities(binding).level).toBe('programmed');
  });
});
