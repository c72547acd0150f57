import type { ResourceQuota } from '../../src/cluster/wire.ts';
import { refused } from './status.ts';
import type { Store } from './store.ts';

/** Refuses (403) one more pod where a ResourceQuota's `pods` or `count/pods` is used up. Other resources are not counted. */
export function checkQuota(store: Store, namespace: string, pod: string): void {
  const used = podsCounted(store, namespace);
  for (const quota of store.list('resourcequotas', namespace)) {
    const [resource, limit] = podLimit(quota.spec.hard) ?? [];
    if (resource !== undefined && used + 1 > Number(limit))
      throw refused(
        store.typeOf('pods'),
        pod,
        `exceeded quota: ${quota.metadata.name}, requested: ${resource}=1, used: ${resource}=${used}, limited: ${resource}=${limit}`,
      );
  }
}

/** `status` of a quota as it is now. */
export function quotaStatus(store: Store, namespace: string, hard: Hard): ResourceQuota['status'] {
  const limit = podLimit(hard);
  return {
    ...(hard === undefined ? {} : { hard }),
    used: limit === undefined ? {} : { [limit[0]]: String(podsCounted(store, namespace)) },
  };
}

type Hard = NonNullable<ResourceQuota['spec']>['hard'];

function podLimit(hard: Hard): [resource: string, limit: string] | undefined {
  return Object.entries(hard ?? {}).find(([resource]) => resource === 'pods' || resource === 'count/pods');
}

/** Pods that have ended do not count; pods that are terminating do. */
function podsCounted(store: Store, namespace: string): number {
  return store
    .list('pods', namespace)
    .filter((pod) => pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded').length;
}
