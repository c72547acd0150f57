import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { ALL, CannotRoute, type HeaderMatch, type Intent, ORIGINAL } from '../../src/traffic/router.ts';
import { traefikIngressRoute, traefikIngressRouteTcp } from '../../src/traffic/traefik-ingress-route.ts';
import type { Member } from '../../src/traffic/traefik-list.ts';
import { appliedAll, objectsOf, type Store, storeOf } from './route-store.ts';
import { type RouterFixture, routerContract } from './router-contract.ts';
import { type IngressRoute, type Route, app, edited, object, pathOf, serve } from './traefik-objects.ts';

const base = {
  router: traefikIngressRoute,
  app,
  route: 'ingressroute/web',
  path: pathOf,
  serve,
  originalShare: 0,
  inexpressible: [],
  capabilities: { headers: ['exact', 'regex'], cookies: true, mirror: false, level: 'held' },
  declared: ['/spec/routes'],
  foreignWeight: edited((routes) =>
    routes.map((route) => ({
      ...route,
      services: route.services.map((member) =>
        member.name === 'web-candidate' && route.services.length > 1 ? { ...member, weight: 7 } : member,
      ),
    })),
  ),
  insertRule: edited((routes) => [
    { match: 'Host(`new.example.com`)', kind: 'Rule', services: [{ name: 'other', port: 80 }] },
    ...routes,
  ]),
  status: { unknown: (same) => same },
  meanings: [],
  notApplicable: { 11: 'in the first fixture', 16: 'one object' },
} satisfies Partial<RouterFixture>;

function one(...services: Member[]): KubeObject {
  return object('web', [{ match: 'Host(`shop.example.com`)', services }]);
}

routerContract({
  ...base,
  name: 'IngressRoute with two routes to the live Service',
  objects: () => [
    object('web', [
      {
        match: 'Host(`shop.example.com`)',
        kind: 'Rule',
        middlewares: [{ name: 'compress' }],
        services: [{ name: 'web', port: 80, passHostHeader: true }],
      },
      {
        match: 'Host(`shop.example.com`) && PathPrefix(`/static`)',
        kind: 'Rule',
        services: [{ name: 'static', port: 80 }],
      },
      {
        match: 'Host(`old.example.com`) || Host(`older.example.com`)',
        kind: 'Rule',
        priority: 100,
        observability: { accessLogs: true },
        middlewares: [{ name: 'strip', namespace: 'shop' }, { name: 'auth' }],
        services: [{ name: 'web', kind: 'Service', namespace: 'shop', port: 'http', weight: 5, passHostHeader: true }],
      },
    ]),
    object('tables', [{ match: 'Host(`tables.example.com`)', services: [{ name: 'web', kind: 'TraefikService' }] }]),
  ],
  requests: [
    { name: 'shop', host: 'shop.example.com', path: '/', headers: {} },
    { name: 'older', host: 'older.example.com', path: '/a', headers: {} },
    { name: 'static', host: 'shop.example.com', path: '/static/a.css', headers: {}, fixed: true },
    // A tester does not lose the paths that are another app's: the longer rule of theirs is above the testers' one.
    { name: 'static tester', host: 'shop.example.com', path: '/static/', headers: { 'x-canary': 'true' }, fixed: true },
    { name: 'tables', host: 'tables.example.com', path: '/', headers: { 'x-canary': 'true' }, fixed: true },
  ],
  shares: [0, 1, 500, 5000, 9999, ALL],
  elsewhere: () => [
    one({ name: 'web', namespace: 'another', port: 80 }, { name: 'web', kind: 'TraefikService' }, { name: 'web@file' }),
    object('far', [{ match: 'Host(`a`)', services: [{ name: 'web' }] }], 'IngressRoute', 'another'),
  ],
  meanings: [
    { name: 'alone, absent', objects: () => [one({ name: 'web', port: 80 })], share: 0 },
    { name: 'both absent', objects: () => [one({ name: 'web' }, { name: 'web-candidate' })], share: 5000 },
    { name: '3 and absent', objects: () => [one({ name: 'web', weight: 3 }, { name: 'web-candidate' })], share: 2500 },
    { name: 'absent and 0', objects: () => [one({ name: 'web' }, { name: 'web-candidate', weight: 0 })], share: 0 },
    { name: 'alone, 0', objects: () => [one({ name: 'web', weight: 0 })], share: 'refused' },
  ],
  notApplicable: { 16: 'one object' },
});

