import { isObject, objectsAt } from '../simulator/json.ts';
import { type AppOptions, type Cluster, NAMESPACE } from './cluster.ts';

const GROUP = { group: 'traefik.io', version: 'v1alpha1' } as const;
const LISTS = { ...GROUP, plural: 'traefikservices', kind: 'TraefikService' };
const ROUTES = { ...GROUP, plural: 'ingressroutes', kind: 'IngressRoute' };

/** An IngressRoute leads to the live Service. */
export const BEHIND_TRAEFIK: Pick<AppOptions, 'resources' | 'objects'> = {
  resources: [ROUTES],
  objects: [
    manifest(ROUTES, {
      entryPoints: ['websecure'],
      routes: [
        { match: 'Host(`shop.example.com`)', kind: 'Rule', services: [{ name: 'web', port: 80 }] },
        { match: 'Host(`api.example.com`)', kind: 'Rule', services: [{ name: 'web', port: 'http', strategy: 'wrr' }] },
      ],
    }),
  ],
};

/** A TraefikService leads to it. */
export const IN_A_LIST: Pick<AppOptions, 'resources' | 'objects'> = {
  resources: [LISTS],
  objects: [
    manifest(LISTS, { weighted: { services: [{ name: 'web', port: 80 }], sticky: { cookie: { name: 'lb' } } } }),
  ],
};

function manifest({ group, version, plural, kind }: typeof LISTS, spec: object): { path: string; body: object } {
  const apiVersion = `${group}/${version}`;
  const path = `/apis/${apiVersion}/namespaces/${NAMESPACE}/${plural}`;
  return { path, body: { apiVersion, kind, metadata: { name: 'web', namespace: NAMESPACE }, spec } };
}

/** Every member, whatever its weight: one without endpoints makes its whole list answer 404. */
export function listedBy({ plane }: Cluster): readonly string[] {
  const { catalogue } = plane.store;
  return [ROUTES, LISTS]
    .filter(({ group, version, plural }) => catalogue.find(group, version, plural) !== undefined)
    .flatMap(({ plural, group }) => plane.store.list<string>(`${plural}.${group}`, NAMESPACE))
    .flatMap((object) => {
      const { spec } = object as { spec?: unknown };
      const weighted = isObject(spec) ? spec.weighted : undefined;
      return [weighted, ...objectsAt(spec, 'routes')].flatMap((list) => objectsAt(list, 'services'));
    })
    .map(({ name }) => String(name));
}
