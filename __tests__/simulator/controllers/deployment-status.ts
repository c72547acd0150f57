import { timestamp } from '../clock.ts';
import { equal } from '../json.ts';
import { type Context, CONTROLLER, type Deployment, type ReplicaSet } from './context.ts';
import { maxUnavailable, sum, wantedReplicas } from './scaling.ts';

type Status = NonNullable<Deployment['status']>;
type Condition = NonNullable<Status['conditions']>[number];

/** A deadline of this many seconds means none. */
const NO_DEADLINE = 2_147_483_647;

export function hasDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== NO_DEADLINE;
}

export function progressing(status: Status | undefined): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === 'Progressing');
}

export function newCondition(
  context: Context,
  type: string,
  status: string,
  reason: string,
  message: string,
): Condition {
  const now = timestamp(context.clock.now());
  return { type, status, reason, message, lastUpdateTime: now, lastTransitionTime: now };
}

/** The conditions with one put in; the same status and reason as before changes nothing. */
export function withCondition(conditions: readonly Condition[] | undefined, condition: Condition): Condition[] {
  const all = conditions ?? [];
  const old = all.find((other) => other.type === condition.type);
  if (old?.status === condition.status && old.reason === condition.reason) return [...all];
  const since = old?.status === condition.status ? old.lastTransitionTime : condition.lastTransitionTime;
  return [
    ...without(all, condition.type),
    { ...condition, ...(since === undefined ? {} : { lastTransitionTime: since }) },
  ];
}

function without(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((condition) => condition.type !== type);
}

/** Writes the status (and annotations) of a Deployment, if they differ. Returns the Deployment as it then is. */
export function writeStatus(context: Context, deployment: Deployment): Deployment {
  return context.writes.update(
    'deployments.apps',
    deployment.metadata.namespace,
    deployment.metadata.name,
    (current) => ({
      ...current,
      metadata: {
        ...current.metadata,
        ...(deployment.metadata.annotations === undefined ? {} : { annotations: deployment.metadata.annotations }),
      },
      status: deployment.status,
    }),
    CONTROLLER,
    'status',
  );
}

/** Counts and availability of a Deployment from its ReplicaSets; other conditions stay. */
function computeStatus(
  context: Context,
  deployment: Deployment,
  newSet: ReplicaSet | null,
  sets: readonly (ReplicaSet | null)[],
): Status {
  const available = sum(sets, (set) => set.status?.availableReplicas ?? 0);
  const counts = {
    replicas: sum(sets, (set) => set.status?.replicas ?? 0),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum(sets, (set) => set.status?.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets, wantedReplicas) - available),
  };
  const enough = available >= wantedReplicas(deployment) - maxUnavailable(deployment);
  const availability = enough
    ? newCondition(context, 'Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : newCondition(
        context,
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
      );
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    terminatingReplicas: sum(sets, (set) => set.status?.terminatingReplicas ?? 0),
    ...(deployment.status?.collisionCount === undefined ? {} : { collisionCount: deployment.status.collisionCount }),
    conditions: withCondition(deployment.status?.conditions, availability),
  };
}

/** Status without any judgement of progress: of a paused, resized or ending Deployment. */
export function syncStatus(
  context: Context,
  deployment: Deployment,
  newSet: ReplicaSet | null,
  oldSets: readonly ReplicaSet[],
): void {
  const status = computeStatus(context, deployment, newSet, [...oldSets, newSet]);
  if (!equal(status, deployment.status)) writeStatus(context, { ...deployment, status });
}

/** Status of a rollout, with progress and deadline. Returns the milliseconds after which the deadline is to be looked at again. */
export function syncRolloutStatus(
  context: Context,
  deployment: Deployment,
  newSet: ReplicaSet | null,
  oldSets: readonly ReplicaSet[],
): number | undefined {
  const sets = [...oldSets, newSet];
  const computed = computeStatus(context, deployment, newSet, sets);
  let conditions = computed.conditions ?? [];
  if (!hasDeadline(deployment)) conditions = without(conditions, 'Progressing');
  const current = progressing(deployment.status);
  const complete =
    (computed.replicas ?? 0) === (computed.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (hasDeadline(deployment) && !complete)
    conditions = withProgress(context, deployment, newSet, { ...computed, conditions });
  const failure = [newSet, ...oldSets]
    .flatMap((set) => set?.status?.conditions ?? [])
    .find((condition) => condition.type === 'ReplicaFailure');
  conditions =
    failure === undefined
      ? without(conditions, 'ReplicaFailure')
      : withCondition(conditions, {
          ...failure,
          ...(failure.lastTransitionTime === undefined ? {} : { lastUpdateTime: failure.lastTransitionTime }),
        });
  const status = { ...computed, conditions };
  if (!equal(status, deployment.status)) {
    writeStatus(context, { ...deployment, status });
    return undefined;
  }
  return untilDeadline(context, deployment, status);
}

function withProgress(
  context: Context,
  deployment: Deployment,
  newSet: ReplicaSet | null,
  status: Status,
): Condition[] {
  const conditions = status.conditions ?? [];
  const name = newSet === null ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  const make = (value: string, reason: string, text: string) =>
    newCondition(context, 'Progressing', value, reason, `${name} ${text}`);
  if (isComplete(deployment, status))
    return withCondition(conditions, make('True', 'NewReplicaSetAvailable', 'has successfully progressed.'));
  if (madeProgress(deployment.status, status)) {
    const current = progressing(deployment.status);
    const condition = make('True', 'ReplicaSetUpdated', 'is progressing.');
    const since = current?.status === 'True' ? current.lastTransitionTime : undefined;
    // Unlike any other condition this one is renewed with the same reason: its update time is what the deadline counts from.
    return [
      ...without(conditions, 'Progressing'),
      { ...condition, ...(since === undefined ? {} : { lastTransitionTime: since }) },
    ];
  }
  if (isTimedOut(context, deployment, status))
    return withCondition(conditions, make('False', 'ProgressDeadlineExceeded', 'has timed out progressing.'));
  return conditions;
}

/** All pods wanted are of the new version and available, and there are no others. */
export function isComplete(deployment: Deployment, status: Status | undefined): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function madeProgress(before: Status | undefined, after: Status): boolean {
  const old = (status: Status | undefined) => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

function isTimedOut(context: Context, deployment: Deployment, status: Status): boolean {
  const condition = progressing(status);
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  return condition.reason === 'ProgressDeadlineExceeded' || deadline(deployment, condition) < context.clock.now();
}

/** Epoch milliseconds. */
function deadline(deployment: Deployment, condition: Condition): number {
  return Date.parse(condition.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

function untilDeadline(context: Context, deployment: Deployment, status: Status): number | undefined {
  const condition = progressing(deployment.status);
  if (!hasDeadline(deployment) || condition === undefined) return undefined;
  if (isComplete(deployment, status) || condition.reason === 'ProgressDeadlineExceeded') return undefined;
  return Math.max(0, deadline(deployment, condition) - context.clock.now()) + 1000;
}
