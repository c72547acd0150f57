import type { LostNamespace } from '../lost-namespace.ts';
import type { EvidenceView } from '../observation.ts';
import type { RouteVerdict, Share } from '../route.ts';
import type { Sign } from '../signs.ts';

/** What is known of a Knative Service at one moment, in the words of the release. */
export interface KnativeObservation {
  /** It comes from elsewhere than the cluster's objects. Null: nothing is measured. */
  readonly evidence: EvidenceView | null;
  /** It, and with it everything else, is being deleted; null: nobody has said so. */
  readonly lostNamespace: LostNamespace | null;
  /** It was deleted, or deleted and made anew, under the release; the rest is then what was seen last. */
  readonly lost: boolean;
  readonly template: 'stable' | 'candidate' | 'foreign';
  readonly templateDigest: string;
  /** Differences of a foreign template, for a person. */
  readonly templateDifference: string | null;
  /** Who last wrote the Service since the release began, when it was not us. */
  readonly editor: string | null;
  /** Knative's controllers have handled the template as it is now: the Revisions below are all that there will be. */
  readonly current: boolean;
  /** Null: it was deleted. */
  readonly stable: RevisionView | null;
  readonly candidate: RevisionView | null;
  /** The Revision that stable's template, put back, stands for: stable itself where the user names Revisions. */
  readonly restored: RevisionView | null;
  /** The same of the candidate's template: the candidate itself, unless that is a Revision from before. */
  readonly renewed: RevisionView | null;
  /** Where `latestRevision: true` leads. */
  readonly latestReady: string | null;
  readonly traffic: TrafficView;
  /** When a write of ours that only a way back makes has moved users off the candidate, epoch ms; null: none, or that cannot be told. */
  readonly movedBack: number | null;
  /** Whether users are where `spec.traffic` says, from the status. */
  readonly effect: RouteVerdict;
  /** The candidate's own URL, by its tag. */
  readonly candidateUrl: string | null;
  /** Indices of the plan's `owned` in which fields that are as they were still stand under our name. */
  readonly claims: readonly number[];
}

export interface RevisionView {
  readonly name: string;
  readonly ready: boolean;
  /** Why it is not, in Knative's own words; null: it is, or it is being made. */
  readonly sign: Sign | null;
}

export type TrafficView =
  /** As the user wrote it. */
  | { readonly is: 'original' }
  /** As the release writes it: stable and candidate by name. */
  | { readonly is: 'ours'; readonly share: Share; readonly tagged: boolean }
  | {
      readonly is: 'foreign';
      /** Some users reach the candidate, or whatever comes next. */
      readonly reachesCandidate: boolean;
      /** For a person: `50 % web-00002, 50 % latest`. */
      readonly text: string;
    };
