import type { ApiPort } from '../cluster/api.ts';
import { isStatus } from '../cluster/errors.ts';
import type { Deployment, ReplicaSet } from '../cluster/wire.ts';
import { deploymentPath } from '../cluster/write-request.ts';
import type { History, KeptVersion } from '../release/history.ts';
import type { AnyPlan } from '../release/knative/plan.ts';
import { digestOf, imagesOf } from '../workload/template.ts';
import { podSelectorOf, tracksOf } from '../workload/tracks.ts';
import type { RecordBook } from './record-store.ts';

/** The versions of a workload whose templates the cluster still has. */
export interface Versions {
  readonly kept: readonly KeptVersion[];
  /** The hash of the one that the workload wants; null: it has none yet. */
  readonly running: string | null;
  /** Of a release on record; null: nothing has its template. */
  candidateOf(plan: AnyPlan): string | null;
  /** The hash under which `kept` has the version that a record calls so: Revisions that are alike are one version. */
  known(hash: string): string;
}

/** Of a workload that is not there. */
export const NO_VERSIONS: Versions = { kept: [], running: null, candidateOf: () => null, known: (hash) => hash };

/**
 * What `rollback` chooses from, with the open release as the newest. Pure.
 * @param title `Deployment web`
 */
export function historyOf(
  title: string,
  { open, past }: Pick<RecordBook, 'open' | 'past'>,
  versions: Versions,
): History {
  const { kept, known } = versions;
  const before = past.map((move) => ({
    ...move,
    stableHash: known(move.stableHash),
    candidateHash: move.candidateHash === null ? null : known(move.candidateHash),
  }));
  if (open === null) return { title, past: before, kept, running: versions.running ?? '' };
  const { plan, warm } = open;
  const { release, rollback, stable, candidate } = plan;
  const candidateHash = versions.candidateOf(plan);
  const stableHash = known(stable.hash);
  const outcome = warm === null ? 'in progress' : 'promoted';
  const move = { release, outcome, rollback, reason: null, stableHash, candidateHash };
  return {
    title,
    past: [{ ...move, from: stable.images, to: candidate.images }, ...before],
    kept,
    running: warm === null ? stableHash : (candidateHash ?? stableHash),
  };
}

/** Null: there is no such Deployment, or it may not be read. Throws what a read throws. */
export async function readVersions(api: ApiPort, namespace: string, name: string): Promise<Versions | null> {
  try {
    const deployment = await api.get<Deployment>(deploymentPath(namespace, name));
    if (deployment === null) return null;
    const path = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
    const { items } = await api.list<ReplicaSet>(path, { labelSelector: podSelectorOf(deployment) });
    return versionsOfDeployment(deployment, items);
  } catch (error) {
    if (isStatus(error, 403)) return null;
    throw error;
  }
}

/** Pure. */
export function versionsOfDeployment(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Versions {
  const tracks = tracksOf(deployment, replicaSets, []);
  const templates = new Map(
    replicaSets.map(({ metadata, spec }) => [metadata?.labels?.['pod-template-hash'], spec?.template]),
  );
  const hashOf = (digest: string): string | null => tracks.find((track) => track.digest === digest)?.hash ?? null;
  return {
    kept: tracks.map(({ hash, revision }) => ({
      hash,
      revision: revision === null ? null : Number(revision),
      images: imagesOf(templates.get(hash) ?? {}),
    })),
    running: hashOf(digestOf(deployment.spec?.template ?? {})),
    candidateOf: ({ candidate }) => hashOf(candidate.digest),
    known: (hash) => hash,
  };
}
