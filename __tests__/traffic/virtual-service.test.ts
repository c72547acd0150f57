import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { ALL, ORIGINAL, type RoutedApp } from '../../src/traffic/router.ts';
import { virtualService as router } from '../../src/traffic/virtual-service.ts';
import { equal } from '../simulator/json.ts';
import {
  APP,
  bound,
  changeRoute,
  type Fields,
  istio,
  listAt,
  pathOf,
  planned,
  policy,
  rich,
  route,
  specOf,
  stream,
  STRICT,
  to,
} from './istio-objects.ts';
import { type RouterFixture, type SampleRequest, type Served, routerContract } from './router-contract.ts';
import { appliedAll } from './route-store.ts';

/** What Envoy does with a request, as Istio tells it: the first rule that matches; of several destinations those of weight 0 are left out. */
function serve(protocol: 'http' | 'tls' | 'tcp', app: RoutedApp): RouterFixture['serve'] {
  return (objects, request): Served => {
    const object = objects.find(({ kind }) => kind === 'VirtualService');
    const rule = listAt(specOf(object), protocol).find((candidate) => takes(candidate, request, protocol));
    if (rule === undefined) return { weights: {}, settings: null };
    const targets = listAt(rule, 'route');
    const weights: Record<string, number> = {};
    const policies: unknown[] = [];
    for (const { destination, weight = 0 } of targets) {
      const { host } = destination as { host: string }; // every target of this file has one
      const amount = targets.length === 1 ? 100 : Number(weight);
      const service = host.split('.')[0] ?? '';
      weights[service] = (weights[service] ?? 0) + amount;
      if (amount === 0 || ![app.live, app.candidate].includes(service)) continue;
      const own = policyOf(objects, service, (destination as Fields).subset);
      if (!policies.some((known) => equal(known, own))) policies.push(own);
    }
    const { name: _name, match: _match, route: _route, mirror, mirrorPercentage, ...settings } = rule;
    const isOurs = mirror !== undefined && hostIn(mirror) === app.candidate;
    const percentage = Number((mirrorPercentage as Fields | undefined)?.value ?? 100);
    return {
      weights,
      settings: { ...settings, policies, ...(isOurs ? {} : { mirror, mirrorPercentage }) },
      mirror: isOurs ? Math.round(percentage * 100) : 0,
    };
  };
}

function hostIn(destination: unknown): string {
  return `${(destination as Fields).host}`.split('.')[0] ?? '';
}

/** Of a service's DestinationRule: the policy of the host, and over it that of the subset. */
function policyOf(objects: readonly KubeObject[], service: string, subset: unknown): unknown {
  const found = objects.find((object) => object.kind === 'DestinationRule' && hostIn(specOf(object)) === service);
  const { trafficPolicy, subsets } = specOf(found) as { trafficPolicy?: Fields; subsets?: Fields[] };
  const over = subsets?.find(({ name }) => name === subset)?.trafficPolicy;
  return { ...trafficPolicy, ...(over as Fields | undefined) };
}

function takes(rule: Fields, request: SampleRequest, protocol: string): boolean {
  const matches = listAt(rule, 'match');
  return (
    matches.length === 0 ||
    matches.some((match) => {
      if (protocol === 'tcp') return match.port === Number(request.path);
      if (protocol === 'tls') return (match.sniHosts as unknown[]).includes(request.host);
      const headers = Object.entries((match.headers ?? {}) as Record<string, Fields>);
      return fits(match.uri, request.path) && headers.every(([name, wanted]) => fits(wanted, request.headers[name]));
    })
  );
}

function fits(wanted: unknown, text: string | undefined): boolean {
  if (wanted === undefined) return true;
  const { exact, prefix, regex } = wanted as Record<string, string | undefined>; // a StringMatch
  if (text === undefined) return false;
  if (exact !== undefined) return text === exact;
  if (prefix !== undefined) return text.startsWith(prefix);
  return regex === undefined || new RegExp(`^(?:${regex})$`).test(text);
}

/** Somebody gives the pair 7 to 3, wherever both stand. */
function sevenToThree(protocol: string, { live, candidate }: RoutedApp): (object: KubeObject) => KubeObject {
  return changeRoute(protocol, (rules) =>
    rules.map((rule) => {
      const targets = listAt(rule, 'route');
      const services = targets.map(({ destination }) => hostIn(destination));
      if (!services.includes(live) || !services.includes(candidate)) return rule;
      const weight: Record<string, number> = { [live]: 7, [candidate]: 3 };
      const changed = targets.map((target, index) => ({
        ...target,
        weight: weight[services[index] ?? ''] ?? target.weight,
      }));
      return { ...rule, route: changed };
    }),
  );
}

