import type { KubeObject } from '../../../src/cluster/wire.ts';
import { contourHttpProxy } from '../../../src/traffic/contour-http-proxy.ts';
import { AWKWARD, list, object, pair, type Pair, type RouteOnServer } from './route-on-server.ts';

const CONTOUR = 'projectcontour.io/v1';

/** Only zeros are an even split; mirrors get copies. */
function contourPairs(objects: readonly KubeObject[]): Pair[] {
  return objects.flatMap((proxy) =>
    [
      ...list(proxy, 'spec', 'routes').map((route) => list(route, 'services')),
      list(proxy, 'spec', 'tcpproxy', 'services'),
    ]
      .map((services) => services.filter(({ mirror }) => mirror !== true))
      .flatMap((services) => {
        const isEven = services.every(({ weight = 0 }) => weight === 0);
        return pair(
          services.map(({ name, weight }) => [name, isEven ? 1 : weight]),
          0,
        );
      }),
  );
}

export const httpProxies: readonly RouteOnServer[] = [
  {
    name: 'HTTPProxy',
    owned: ['spec.routes'],
    router: contourHttpProxy,
    route: 'httpproxy/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: true,
    mirror: 2500,
    pairs: contourPairs,
    objects: [
      object(CONTOUR, 'HTTPProxy', {
        virtualhost: { fqdn: 'shop.example.com', tls: { secretName: 'shop' } },
        routes: [
          {
            conditions: [{ prefix: '/a&b' }, { header: { name: 'x-tag', contains: AWKWARD } }],
            timeoutPolicy: { response: '10s' },
            services: [{ name: 'web', port: 80 }],
          },
          { services: [{ name: 'web', port: 80, weight: 0 }] },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/routes/0',
        value: { conditions: [{ prefix: '/new' }], services: [{ name: 'news', port: 80 }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/routes/0/services/0/weight', value: 1234 }] },
  },
  {
    name: 'HTTPProxy for TCP',
    owned: ['spec.tcpproxy.services'],
    router: contourHttpProxy,
    route: 'httpproxy/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: false,
    mirror: 0,
    pairs: contourPairs,
    objects: [
      object(CONTOUR, 'HTTPProxy', {
        virtualhost: { fqdn: 'db.example.com', tls: { passthrough: true } },
        tcpproxy: { services: [{ name: 'web', port: 5432 }] },
      }),
    ],
    insert: 'a TCP proxy is one list of Services, which is tested whole',
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/tcpproxy/services/0/weight', value: 1234 }] },
  },
];
