import { controllerOf } from '../objects.ts';
import type { Context, Deployment, ReplicaSet } from './context.ts';
import { active, byAge, maxSurge, maxUnavailable, scaleTo, sum, wantedReplicas } from './scaling.ts';

/** One step of a rolling update: the new set up if there is room, otherwise old sets down. True when a size changed. */
export function rollSets(
  context: Context,
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): boolean {
  const before = wantedReplicas(newSet);
  const wanted = wantedReplicas(deployment);
  if (before !== wanted) {
    const size = before > wanted ? wanted : sizeOfNew(deployment, oldSets, before);
    if (size !== before) {
      scaleTo(context, deployment, newSet, size);
      return true;
    }
  }
  return shrinkOld(context, deployment, newSet, active(oldSets));
}

/** Pods that the new set may have: what `replicas` + surge leaves beside all sets' pods, up to `replicas`. */
export function sizeOfNew(deployment: Deployment, oldSets: readonly ReplicaSet[], now: number): number {
  const wanted = wantedReplicas(deployment);
  if (deployment.spec.strategy?.type === 'Recreate') return wanted;
  const room = wanted + maxSurge(deployment) - sum(oldSets, wantedReplicas) - now;
  return room <= 0 ? now : now + Math.min(room, wanted - now);
}

function shrinkOld(
  context: Context,
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): boolean {
  const oldPods = sum(oldSets, wantedReplicas);
  if (oldPods === 0) return false;
  const leastAvailable = wantedReplicas(deployment) - maxUnavailable(deployment);
  const newAvailable = newSet.status?.availableReplicas ?? 0;
  // Pods of the new set that are not available yet do not allow an old one to go.
  const most = oldPods + newAvailable - leastAvailable;
  if (most <= 0) return false;
  const sets = oldSets.toSorted(byAge);
  const cleaned = removeUnhealthy(context, deployment, sets, most);
  if (cleaned === null) return false;
  const available = newAvailable + sum(cleaned.sets, (set) => set.status?.availableReplicas ?? 0);
  const removed = removeAvailable(context, deployment, cleaned.sets, available - leastAvailable);
  return cleaned.removed + removed > 0;
}

/**
 * Pods of old sets that are not available serve nobody: they go first, and without counting against availability.
 * Null: a set has more available pods than it wants, so its status is older than its size and nothing can be told from it.
 */
function removeUnhealthy(
  context: Context,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  most: number,
): { sets: ReplicaSet[]; removed: number } | null {
  let removed = 0;
  const after: ReplicaSet[] = [];
  for (const set of sets) {
    const size = wantedReplicas(set);
    const unhealthy = size - (set.status?.availableReplicas ?? 0);
    const surplus = Math.min(most - removed, unhealthy);
    if (surplus < 0) return null;
    removed += surplus;
    after.push(surplus === 0 ? set : scaleTo(context, deployment, set, size - surplus));
  }
  return { sets: after, removed };
}

function removeAvailable(context: Context, deployment: Deployment, sets: readonly ReplicaSet[], most: number): number {
  let removed = 0;
  for (const set of sets) {
    const size = wantedReplicas(set);
    const surplus = Math.min(most - removed, size);
    if (surplus <= 0) continue;
    scaleTo(context, deployment, set, size - surplus);
    removed += surplus;
  }
  return removed;
}

/** The first half of a Recreate: old sets to zero. True when their pods are gone and the new set may be made. */
export function rollRecreate(
  context: Context,
  deployment: Deployment,
  newSet: ReplicaSet | null,
  oldSets: readonly ReplicaSet[],
): boolean {
  const running = active(oldSets);
  for (const set of running) scaleTo(context, deployment, set, 0);
  if (running.length > 0 || oldSets.some((set) => (set.status?.replicas ?? 0) > 0)) return false;
  const old = new Set(oldSets.filter((set) => set !== newSet).map((set) => set.metadata.uid));
  return !context.store
    .list('pods', deployment.metadata.namespace)
    .some((pod) => old.has(controllerOf(pod)?.uid ?? '') && !['Failed', 'Succeeded'].includes(pod.status?.phase ?? ''));
}