function says(status: (generation: number) => Fields): (object: KubeObject) => KubeObject {
  return (object) => ({ ...object, status: status(object.metadata?.generation ?? 1) }) as KubeObject; // as above
}

const STATUS: RouterFixture['status'] = {
  yes: (object) => object,
  stale: says((generation) => ({
    observedGeneration: `${generation - 1}`,
    conditions: [{ type: 'Reconciled', status: 'True' }],
    validationMessages: [{ level: 'ERROR', code: 'IST0101', message: 'of an older generation' }],
  })),
  no: says((generation) => ({
    observedGeneration: `${generation}`,
    validationMessages: [
      {
        type: { name: 'ReferencedResourceNotFound', code: 'IST0101' },
        level: 'ERROR',
        message: 'Referenced host not found: "web-candidate"',
      },
    ],
  })),
  unknown: says((generation) => ({
    conditions: [
      {
        type: 'Reconciled',
        status: 'False',
        reason: 'stillPropagating',
        message: '61/122 complete',
        observedGeneration: generation,
      },
    ],
  })),
};

const MEANINGS: RouterFixture['meanings'] = [
  { name: 'a single destination without a weight has everything', share: 0, targets: [to('web')] },
  { name: 'a single destination of weight 0 has everything', share: 0, targets: [to('web', 0)] },
  {
    name: 'absent beside another is nothing: of the candidate',
    share: 0,
    targets: [to('web', 30), to('web-candidate')],
  },
  { name: 'absent beside another is nothing: of live', share: ALL, targets: [to('web'), to('web-candidate', 30)] },
  { name: 'weights need not be 100 together', share: 2500, targets: [to('web', 3), to('web-candidate', 1)] },
  { name: 'several without any weight', share: 'refused' as const, targets: [to('web'), to('legacy')] },
  { name: 'several of weight 0', share: 'refused' as const, targets: [to('web', 0), to('web-candidate', 0)] },
].map(({ name, share, targets }) => ({ name, share, objects: () => [route({ http: [{ route: targets }] })] }));

const RICH: RouterFixture = {
  name: 'VirtualService with subset and DestinationRule',
  router,
  app: APP,
  route: 'virtualservice/web',
  objects: rich,
  path: pathOf,
  serve: serve('http', APP),
  requests: [
    { name: 'static', path: '/static/logo.png', headers: {}, fixed: true },
    { name: 'api', path: '/api/orders', headers: {} },
    { name: 'api of gold', path: '/api', headers: { 'x-plan': 'gold' } },
    { name: 'shop', path: '/shop/1', headers: {} },
    { name: 'anything', path: '/', headers: {} },
  ],
  originalShare: 0,
  shares: [0, 200, 1000, 5000, ALL],
  inexpressible: [1, 100, 333, 9999],
  capabilities: { headers: ['exact', 'regex'], cookies: true, mirror: true, level: 'held' },
  mirrors: [50, ALL],
  declared: [
    '/spec/http/*/route/*',
    '/spec/http/*/mirror',
    '/spec/http/*/mirrorPercentage',
    '/spec/http/1',
    '/spec/http/2',
    '/spec/http/3',
    '/spec/http/4',
    '/spec/http/5',
    '/spec/http/6',
  ],
  opaque: ['/spec/http/*/match', '/spec/subsets/*/labels'],
  foreignWeight: sevenToThree('http', APP),
  insertRule: changeRoute('http', (rules) => [{ match: [{ uri: { prefix: '/new' } }], route: [to('news')] }, ...rules]),
  status: STATUS,
  meanings: MEANINGS,
  elsewhere: () => [
    route({ http: [{ route: [to('web')] }] }, { namespace: 'another' }),
    istio('VirtualService', 'far', { http: [{ route: [to('web.another'), to('web.shopping.svc.cluster.local')] }] }),
    policy('far', { host: 'web.another.svc.cluster.local', trafficPolicy: STRICT }),
  ],
  notApplicable: {},
};

// From the user's own docs (shared/seeds/001_09c780b5fc159c09.txt), as it stands there, with the namespace and uid that the API gives it.
const HEALTHCARE: RoutedApp = {
  namespace: 'clinic',
  live: 'healthcare-app-stable',
  candidate: 'healthcare-app-canary',
};
function healthcare(): KubeObject[] {
  const given = {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'VirtualService',
    metadata: { name: 'healthcare-app' },
    spec: {
      http: [
        {
          match: [{ headers: { 'x-canary': { exact: 'true' } } }],
          route: [{ destination: { host: 'healthcare-app-canary' } }],
        },
        {
          route: [
            { destination: { host: 'healthcare-app-stable' }, weight: 90 },
            { destination: { host: 'healthcare-app-canary' }, weight: 10 },
          ],
        },
      ],
    },
  };
  return [
    { ...given, metadata: { ...given.metadata, namespace: 'clinic', uid: 'uid-h', generation: 4 } } as KubeObject,
  ]; // as above
}

