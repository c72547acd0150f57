import type { KubeObject } from '../../../src/cluster/wire.ts';
import { traefikIngressRoute, traefikIngressRouteTcp } from '../../../src/traffic/traefik-ingress-route.ts';
import { traefikService } from '../../../src/traffic/traefik-service.ts';
import { list, object, pair, type Pair, type RouteOnServer } from './route-on-server.ts';

const TRAEFIK = 'traefik.io/v1alpha1';

function traefikPairs(objects: readonly KubeObject[]): Pair[] {
  return objects.flatMap((found) =>
    [
      list(found, 'spec', 'weighted', 'services'),
      ...list(found, 'spec', 'routes').map((route) => list(route, 'services')),
    ].flatMap((services) =>
      pair(
        services.map(({ name, weight }) => [name, weight]),
        1,
      ),
    ),
  );
}

export const traefikRoutes: readonly RouteOnServer[] = [
  {
    name: 'TraefikService',
    owned: ['spec.weighted.services'],
    router: traefikService,
    route: 'traefikservice/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: false,
    mirror: 0,
    pairs: traefikPairs,
    objects: [
      object(TRAEFIK, 'TraefikService', {
        weighted: {
          services: [
            { name: 'web', port: 80, passHostHeader: true, healthCheck: { path: '/healthz?a&b', interval: '10s' } },
          ],
          sticky: { cookie: { name: 'lb' } },
        },
      }),
    ],
    insert: [{ op: 'add', path: '/spec/weighted/services/0', value: { name: 'spare', port: 80, weight: 0 } }],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/weighted/services/0/weight', value: 1234 }] },
  },
  {
    name: 'IngressRoute',
    owned: ['spec.routes'],
    router: traefikIngressRoute,
    route: 'ingressroute/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: true,
    mirror: 0,
    pairs: traefikPairs,
    objects: [
      object(TRAEFIK, 'IngressRoute', {
        entryPoints: ['websecure'],
        routes: [
          {
            match: `Host(\`shop.example.com\`) && Query(\`q\`, \`<&>\`)`,
            kind: 'Rule',
            middlewares: [{ name: 'compress' }],
            services: [{ name: 'web', port: 80, strategy: 'wrr' }],
          },
          {
            match: 'Host(`shop.example.com`)',
            kind: 'Rule',
            priority: 7,
            services: [{ name: 'web', kind: 'Service', port: 'http' }],
          },
        ],
        tls: { secretName: 'shop-tls' },
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/routes/0',
        value: { match: 'Host(`new.example.com`)', kind: 'Rule', services: [{ name: 'news', port: 80 }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/routes/0/services/0/weight', value: 1234 }] },
  },
  {
    name: 'IngressRouteTCP',
    owned: ['spec.routes'],
    router: traefikIngressRouteTcp,
    route: 'ingressroutetcp/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: false,
    mirror: 0,
    pairs: traefikPairs,
    objects: [
      object(TRAEFIK, 'IngressRouteTCP', {
        routes: [
          { match: 'HostSNI(`db.example.com`) && ClientIP(`10.0.0.0/8`)', services: [{ name: 'web', port: 5432 }] },
        ],
        tls: { passthrough: true },
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/routes/0',
        value: { match: 'HostSNI(`new.example.com`)', services: [{ name: 'news', port: 80 }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/routes/0/services/0/weight', value: 1234 }] },
  },
];
