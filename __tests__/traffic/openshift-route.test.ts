import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { openshiftRoute } from '../../src/traffic/openshift-route.ts';
import { CannotRoute, type Intent, ORIGINAL, type RoutedApp } from '../../src/traffic/router.ts';
import { applied, appliedAll, objectsOf, refusalCode, settled, storeOf } from './route-store.ts';
import { type RouterFixture, type Served, routerContract } from './router-contract.ts';

const app: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };

interface Backend {
  kind: string;
  name: string;
  weight?: number;
}

interface Route extends KubeObject {
  spec: { to: Backend; alternateBackends?: Backend[]; [field: string]: unknown };
}

function service(name: string, weight?: number): Backend {
  return { kind: 'Service', name, ...(weight !== undefined && { weight }) };
}

function route(spec: Partial<Route['spec']> = {}, annotations: Record<string, string> = {}): Route {
  return {
    apiVersion: 'route.openshift.io/v1',
    kind: 'Route',
    metadata: { name: 'web', namespace: 'shop', uid: 'u-web', generation: 3, annotations },
    spec: {
      host: 'shop.example.com',
      path: '/',
      to: service('web'),
      port: { targetPort: 'http' },
      tls: { termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' },
      wildcardPolicy: 'None',
      ...spec,
    },
  };
}

const pathOf = ({ metadata }: KubeObject): string =>
  `/apis/route.openshift.io/v1/namespaces/${metadata?.namespace}/routes/${metadata?.name}`;

/** HAProxy: every request by the weights, absent ones 100. */
function serve(objects: readonly KubeObject[]): Served {
  const [{ spec }] = objects as readonly [Route]; // the fixture has one object
  const { to, alternateBackends = [], ...settings } = spec;
  const weights = [to, ...alternateBackends].map(({ name, weight }) => [name, weight ?? 100]);
  return { weights: Object.fromEntries(weights), settings };
}

function admitted(status: string, message = ''): (object: KubeObject) => KubeObject {
  return (object) => ({
    ...object,
    status: { ingress: [{ routerName: 'default', conditions: [{ type: 'Admitted', status, message }] }] },
  });
}

const fixture: Omit<RouterFixture, 'name' | 'objects' | 'shares' | 'inexpressible' | 'originalShare'> = {
  router: openshiftRoute,
  app,
  route: 'route/web',
  path: pathOf,
  serve,
  requests: [{ name: 'any', path: '/', headers: {} }],
  capabilities: { headers: [], cookies: false, mirror: false, level: 'accepted' },
  declared: ['/spec/to/weight', '/spec/alternateBackends'],
  foreignWeight: (object) => {
    const { spec, ...rest } = object as Route; // the fixture has only Routes
    const alternateBackends = (spec.alternateBackends ?? []).map((backend) =>
      backend.name === app.candidate ? { ...backend, weight: (backend.weight ?? 0) + 7 } : backend,
    );
    return { ...rest, spec: { ...spec, alternateBackends } } as KubeObject; // with its spec
  },
  insertRule: (object) => object,
  status: {
    yes: admitted('True'),
    no: admitted('False', 'route shop/other already exposes shop.example.com'),
    unknown: (object) => ({ ...object, status: { ingress: [] } }),
  },
  meanings: [
    {
      name: 'absent is 100',
      objects: () => [route({ alternateBackends: [service('web-candidate', 25)] })],
      share: 2000,
    },
    {
      name: 'both absent: an even split',
      objects: () => [route({ alternateBackends: [service('web-candidate')] })],
      share: 5000,
    },
    {
      name: 'zero is nothing',
      objects: () => [route({ to: service('web', 0), alternateBackends: [service('web-candidate')] })],
      share: 10_000,
    },
    { name: 'zero alone: nobody is served', objects: () => [route({ to: service('web', 0) })], share: 'refused' },
  ],
  notApplicable: {
    7: 'a Route has no rules; what stands at an index of its list is tested whole (see below)',
    9: 'a Route knows no headers',
    10: 'a Route knows no headers',
    16: 'one object',
  },
};

routerContract({
  ...fixture,
  name: 'Route',
  objects: () => [route({}, { 'haproxy.router.openshift.io/timeout': '30s' })],
  originalShare: 0,
  shares: [0, 50, 500, 3350, 10_000],
  inexpressible: [1, 75, 9999],
});

routerContract({
  ...fixture,
  name: 'Route with a third backend',
  objects: () => [route({ to: service('web', 80), alternateBackends: [service('legacy', 20)] })],
  originalShare: 0,
  shares: [0, 125, 2500, 10_000],
  inexpressible: [100, 130],
});

routerContract({
  ...fixture,
  name: "Route with the user's own split",
  objects: () => [route({ to: service('web', 90), alternateBackends: [service('web-candidate', 10)] })],
  originalShare: 1000,
  shares: [0, 1000, 5000, 10_000],
  inexpressible: [1234],
});

describe('Route', () => {
  const intent = (share: number): Intent => ({ share, headers: [], cookies: [], mirror: 0 });

  function released(object: Route, share: number) {
    const store = storeOf([object], pathOf);
    const [binding] = openshiftRoute.discover(app, [object]).bindings;
    if (binding === undefined) throw new Error('no binding');
    const requests = openshiftRoute.plan(binding, objectsOf(binding, store), intent(share));
    return { store, binding, requests, after: appliedAll(store, requests) };
  }

  test('one PATCH holds the old list and sets both weights', () => {
    expect(released(route(), 1000).requests).toEqual([
      {
        verb: 'patch',
        path: '/apis/route.openshift.io/v1/namespaces/shop/routes/web',
        tests: [
          { op: 'test', path: '/metadata/uid', value: 'u-web' },
          { op: 'test', path: '/spec/to', value: { kind: 'Service', name: 'web' } },
          { op: 'test', path: '/spec/alternateBackends', value: null },
        ],
        changes: [
          { op: 'add', path: '/spec/to/weight', value: 180 },
          {
            op: 'add',
            path: '/spec/alternateBackends',
            value: [{ kind: 'Service', name: 'web-candidate', weight: 20 }],
          },
        ],
        why: 'Route web: 10 % to web-candidate, the rest to web',
      },
    ]);
  });

  test.each([
    ['made again', (object: Route): Route => ({ ...object, metadata: { ...object.metadata, uid: 'another' } })],
    [
      'given another backend',
      (object: Route): Route => ({ ...object, spec: { ...object.spec, alternateBackends: [service('legacy', 10)] } }),
    ],
  ])('%s between read and write: 422', (_name, edit) => {
    const { requests } = released(route(), 1000);
    expect(refusalCode(() => appliedAll(storeOf([edit(route())], pathOf), requests))).toBe(422);
  });

  test('an empty list of alternates stays an empty list', () => {
    const { binding, store, after } = released(route({ alternateBackends: [] }), 1000);
    const back = appliedAll(after, openshiftRoute.plan(binding, objectsOf(binding, after), ORIGINAL));
    expect(settled(back)).toEqual(settled(store));
  });

  test('somebody took the live Service out: Original puts it back', () => {
    const { binding } = released(route(), 1000);
    const store = storeOf([route({ to: service('web-candidate', 20) })], pathOf);
    const [request] = openshiftRoute.plan(binding, objectsOf(binding, store), ORIGINAL);
    if (request === undefined) throw new Error('no request');
    expect(serve([...applied(store, request).values()]).weights).toEqual({ web: 20 });
  });

  test('a backend added meanwhile stays', () => {
    const { binding, after } = released(route(), 1000);
    const [object] = [...after.values()] as [Route]; // the one Route
    const added = {
      ...object.spec,
      alternateBackends: [service('legacy', 10), ...(object.spec.alternateBackends ?? [])],
    };
    const edited: Route = { ...object, spec: added };
    const store = storeOf([edited], pathOf);
    const back = appliedAll(store, openshiftRoute.plan(binding, objectsOf(binding, store), ORIGINAL));
    expect(serve([...back.values()]).weights).toEqual({ web: 100, legacy: 10 });
  });

  test('three alternates leave no place', () => {
    const full = route({ alternateBackends: [service('a', 1), service('b', 1), service('c', 1)] });
    expect(openshiftRoute.discover(app, [full]).refusals).toEqual([
      'Route web cannot be used: it has 3 alternate backends, the most there can be; take one out of `spec.alternateBackends`, so that Service web-candidate has a place.',
    ]);
  });

  test('a pair of more than 256 beside a third backend is refused: one of them would need it all', () => {
    const heavy = route({
      to: service('web', 200),
      alternateBackends: [service('web-candidate', 100), service('legacy', 10)],
    });
    expect(openshiftRoute.discover(app, [heavy]).refusals.join()).toContain('300 together');
  });

  test.each([
    ['by default', {}, 'edge', [expect.stringContaining('disable_cookies')]],
    ['not without cookies', { 'haproxy.router.openshift.io/disable_cookies': 'true' }, 'edge', []],
    ['not when passed through: there are no cookies', {}, 'passthrough', []],
    [
      'by source address',
      { 'haproxy.router.openshift.io/balance': 'source' },
      'passthrough',
      [expect.stringContaining('`source`')],
    ],
  ])('sticky %s', (_name, annotations, termination, warnings) => {
    const discovery = openshiftRoute.discover(app, [route({ tls: { termination } }, annotations)]);
    expect(discovery.warnings).toEqual(warnings);
  });

  test('every router has to admit it', () => {
    const { binding, after } = released(route(), 1000);
    const [object] = [...after.values()];
    const one = (routerName: string, status: string) => ({ routerName, conditions: [{ type: 'Admitted', status }] });
    const status = { ingress: [one('default', 'True'), one('internal', 'False')] };
    const judged = new Map([[binding.paths[0] ?? '', { ...object, status }]]);
    expect(openshiftRoute.verdict(binding, judged)).toEqual({
      is: 'no',
      level: 'stored',
      reasons: ['Route web at router internal: Admitted is False'],
    });
  });

  test('Admitted has no generation, and the verdict says so', () => {
    const { binding } = released(route(), 1000);
    const { is, level, reasons } = openshiftRoute.verdict(
      binding,
      new Map([[binding.paths[0] ?? '', admitted('True')(route())]]),
    );
    expect([is, level, reasons.join()]).toEqual(['yes', 'accepted', expect.stringContaining('unversioned')]);
  });

  test('a Route that no longer names the live Service cannot be planned', () => {
    const { binding } = released(route(), 1000);
    const store = storeOf([route({ to: service('legacy') })], pathOf);
    expect(() => openshiftRoute.plan(binding, objectsOf(binding, store), intent(1000))).toThrow(CannotRoute);
  });
});
