import type { JudgingRequest } from '../action/request.ts';
import { type JudgementPlan, thresholdOf } from '../analysis/judgement-plan.ts';
import { fewestTicks } from '../analysis/tick-test.ts';
import type { WatchedGate } from '../checks/watched-gate.ts';
import type { AppNow } from '../metrics/prepare.ts';
import type { PreparedMetrics } from '../metrics/prepared.ts';
import type { CounterSource, TracksNow } from '../metrics/source.ts';
import type { ReleasePlan } from '../release/plan.ts';
import { ALL, percent } from '../release/route.ts';
import { formatDuration } from '../report/duration.ts';

/** What the inputs want to have measured, and how it is reached. A run that only takes a release back measures nothing. */
export interface Measures {
  /**
   * Tries everything that will be asked, before anything is written.
   * @param app null: nothing of this kind of workload can be counted
   * @throws Refused with all that is wrong, or what a read of the cluster throws
   */
  prepare(app: AppNow | null): Promise<PreparedMeasures>;
  /**
   * Makes what is looked at in a release. `kept`: as `prepare` answered, in this run or in an earlier one. `startedAt`: epoch ms of
   * the release; what began before is none of its doing.
   * @throws Refused when this run was not given what the release needs
   */
  begin(kept: PreparedMeasures, startedAt: number): Looks;
}

/** What is looked at in a release. */
export interface Looks {
  /** Null: no counters are read. */
  readonly source: CounterSource | null;
  /** Made when the candidate is there: queries name it. */
  readonly gates: (tracks: TracksNow) => readonly WatchedGate[];
}

/** Plain JSON: it is kept in the record, so that a run that goes on counts exactly the same. */
export interface PreparedMeasures {
  /** Null: no counters are read. */
  readonly metrics: PreparedMetrics | null;
  /** What a person should know of it. */
  readonly notes: readonly string[];
  /** What is looked at beside them: whoever goes on with the release has to be told it again. */
  readonly gates: { readonly thresholds: boolean; readonly alerts: boolean };
}

/** What is measured of a release, in its record. */
export interface MeasuredPlan {
  readonly prepared: PreparedMeasures;
  readonly judgement: JudgementPlan;
}

/** Milliseconds without a new sample after which counters say nothing of the candidate as it is now: half as long again as a slow scrape. */
const STALE = 90_000;

/** How a release is judged by what is counted: the same for all of its runs. */
export function judgementPlanOf(
  judging: JudgingRequest,
  { steps }: Pick<ReleasePlan, 'steps'>,
  metrics: readonly { readonly name: string; readonly counts: 'errors' | 'slow' }[],
): JudgementPlan {
  const { evidence, tolerance, falseAlarms, minRequests, tick, objective } = judging;
  return {
    metrics: [
      ...metrics.map(({ name, counts }) => ({
        name,
        kind: 'requests' as const,
        objective: counts === 'errors' ? objective : null,
      })),
      ...(judging.restarts === 'compare' ? [{ name: 'restarts', kind: 'pod-seconds' as const, objective: null }] : []),
    ],
    evidence,
    tolerance,
    worseAtMost: judging.atMostWorse,
    falseAlarms,
    // And the bake.
    steps: steps.length + 1,
    minRequests,
    tickMs: tick,
    staleMs: Math.max(3 * tick, STALE),
  };
}

/** Steps that are over before even a candidate that fails always could be condemned; a line for each. */
export function tooShort({ steps }: Pick<ReleasePlan, 'steps'>, judgement: JudgementPlan): string[] {
  const { evidence, tolerance, tickMs, metrics } = judgement;
  if (evidence !== 'ticks' || metrics.every(({ kind }) => kind !== 'requests')) return [];
  return steps.flatMap(({ share, stay }) => {
    if (share === 0 || share >= ALL || stay === 0) return [];
    const ticks = fewestTicks(share / ALL, tolerance, thresholdOf(judgement));
    if (ticks * tickMs <= stay) return [];
    return [
      `The step of ${percent(share)} lasts ${formatDuration(stay)}, and it takes ${ticks} ticks of ${formatDuration(tickMs)} with errors to condemn a candidate there: ${formatDuration(ticks * tickMs)}. Make it longer, the ticks shorter (input tick), or use evidence: counts.`,
    ];
  });
}
