import type { ApiPort } from '../cluster/api.ts';
import { isStatus } from '../cluster/errors.ts';
import type { Deployment, ReplicaSet } from '../cluster/wire.ts';
import { deploymentPath } from '../cluster/write-request.ts';
import type { KeptVersion } from '../release/history.ts';
import type { AnyPlan } from '../release/knative/plan.ts';
import { digestOf, imagesOf } from '../workload/template.ts';
import { podSelectorOf, tracksOf } from '../workload/tracks.ts';

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

/** Null: there is no such Deployment, or it may not be read. Throws what a read throws. */
export async function readVersions(api: ApiPort, namespace: string, name: string): Promise<Versions | null> {
  try {
    const deployment = await api.get<Deployment>(deploymentPath(namespace, name));
    if (deployment === null) return null;
    const path = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
    const { items } = await api.list<ReplicaSet>(path, { labelSelector: podSelectorOf(deployment) });
    const tracks = tracksOf(deployment, items, []);
    const templates = new Map(
      items.map(({ metadata, spec }) => [metadata?.labels?.['pod-template-hash'], spec?.template]),
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
  } catch (error) {
    if (isStatus(error, 403)) return null;
    throw error;
  }
}
