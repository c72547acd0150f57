import { lnThreshold } from './alpha.ts';
import type { Kind } from './interval.ts';

/** How a candidate is judged; fixed at the start of the release. */
export interface JudgementPlan {
  readonly metrics: readonly JudgedMetric[];
  /** What one trial is, for metrics of requests: a tick, or every error. Metrics of pod-seconds are always judged by counts. */
  readonly evidence: 'ticks' | 'counts';
  /** r0: a candidate whose errors are at most so many times as frequent as stable's is not condemned. At least 1. */
  readonly tolerance: number;
  /** R: certified is a candidate whose errors are at most so many times as frequent. Greater than the tolerance. */
  readonly worseAtMost: number;
  /** α: chance that a release within the tolerance is ever condemned, over all steps and metrics; between 0 and 1. */
  readonly falseAlarms: number;
  /** Steps that are judged in the whole release, baking included. */
  readonly steps: number;
  /** Requests that have to reach the candidate in a step before it is called healthy. */
  readonly minRequests: number;
  /** How often ticks arrive, milliseconds. */
  readonly tickMs: number;
  /** Data older than this, milliseconds, says nothing of the candidate as it is now. Longer than the time between two scrapes. */
  readonly staleMs: number;
}

export interface JudgedMetric {
  /** `errors`, `slow`, `restarts`, or the name of a metric of the user's own. */
  readonly name: string;
  readonly kind: Kind;
  /**
   * For a step in which all traffic is on the candidate: the greatest rate allowed, per request (0–1) or pod-second. Null: what stable
   * had before, times the tolerance.
   */
  readonly objective: number | null;
}

/** Values for inputs that are not given. */
export const JUDGEMENT_DEFAULTS = { tolerance: 1.5, worseAtMost: 3, falseAlarms: 0.01 } as const;

/** ln(1/α) of one step and metric. */
export function thresholdOf({ falseAlarms, steps, metrics }: JudgementPlan): number {
  return lnThreshold({ falseAlarms, steps, metrics: metrics.length });
}

/** One trial of this metric. */
export function trialOf(plan: JudgementPlan, { kind }: JudgedMetric): 'tick' | 'count' {
  return kind === 'requests' && plan.evidence === 'ticks' ? 'tick' : 'count';
}
