import { routeManifest, routePath } from '../contract/gateway.ts';
import { objectsAt } from '../simulator/json.ts';
import type { AppOptions, Cluster } from './cluster.ts';
import { NAMESPACE } from './cluster.ts';

const ROUTES = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' };
/** Milliseconds from a new version of a route to its controller's word about it. */
const LAG = 20;

/** An HTTPRoute leads to the live Service. */
export const ROUTED: Pick<AppOptions, 'resources' | 'objects'> = {
  resources: [ROUTES],
  objects: [{ path: routePath(NAMESPACE), body: routeManifest(NAMESPACE) }],
};

/** The controller of a Gateway: accepts every version of every HTTPRoute. */
export function gateway(cluster: Cluster): void {
  const { plane, time } = cluster;
  const accept = (name: string): void => {
    const route = plane.store.get<string>('httproutes.gateway.networking.k8s.io', NAMESPACE, name);
    if (route === undefined) return;
    const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({
      type,
      status: 'True',
      reason: type,
      message: '',
      observedGeneration: route.metadata.generation,
      lastTransitionTime: new Date(time.now()).toISOString(),
    }));
    const parents = [{ parentRef: { name: 'gateway' }, controllerName: 'example.test/gateway', conditions }];
    const writer = { manager: 'gateway-controller', dryRun: false };
    const change = (current: object): object => ({ ...current, status: { parents } });
    plane.writes.update('httproutes.gateway.networking.k8s.io', NAMESPACE, name, change, writer, 'status');
  };
  let judged = new Map<string, number | undefined>();
  const look = (name: string, generation: number | undefined): void => {
    if (judged.get(name) === generation) return;
    judged.set(name, generation);
    time.after(LAG, () => accept(name));
  };
  for (const { metadata } of plane.store.list<string>('httproutes.gateway.networking.k8s.io', NAMESPACE))
    look(metadata.name, metadata.generation);
  cluster.saveWith(() => {
    const before = [...judged];
    return {
      text: JSON.stringify(before),
      restore: () => {
        judged = new Map(before);
      },
    };
  });
  plane.store.subscribe(({ type, resource, object: { metadata } }) => {
    if (resource === 'httproutes.gateway.networking.k8s.io' && type !== 'DELETED')
      look(metadata.name, metadata.generation);
  });
}

/** The Services that HTTPRoutes give a weight, as a data plane reads them. */
export function routedTo({ plane }: Cluster): readonly string[] {
  return plane.store
    .list<string>('httproutes.gateway.networking.k8s.io', NAMESPACE)
    .flatMap((route) => objectsAt((route as { spec?: unknown }).spec, 'rules'))
    .flatMap((rule) => objectsAt(rule, 'backendRefs'))
    .filter(({ weight }) => weight !== 0)
    .map(({ name }) => String(name));
}
