import type { Pod } from '../cluster/wire.ts';

/**
 * A sign that a pod will not become, or is no longer, well. `fatal` is certain now; `grave` is certain once it has lasted `GRACE`;
 * `warning` may cure itself (an autoscaler may bring a node), it is only said.
 */
export interface Sign {
  readonly level: 'fatal' | 'grave' | 'warning';
  /** Pod, or ReplicaSet when it cannot make pods. */
  readonly pod: string;
  /** Null: the pod as a whole (scheduling). */
  readonly container: string | null;
  /** Kubernetes' own word: CrashLoopBackOff, ImagePullBackOff, Unschedulable … */
  readonly reason: string;
  readonly message: string;
  readonly exitCode: number | null;
  readonly restarts: number;
}

/** Milliseconds that a grave sign must last: registries and kubelets have short hiccups, a second look costs little. */
export const GRACE = 2_000;

const FATAL_WAITING = new Set(['InvalidImageName', 'ErrImageNeverPull']);
const GRAVE_WAITING = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ImageInspectError',
  'RegistryUnavailable',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** What is wrong with a pod; null when nothing is known to be. Pure; the grace is the caller's. */
export function signOf(pod: Pod): Sign | null {
  if (pod.metadata?.deletionTimestamp !== undefined) return null;
  const name = pod.metadata?.name ?? '';
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const found = statuses.map((status) => containerSign(name, status)).filter((sign) => sign !== null);
  const worst = found.find((sign) => sign.level === 'fatal') ?? found[0];
  if (worst !== undefined) return worst;
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
    return {
      level: 'warning',
      pod: name,
      container: null,
      reason: 'Unschedulable',
      message: scheduled.message ?? '',
      exitCode: null,
      restarts: 0,
    };
  return null;
}

function containerSign(pod: string, status: ContainerStatus): Sign | null {
  const waiting = status.state?.waiting;
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  const base = { pod, container: status.name, restarts: status.restartCount };
  const exitCode = ended?.exitCode ?? null;
  const reason = waiting?.reason ?? '';
  if (FATAL_WAITING.has(reason)) return { ...base, level: 'fatal', reason, message: waiting?.message ?? '', exitCode };
  if (GRAVE_WAITING.has(reason)) return { ...base, level: 'grave', reason, message: waiting?.message ?? '', exitCode };
  if (ended === undefined || ended.exitCode === 0) return null;
  // A crash or two may be a race at start (a database not up yet); the third, or memory that is not there, is certain.
  const outOfMemory = ended.reason === 'OOMKilled';
  if (reason !== 'CrashLoopBackOff' && status.state?.terminated === undefined) return null;
  return {
    ...base,
    level: status.restartCount >= 2 || outOfMemory ? 'fatal' : 'warning',
    reason: outOfMemory ? 'OOMKilled' : reason === '' ? (ended.reason ?? 'Error') : reason,
    message: waiting?.message ?? ended.message ?? '',
    exitCode,
  };
}

/** `container web of pod web-7c-x1: CrashLoopBackOff (exit code 3, 2 restarts): back-off 10s restarting failed container`. */
export function describeSign(sign: Sign): string {
  const what = sign.container === null ? `pod ${sign.pod}` : `container ${sign.container} of pod ${sign.pod}`;
  const facts = [
    ...(sign.exitCode === null ? [] : [`exit code ${sign.exitCode}`]),
    ...(sign.restarts === 0 ? [] : [`${sign.restarts} restart${sign.restarts === 1 ? '' : 's'}`]),
  ];
  return `${what}: ${sign.reason}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}${sign.message === '' ? '' : `: ${sign.message}`}`;
}
