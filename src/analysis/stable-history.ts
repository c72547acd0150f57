import type { Arm } from './arms.ts';
import { addToSeries, type CountSeries, EMPTY_SERIES } from './count-series.ts';
import { dispersionOf } from './dispersion.ts';
import { upperRate } from './interval.ts';
import { type JudgedMetric, type JudgementPlan, trialOf } from './judgement-plan.ts';
import { addToTickLength, FRESH_TICK_LENGTH, type TickLength } from './tick-length.ts';

/** What stable did by one metric, in all ticks of the release that it had traffic in, those before the first user moved included. */
export interface StableHistory {
  readonly series: CountSeries;
  readonly length: TickLength;
  /** What its counters showed when they were first read: all since its pods began to count. Null: not known. */
  readonly lifetime: Arm | null;
}

export const NO_HISTORY: StableHistory = { series: EMPTY_SERIES, length: FRESH_TICK_LENGTH, lifetime: null };

/** An objective of nothing at all: a bet needs something to be more than. */
const LEAST_RATE = 1e-9;

/** What a candidate alone is held to. */
export type Limit =
  | { readonly from: 'objective'; readonly rate: number }
  /** r0 times the upper 95 % bound of what stable had before. */
  | { readonly from: 'stable'; readonly rate: number; readonly stable: Arm; readonly tolerance: number };

export function addToHistory({ series, length, lifetime }: StableHistory, stable: Arm): StableHistory {
  return { lifetime, series: addToSeries(series, stable), length: addToTickLength(length, stable) };
}

/** How many ticks are one trial of this metric. */
export function ticksPerTrial(plan: JudgementPlan, metric: JudgedMetric, { length }: StableHistory): number {
  return trialOf(plan, metric) === 'tick' ? length.ticks : 1;
}

/**
 * Ticks of stable that are so few, in multiples of the requests that a step has to have, say little of a small rate: its bound would be
 * wide, and a bad candidate would be let pass. What its counters showed before is taken with them then.
 */
const FEW = 20;

/** Null: there is no objective, and stable was not seen, or so little of it that anything is possible. */
export function limitOf(plan: JudgementPlan, metric: JudgedMetric, { series, lifetime }: StableHistory): Limit | null {
  if (metric.objective !== null) return { from: 'objective', rate: Math.max(metric.objective, LEAST_RATE) };
  const before = lifetime === null || series.n >= FEW * plan.minRequests ? { n: 0, x: 0 } : lifetime;
  const [n, x] = [series.n + before.n, series.x + before.x];
  if (n <= 0) return null;
  const bound = upperRate({ n, x }, metric.kind, 0.95, dispersionOf(series, metric.kind));
  const rate = plan.tolerance * bound;
  if (metric.kind === 'requests' && rate >= 1) return null;
  return { from: 'stable', rate, stable: { n, x }, tolerance: plan.tolerance };
}
