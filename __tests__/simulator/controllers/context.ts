import type { Clock } from '../clock.ts';
import type { EventRecorder } from '../events.ts';
import type { Stored } from '../objects.ts';
import type { Store } from '../store.ts';
import type { Writer, Writes } from '../writes.ts';

export type Deployment = Stored<'deployments.apps'>;
export type ReplicaSet = Stored<'replicasets.apps'>;
export type Job = Stored<'jobs.batch'>;
export type Pod = Stored<'pods'>;

/** What a controller works with. */
export interface Context {
  readonly clock: Clock;
  readonly store: Store;
  readonly writes: Writes;
  readonly events: EventRecorder;
}

/** How controllers write: the name that the real controller manager has in managedFields. */
export const CONTROLLER: Writer = { manager: 'kube-controller-manager', dryRun: false };

/** True when the pod's Ready condition is. */
export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === 'True';
}

export function readyCondition(pod: Pod) {
  return pod.status?.conditions?.find((condition) => condition.type === 'Ready');
}
