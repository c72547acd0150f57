import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { contourHttpProxy } from '../../src/traffic/contour-http-proxy.ts';
import { CannotRoute, type Intent, ORIGINAL } from '../../src/traffic/router.ts';
import { type HTTPProxy, type Route, app, pathOf, proxy, serve, service, specOf, valid } from './contour-objects.ts';
import { type Store, appliedAll, edited, objectsOf, settled, storeOf } from './route-store.ts';
import { type RouterFixture, routerContract } from './router-contract.ts';

const inserted: Route = { conditions: [{ prefix: '/never' }], services: [service('legacy')] };

const fixture: Omit<RouterFixture, 'name' | 'objects' | 'requests' | 'originalShare' | 'shares' | 'inexpressible'> = {
  router: contourHttpProxy,
  app,
  route: 'httpproxy/web',
  path: pathOf,
  serve,
  capabilities: { headers: ['exact', 'regex'], cookies: true, mirror: true, level: 'accepted' },
  mirrors: [100, 2500, 10_000],
  declared: ['/spec/routes'],
  foreignWeight: (object) => {
    const spec = specOf(object);
    const routes = (spec.routes ?? []).map((route) => ({
      ...route,
      services: route.services.map((entry) =>
        entry.name === app.candidate && route.services.length > 1
          ? { ...entry, weight: (entry.weight ?? 0) + 7 }
          : entry,
      ),
    }));
    return { ...object, spec: { ...spec, routes } } as KubeObject; // with its spec
  },
  insertRule: (object) => {
    const spec = specOf(object);
    return { ...object, spec: { ...spec, routes: [inserted, ...(spec.routes ?? [])] } } as KubeObject; // with its spec
  },
  status: {
    yes: valid('True', (generation) => generation),
    stale: valid('True', (generation) => generation - 1),
    no: valid('False', (generation) => generation),
    unknown: (object) => ({ ...object, status: { conditions: [] } }),
  },
  meanings: [
    {
      name: 'a single service has all',
      objects: () => [proxy({ routes: [{ services: [service('web')] }] })],
      share: 0,
    },
    {
      name: 'a single service with weight 0 has all too',
      objects: () => [proxy({ routes: [{ services: [service('web', 0)] }] })],
      share: 0,
    },
    {
      name: 'absent is 0',
      objects: () => [proxy({ routes: [{ services: [service('web', 5), service('web-candidate')] }] })],
      share: 0,
    },
    {
      name: 'only zeros: an even split',
      objects: () => [proxy({ routes: [{ services: [service('web'), service('web-candidate', 0)] }] })],
      share: 5000,
    },
    {
      name: 'only zeros with a third',
      objects: () => [proxy({ routes: [{ services: [service('web'), service('legacy')] }] })],
      share: 'refused',
    },
    {
      name: 'nothing for the live Service',
      objects: () => [proxy({ routes: [{ services: [service('web'), service('legacy', 3)] }] })],
      share: 'refused',
    },
  ],
  notApplicable: { 16: 'one object' },
};

routerContract({
  ...fixture,
  name: 'HTTPProxy',
  objects: () => [
    proxy({
      routes: [
        { services: [service('web')], timeoutPolicy: { response: '5s' }, retryPolicy: { count: 3 } },
        {
          conditions: [{ prefix: '/api' }],
          services: [service('web', 7, { protocol: 'h2c' })],
          pathRewritePolicy: { replacePrefix: [{ replacement: '/' }] },
        },
        {
          conditions: [{ prefix: '/api' }, { header: { name: 'X-Version', exact: '2' } }],
          services: [service('web')],
          requestHeadersPolicy: { set: [{ name: 'X-Seen', value: 'yes' }] },
        },
        { conditions: [{ prefix: '/static' }], services: [service('assets')] },
      ],
    }),
  ],
  requests: [
    { name: 'any', path: '/', headers: {} },
    { name: 'api', path: '/api/users', headers: {} },
    { name: 'api, version 2', path: '/api/users', headers: { 'x-version': '2' } },
    { name: 'static', path: '/static/a.css', headers: {}, fixed: true },
  ],
  originalShare: 0,
  shares: [0, 1, 1000, 3333, 10_000],
  inexpressible: [0.5],
});

