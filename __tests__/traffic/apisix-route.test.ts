import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { apisixRoute } from '../../src/traffic/apisix-route.ts';
import { type Intent, ORIGINAL, type RoutedApp } from '../../src/traffic/router.ts';
import { appliedAll, edited, objectsOf, storeOf } from './route-store.ts';
import { type RouterFixture, type SampleRequest, type Served, routerContract } from './router-contract.ts';

const app: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };

interface Backend {
  serviceName: string;
  servicePort: number;
  weight?: number;
}

interface Expression {
  subject: { scope: string; name: string };
  op: string;
  value: string;
}

interface Entry {
  name: string;
  priority?: number;
  match: { paths: string[]; hosts?: string[]; exprs?: Expression[] };
  backends: Backend[];
  upstreams?: { name: string; weight?: number }[];
  [field: string]: unknown;
}

interface ApisixRoute extends KubeObject {
  spec: { http?: Entry[]; stream?: object[] };
}

function backend(serviceName: string, weight?: number): Backend {
  return { serviceName, servicePort: 80, ...(weight !== undefined && { weight }) };
}

function route(http: Entry[], more: object = {}): ApisixRoute {
  return {
    apiVersion: 'apisix.apache.org/v2',
    kind: 'ApisixRoute',
    metadata: { name: 'web', namespace: 'shop', uid: 'u-web', generation: 3 },
    spec: { http, ...more },
  };
}

function entry(name: string, paths: string[], backends: Backend[], more: Partial<Entry> = {}): Entry {
  return { name, match: { paths }, backends, ...more };
}

const pathOf = ({ metadata }: KubeObject): string =>
  `/apis/apisix.apache.org/v2/namespaces/${metadata?.namespace}/apisixroutes/${metadata?.name}`;

function httpOf(object: KubeObject | undefined): Entry[] {
  return (object as ApisixRoute).spec.http ?? []; // the fixtures have only ApisixRoutes
}

function withHttp(object: KubeObject, http: Entry[]): KubeObject {
  return { ...object, spec: { ...(object as ApisixRoute).spec, http } } as KubeObject; // with its spec
}

/** APISIX: the longest path, then the highest priority. */
function serve(objects: readonly KubeObject[], request: SampleRequest): Served {
  const length = ({ match }: Entry): number =>
    Math.max(-1, ...match.paths.filter((path) => covers(path, request.path)).map((path) => path.length));
  const [best] = httpOf(objects[0])
    .filter(
      (candidate) => length(candidate) >= 0 && (candidate.match.exprs ?? []).every((expr) => holds(expr, request)),
    )
    .sort((a, b) => length(b) - length(a) || (b.priority ?? 0) - (a.priority ?? 0));
  if (best === undefined) throw new Error(`nobody serves ${request.path}`);
  const { name: _name, priority: _priority, match: _match, backends, upstreams = [], ...settings } = best;
  return {
    weights: Object.fromEntries([
      ...backends.map(({ serviceName, weight = 100 }) => [serviceName, weight]),
      ...upstreams.map(({ name, weight = 100 }) => [`upstream ${name}`, weight]),
    ]),
    settings,
  };
}

