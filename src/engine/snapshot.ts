import type { CommandSeen } from '../traffic/command-route.ts';
import type { LostNamespace } from '../release/lost-namespace.ts';
import type { RolloutStrategy } from '../release/plan.ts';
import type { RouteObjects } from '../traffic/router.ts';
import type { Deployment, EndpointSlice, Pod, ReplicaSet, Service } from '../cluster/wire.ts';

/** The raw material of an observation. */
export interface Snapshot extends ClusterSnapshot {
  /** Null: the user's own command is none of the release's routes. */
  readonly command: CommandSeen | null;
  /** The strategy that this run gave the Deployment last; null: it has not. */
  readonly hold: RolloutStrategy | null;
}

/** The objects of a release as last read. */
export interface ClusterSnapshot {
  /** Null: as far as anybody has said, it is there. */
  readonly lostNamespace: LostNamespace | null;
  /** Null: a 404 (only that means absent). */
  readonly deployment: Deployment | null;
  readonly replicaSets: readonly ReplicaSet[];
  /** `status.observedGeneration` of the Deployment when the ReplicaSets were read. */
  readonly replicaSetsAsOf: number;
  readonly pods: readonly Pod[];
  readonly liveService: Service | null;
  readonly candidateService: Service | null;
  /** Of both Services. */
  readonly slices: readonly EndpointSlice[];
  /** The objects of the plan's routes. */
  readonly routes: RouteObjects;
}