routerContract({
  ...fixture,
  name: 'HTTPProxy with a third destination and a mirror of its own',
  capabilities: { ...fixture.capabilities, mirror: false },
  objects: () => [
    proxy({
      routes: [
        { services: [service('legacy', 20), service('web', 80), service('audit', 50, { mirror: true })] },
        { conditions: [{ prefix: '/api' }], services: [service('web')] },
      ],
    }),
  ],
  requests: [
    { name: 'any', path: '/', headers: {} },
    { name: 'api', path: '/api', headers: {} },
  ],
  originalShare: 0,
  shares: [0, 125, 5000, 10_000],
  inexpressible: [100, 130],
});

routerContract({
  ...fixture,
  name: "HTTPProxy with the user's own split and header route",
  objects: () => [
    proxy({
      routes: [
        { services: [service('web', 90), service('web-candidate', 10)] },
        { conditions: [{ header: { name: 'x-beta', exact: 'yes' } }], services: [service('web-candidate')] },
      ],
    }),
  ],
  requests: [
    { name: 'any', path: '/', headers: {} },
    { name: 'beta', path: '/', headers: { 'x-beta': 'yes' }, fixed: true },
  ],
  originalShare: 1000,
  shares: [0, 1000, 3456, 10_000],
  inexpressible: [0.5],
});

routerContract({
  ...fixture,
  name: 'HTTPProxy for TCP',
  capabilities: { headers: [], cookies: false, mirror: false, level: 'accepted' },
  declared: ['/spec/tcpproxy/services'],
  objects: () => [proxy({ tcpproxy: { services: [service('web')] } })],
  requests: [{ name: 'a connection', path: '/', headers: {} }],
  foreignWeight: (object) => {
    const spec = specOf(object);
    const services = spec.tcpproxy?.services.map((entry, index) => (index === 1 ? { ...entry, weight: 7 } : entry));
    return { ...object, spec: { ...spec, tcpproxy: { services } } } as KubeObject; // with its spec
  },
  insertRule: (object) => object,
  meanings: [],
  originalShare: 0,
  shares: [0, 1000, 10_000],
  inexpressible: [0.5],
  notApplicable: {
    7: 'a TCP proxy has no rules',
    9: 'a TCP proxy sees no headers',
    10: 'a TCP proxy sees no headers',
    11: 'as with routes',
    16: 'one object',
  },
});

