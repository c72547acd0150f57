import { describeWrites } from '../contract/writes.ts';
import type { Cluster } from './cluster.ts';

/** The product's mutating requests in a Deployment's release, in words. */
export function writesOf(cluster: Cluster): string[] {
  const [stable] = cluster.changes.flatMap(({ kind, object }) =>
    kind === 'ReplicaSet' ? [object.metadata?.labels?.['pod-template-hash'] ?? ''] : [],
  );
  return describeWrites(cluster.mutations(), { deployment: 'web', service: 'web', stable: stable ?? '' });
}
