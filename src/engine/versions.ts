import type { ApiPort } from '../cluster/api.ts';
import { isStatus } from '../cluster/errors.ts';
import type { Deployment, ReplicaSet } from '../cluster/wire.ts';
import { deploymentPath } from '../cluster/write-request.ts';
import type { KeptVersion } from '../release/history.ts';
import { digestOf, imagesOf } from '../workload/template.ts';
import { podSelectorOf, tracksOf } from '../workload/tracks.ts';

/** The versions of a Deployment whose templates the cluster still has. */
export interface Versions {
  readonly kept: readonly KeptVersion[];
  /** The hash of the one that the Deployment wants; null: it has no ReplicaSet yet. */
  readonly running: string | null;
  /** Null: no ReplicaSet has a template with this digest. */
  hashOf(digest: string): string | null;
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
      hashOf,
    };
  } catch (error) {
    if (isStatus(error, 403)) return null;
    throw error;
  }
}
