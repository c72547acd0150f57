import type { Kept } from './hold.ts';
import type { LostNamespace } from './lost-namespace.ts';
import type { HoldFields } from './plan.ts';
import type { RouteVerdict, Share } from './route.ts';
import type { Sign } from './signs.ts';

/** What is known of the cluster at one moment, in the words of the release. Made from API objects by `workload/` and `traffic/`. */
export interface Observation {
  /** It, and with it everything else, is being deleted; null: nobody has said so. */
  readonly lostNamespace: LostNamespace | null;
  /** The Deployment or the live Service was deleted, or deleted and made anew, under the release; its view is then the last one seen. */
  readonly lost: 'deployment' | 'service' | null;
  readonly deployment: DeploymentView;
  /** Null: no ReplicaSet of that template. */
  readonly stable: Track | null;
  readonly candidate: Track | null;
  /** Hashes of further ReplicaSets that have pods: somebody else's. */
  readonly others: readonly Track[];
  /**
   * The Deployment controller has handled the Deployment as it is now, and the tracks were read after that.
   * While false, the sizes above may be about to change.
   */
  readonly current: boolean;
  readonly live: LiveView;
  readonly candidateService: CandidateServiceView;
  /** When a write of ours that only a way back makes has moved users off the candidate, epoch ms; null: none, or that cannot be told. */
  readonly movedBack: number | null;
  /** In the order of the plan's routes. */
  readonly routes: readonly RouteView[];
  /** Indices of the plan's `owned`: objects in which fields that are as they were still stand under our name. */
  readonly claims: readonly number[];
  /** It comes from elsewhere than the cluster's objects. Null: nothing is measured. */
  readonly evidence: EvidenceView | null;
}

/** What is known of the candidate beside its pods, of the present stage: counters compared with stable's, the user's thresholds and alerts. */
export interface EvidenceView {
  /** What condemns the candidate, for a person; null: nothing. */
  readonly condemned: string | null;
  /** Everything that is compared says that the candidate is no worse than stable by more than the user allows. */
  readonly certified: boolean;
  /** What is missing for the stage to end by its time, for a person; null: nothing. */
  readonly lacking: string | null;
}

export interface RouteView {
  /** `httproute/web`. */
  readonly name: string;
  /** Null: no share that we could have written, or the route is gone. */
  readonly share: Share | null;
  /** It was told a share, and nobody knows whether it took that up (a command that did not end well); `share` is null then. */
  readonly inDoubt: boolean;
  readonly testers: boolean;
  readonly mirror: Share;
  /** As the user wrote it. */
  readonly original: boolean;
  /** It sends nobody to the candidate Service any more, and nothing of ours stands in the way of removing that. */
  readonly home: boolean;
  readonly verdict: RouteVerdict;
  readonly editor: string | null;
  /** Who has written, since the release began, what would have to be changed to bring it home; null: we have, or it is home. */
  readonly writtenBy: string | null;
}

export interface DeploymentView {
  readonly replicas: number;
  readonly template: 'stable' | 'candidate' | 'foreign';
  readonly templateDigest: string;
  /** `hold` fields as they are now. */
  readonly fields: HoldFields;
  /** True when the fields are those of a hold (never Available). */
  readonly held: boolean;
  /** Who last wrote the fields that the release manages, when it was not us: `kubectl-set at 12:03:22`. Null: nobody else. */
  readonly editor: string | null;
  /** Who has paused it, when it was not us. Null: nobody else, or it is not paused. */
  readonly pausedBy: string | null;
  /** Who has changed the strategy that this run gave it. Null: nobody, or this run has not. */
  readonly strategyBy: string | null;
  readonly kept: Kept;
  /** Differences of a foreign template, for a person: `container web: image a → b`. */
  readonly templateDifference: string | null;
}

/** The pods of one version. */
export interface Track {
  readonly hash: string;
  /** Pods wanted by its ReplicaSet. */
  readonly size: number;
  readonly pods: readonly PodView[];
  /** Why the ReplicaSet cannot make its pods: quota, webhook, Pod Security. */
  readonly refused: Sign | null;
}

export interface PodView {
  readonly name: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** All containers' restarts, summed. */
  readonly restarts: number;
  /** First container that is not ready; null: all are. */
  readonly unreadyContainer: string | null;
  /** What is wrong with it, if something is. */
  readonly sign: Sign | null;
}

export interface LiveView {
  /** Value of `pod-template-hash` in the live Service's selector; null: not pinned. */
  readonly pin: string | null;
  /** True when the rest of the selector is as the user wrote it at the start. */
  readonly selectorIntact: boolean;
  readonly editor: string | null;
  readonly endpoints: Endpoints;
}

/** Ready endpoints of a Service by track, from its EndpointSlices. */
export interface Endpoints {
  readonly stable: number;
  readonly candidate: number;
  readonly other: number;
}

export interface CandidateServiceView {
  /** The track that it selects alone; `idle`: it exists and selects something else. */
  readonly state: 'absent' | 'idle' | 'candidate' | 'stable';
  /** Its selector has a pin, whichever. */
  readonly pinned: boolean;
  readonly endpoints: Endpoints;
}

export function readyPods(track: Track): number {
  return track.pods.filter((pod) => pod.ready && !pod.terminating).length;
}

/** Pods that are wanted still, or there and not told to go. */
export function remaining(track: Track): number {
  return Math.max(track.size, track.pods.filter((pod) => !pod.terminating).length);
}
