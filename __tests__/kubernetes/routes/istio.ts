import type { KubeObject } from '../../../src/cluster/wire.ts';
import { virtualService } from '../../../src/traffic/virtual-service.ts';
import { AWKWARD, json, kinds, list, object, pair, type Pair, type RouteOnServer } from './route-on-server.ts';

const ISTIO = 'networking.istio.io/v1';

/** Hosts are short, `name.namespace` or full; a single destination has everything. */
function istioPairs(objects: readonly KubeObject[]): Pair[] {
  return kinds(objects, 'VirtualService').flatMap((route) =>
    ['http', 'tls', 'tcp'].flatMap((protocol) =>
      list(route, 'spec', protocol).flatMap((rule) => {
        const targets = list(rule, 'route').map(({ destination, weight }) => [json(destination).host, weight] as const);
        const named = targets.map(([host, weight]) => [String(host).split('.')[0], weight] as const);
        return pair(named.length === 1 ? named.map(([host]) => [host, 1]) : named, 0);
      }),
    ),
  );
}

export const virtualServices: readonly RouteOnServer[] = [
  {
    name: 'VirtualService with texts that JSON writes in two ways, subset, third destination and DestinationRule',
    owned: ['spec.http'],
    router: virtualService,
    route: 'virtualservice/web',
    originalShare: 0,
    shares: [200, 5000],
    testers: true,
    mirror: 50,
    pairs: istioPairs,
    objects: [
      object(ISTIO, 'VirtualService', {
        hosts: ['web'],
        http: [
          {
            name: 'api',
            match: [
              { uri: { regex: '/(?<id>[0-9]+)&x' }, headers: { 'x-tag': { exact: AWKWARD } } },
              { uri: { prefix: '/a&b' }, queryParams: { q: { regex: '<&>' } } },
            ],
            timeout: '3s',
            retries: { attempts: 2, retryOn: '5xx' },
            route: [
              {
                destination: { host: 'web', subset: 'stable', port: { number: 80 } },
                weight: 50,
                headers: { request: { set: { a: 'b&c' } } },
              },
              { destination: { host: 'legacy' }, weight: 50 },
            ],
          },
          { route: [{ destination: { host: 'web', subset: 'stable' } }] },
        ],
      }),
      object(ISTIO, 'DestinationRule', {
        host: 'web',
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' }, loadBalancer: { simple: 'LEAST_REQUEST' } },
        subsets: [
          {
            name: 'stable',
            labels: { app: 'web' },
            trafficPolicy: { connectionPool: { tcp: { maxConnections: 7, connectTimeout: '30ms' } } },
          },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/http/0',
        value: { match: [{ uri: { prefix: '/new' } }], route: [{ destination: { host: 'news' } }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/http/0/route/0/weight', value: 3 }] },
  },
  {
    name: "VirtualService v1alpha3 with the user's own split",
    owned: ['spec.http'],
    router: virtualService,
    route: 'virtualservice/web',
    originalShare: 1000,
    shares: [1, 3333],
    testers: true,
    mirror: 10_000,
    pairs: istioPairs,
    objects: [
      object('networking.istio.io/v1alpha3', 'VirtualService', {
        hosts: ['web'],
        http: [
          {
            match: [{ headers: { 'x-team': { exact: 'shop' } } }],
            route: [{ destination: { host: 'web-candidate' } }],
          },
          {
            route: [
              { destination: { host: 'web' }, weight: 90 },
              { destination: { host: 'web-candidate' }, weight: 10 },
            ],
          },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/http/0',
        value: { match: [{ uri: { prefix: '/new' } }], route: [{ destination: { host: 'news' } }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/http/1/route/0/weight', value: 3 }] },
  },
  {
    name: 'VirtualService with tcp and tls rules',
    owned: ['spec.tcp', 'spec.tls'],
    router: virtualService,
    route: 'virtualservice/web',
    originalShare: 0,
    shares: [500, 5000],
    testers: false,
    mirror: 0,
    pairs: istioPairs,
    objects: [
      object(ISTIO, 'VirtualService', {
        hosts: ['web'],
        tcp: [{ match: [{ port: 5432 }], route: [{ destination: { host: 'web', port: { number: 5432 } } }] }],
        tls: [
          {
            match: [{ port: 443, sniHosts: ['web.example'] }],
            route: [
              { destination: { host: 'web' }, weight: 60 },
              { destination: { host: 'legacy' }, weight: 40 },
            ],
          },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/tcp/0',
        value: { match: [{ port: 9 }], route: [{ destination: { host: 'news' } }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/tcp/0/route/0/weight', value: 3 }] },
  },
];