const USERS_OWN: RouterFixture = {
  ...RICH,
  name: "the user's own VirtualService with weights and a header rule",
  app: HEALTHCARE,
  route: 'virtualservice/healthcare-app',
  objects: healthcare,
  serve: serve('http', HEALTHCARE),
  requests: [
    { name: 'anybody', path: '/', headers: {} },
    { name: "the user's own testers", path: '/', headers: { 'x-canary': 'true' }, fixed: true },
  ],
  originalShare: 1000,
  shares: [0, 1, 1000, 3333, 5000, ALL],
  inexpressible: [],
  // `x-canary: true` is the user's own.
  testers: [
    {
      headers: [{ name: 'x-tester', value: 'qa-[0-9]+', kind: 'regex' }],
      cookies: [{ name: 'canary', value: 'always' }],
      samples: [{ 'x-tester': 'qa-7' }, { cookie: 'theme=dark; canary=always' }],
    },
  ],
  foreignWeight: sevenToThree('http', HEALTHCARE),
  declared: ['/spec/http/1', '/spec/http/2'],
  meanings: [],
  elsewhere: () => [],
  notApplicable: { 11: 'the same router as above', 16: 'the user has one object, and names the candidate in it' },
};

function streamFixture(protocol: 'tls' | 'tcp', match: (key: number) => Fields): RouterFixture {
  const request = (key: number): SampleRequest => ({
    name: `${key}`,
    path: `${key}`,
    host: `${key}.example`,
    headers: {},
  });
  return {
    ...RICH,
    name: `VirtualService with ${protocol} rules`,
    objects: () => stream(protocol, match),
    serve: serve(protocol, APP),
    requests: [request(1), request(2)],
    shares: [0, 500, 5000, ALL],
    inexpressible: [1, 100, 101],
    capabilities: { headers: [], cookies: false, mirror: false, level: 'held' },
    declared: [`/spec/${protocol}/*/route/*`],
    opaque: [`/spec/${protocol}/*/match`],
    foreignWeight: sevenToThree(protocol, APP),
    insertRule: changeRoute(protocol, (rules) => [{ match: [match(9)], route: [to('news')] }, ...rules]),
    meanings: [],
    elsewhere: () => [],
    notApplicable: {
      9: 'connections have no headers',
      10: 'connections have no headers',
      11: 'the same code as for http',
      16: 'there is no DestinationRule',
    },
  };
}

routerContract(RICH);
routerContract(USERS_OWN);
routerContract(streamFixture('tcp', (key) => ({ port: key })));
routerContract(streamFixture('tls', (key) => ({ port: 443, sniHosts: [`${key}.example`] })));

describe("the user's own example", () => {
  test('10 to 50 % in one PATCH that tests all rules, and back', () => {
    const start = bound(healthcare(), HEALTHCARE);
    const forth = planned(start, { share: 5000 });
    expect(forth).toEqual([
      {
        verb: 'patch',
        path: '/apis/networking.istio.io/v1alpha3/namespaces/clinic/virtualservices/healthcare-app',
        tests: [
          { op: 'test', path: '/metadata/uid', value: 'uid-h' },
          { op: 'test', path: '/spec/http', value: specOf(healthcare()[0]).http },
        ],
        changes: [
          { op: 'add', path: '/spec/http/1/route/0/weight', value: 50 },
          { op: 'add', path: '/spec/http/1/route/1/weight', value: 50 },
        ],
        why: '50 % of users to the candidate (VirtualService healthcare-app)',
      },
    ]);
    const store = appliedAll(start.store, forth);
    const [back] = planned({ ...start, store }, ORIGINAL);
    expect(back).toMatchObject({
      changes: [
        { op: 'add', path: '/spec/http/1/route/0/weight', value: 90 },
        { op: 'add', path: '/spec/http/1/route/1/weight', value: 10 },
      ],
    });
  });

  test('has no warnings and no refusals', () => {
    expect(router.discover(HEALTHCARE, healthcare())).toMatchObject({
      refusals: [],
      warnings: [],
      bindings: [{ originalShare: 1000 }],
    });
  });
});