function covers(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

function holds({ subject, op, value }: Expression, { headers }: SampleRequest): boolean {
  const cookies = new Map((headers.cookie ?? '').split('; ').map((pair) => pair.split('=') as [string, string])); // a=b
  const found = subject.scope === 'Cookie' ? cookies.get(subject.name) : headers[subject.name.toLowerCase()];
  return op === 'Equal' ? found === value : found !== undefined && new RegExp(value).test(found);
}

function condition(type: string, status: string, lag: number): (object: KubeObject) => KubeObject {
  return (object) => ({
    ...object,
    status: {
      conditions: [
        {
          type,
          status,
          reason: 'Sync',
          message: 'as told',
          observedGeneration: (object.metadata?.generation ?? 0) - lag,
        },
      ],
    },
  });
}

const fixture: Omit<RouterFixture, 'name' | 'objects' | 'requests' | 'originalShare' | 'shares' | 'inexpressible'> = {
  router: apisixRoute,
  app,
  route: 'apisixroute/web',
  path: pathOf,
  serve,
  capabilities: { headers: ['exact', 'regex'], cookies: true, mirror: false, level: 'accepted' },
  declared: ['/spec/http'],
  foreignWeight: (object) =>
    withHttp(
      object,
      httpOf(object).map((known) => ({
        ...known,
        backends: known.backends.map((entry) =>
          entry.serviceName === app.candidate && known.backends.length > 1
            ? { ...entry, weight: (entry.weight ?? 0) + 7 }
            : entry,
        ),
      })),
    ),
  insertRule: (object) => withHttp(object, [entry('never', ['/never'], [backend('legacy')]), ...httpOf(object)]),
  status: {
    yes: condition('Accepted', 'True', 0),
    stale: condition('Accepted', 'True', 1),
    no: condition('Accepted', 'False', 0),
    unknown: (object) => ({ ...object, status: {} }),
  },
  meanings: [
    {
      name: 'absent is 100',
      objects: () => [route([entry('all', ['/*'], [backend('web'), backend('web-candidate', 25)])])],
      share: 2000,
    },
    {
      name: 'zero is nothing',
      objects: () => [route([entry('all', ['/*'], [backend('web'), backend('web-candidate', 0)])])],
      share: 0,
    },
    {
      name: 'zero alone: nobody is served',
      objects: () => [route([entry('all', ['/*'], [backend('web', 0)])])],
      share: 'refused',
    },
  ],
  notApplicable: { 16: 'one object' },
};

routerContract({
  ...fixture,
  name: 'ApisixRoute',
  objects: () => [
    route([
      entry('all', ['/*'], [backend('web')], { timeout: { read: '5s' }, websocket: true }),
      entry('api', ['/api/*'], [backend('web', 7)], {
        priority: 10,
        plugins: [{ name: 'cors', enable: true, config: { allow_origins: '*' } }],
      }),
      {
        ...entry('api-2', ['/api/*'], [backend('web')], { priority: 20 }),
        match: {
          paths: ['/api/*'],
          exprs: [{ subject: { scope: 'Header', name: 'X-Version' }, op: 'Equal', value: '2' }],
        },
      },
      entry('assets', ['/static/*'], [backend('assets')]),
    ]),
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
  name: 'ApisixRoute with third destinations',
  objects: () => [
    route([
      entry('all', ['/*'], [backend('legacy', 20), backend('web', 80)]),
      entry('api', ['/api/*'], [backend('web')], { upstreams: [{ name: 'outside', weight: 60 }] }),
    ]),
  ],
  requests: [
    { name: 'any', path: '/', headers: {} },
    { name: 'api', path: '/api/users', headers: {} },
  ],
  originalShare: 0,
  shares: [0, 500, 2500, 10_000],
  inexpressible: [100, 125],
});

routerContract({
  ...fixture,
  name: "ApisixRoute with the user's own split and header entry",
  objects: () => [
    route([
      entry('all', ['/*'], [backend('web', 90), backend('web-candidate', 10)]),
      {
        ...entry('beta', ['/*'], [backend('web-candidate')], { priority: 50 }),
        match: { paths: ['/*'], exprs: [{ subject: { scope: 'Header', name: 'x-beta' }, op: 'Equal', value: 'yes' }] },
      },
    ]),
  ],
  requests: [
    { name: 'any', path: '/', headers: {} },
    { name: 'beta', path: '/', headers: { 'x-beta': 'yes' }, fixed: true },
  ],
  originalShare: 1000,
  shares: [0, 1000, 3456, 10_000],
  inexpressible: [0.5],
});

describe('ApisixRoute', () => {
  const canary = { name: 'x-canary', value: 'true', kind: 'exact' } as const;
  const wanted: Intent = { share: 1000, headers: [canary], cookies: [{ name: 'canary', value: 'always' }], mirror: 0 };

  function bound(object: ApisixRoute) {
    const { bindings, refusals } = apisixRoute.discover(app, [object]);
    const [binding] = bindings;
    if (binding === undefined) throw new Error(`no binding: ${refusals.join()}`);
    return { binding, store: storeOf([object], pathOf) };
  }

  test('one PATCH: both weights and an entry of a higher priority for each tester', () => {
    const { binding, store } = bound(
      route([entry('all', ['/*'], [backend('web')], { priority: 5, timeout: { read: '5s' } })]),
    );
    const [request] = apisixRoute.plan(binding, objectsOf(binding, store), wanted);
    const tester = (number: number, scope: string, name: string, value: string) => ({
      op: 'add',
      path: '/spec/http/-',
      value: {
        name: `all-crossfade-${number}`,
        priority: 6,
        match: { paths: ['/*'], exprs: [{ subject: { scope, name }, op: 'Equal', value }] },
        backends: [{ serviceName: 'web-candidate', servicePort: 80 }],
        timeout: { read: '5s' },
      },
    });
    expect(request).toEqual({
      verb: 'patch',
      path: '/apis/apisix.apache.org/v2/namespaces/shop/apisixroutes/web',
      tests: [
        { op: 'test', path: '/metadata/uid', value: 'u-web' },
        {
          op: 'test',
          path: '/spec/http/0',
          value: {
            name: 'all',
            match: { paths: ['/*'] },
            backends: [{ serviceName: 'web', servicePort: 80 }],
            priority: 5,
            timeout: { read: '5s' },
          },
        },
      ],
      changes: [
        { op: 'add', path: '/spec/http/0/backends/0/weight', value: 9000 },
        {
          op: 'add',
          path: '/spec/http/0/backends/-',
          value: { serviceName: 'web-candidate', servicePort: 80, weight: 1000 },
        },
        tester(1, 'Header', 'x-canary', 'true'),
        tester(2, 'Cookie', 'canary', 'always'),
      ],
      why: 'ApisixRoute web: 10 % to web-candidate, testers always, the rest to web',
    });
  });

  test('a pattern is matched as a whole, as by other routers', () => {
    const { binding, store } = bound(route([entry('all', ['/*'], [backend('web')])]));
    const headers = [{ name: 'x-user', value: 'qa-[0-9]+|dev', kind: 'regex' }] as const;
    const requests = apisixRoute.plan(binding, objectsOf(binding, store), { ...wanted, share: 0, headers });
    const after = appliedAll(store, requests);
    const to = (user: string) => serve([...after.values()], { name: user, path: '/', headers: { 'x-user': user } });
    expect(to('dev').weights).toEqual({ 'web-candidate': 100 });
    expect(to('my-qa-7').weights).toMatchObject({ web: 10_000 });
  });

  test('an entry that was renamed meanwhile is put back as well, and its testers go', () => {
    const { binding, store } = bound(route([entry('all', ['/*'], [backend('web', 3), backend('legacy', 1)])]));
    const at = { ...wanted, share: 0 };
    const released = appliedAll(store, apisixRoute.plan(binding, objectsOf(binding, store), at));
    const renamed = edited(released, (object) => {
      const [first, ...testers] = httpOf(object);
      return withHttp(object, first === undefined ? [] : [{ ...first, name: 'everything' }, ...testers]);
    });
    const back = appliedAll(renamed, apisixRoute.plan(binding, objectsOf(binding, renamed), ORIGINAL));
    expect(httpOf([...back.values()][0])).toEqual([
      entry('everything', ['/*'], [backend('web', 3), backend('legacy', 1)]),
    ]);
  });

  test('the plugin traffic-split has the last word, so the route is refused', () => {
    const plugins = [{ name: 'traffic-split', enable: true, config: {} }];
    const { refusals } = apisixRoute.discover(app, [route([entry('all', ['/*'], [backend('web')], { plugins })])]);
    expect(refusals.join()).toContain('`traffic-split`');
  });

  test('a stream cannot be split', () => {
    const stream = [{ name: 'tcp', backend: backend('web') }];
    expect(apisixRoute.discover(app, [route([], { stream })]).refusals.join()).toContain('a stream has one backend');
    const both = apisixRoute.discover(app, [route([entry('all', ['/*'], [backend('web')])], { stream })]);
    expect(both.warnings).toEqual([
      'ApisixRoute web leads stream tcp to Service web too; a stream cannot be split and stays there.',
    ]);
  });

  test('two entries of one name could not be told apart', () => {
    const twice = route([entry('a', ['/a'], [backend('web')]), entry('a', ['/b'], [backend('web')])]);
    expect(apisixRoute.discover(app, [twice]).refusals.join()).toContain('is there twice');
  });

  test.each([
    ['old controller', [{ type: 'ResourcesAvailable', status: 'True', observedGeneration: 3 }], 'yes'],
    [
      'upgraded controller: the old condition is stale',
      [
        { type: 'ResourcesAvailable', status: 'False', observedGeneration: 1 },
        { type: 'Accepted', status: 'True', observedGeneration: 3 },
      ],
      'yes',
    ],
  ])('verdict, %s', (_name, conditions, is) => {
    const object = route([entry('all', ['/*'], [backend('web')])]);
    const { binding } = bound(object);
    const judged: KubeObject = { ...object, ...{ status: { conditions } } };
    expect(apisixRoute.verdict(binding, new Map([[pathOf(object), judged]])).is).toBe(is);
  });
});