routerContract({
  ...base,
  name: 'IngressRoute that splits by itself, with a header route and a route for old clients',
  objects: () => [
    object('web', [
      {
        match: '(Host(`shop.example.com`)) && (Header(`x-team`, `shop`))',
        services: [{ name: 'web-candidate', port: 80 }],
      },
      {
        match: 'Host(`shop.example.com`)',
        services: [
          { name: 'web', port: 80, weight: 90 },
          { name: 'web-candidate', port: 80, weight: 10 },
        ],
      },
      {
        match: 'Host(`shop.example.com`) && Header(`x-old`, `1`)',
        priority: 500,
        services: [{ name: 'web', port: 80 }],
      },
    ]),
  ],
  requests: [
    { name: 'shop', host: 'shop.example.com', path: '/', headers: {} },
    { name: 'team', host: 'shop.example.com', path: '/', headers: { 'x-team': 'shop' }, fixed: true },
    { name: 'old clients', host: 'shop.example.com', path: '/', headers: { 'x-old': '1' }, fixed: true },
  ],
  originalShare: 1000,
  shares: [0, 1000, 5000, ALL],
});

routerContract({
  ...base,
  name: 'IngressRoute with third destinations',
  objects: () => [
    object('web', [
      {
        match: 'Host(`a.example.com`)',
        services: [
          { name: 'old', weight: 30 },
          { name: 'web', port: 80, weight: 40 },
        ],
      },
      {
        match: 'Host(`b.example.com`)',
        services: [
          { name: 'web', port: 80, weight: 60 },
          { name: 'old', weight: 1 },
        ],
      },
      { match: 'Host(`c.example.com`)', services: [{ name: 'web', port: 80 }] },
    ]),
  ],
  requests: ['a', 'b', 'c'].map((name) => ({ name, host: `${name}.example.com`, path: '/', headers: {} })),
  shares: [0, 500, 2500, 5000, ALL],
  inexpressible: [100, 333],
});

routerContract({
  ...base,
  name: 'IngressRouteTCP',
  router: traefikIngressRouteTcp,
  route: 'ingressroutetcp/web',
  objects: () => [
    object('web', [{ match: 'HostSNI(`*`)', services: [{ name: 'web', port: 5432 }] }], 'IngressRouteTCP'),
  ],
  requests: [{ name: 'any', path: '', headers: {} }],
  shares: [0, 500, ALL],
  capabilities: { ...base.capabilities, headers: [], cookies: false },
  notApplicable: { ...base.notApplicable, 9: 'TCP has no headers', 10: 'TCP has no headers' },
});

const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;
const HEADER: HeaderMatch = { name: 'x-canary', value: 'true', kind: 'exact' };

function scene(...routes: Route[]) {
  const start = storeOf([object('web', routes)], pathOf);
  const { bindings, refusals, warnings } = traefikIngressRoute.discover(app, [...start.values()]);
  const [binding] = bindings;
  const plan = (store: Store, wanted: Intent | typeof ORIGINAL) => {
    if (binding === undefined) throw new Error(refusals.join(' '));
    return traefikIngressRoute.plan(binding, objectsOf(binding, store), wanted);
  };
  const written = (store: Store, wanted: Intent | typeof ORIGINAL) => appliedAll(store, plan(store, wanted));
  const routesOf = (store: Store) => ([...store.values()][0] as IngressRoute).spec.routes; // the only object
  return { start, binding, refusals, warnings, plan, written, routesOf };
}

