import type { Arm, Verdict } from './arms.ts';
import type { JudgedByMetric } from './verdicts.ts';

/** All that was measured of a candidate, for log, summary and outputs. Times are epoch milliseconds. */
export interface Measured {
  /** Where the counters came from: `Prometheus at … (preset istio)`; null: nothing was counted. */
  readonly source: string | null;
  /** What was asked of it at every tick, as it was asked. */
  readonly queries: readonly string[];
  /** What a person should know of how it was read. */
  readonly notes: readonly string[];
  /** In the order in which they were; those that users did not reach are not among them. */
  readonly stages: readonly MeasuredStage[];
  /** What was counted, by time; when there is much of it, neighbours are added up. */
  readonly ticks: readonly MeasuredTick[];
}

export interface MeasuredStage {
  /** For a person: `5 %`, `bake`. */
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly metrics: readonly JudgedByMetric[];
  readonly gates: readonly MeasuredGate[];
}

export interface MeasuredGate {
  readonly name: string;
  readonly kind: 'threshold' | 'alert';
  readonly verdict: Verdict;
  readonly detail: string;
}

export interface MeasuredTick {
  readonly at: number;
  readonly metric: string;
  readonly candidate: Arm;
  readonly stable: Arm;
}

/** Ticks that are kept one by one. */
const LONGEST = 400;

/** Puts a tick behind the others; beyond `LONGEST` neighbours of one metric are added up, so that an hour takes no more room than a minute. */
export function withTick(ticks: readonly MeasuredTick[], tick: MeasuredTick): readonly MeasuredTick[] {
  const all = [...ticks, tick];
  return all.length <= LONGEST ? all : halved(all);
}

function halved(ticks: readonly MeasuredTick[]): MeasuredTick[] {
  const waiting = new Map<string, MeasuredTick>();
  const merged: MeasuredTick[] = [];
  for (const tick of ticks) {
    const before = waiting.get(tick.metric);
    if (before === undefined) waiting.set(tick.metric, tick);
    else {
      merged.push({
        ...tick,
        candidate: sum(before.candidate, tick.candidate),
        stable: sum(before.stable, tick.stable),
      });
      waiting.delete(tick.metric);
    }
  }
  return [...merged, ...waiting.values()];
}

function sum(a: Arm, b: Arm): Arm {
  return { n: a.n + b.n, x: a.x + b.x };
}
