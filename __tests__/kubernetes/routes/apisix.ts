import { apisixRoute } from '../../../src/traffic/apisix-route.ts';
import { AWKWARD, list, object, pair, type RouteOnServer } from './route-on-server.ts';

export const apisix: RouteOnServer = {
  name: 'ApisixRoute',
  owned: ['spec.http'],
  router: apisixRoute,
  route: 'apisixroute/web',
  originalShare: 0,
  shares: [1, 3333],
  testers: true,
  mirror: 0,
  pairs: (objects) =>
    objects.flatMap((found) =>
      list(found, 'spec', 'http').flatMap((entry) =>
        pair(
          list(entry, 'backends').map(({ serviceName, weight }) => [serviceName, weight]),
          100,
        ),
      ),
    ),
  objects: [
    object('apisix.apache.org/v2', 'ApisixRoute', {
      http: [
        {
          name: 'shop',
          match: {
            hosts: ['shop.example.com'],
            paths: ['/a&b/*'],
            exprs: [{ subject: { scope: 'Query', name: 'q' }, op: 'RegexMatch', value: `<&>${AWKWARD}` }],
          },
          backends: [{ serviceName: 'web', servicePort: 80 }],
          plugins: [{ name: 'limit-count', enable: true, config: { count: 5, time_window: 0.5 } }],
        },
        {
          name: 'rest',
          priority: -1,
          match: { paths: ['/*'] },
          backends: [{ serviceName: 'web', servicePort: 80, resolveGranularity: 'endpoint' }],
        },
      ],
    }),
  ],
  insert: [
    {
      op: 'add',
      path: '/spec/http/0',
      value: { name: 'new', match: { paths: ['/new'] }, backends: [{ serviceName: 'news', servicePort: 80 }] },
    },
  ],
  foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/http/0/backends/0/weight', value: 1234 }] },
};
