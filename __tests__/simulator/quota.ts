import type { Pod, ResourceQuota } from '../../src/cluster/wire.ts';
import { formatQuantity, parseQuantity } from './quantity.ts';
import { refused } from './status.ts';
import type { Store } from './store.ts';

type Hard = NonNullable<ResourceQuota['spec']>['hard'];
export type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];

/** What a quota can limit here: the number of pods, and what they ask for. Other resources are not counted. */
const COUNTED: Readonly<Record<string, (pod: PodSpec) => number>> = {
  pods: () => 1,
  'count/pods': () => 1,
  cpu: (pod) => total(pod, (container) => container.resources?.requests?.cpu),
  'requests.cpu': (pod) => total(pod, (container) => container.resources?.requests?.cpu),
  'limits.cpu': (pod) => total(pod, (container) => container.resources?.limits?.cpu),
  memory: (pod) => total(pod, (container) => container.resources?.requests?.memory),
  'requests.memory': (pod) => total(pod, (container) => container.resources?.requests?.memory),
  'limits.memory': (pod) => total(pod, (container) => container.resources?.limits?.memory),
};

/** Refuses (403) a pod for which a ResourceQuota has no room. */
export function checkQuota(store: Store, namespace: string, name: string, pod: PodSpec): void {
  for (const quota of store.list('resourcequotas', namespace)) {
    const exceeded = counted(quota.spec.hard).flatMap(([resource, limit]) => {
      const requested = COUNTED[resource]?.(pod) ?? 0;
      const used = usedOf(store, namespace, resource);
      return used + requested > parseQuantity(limit) + 1e-9 ? [{ resource, limit, requested, used }] : [];
    });
    if (exceeded.length === 0) continue;
    const list = (value: (one: (typeof exceeded)[number]) => string) =>
      exceeded.map((one) => `${one.resource}=${value(one)}`).join(',');
    throw refused(
      store.typeOf('pods'),
      name,
      `exceeded quota: ${quota.metadata.name}, requested: ${list((one) => format(one.resource, one.requested))}, used: ${list((one) => format(one.resource, one.used))}, limited: ${list((one) => one.limit)}`,
    );
  }
}

/** `status` of a quota as it is now. */
export function quotaStatus(store: Store, namespace: string, hard: Hard): ResourceQuota['status'] {
  const used = counted(hard).map(([resource]) => [resource, format(resource, usedOf(store, namespace, resource))]);
  return { ...(hard === undefined ? {} : { hard }), used: Object.fromEntries(used) };
}

function counted(hard: Hard): [resource: string, limit: string][] {
  return Object.entries(hard ?? {}).filter(([resource]) => resource in COUNTED);
}

function format(resource: string, value: number): string {
  return formatQuantity(value, resource.endsWith('memory'));
}

/** Pods that have ended do not count; pods that are terminating do. */
function usedOf(store: Store, namespace: string, resource: string): number {
  return store
    .list('pods', namespace)
    .filter((pod) => pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded')
    .reduce((sum, pod) => sum + (COUNTED[resource]?.(pod.spec) ?? 0), 0);
}

/** What the containers ask for together, or the greediest init container alone. */
function total(pod: PodSpec, read: (container: Container) => string | undefined): number {
  const main = pod.containers.reduce((sum, container) => sum + parseQuantity(read(container)), 0);
  return Math.max(main, ...(pod.initContainers ?? []).map((container) => parseQuantity(read(container))));
}
