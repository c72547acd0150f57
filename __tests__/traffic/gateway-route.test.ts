import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { grpcRoute, httpRoute } from '../../src/traffic/gateway-route.ts';
import { isObject, objectsAt } from '../simulator/json.ts';
import { serveRoute } from './gateway-data-plane.ts';
import {
  APP,
  GATEWAY,
  HEADERS_FILTER,
  MESH,
  RICH_RULES,
  condition,
  pathOf,
  planned,
  route,
  service,
  withConditions,
  withRules,
} from './gateway-objects.ts';
import { edited, objectsOf } from './route-store.ts';
import { type RouterFixture, routerContract } from './router-contract.ts';

/** A status that speaks of the generation that the object has. */
function said(conditions: (generation: number) => readonly object[]): (object: KubeObject) => KubeObject {
  return (object) => {
    const parents = objectsAt(isObject(object) ? object.spec : undefined, 'parentRefs');
    return { ...object, ...{ status: withConditions(parents, conditions(object.metadata?.generation ?? 0)) } };
  };
}

const COMMON = {
  app: APP,
  path: pathOf,
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

/** A rule of somebody else's before all others. */
function insertRule(rule: object): RouterFixture['insertRule'] {
  return withRules((rules) => [{ ...rule, backendRefs: [service('somebody-elses', 1)] }, ...rules]);
}

const RICH_REQUESTS = [
  { name: 'api', path: '/api/items', headers: {} },
  { name: 'old api', path: '/v1/items', headers: { 'x-api': 'old' } },
  { name: 'page', path: '/', headers: {} },
  { name: 'cart', method: 'POST', path: '/cart', headers: {} },
  { name: 'docs', path: '/docs/index', headers: {}, fixed: true as const },
];

routerContract({
  ...COMMON,
  insertRule: insertRule({ matches: [{ path: { type: 'Exact', value: '/new' } }] }),
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
  insertRule: insertRule({ matches: [{ path: { type: 'Exact', value: '/new' } }] }),
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
  insertRule: insertRule({ matches: [{ path: { type: 'Exact', value: '/new' } }] }),
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
  insertRule: insertRule({ matches: [{ method: { service: 'new.Service' } }] }),
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

describe('a mirror', () => {
  test('is refused where Traefik carries the route, at any of its parents', () => {
    const parents = ['istio.io/gateway-controller', 'traefik.io/gateway-controller'].map((controllerName) => ({
      parentRef: GATEWAY,
      controllerName,
      conditions: [],
    }));
    const object = route('HTTPRoute', [{ backendRefs: [service('web', 1)] }], [GATEWAY], { status: { parents } });
    expect(() => planned(object, { mirror: 1_000 })).toThrow(
      /^Wanted to mirror 10 % of HTTPRoute web, which Traefik carries .* would answer every request of the route with 500/,
    );
    expect(planned(object, { share: 1_000 }).rules[0]).not.toHaveProperty('filters');
  });

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
