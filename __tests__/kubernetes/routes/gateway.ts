import { grpcRoute, httpRoute } from '../../../src/traffic/gateway-route.ts';
import { AWKWARD, list, object, pair, type RouteOnServer } from './route-on-server.ts';

const GATEWAY = 'gateway.networking.k8s.io/v1';

const gateway: Pick<RouteOnServer, 'shares' | 'testers' | 'pairs'> = {
  shares: [1, 3333, 5000],
  testers: true,
  pairs: (objects) =>
    objects.flatMap((route) =>
      list(route, 'spec', 'rules').flatMap((rule) =>
        pair(
          list(rule, 'backendRefs').map(({ name, weight }) => [name, weight]),
          1,
        ),
      ),
    ),
};

export const gatewayRoutes: readonly RouteOnServer[] = [
  {
    ...gateway,
    name: 'HTTPRoute with texts that JSON writes in two ways, and everything left to defaults',
    owned: ['spec.rules'],
    router: httpRoute,
    route: 'httproute/web',
    originalShare: 0,
    mirror: 125,
    objects: [
      object(GATEWAY, 'HTTPRoute', {
        parentRefs: [{ name: 'public' }],
        rules: [
          {
            matches: [
              { path: { type: 'PathPrefix', value: '/a&b' }, headers: [{ name: 'x-tag', value: AWKWARD }] },
              {
                path: { type: 'RegularExpression', value: '/(?<id>[0-9]+)&x' },
                queryParams: [{ name: 'q', value: '<&>' }],
              },
              { headers: [{ type: 'RegularExpression', name: 'x-kind', value: '^(a&b|<c>)$' }] },
              { method: 'POST' },
            ],
            filters: [
              { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-from', value: 'a&b' }] } },
              { type: 'RequestMirror', requestMirror: { backendRef: { name: 'audit', port: 80 } } },
            ],
            timeouts: { request: '10s' },
            backendRefs: [{ name: 'web', port: 80 }],
          },
          { name: 'rest', backendRefs: [{ name: 'web', port: 80 }] },
          { matches: [{ path: { value: '/docs' } }], backendRefs: [{ name: 'docs', port: 80 }] },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/rules/0',
        value: { matches: [{ path: { value: '/new' } }], backendRefs: [{ name: 'news', port: 80 }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 123_457 }] },
  },
  {
    ...gateway,
    name: "HTTPRoute of a mesh with the user's own split, a third destination and a filter of a backend",
    owned: ['spec.rules'],
    router: httpRoute,
    route: 'httproute/web',
    originalShare: 1000,
    shares: [2000, 5000],
    mirror: 10_000,
    objects: [
      object(GATEWAY, 'HTTPRoute', {
        parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }],
        rules: [
          {
            backendRefs: [
              { name: 'partner', port: 80, weight: 20 },
              {
                name: 'web',
                port: 80,
                weight: 90,
                filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x-old'] } }],
              },
              { name: 'web-candidate', port: 80, weight: 10 },
            ],
          },
        ],
      }),
    ],
    insert: [{ op: 'add', path: '/spec/rules/0', value: { matches: [{ path: { value: '/new' } }] } }],
    foreign: { name: 'web', patch: [{ op: 'replace', path: '/spec/rules/0/backendRefs/1/weight', value: 77 }] },
  },
  {
    ...gateway,
    name: 'HTTPRoute v1beta1',
    owned: ['spec.rules'],
    router: httpRoute,
    route: 'httproute/web',
    originalShare: 0,
    mirror: 0,
    testers: false,
    shares: [5000],
    objects: [
      object('gateway.networking.k8s.io/v1beta1', 'HTTPRoute', {
        rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
      }),
    ],
    insert: [{ op: 'add', path: '/spec/rules/0', value: { matches: [{ path: { value: '/new' } }] } }],
    foreign: { name: 'web', patch: [{ op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 77 }] },
  },
  {
    ...gateway,
    name: 'GRPCRoute',
    owned: ['spec.rules'],
    router: grpcRoute,
    route: 'grpcroute/web',
    originalShare: 0,
    mirror: 10_000,
    objects: [
      object(GATEWAY, 'GRPCRoute', {
        parentRefs: [{ name: 'public' }],
        rules: [
          {
            matches: [
              { method: { service: 'shop.Cart', method: 'Add' }, headers: [{ name: 'x-tag', value: AWKWARD }] },
              { method: { service: 'shop.Orders' } },
            ],
            backendRefs: [{ name: 'web', port: 80 }],
          },
          { backendRefs: [{ name: 'web', port: 80, weight: 1 }] },
        ],
      }),
    ],
    insert: [{ op: 'add', path: '/spec/rules/0', value: { matches: [{ method: { service: 'new.Service' } }] } }],
    foreign: { name: 'web', patch: [{ op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 77 }] },
  },
];
