import { canaryName } from '../../../src/traffic/canary-ingress.ts';
import { ingressAnnotations } from '../../../src/traffic/ingress-annotations.ts';
import { AWKWARD, type Json, object, type RouteOnServer } from './route-on-server.ts';

const NGINX = 'nginx.ingress.kubernetes.io/';

/** One path of a rule of an Ingress. */
export function path(value: string, service: string, port: Json = { number: 80 }): Json {
  return { path: value, pathType: 'Prefix', backend: { service: { name: service, port } } };
}

export const ingress: RouteOnServer = {
  name: 'Ingress with canary annotations',
  owned: [],
  router: ingressAnnotations,
  route: 'ingress/web',
  originalShare: 0,
  shares: [1, 500, 5000],
  testers: true,
  mirror: 0,
  pairs(objects) {
    const canary = objects.find(({ metadata }) => metadata?.annotations?.[`${NGINX}canary`] === 'true');
    if (canary === undefined) return [{ live: 1, candidate: 0 }];
    const { [`${NGINX}canary-weight`]: weight, [`${NGINX}canary-weight-total`]: total = 100 } =
      canary.metadata?.annotations ?? {};
    return [{ live: Number(total) - Number(weight), candidate: Number(weight) }];
  },
  objects: [
    object(
      'networking.k8s.io/v1',
      'Ingress',
      {
        ingressClassName: 'nginx',
        rules: [
          { host: 'shop.example.com', http: { paths: [path('/', 'web'), path('/static', 'static')] } },
          { http: { paths: [path('/health', 'web', { name: 'http' })] } },
        ],
        tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }],
      },
      { annotations: { [`${NGINX}proxy-read-timeout`]: '30', [`${NGINX}configuration-snippet`]: `# ${AWKWARD}` } },
    ),
  ],
  insert: 'the Ingress of the user is never written',
  foreign: {
    name: canaryName('web'),
    patch: [{ op: 'add', path: `/metadata/annotations/${NGINX.replace('/', '~1')}canary-weight`, value: '3' }],
  },
};