const HOST = 'Host(`shop.example.com`)';
const WEB = { name: 'web', port: 80 };

describe('testers', () => {
  test.each<[string, Partial<Route>, Partial<Intent>, string, number]>([
    ['a header', {}, { headers: [HEADER] }, 'Header(`x-canary`, `true`)', HOST.length + 1],
    [
      'a pattern',
      {},
      { headers: [{ name: 'x-user', value: 'qa-[0-9]+', kind: 'regex' }] },
      'HeaderRegexp(`x-user`, `qa-[0-9]+`)',
      HOST.length + 1,
    ],
    [
      'a cookie',
      {},
      { cookies: [{ name: 'canary', value: 'v1.0' }] },
      'HeaderRegexp(`Cookie`, `(^|;\\s*)canary=v1\\.0(;|$)`)',
      HOST.length + 1,
    ],
    [
      'either of two',
      {},
      { headers: [HEADER, { ...HEADER, name: 'x-qa' }] },
      'Header(`x-canary`, `true`) || Header(`x-qa`, `true`)',
      HOST.length + 1,
    ],
    [
      'a backtick in a value',
      {},
      { headers: [{ ...HEADER, value: 'a`"b' }] },
      'Header(`x-canary`, "a`\\"b")',
      HOST.length + 1,
    ],
    ['a priority of the source', { priority: 42 }, { headers: [HEADER] }, 'Header(`x-canary`, `true`)', 43],
    ['priority 0 is none', { priority: 0 }, { headers: [HEADER] }, 'Header(`x-canary`, `true`)', HOST.length + 1],
    ['the rules of Traefik 2', { syntax: 'v2' }, { headers: [HEADER] }, 'Headers(`x-canary`, `true`)', HOST.length + 1],
  ])('%s', (_what, route, testers, rule, priority) => {
    const { start, written, routesOf } = scene({
      match: HOST,
      middlewares: [{ name: 'auth' }],
      services: [WEB],
      ...route,
    });
    expect(routesOf(written(start, { share: 0, ...NOBODY, ...testers }))).toEqual([
      ...routesOf(start),
      {
        ...route,
        match: `(${HOST}) && (${rule})`,
        priority,
        middlewares: [{ name: 'auth' }],
        services: [{ name: 'web-candidate', port: 80 }],
      },
    ]);
  });

  test('other testers, or a source that was edited: their route is replaced, not doubled', () => {
    const { start, written, routesOf } = scene({ match: HOST, services: [WEB] });
    const first = written(start, { ...NOBODY, share: 500, headers: [HEADER] });
    const second = written(first, { ...NOBODY, share: 500, headers: [{ ...HEADER, value: 'yes' }] });
    expect(routesOf(second).map(({ match }) => match)).toEqual([HOST, `(${HOST}) && (Header(\`x-canary\`, \`yes\`))`]);
    const withAuth = new Map(
      [...second].map(([path, route]) => [
        path,
        edited(([source, ...rest]) => (source ? [{ ...source, middlewares: [{ name: 'auth' }] }, ...rest] : []))(route),
      ]),
    );
    const third = written(withAuth, { ...NOBODY, share: 500, headers: [{ ...HEADER, value: 'yes' }] });
    expect(routesOf(third).map(({ middlewares }) => middlewares)).toEqual([[{ name: 'auth' }], [{ name: 'auth' }]]);
  });
});

