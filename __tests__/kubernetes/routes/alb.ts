import type { KubeObject } from '../../../src/cluster/wire.ts';
import { albIngress } from '../../../src/traffic/alb-ingress.ts';
import { path } from './ingress.ts';
import { AWKWARD, json, kinds, list, object, pair, type Pair, type RouteOnServer } from './route-on-server.ts';

const ALB = 'alb.ingress.kubernetes.io/';

function albPairs(objects: readonly KubeObject[]): Pair[] {
  return kinds(objects, 'Ingress').flatMap((found) => {
    const backends = list(found, 'spec', 'rules').flatMap((rule) =>
      list(rule, 'http', 'paths').map(({ backend }) => json(json(backend).service)),
    );
    return backends.flatMap(({ name, port }) => {
      if (json(port).name !== 'use-annotation') return pair([[name, 1]], 1);
      const action = JSON.parse(found.metadata?.annotations?.[`${ALB}actions.${name}`] ?? '{}');
      const groups = list(action, 'forwardConfig', 'targetGroups');
      return pair(
        groups.map(({ serviceName, weight }) => [serviceName, weight]),
        groups.length === 1 ? 1 : Number.NaN,
      );
    });
  });
}

export const albs: readonly RouteOnServer[] = [
  {
    name: 'ALB Ingress with an action and a condition of awkward text',
    owned: [`metadata.annotations.${ALB}actions.split`],
    router: albIngress,
    route: 'alb/web',
    originalShare: 0,
    shares: [10, 5000],
    testers: false,
    mirror: 0,
    pairs: albPairs,
    objects: [
      object(
        'networking.k8s.io/v1',
        'Ingress',
        {
          ingressClassName: 'alb',
          rules: [
            {
              host: 'shop.example.com',
              http: { paths: [path('/', 'split', { name: 'use-annotation' }), path('/static', 'static')] },
            },
          ],
        },
        {
          annotations: {
            [`${ALB}target-type`]: 'ip',
            [`${ALB}conditions.split`]: JSON.stringify([
              { field: 'query-string', queryStringConfig: { values: [{ key: 'q', value: AWKWARD }] } },
            ]),
            [`${ALB}actions.split`]: JSON.stringify(
              {
                type: 'forward',
                forwardConfig: { targetGroups: [{ serviceName: 'web', servicePort: 80, note: '<&>' }] },
              },
              null,
              2,
            ),
          },
        },
      ),
    ],
    insert: [
      { op: 'add', path: '/spec/rules/0', value: { host: 'new.example.com', http: { paths: [path('/', 'news')] } } },
    ],
    foreign: {
      name: 'web',
      patch: [
        {
          op: 'add',
          path: `/metadata/annotations/${ALB.replace('/', '~1')}actions.split`,
          value: JSON.stringify({
            type: 'forward',
            forwardConfig: {
              targetGroups: [
                { serviceName: 'web', servicePort: 80, note: '<&>', weight: 7 },
                { serviceName: 'web-candidate', servicePort: 80, note: '<&>', weight: 3 },
              ],
            },
          }),
        },
      ],
    },
  },
  {
    name: 'ALB Ingress without any annotation, whose backends name the Service',
    owned: ['spec.rules'],
    router: albIngress,
    route: 'alb/web',
    originalShare: 0,
    shares: [1000],
    testers: false,
    mirror: 0,
    pairs: albPairs,
    objects: [
      object('networking.k8s.io/v1', 'Ingress', {
        ingressClassName: 'alb',
        rules: [{ host: 'shop.example.com', http: { paths: [path('/', 'web'), path('/static', 'static')] } }],
      }),
    ],
    insert: [
      { op: 'add', path: '/spec/rules/0', value: { host: 'new.example.com', http: { paths: [path('/', 'news')] } } },
    ],
    foreign: {
      name: 'web',
      patch: [
        {
          op: 'add',
          path: `/metadata/annotations/${ALB.replace('/', '~1')}actions.web`,
          value: JSON.stringify({
            type: 'forward',
            forwardConfig: {
              targetGroups: [
                { serviceName: 'web', servicePort: 80, weight: 7 },
                { serviceName: 'web-candidate', servicePort: 80, weight: 3 },
              ],
            },
          }),
        },
      ],
    },
  },
];
