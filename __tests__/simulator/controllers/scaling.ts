import { type Context, CONTROLLER, type Deployment, type ReplicaSet } from './context.ts';

/** Pods wanted when the controller last set a ReplicaSet's size, and the most that were then allowed. */
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Pods wanted of a Deployment or a ReplicaSet. */
export function wantedReplicas(object: Deployment | ReplicaSet): number {
  return object.spec.replicas ?? 1;
}

export function sum(sets: readonly (ReplicaSet | null)[], count: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + (set === null ? 0 : count(set)), 0);
}

/** ReplicaSets that want pods. */
export function active(sets: readonly (ReplicaSet | null)[]): ReplicaSet[] {
  return sets.filter((set) => set !== null).filter((set) => wantedReplicas(set) > 0);
}

/** Oldest first. The real controller settles a tie of the same second by name; the uid, which grows, says who was first. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  if (a.metadata.creationTimestamp !== b.metadata.creationTimestamp)
    return a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1;
  return a.metadata.uid < b.metadata.uid ? -1 : 1;
}

/** Extra pods allowed during a rolling update; percentages are rounded up. Zero for Recreate. */
export function maxSurge(deployment: Deployment): number {
  return fenceposts(deployment)?.surge ?? 0;
}

/** Pods that may be missing during a rolling update; percentages are rounded down, but both limits are never zero. */
export function maxUnavailable(deployment: Deployment): number {
  const wanted = wantedReplicas(deployment);
  return Math.min(fenceposts(deployment)?.unavailable ?? 0, wanted);
}

function fenceposts(deployment: Deployment): { surge: number; unavailable: number } | undefined {
  const strategy = deployment.spec.strategy;
  if (strategy?.type !== 'RollingUpdate') return undefined;
  const wanted = wantedReplicas(deployment);
  const surge = resolve(strategy.rollingUpdate?.maxSurge, wanted, Math.ceil);
  const unavailable = resolve(strategy.rollingUpdate?.maxUnavailable, wanted, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function resolve(value: number | string | undefined, whole: number, round: (x: number) => number): number {
  if (typeof value !== 'string') return value ?? 0;
  return round((Number.parseInt(value, 10) * whole) / 100);
}

/** The annotations by which a later sync knows that `replicas` or the strategy has changed since. */
export function replicaAnnotations(deployment: Deployment): Record<string, string> {
  const wanted = wantedReplicas(deployment);
  return { [DESIRED_REPLICAS]: String(wanted), [MAX_REPLICAS]: String(wanted + maxSurge(deployment)) };
}

/** Sets a ReplicaSet's size, if it differs (or its annotations do, when `always`). Returns the set as it then is. */
export function scaleTo(
  context: Context,
  deployment: Deployment,
  set: ReplicaSet,
  size: number,
  always = false,
): ReplicaSet {
  const before = wantedReplicas(set);
  const annotations = replicaAnnotations(deployment);
  const stale = Object.entries(annotations).some(([key, value]) => set.metadata.annotations?.[key] !== value);
  if (before === size && !(always && stale)) return set;
  const scaled = context.writes.update(
    'replicasets.apps',
    set.metadata.namespace,
    set.metadata.name,
    (current) => ({
      ...current,
      metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, ...annotations } },
      spec: { ...current.spec, replicas: size },
    }),
    CONTROLLER,
  );
  if (before !== size)
    context.events.record(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: deployment.metadata },
      {
        type: 'Normal',
        reason: 'ScalingReplicaSet',
        message: `Scaled ${before < size ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${size}`,
        component: 'deployment-controller',
      },
    );
  return scaled;
}

/**
 * What a Deployment does about its size while it is paused or has just been resized:
 * one active set takes all; old sets go once the new one is complete and available; otherwise every set changes in proportion.
 */
export function scale(
  context: Context,
  deployment: Deployment,
  newSet: ReplicaSet | null,
  oldSets: readonly ReplicaSet[],
): void {
  const wanted = wantedReplicas(deployment);
  const running = active([...oldSets, newSet]);
  const only = running.length === 1 ? running[0] : (newSet ?? oldSets.toSorted(byAge).at(-1));
  if (running.length <= 1) {
    if (only !== undefined) scaleTo(context, deployment, only, wanted);
  } else if (newSet !== null && isSaturated(newSet, wanted)) {
    for (const old of active(oldSets)) scaleTo(context, deployment, old, 0);
  } else if (deployment.spec.strategy?.type === 'RollingUpdate') scaleInProportion(context, deployment, running);
}

/** The set has all pods of the Deployment, believes so itself, and all are available. */
function isSaturated(set: ReplicaSet, wanted: number): boolean {
  return (
    wantedReplicas(set) === wanted &&
    set.metadata.annotations?.[DESIRED_REPLICAS] === String(wanted) &&
    (set.status?.availableReplicas ?? 0) === wanted
  );
}

function scaleInProportion(context: Context, deployment: Deployment, sets: readonly ReplicaSet[]): void {
  const wanted = wantedReplicas(deployment);
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const toAdd = allowed - sum(sets, wantedReplicas);
  // Largest first; of equal ones the newer grows first and the older shrinks first.
  const bySize = sets.toSorted(
    (a, b) => wantedReplicas(b) - wantedReplicas(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)),
  );
  let added = 0;
  const sizes = bySize.map((set) => {
    const share = proportion(deployment, set, toAdd, added);
    added += share;
    return wantedReplicas(set) + share;
  });
  bySize.forEach((set, index) => {
    // What rounding left over goes to the largest.
    const rest = index === 0 ? toAdd - added : 0;
    scaleTo(context, deployment, set, Math.max(0, (sizes[index] ?? 0) + rest), true);
  });
}

function proportion(deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number {
  if (toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, set);
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

function fractionOf(deployment: Deployment, set: ReplicaSet): number {
  const size = wantedReplicas(set);
  const wanted = wantedReplicas(deployment);
  if (wanted === 0) return -size;
  const noted = Number(set.metadata.annotations?.[MAX_REPLICAS] ?? 0);
  const before = noted > 0 ? noted : (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((size * (wanted + maxSurge(deployment))) / before) - size;
}
