import type { Deployment, ReplicaSet } from './context.ts';

/** The annotation by which `kubectl rollout history` numbers versions. */
export const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
/** Characters that the list of a set's former revisions may have. */
const LONGEST_HISTORY = 2000;

const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  HISTORY,
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

type Annotations = Readonly<Record<string, string>>;

/** The number of the newest version, given the others. */
export function newRevision(oldSets: readonly ReplicaSet[]): number {
  return 1 + Math.max(0, ...oldSets.map((set) => Number(set.metadata.annotations?.[REVISION] ?? 0)));
}

/** The set's annotations with the Deployment's added; `set` is null for one that is being made. */
export function copyAnnotations(deployment: Deployment, set: ReplicaSet | null): Annotations {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  return { ...set?.metadata.annotations, ...Object.fromEntries(copied) };
}

/** Raises the revision, never lowers it; a former one, of a set that is used again, goes into the history. */
export function withRevision(annotations: Annotations, revision: number): Annotations {
  const former = annotations[REVISION];
  if (Number(former ?? 0) >= revision) return annotations;
  const raised = { ...annotations, [REVISION]: String(revision) };
  if (former === undefined) return raised;
  const history = [...(annotations[HISTORY]?.split(',') ?? []), former];
  while (history.join(',').length > LONGEST_HISTORY) history.shift();
  return { ...raised, [HISTORY]: history.join(',') };
}
