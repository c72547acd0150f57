import { isObject, objectsAt } from '../simulator/json.ts';
import { type AppOptions, type Cluster, NAMESPACE } from './cluster.ts';

const GROUP = { group: 'networking.istio.io', version: 'v1' } as const;
const ROUTES = { ...GROUP, plural: 'virtualservices', kind: 'VirtualService' };
const POLICIES = { ...GROUP, plural: 'destinationrules', kind: 'DestinationRule' };

/** A VirtualService leads to a subset of the live Service's host, whose DestinationRule says how to speak to it. */
export const IN_A_MESH: Pick<AppOptions, 'resources' | 'objects'> = {
  resources: [ROUTES, POLICIES],
  objects: [
    manifest(POLICIES, {
      host: 'web',
      trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
      subsets: [{ name: 'stable', labels: { app: 'web' } }],
    }),
    manifest(ROUTES, {
      hosts: ['web'],
      http: [
        { name: 'api', match: [{ uri: { prefix: '/api' } }], timeout: '3s', route: [to('web', 'stable')] },
        { route: [to('web', 'stable')] },
      ],
    }),
  ],
};

function to(host: string, subset: string): object {
  return { destination: { host, subset } };
}

function manifest({ group, version, plural, kind }: typeof ROUTES, spec: object): { path: string; body: object } {
  const apiVersion = `${group}/${version}`;
  const path = `/apis/${apiVersion}/namespaces/${NAMESPACE}/${plural}`;
  return { path, body: { apiVersion, kind, metadata: { name: 'web', namespace: NAMESPACE }, spec } };
}

/**
 * Where the proxies of the mesh send users. A host is reached only with what a DestinationRule says of it, for the pods of both tracks
 * speak mutual TLS alone; and a subset that no DestinationRule has leads nowhere.
 */
export function meshedTo(cluster: Cluster): readonly string[] {
  const { store } = cluster.plane;
  const specs = (resource: string): unknown[] =>
    store.list<string>(resource, NAMESPACE).map((object) => (object as { spec?: unknown }).spec);
  const policies = specs('destinationrules.networking.istio.io');
  return specs('virtualservices.networking.istio.io')
    .flatMap((spec) => objectsAt(spec, 'http'))
    .flatMap((rule) => {
      const targets = objectsAt(rule, 'route');
      return targets.filter(({ weight = 0 }) => targets.length === 1 || Number(weight) > 0);
    })
    .flatMap(({ destination }) => (isObject(destination) ? [destination] : []))
    .map(({ host, subset }) => {
      const own = policies.filter((policy) => isObject(policy) && policy.host === host);
      if (own.length === 0) return `${String(host)} without its DestinationRule`;
      const isKnown =
        subset === undefined ||
        own.flatMap((policy) => objectsAt(policy, 'subsets')).some(({ name }) => name === subset);
      return isKnown ? String(host) : `${String(host)} with subset ${String(subset)}, which it has not`;
    });
}
