import type { ObjectRef, Plan, ReleasePlan } from '../plan.ts';

/*
 * The plan of a Knative Service's release. Its Deployments belong to its Revisions, so there is nothing to hold: tracks are Revisions,
 * and users are split between them by `spec.traffic`.
 */

export interface KnativePlan extends ReleasePlan {
  readonly knative: KnativeServicePlan;
}

export interface KnativeServicePlan extends ObjectRef {
  /** `spec.traffic` as the user wrote it; null: absent. */
  readonly traffic: readonly TrafficTarget[] | null;
  /** `spec.template.metadata` as it was; null: absent. The rest of the template is in stable's Revision. */
  readonly templateMetadata: object | null;
  /** Of a user who names Revisions: the candidate's; null: Knative names them. */
  readonly candidateName: string | null;
  /** Digest of the candidate's template without its metadata: its Revision has just that. */
  readonly candidateSpec: string;
  /** Of the candidate's own URL, for tests. */
  readonly tag: string;
  /** The number of the Service's last Revision before the release: newer ones are of the release, or somebody else's. */
  readonly generation: number;
  /** The candidate is a Revision that users had before (`action: rollback`). Absent: it is to be made of a new template. */
  readonly goal?: RevisionGoal;
}

export interface RevisionGoal {
  readonly revision: string;
  /** Of the template that stands for it; null: none. The rest of the template is the Revision's. */
  readonly metadata: object | null;
}

/** An entry of `spec.traffic`, as the API has it. */
export interface TrafficTarget {
  readonly revisionName?: string;
  readonly latestRevision?: boolean;
  readonly percent?: number;
  readonly tag?: string;
}

export type AnyPlan = Plan | KnativePlan;

export function isKnative(plan: AnyPlan): plan is KnativePlan {
  return 'knative' in plan;
}
