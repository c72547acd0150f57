import { equal } from '../json.ts';
import { timestamp } from '../clock.ts';
import { controllerOf, controllerReference } from '../objects.ts';
import { ApiError, isOfTerminatingNamespace } from '../status.ts';
import { type Context, CONTROLLER, type Pod, type ReplicaSet, isReady, readyCondition } from './context.ts';
import { wantedReplicas } from './scaling.ts';

type Status = NonNullable<ReplicaSet['status']>;

const BURST = 500;

/** One look at a ReplicaSet: pods made or deleted, status written. Returns when a pod will have become available. */
export function reconcileReplicaSet(context: Context, namespace: string, name: string): number | undefined {
  const set = context.store.get('replicasets.apps', namespace, name);
  if (set === undefined) return undefined;
  const pods = context.store
    .list('pods', namespace)
    .filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && !isOver(pod));
  const activePods = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const refusal = set.metadata.deletionTimestamp === undefined ? managePods(context, set, activePods) : null;
  writeStatus(context, set, activePods, pods.length - activePods.length, refusal);
  if (refusal !== null) throw refusal;
  return untilAvailable(context, set, activePods);
}

function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
}

/** Returns the refusal of a pod, if there was one. */
function managePods(context: Context, set: ReplicaSet, pods: readonly Pod[]): ApiError | null {
  const missing = wantedReplicas(set) - pods.length;
  if (missing > 0) return createPods(context, set, Math.min(missing, BURST));
  if (missing === 0) return null;
  for (const pod of deletionOrder(context, pods).slice(0, Math.min(-missing, BURST))) {
    context.writes.remove('pods', pod.metadata.namespace, pod.metadata.name, {}, CONTROLLER);
    record(context, set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }
  return null;
}

/** One pod, then twice as many each time, and no more after a refusal: a full quota is not asked hundreds of times. */
function createPods(context: Context, set: ReplicaSet, count: number): ApiError | null {
  let left = count;
  for (let batch = 1; left > 0; batch *= 2) {
    let refusal: ApiError | null = null;
    for (let i = 0; i < Math.min(batch, left); i++) refusal = createPod(context, set) ?? refusal;
    if (refusal !== null) return refusal;
    left -= batch;
  }
  return null;
}

function createPod(context: Context, set: ReplicaSet): ApiError | null {
  const { metadata, spec } = set.spec.template ?? {};
  try {
    const pod = context.writes.create(
      'pods',
      set.metadata.namespace,
      {
        metadata: {
          generateName: `${set.metadata.name}-`,
          labels: metadata?.labels,
          ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
          ownerReferences: [controllerReference('apps/v1', 'ReplicaSet', set)],
        },
        spec,
      },
      CONTROLLER,
    );
    record(context, set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // As the real controller: whatever it tried would be refused.
    if (isOfTerminatingNamespace(error)) return null;
    record(context, set, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
    return error;
  }
}

function record(context: Context, set: ReplicaSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
  context.events.record(
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: set.metadata },
    { type, reason, message, component: 'replicaset-controller' },
  );
}

/**
 * Who goes first: without a node, then pending, then not ready, then of low deletion cost, then ready for less time, then
 * restarted more, then younger. Times are compared by powers of two as in the real one; what is then still equal it
 * settles by chance, and this by youth.
 */
function deletionOrder(context: Context, pods: readonly Pod[]): Pod[] {
  const now = context.clock.now();
  const since = (time: string | undefined) =>
    time === undefined ? -1 : Math.floor(Math.log2(Math.max(1, now - Date.parse(time))));
  const keys = (pod: Pod): number[] => [
    pod.spec.nodeName === undefined ? 0 : 1,
    pod.status?.phase === 'Pending' ? 0 : 1,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    isReady(pod) ? since(readyCondition(pod)?.lastTransitionTime) : 0,
    -Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount)),
    since(pod.metadata.creationTimestamp),
  ];
  return pods.toSorted((a, b) => {
    const [left, right] = [keys(a), keys(b)];
    const difference = left.map((key, index) => key - (right[index] ?? 0)).find((delta) => delta !== 0);
    return difference ?? (a.metadata.uid > b.metadata.uid ? -1 : 1);
  });
}

/** Epoch milliseconds from which a ready pod counts as available. */
function availableAt(set: ReplicaSet, pod: Pod): number {
  return Date.parse(readyCondition(pod)?.lastTransitionTime ?? '') + (set.spec.minReadySeconds ?? 0) * 1000;
}

function untilAvailable(context: Context, set: ReplicaSet, pods: readonly Pod[]): number | undefined {
  if ((set.spec.minReadySeconds ?? 0) === 0) return undefined;
  const waits = pods
    .filter(isReady)
    .map((pod) => availableAt(set, pod) - context.clock.now())
    .filter((wait) => wait > 0);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function writeStatus(
  context: Context,
  set: ReplicaSet,
  pods: readonly Pod[],
  terminating: number,
  refusal: ApiError | null,
): void {
  const ready = pods.filter(isReady);
  const counts = {
    fullyLabeledReplicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter(
      (pod) => (set.spec.minReadySeconds ?? 0) === 0 || availableAt(set, pod) <= context.clock.now(),
    ).length,
  };
  const conditions = failureConditions(context, set, pods.length, refusal);
  const status: Status = {
    replicas: pods.length,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    observedGeneration: set.metadata.generation ?? 0,
    terminatingReplicas: terminating,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
  if (equal(status, set.status)) return;
  context.writes.update(
    'replicasets.apps',
    set.metadata.namespace,
    set.metadata.name,
    (current) => ({ ...current, status }),
    CONTROLLER,
    'status',
  );
}

/** The first refusal stays until pods can be made again, as in the real controller. */
function failureConditions(
  context: Context,
  set: ReplicaSet,
  pods: number,
  refusal: ApiError | null,
): NonNullable<Status['conditions']> {
  const others = (set.status?.conditions ?? []).filter((condition) => condition.type !== 'ReplicaFailure');
  if (refusal === null) return others;
  const known = set.status?.conditions?.find((condition) => condition.type === 'ReplicaFailure');
  return [
    ...others,
    known ?? {
      type: 'ReplicaFailure',
      status: 'True',
      reason: pods < wantedReplicas(set) ? 'FailedCreate' : 'FailedDelete',
      message: refusal.message,
      lastTransitionTime: timestamp(context.clock.now()),
    },
  ];
}
