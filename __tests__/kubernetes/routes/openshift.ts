import type { KubeObject } from '../../../src/cluster/wire.ts';
import { openshiftRoute } from '../../../src/traffic/openshift-route.ts';
import { json, list, object, pair, type Pair, type RouteOnServer } from './route-on-server.ts';

function openshiftPairs(objects: readonly KubeObject[]): Pair[] {
  return objects.flatMap((found) => {
    const backends = [json(json(json(found).spec).to), ...list(found, 'spec', 'alternateBackends')];
    return pair(
      backends.map(({ name, weight }) => [name, weight]),
      100,
    );
  });
}

const ONE_LIST = 'a Route is one list of backends, which is tested whole';

export const openshiftRoutes: readonly RouteOnServer[] = [
  {
    name: 'Route with everything left to defaults',
    owned: ['spec.to.weight'],
    router: openshiftRoute,
    route: 'route/web',
    originalShare: 0,
    shares: [50, 3350],
    testers: false,
    mirror: 0,
    pairs: openshiftPairs,
    objects: [
      object(
        'route.openshift.io/v1',
        'Route',
        { host: 'shop.example.com', path: '/a&b', to: { kind: 'Service', name: 'web' }, port: { targetPort: 'http' } },
        { annotations: { 'haproxy.router.openshift.io/disable_cookies': 'true' } },
      ),
    ],
    insert: ONE_LIST,
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/to/weight', value: 3 }] },
  },
  {
    name: "Route with the user's own split and a third backend",
    owned: ['spec.alternateBackends', 'spec.to.weight'],
    router: openshiftRoute,
    route: 'route/web',
    originalShare: 1000,
    shares: [2000, 5000],
    testers: false,
    mirror: 0,
    pairs: openshiftPairs,
    objects: [
      object('route.openshift.io/v1', 'Route', {
        host: 'shop.example.com',
        to: { kind: 'Service', name: 'web', weight: 90 },
        alternateBackends: [
          { kind: 'Service', name: 'legacy', weight: 20 },
          { kind: 'Service', name: 'web-candidate', weight: 10 },
        ],
      }),
    ],
    insert: ONE_LIST,
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/to/weight', value: 3 }] },
  },
];
