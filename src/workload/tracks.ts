import { oursIn } from '../cluster/field-owners.ts';
import { isEmpty, within } from '../cluster/field-sets.ts';
import type { Deployment, Pod, ReplicaSet } from '../cluster/wire.ts';
import type { PodView, Track } from '../release/observation.ts';
import type { HoldFields } from '../release/plan.ts';
import { type Sign, signOf } from '../release/signs.ts';
import { digestOf, HASH_LABEL } from './template.ts';

/** A ReplicaSet of the Deployment with its pods, in the words of the release. */
export interface KnownTrack extends Track {
  readonly digest: string;
  readonly revision: string | null;
}

/** The Deployment's ReplicaSets that have, or are to have, pods, and those whose template may be wanted again. */
export function tracksOf(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  pods: readonly Pod[],
): KnownTrack[] {
  const uid = deployment.metadata?.uid;
  return replicaSets
    .filter((replicaSet) =>
      replicaSet.metadata?.ownerReferences?.some((owner) => owner.controller && owner.uid === uid),
    )
    .map((replicaSet) => trackOf(replicaSet, pods));
}

function trackOf(replicaSet: ReplicaSet, pods: readonly Pod[]): KnownTrack {
  const hash = replicaSet.metadata?.labels?.[HASH_LABEL] ?? '';
  const own = pods.filter(
    (pod) =>
      hashOf(pod) === hash && pod.metadata?.ownerReferences?.some((owner) => owner.uid === replicaSet.metadata?.uid),
  );
  return {
    hash,
    size: replicaSet.spec?.replicas ?? 1,
    pods: own.map(podView),
    refused: refusalOf(replicaSet),
    digest: digestOf(replicaSet.spec?.template ?? {}),
    revision: replicaSet.metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? null,
  };
}

export function hashOf(pod: Pod): string | undefined {
  return pod.metadata?.labels?.[HASH_LABEL];
}

export function podView(pod: Pod): PodView {
  // A pod that failed as a whole (evicted, its node shut down) is replaced like a deleted one.
  const gone = pod.metadata?.deletionTimestamp !== undefined || pod.status?.phase === 'Failed';
  return {
    name: pod.metadata?.name ?? '',
    ready:
      pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false,
    terminating: gone,
    restarts: (pod.status?.containerStatuses ?? []).reduce((sum, status) => sum + status.restartCount, 0),
    unreadyContainer: (pod.status?.containerStatuses ?? []).find((status) => !status.ready)?.name ?? null,
    sign: signOf(pod),
  };
}

function refusalOf(replicaSet: ReplicaSet): Sign | null {
  const failure = replicaSet.status?.conditions?.find((condition) => condition.type === 'ReplicaFailure');
  if (failure?.status !== 'True') return null;
  return {
    level: 'grave',
    pod: replicaSet.metadata?.name ?? '',
    container: null,
    reason: failure.reason ?? 'ReplicaFailure',
    message: failure.message ?? '',
    exitCode: null,
    restarts: 0,
  };
}

/** The fields of a Deployment that a hold changes. */
export function holdFieldsOf(deployment: Deployment): HoldFields {
  const { spec } = deployment;
  return {
    paused: spec?.paused ?? false,
    minReadySeconds: spec?.minReadySeconds ?? 0,
    progressDeadlineSeconds: spec?.progressDeadlineSeconds ?? null,
    strategy: spec?.strategy ?? { type: 'RollingUpdate' },
  };
}

/**
 * The limits in its strategy (surge, unavailable) were written by a release, and by nobody since. A limit that a write leaves as it is stays
 * under the name it has: a hold's own 0 unavailable says nothing of who wrote the surge beside it.
 */
export function limitsAreOurs({ metadata, spec }: Deployment): boolean {
  const isOurs = (limit: string): boolean =>
    !isEmpty(within(oursIn(metadata), [['f:spec', 'f:strategy', 'f:rollingUpdate', `f:${limit}`]]));
  return isOurs('maxSurge') || (isOurs('maxUnavailable') && spec?.strategy?.rollingUpdate?.maxUnavailable !== 0);
}

/** `spec.selector` as a label selector query. */
export function podSelectorOf(deployment: Deployment): string {
  const { matchLabels = {}, matchExpressions = [] } = deployment.spec?.selector ?? {};
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`;
      case 'NotIn':
        return `${key} notin (${values.join(',')})`;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return key;
    }
  });
  return [...equal, ...expressions].join(',');
}
