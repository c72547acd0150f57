import type { Arm } from './arms.ts';
import { addToSeries, type CountSeries, correlationOf, EMPTY_SERIES } from './count-series.ts';

/**
 * How long a tick of the tick test has to be. A burst that outlasts its tick makes neighbouring ticks alike, and two alike ticks are not two
 * trials. Stable's own error counts show it: where they are correlated from tick to tick, ticks are merged until they are not.
 */
export interface TickLength {
  /** How many ticks as they arrive are one trial: 1, 2, 4 or 8. Never falls during a release. */
  readonly ticks: number;
  /** Correlation for which they were merged; null: they were not. */
  readonly correlation: number | null;
  /** Stable's counts in ticks of each length. */
  readonly levels: readonly Level[];
}

interface Level {
  readonly ticks: number;
  readonly series: CountSeries;
  /** The part of a merged tick that has arrived. */
  readonly pending: Arm;
  readonly arrived: number;
}

const LENGTHS = [1, 2, 4, 8];
const NOTHING: Arm = { n: 0, x: 0 };

/** Below so many ticks, and so many with errors among them, a correlation is chance. */
const FEWEST_TICKS = 20;
const FEWEST_WITH_ERRORS = 8;
/** Standard errors by which a correlation must differ from none. It is looked at every tick, and a merge costs time. */
const STANDARD_ERRORS = 3;

export const FRESH_TICK_LENGTH: TickLength = {
  ticks: 1,
  correlation: null,
  levels: LENGTHS.map((ticks) => ({ ticks, series: EMPTY_SERIES, pending: NOTHING, arrived: 0 })),
};

/** After one more tick of stable. */
export function addToTickLength(length: TickLength, stable: Arm): TickLength {
  if (stable.n <= 0) return length;
  const levels = length.levels.map((level) => addToLevel(level, stable));
  let { ticks, correlation } = length;
  for (const level of levels) {
    const found = level.ticks === ticks ? provenCorrelation(level.series) : null;
    if (found === null) continue;
    ticks = longEnough(ticks, found);
    correlation = found;
  }
  return { ticks, correlation, levels };
}

/** For a person, or null where ticks are taken as they arrive. `tickMs`: how often they arrive, milliseconds. */
export function whyMerged({ ticks, correlation }: TickLength, tickMs: number): string | null {
  if (correlation === null) return null;
  const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;
  return `Stable’s errors come in bursts longer than a tick of ${seconds(tickMs)} (correlation ${correlation.toFixed(2)} from tick to tick): ${ticks} ticks, ${seconds(ticks * tickMs)}, count as one.`;
}

function addToLevel(level: Level, { n, x }: Arm): Level {
  const pending = { n: level.pending.n + n, x: level.pending.x + x };
  const arrived = level.arrived + 1;
  if (arrived < level.ticks) return { ...level, pending, arrived };
  return { ...level, series: addToSeries(level.series, pending), pending: NOTHING, arrived: 0 };
}

function provenCorrelation(series: CountSeries): number | null {
  if (series.ticks < FEWEST_TICKS || series.ticksWithErrors < FEWEST_WITH_ERRORS) return null;
  const correlation = correlationOf(series);
  return correlation > STANDARD_ERRORS / Math.sqrt(series.ticks) ? correlation : null;
}

/**
 * Bursts of length D in ticks of length T give a correlation of 1 − T/D (less, where other errors are among them): a tick is to be D = T/(1 − c)
 * at least, and longer than it was.
 */
function longEnough(ticks: number, correlation: number): number {
  const wanted = ticks / (1 - Math.min(correlation, 0.99));
  return LENGTHS.find((length) => length > ticks && length >= wanted) ?? Math.max(...LENGTHS);
}
