import { isObject, objectsAt } from '../simulator/json.ts';
import { type AppOptions, type Cluster, NAMESPACE } from './cluster.ts';

const NGINX = 'nginx.ingress.kubernetes.io/';

/** An Ingress of ingress-nginx leads to the live Service. */
export const BEHIND_NGINX: Pick<AppOptions, 'compared' | 'objects'> = {
  compared: ['ingresses.networking.k8s.io'],
  objects: [
    {
      path: `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/ingresses`,
      body: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'web', namespace: NAMESPACE, annotations: { [`${NGINX}proxy-read-timeout`]: '30' } },
        spec: {
          ingressClassName: 'nginx',
          rules: [
            {
              host: 'shop.example.com',
              http: {
                paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
              },
            },
          ],
        },
      },
    },
  ],
};

/** The Services behind every Ingress, but for a canary that gets nobody. */
export function ingressedTo({ plane }: Cluster): readonly string[] {
  return plane.store
    .list<string>('ingresses.networking.k8s.io', NAMESPACE)
    .filter(({ metadata: { annotations = {} } }) => {
      const isCanary = annotations[`${NGINX}canary`] === 'true';
      return !isCanary || Number(annotations[`${NGINX}canary-weight`] ?? 0) > 0;
    })
    .flatMap((ingress) => objectsAt((ingress as { spec?: unknown }).spec, 'rules'))
    .flatMap(({ http }) => objectsAt(http, 'paths'))
    .map(({ backend }) => serviceIn(backend));
}

function serviceIn(backend: unknown): string {
  const service = isObject(backend) ? backend.service : undefined;
  return isObject(service) ? String(service.name) : 'none';
}