describe('HTTPProxy', () => {
  const intent = (share: number, more: Partial<Intent> = {}): Intent => ({
    share,
    headers: [],
    cookies: [],
    mirror: 0,
    ...more,
  });
  const canary = { name: 'x-canary', value: 'true', kind: 'exact' } as const;

  function bound(object: HTTPProxy) {
    const { bindings, refusals } = contourHttpProxy.discover(app, [object]);
    const [binding] = bindings;
    if (binding === undefined) throw new Error(`no binding: ${refusals.join()}`);
    const store = storeOf([object], pathOf);
    const plan = (from: Store, wanted: Intent | typeof ORIGINAL) =>
      contourHttpProxy.plan(binding, objectsOf(binding, from), wanted);
    return { binding, store, plan };
  }

  test('one PATCH: both weights and a route for testers with all policies of its source', () => {
    const { store, plan } = bound(
      proxy({ routes: [{ services: [service('web', 1, { protocol: 'h2c' })], timeoutPolicy: { response: '5s' } }] }),
    );
    expect(plan(store, intent(1000, { headers: [canary] }))).toEqual([
      {
        verb: 'patch',
        path: '/apis/projectcontour.io/v1/namespaces/shop/httpproxies/web',
        tests: [
          { op: 'test', path: '/metadata/uid', value: 'u-web' },
          {
            op: 'test',
            path: '/spec/routes/0',
            value: {
              services: [{ name: 'web', port: 80, weight: 1, protocol: 'h2c' }],
              timeoutPolicy: { response: '5s' },
            },
          },
        ],
        changes: [
          { op: 'add', path: '/spec/routes/0/services/0/weight', value: 9000 },
          {
            op: 'add',
            path: '/spec/routes/0/services/-',
            value: { name: 'web-candidate', port: 80, weight: 1000, protocol: 'h2c' },
          },
          {
            op: 'add',
            path: '/spec/routes/-',
            value: {
              conditions: [{ header: { name: 'x-canary', exact: 'true' } }],
              services: [{ name: 'web-candidate', port: 80, protocol: 'h2c' }],
              timeoutPolicy: { response: '5s' },
            },
          },
        ],
        why: 'HTTPProxy web: 10 % to web-candidate, testers always, the rest to web',
      },
    ]);
  });

  test('a child that a root includes is bound itself', () => {
    const root = proxy({});
    const parent = { ...root, metadata: { ...root.metadata, name: 'root', uid: 'u-root' } };
    const including: KubeObject = {
      ...parent,
      ...{ spec: { includes: [{ name: 'web', conditions: [{ prefix: '/' }] }] } },
    };
    const child = proxy({ routes: [{ services: [service('web')] }] });
    expect(contourHttpProxy.discover(app, [including, child]).bindings.map(({ router }) => router)).toEqual([
      'httpproxy/web',
    ]);
  });

  test('a route for other values of the header needs no copy: Contour would refuse it', () => {
    const conditions = [{ header: { name: 'X-Canary', exact: 'never' } }];
    const { store, plan } = bound(proxy({ routes: [{ conditions, services: [service('web')] }] }));
    const after = appliedAll(store, plan(store, intent(1000, { headers: [canary] })));
    expect(specOf([...after.values()][0] ?? {}).routes).toHaveLength(1);
  });

  test('a route of testers only cannot be split and overridden at once', () => {
    const conditions = [{ header: { name: 'X-Canary', exact: 'true' } }];
    const { store, plan } = bound(proxy({ routes: [{ conditions, services: [service('web')] }] }));
    expect(() => plan(store, intent(1000, { headers: [canary] }))).toThrow(CannotRoute);
  });

  test('Contour mirrors whole percents', () => {
    const { store, plan } = bound(proxy({ routes: [{ services: [service('web')] }] }));
    expect(() => plan(store, intent(0, { mirror: 150 }))).toThrow('whole percents');
  });

  test('two routes with the same conditions could not be told apart', () => {
    const twice = proxy({ routes: [{ services: [service('web')] }, { services: [service('web')] }] });
    expect(contourHttpProxy.discover(app, [twice]).refusals.join()).toContain('is there twice');
  });

  test('the live Service twice in one route', () => {
    const twice = proxy({ routes: [{ services: [service('web', 1), service('web', 1, { port: 81 })] }] });
    expect(contourHttpProxy.discover(app, [twice]).refusals).toEqual([
      'HTTPProxy web cannot be used: the route of all requests names Service web twice; let it name it once.',
    ]);
  });

  test('different splits in two routes', () => {
    const split = [service('web', 90), service('web-candidate', 10)];
    const routes = [{ services: split }, { conditions: [{ prefix: '/api' }], services: [service('web')] }];
    expect(contourHttpProxy.discover(app, [proxy({ routes })]).refusals.join()).toContain('different shares');
  });

  test('a route whose conditions were edited meanwhile is put back as well, and so are its testers', () => {
    const { binding, store, plan } = bound(
      proxy({ routes: [{ conditions: [{ prefix: '/api' }], services: [service('web', 3), service('legacy', 1)] }] }),
    );
    const released = appliedAll(store, plan(store, { ...intent(0), headers: [canary] }));
    const moved = edited(released, (object) => {
      const [route, ...testers] = specOf(object).routes ?? [];
      const routes = [{ ...route, conditions: [{ prefix: '/v2' }] }, ...testers];
      return { ...object, spec: { routes } } as KubeObject; // with its spec
    });
    const back = appliedAll(moved, plan(moved, ORIGINAL));
    expect(specOf([...back.values()][0] ?? {}).routes).toEqual([
      { conditions: [{ prefix: '/v2' }], services: [service('web', 3), service('legacy', 1)] },
    ]);
    expect(contourHttpProxy.read(binding, objectsOf(binding, back)).original).toBe(true);
  });

  test("an edit of a source's policies reaches its testers", () => {
    const { store, plan } = bound(proxy({ routes: [{ services: [service('web')] }] }));
    const wanted = intent(1000, { headers: [canary] });
    const released = appliedAll(store, plan(store, wanted));
    const slower = edited(released, (object) => {
      const [route, ...testers] = specOf(object).routes ?? [];
      const routes = [{ ...route, timeoutPolicy: { response: '9s' } }, ...testers];
      return { ...object, spec: { routes } } as KubeObject; // with its spec
    });
    const again = appliedAll(slower, plan(slower, wanted));
    const tester = { name: 'tester', path: '/', headers: { 'x-canary': 'true' } };
    expect(serve([...again.values()], tester)).toMatchObject({
      weights: { 'web-candidate': 1 },
      settings: { policies: { timeoutPolicy: { response: '9s' } } },
    });
  });

  test('a route of the live Service that somebody adds meanwhile is a split of its own until it is planned', () => {
    const { binding, store, plan } = bound(proxy({ routes: [{ services: [service('web')] }] }));
    const released = appliedAll(store, plan(store, intent(1000)));
    const more = { conditions: [{ prefix: '/new' }], services: [service('web')] };
    const added = edited(released, (object) => {
      return { ...object, spec: { routes: [more, ...(specOf(object).routes ?? [])] } } as KubeObject; // with its spec
    });
    expect(contourHttpProxy.read(binding, objectsOf(binding, added)).share).toBeNull();
    const joined = appliedAll(added, plan(added, intent(1000)));
    expect(contourHttpProxy.read(binding, objectsOf(binding, joined)).share).toBe(1000);
    const back = appliedAll(joined, plan(joined, ORIGINAL));
    expect(specOf([...back.values()][0] ?? {}).routes).toEqual([more, { services: [service('web')] }]);
  });

  test('the errors of an invalid HTTPProxy are in the verdict', () => {
    const { binding, store } = bound(proxy({ routes: [{ services: [service('web')] }] }));
    const refused = edited(
      store,
      valid('False', (generation) => generation),
    );
    expect(contourHttpProxy.verdict(binding, objectsOf(binding, refused)).reasons).toEqual([
      'HTTPProxy web: Valid is False (ErrorPresent: At least one error present, see Errors for details)',
      'ServiceUnresolvedReference: no Service',
    ]);
  });

  test('the cookie of testers is matched literally', () => {
    const { store, plan } = bound(proxy({ routes: [{ services: [service('web')] }] }));
    const wanted = intent(0, { cookies: [{ name: 'v', value: 'a.b' }] });
    const after = appliedAll(store, plan(store, wanted));
    const tastes = (cookie: string) =>
      serve([...after.values()], { name: 'c', path: '/', headers: { cookie } }).weights;
    expect(tastes('x=1; v=a.b; y=2')).toEqual({ 'web-candidate': 1 });
    for (const other of ['v=axb', 'xv=a.b', 'v=a.bc', '']) expect(tastes(other)).toMatchObject({ web: 10_000 });
    expect(settled(appliedAll(after, plan(after, ORIGINAL)))).toEqual(settled(store));
  });
});