describe('edits by others meanwhile', () => {
  test('a rule was changed while our weights were in its route: Original takes ours out all the same', () => {
    const { start, written, plan, routesOf } = scene({ match: HOST, services: [WEB] });
    const half = written(start, { ...NOBODY, share: 5000, headers: [HEADER] });
    const changed = new Map(
      [...half].map(([path, route]) => [
        path,
        edited((routes) => routes.map((each) => (each.match === HOST ? { ...each, match: 'Host(`b`)' } : each)))(route),
      ]),
    );
    expect(() => plan(changed, { share: 100, ...NOBODY })).toThrow(CannotRoute);
    expect(routesOf(written(changed, ORIGINAL))).toEqual([{ match: 'Host(`b`)', services: [WEB] }]);
  });

  test('a route that somebody added with both Services stays as it is', () => {
    const { start, written, routesOf } = scene({ match: HOST, services: [WEB] });
    const half = written(start, { ...NOBODY, share: 5000 });
    const own = { match: 'Host(`own`)', services: [{ name: 'web' }, { name: 'web-candidate' }] };
    const more = new Map([...half].map(([path, route]) => [path, edited((routes) => [own, ...routes])(route)]));
    expect(routesOf(written(more, ORIGINAL))).toEqual([own, ...routesOf(start)]);
  });

  test('routes that were given different shares have none', () => {
    const { start, written, binding } = scene(
      { match: HOST, services: [WEB] },
      { match: 'Host(`b`)', services: [WEB] },
    );
    const half = written(start, { ...NOBODY, share: 5000 });
    const torn = new Map(
      [...half].map(([path, route]) => [
        path,
        edited(([first, ...rest]) => (first ? [{ ...first, services: [WEB] }, ...rest] : []))(route),
      ]),
    );
    if (binding === undefined) throw new Error('nothing found');
    expect(traefikIngressRoute.read(binding, objectsOf(binding, torn)).share).toBeNull();
  });
});

test('one PATCH for all routes, with the rule and the old services of each tested', () => {
  const other = { match: 'Host(`b`)', services: [{ name: 'other' }] };
  const { start, plan } = scene(other, { match: HOST, services: [WEB] });
  expect(plan(start, { share: 2500, ...NOBODY })).toEqual([
    {
      verb: 'patch',
      path: '/apis/traefik.io/v1alpha1/namespaces/shop/ingressroutes/web',
      tests: [
        { op: 'test', path: '/metadata/uid', value: 'uid-web' },
        { op: 'test', path: '/spec/routes/1/match', value: HOST },
        { op: 'test', path: '/spec/routes/1/services', value: [WEB] },
      ],
      changes: [
        { op: 'add', path: '/spec/routes/1/services/0/weight', value: 7500 },
        { op: 'add', path: '/spec/routes/1/services/-', value: { name: 'web-candidate', port: 80, weight: 2500 } },
      ],
      why: 'IngressRoute web: 25 % of users to Service web-candidate',
    },
  ]);
});

describe('what cannot be used is refused, and what is doubtful is said', () => {
  const split = (live: number, candidate: number): Member[] => [
    { name: 'web', weight: live },
    { name: 'web-candidate', weight: candidate },
  ];

  test.each<[string, Route[], RegExp]>([
    ['the live Service twice', [{ match: HOST, services: [WEB, { ...WEB, port: 81 }] }], /Service web more than once/],
    [
      'one rule twice',
      [
        { match: HOST, services: [WEB] },
        { match: HOST, services: [WEB] },
      ],
      /several routes for Host/,
    ],
    [
      'two shares',
      [
        { match: HOST, services: split(90, 10) },
        { match: 'Host(`b`)', services: split(80, 20) },
      ],
      /10 %, 20 %/,
    ],
  ])('%s', (_what, routes, why) => {
    const { binding, refusals } = scene(...routes);
    expect(binding).toBeUndefined();
    expect(refusals).toEqual([expect.stringMatching(why)]);
  });

  test('routes that name the live Service alone beside a split of the user’s are told', () => {
    const { warnings } = scene({ match: HOST, services: split(90, 10) }, { match: 'Host(`b`)', services: [WEB] });
    expect(warnings).toEqual([expect.stringContaining('only the former get a share: Host(`shop.example.com`)')]);
  });
});
