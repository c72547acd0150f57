import type { CheckKind } from '../checks/result.ts';
import type { FieldOwner } from '../cluster/field-owners.ts';
import type { Binding, CookieMatch, HeaderMatch, Share } from './route.ts';

/**
 * What every release has fixed before its first write, whatever its workload, and keeps in the record. It holds no pod template
 * (their environment may be secret): versions are known by digest and read from what the cluster keeps of them.
 */
export interface ReleasePlan {
  /** Id of the release, e.g. `r-20261121-130102-4f1c`. */
  readonly release: string;
  readonly strategy: Strategy;
  /**
   * Rising; the first is 0 % (the candidate is up and checked, no user reaches it). After the last comes the switch.
   * One alone: blue/green, or the plain rolling update of the Deployment's own strategy.
   */
  readonly steps: readonly [Step, ...Step[]];
  /** The step at which the run ends and another goes on; null: none. */
  readonly pauseAt: Share | null;
  readonly onFailure: 'rollback' | 'hold';
  /** When users are on the candidate for good, stable's pods stay until another run finishes the release, or takes it back. */
  readonly keepWarm: boolean;
  /** It brings back a version that users had before (`action: rollback`). */
  readonly rollback: boolean;
  readonly stable: StableVersion;
  readonly candidate: CandidateVersion;
  readonly times: Times;
  /** Writers of the objects before the release (`managedFields`): whoever is not among them wrote during it. */
  readonly editors: readonly string[];
  /** Who had the fields that the release writes, before it did: they get them back when everything else is done. */
  readonly owned: readonly OwnedObject[];
  /** How many checks (smoke tests, commands, a Job, webhooks) the candidate has to pass before users may reach it. */
  readonly checks: number;
  /**
   * The inputs that these come from: what they say may be secret, and whoever goes on with the release has to be told it again. Null: the
   * record is from before this was noted.
   */
  readonly checkedBy: readonly CheckKind[] | null;
  /** `every-step`: they are run again at each step that users reach. */
  readonly checkAt: 'start' | 'every-step';
  readonly judging: Judging;
}

/** What is done with the evidence; what it is made of is not the release's business. */
export interface Judging {
  readonly onInconclusive: 'pause' | 'promote' | 'rollback';
  /** A step may end before its time when the candidate is certified. */
  readonly early: boolean;
  /** Milliseconds that a stage lasts beyond its time at most while evidence is lacking. */
  readonly patience: number;
  /** What a restart of one of its containers means after it was Ready: it is unhealthy, one more count to compare, or nothing. */
  readonly restarts: 'any' | 'compare' | 'ignore';
}

/** The plan of a Deployment's release: everything it needs to go forward or back. */
export interface Plan extends ReleasePlan {
  /** What splits the users of a canary; none: the numbers of pods. */
  readonly routes: readonly Binding[];
  readonly testers: Testers;
  /** Part of the requests that is copied to the candidate during the first step. */
  readonly mirror: Share;
  /** Pods of the candidate during the ramp, before 100 %; null: as many as its share needs. */
  readonly candidateReplicas: number | null;
  /** Fewer candidate pods than these, where the Deployment has so many, would endanger more users than their share. */
  readonly leastPods: number;
  readonly switch: 'cut' | 'overlap';
  readonly deployment: ObjectRef;
  readonly service: LiveServicePlan;
  readonly candidateService: CandidateServicePlan;
  /** The Deployment's fields as they were; what the close puts back. */
  readonly original: HoldFields;
}

export type Strategy = 'blue-green' | 'canary' | 'rolling';

export interface Step {
  readonly share: Share;
  /** Of a batch that was given as a number of pods: that number, all batches before it included. */
  readonly pods?: number;
  /** Milliseconds to stay, from the moment at which the share was reached. */
  readonly stay: number;
}

/** Users who always reach the candidate, by any of these. */
export interface Testers {
  readonly headers: readonly HeaderMatch[];
  readonly cookies: readonly CookieMatch[];
}

export interface ObjectRef {
  readonly name: string;
  readonly uid: string;
}

/** An object that the release writes and did not make, and who has the fields in question (`managedFields`). */
export interface OwnedObject {
  readonly of: 'route' | 'deployment' | 'service';
  /** In the API. */
  readonly path: string;
  readonly owners: readonly FieldOwner[];
}

/** Labels as a selector has them. */
export type Selector = Readonly<Record<string, string>>;

export interface LiveServicePlan extends ObjectRef {
  /** The selector as the user wrote it, without a pin. */
  readonly selector: Selector;
}

/** Made by us and gone afterwards, or the user's own and put back afterwards. */
export type CandidateServicePlan =
  | { readonly kind: 'ours'; readonly name: string }
  | { readonly kind: 'users'; readonly name: string; readonly uid: string; readonly selector: Selector };

export interface StableVersion {
  /** `pod-template-hash` of its ReplicaSet. */
  readonly hash: string;
  readonly digest: string;
  readonly images: Images;
  /** The Deployment's revision number of this version, as `kubectl rollout history` shows it. */
  readonly revision: string | null;
}

export interface CandidateVersion {
  /** Digest of the template as the API server will store it (from a dry run). Its hash is known once the ReplicaSet exists. */
  readonly digest: string;
  readonly images: Images;
}

/** Image by container name, init containers included. */
export type Images = Readonly<Record<string, string>>;

/** Milliseconds; `startedAt` and `deadline` are epoch milliseconds. */
export interface Times {
  readonly startedAt: number;
  readonly deadline: number;
  readonly bake: number;
  readonly drain: number;
  readonly settle: number;
}

/** The Deployment fields that make a hold. Null: absent (or its default, which the API server does not store). */
export interface HoldFields {
  readonly paused: boolean;
  readonly minReadySeconds: number;
  readonly progressDeadlineSeconds: number | null;
  readonly strategy: RolloutStrategy;
}

/** `spec.strategy` of the Deployment. */
export interface RolloutStrategy {
  readonly type?: string;
  readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string };
}
