import type { Arm } from './arms.ts';

/**
 * One track's ticks, as the sums that their spread and their correlation need; flat in memory however many they are. Deviations are
 * those from the track's own overall rate p, e_i = (x_i − p·n_i)/√n_i, so that traffic that changes is not taken for errors that do.
 */
export interface CountSeries {
  readonly ticks: number;
  readonly ticksWithErrors: number;
  readonly n: number;
  readonly x: number;
  /** Σ x²/n. */
  readonly squares: number;
  /** Σ over neighbours of x·x′/√(n·n′), of x·√(n′/n) + x′·√(n/n′), and of √(n·n′). */
  readonly products: number;
  readonly mixed: number;
  readonly roots: number;
  /** The tick before. */
  readonly last: Arm | null;
}

export const EMPTY_SERIES: CountSeries = {
  ticks: 0,
  ticksWithErrors: 0,
  n: 0,
  x: 0,
  squares: 0,
  products: 0,
  mixed: 0,
  roots: 0,
  last: null,
};

/** A tick without traffic says nothing and is no neighbour either. */
export function addToSeries(series: CountSeries, arm: Arm): CountSeries {
  const { n, x } = arm;
  if (n <= 0) return series;
  const { last } = series;
  const root = last === null ? 0 : Math.sqrt(n * last.n);
  return {
    ticks: series.ticks + 1,
    ticksWithErrors: series.ticksWithErrors + (x > 0 ? 1 : 0),
    n: series.n + n,
    x: series.x + x,
    squares: series.squares + (x * x) / n,
    products: series.products + (last === null ? 0 : (x * last.x) / root),
    mixed: series.mixed + (last === null ? 0 : x * Math.sqrt(last.n / n) + last.x * Math.sqrt(n / last.n)),
    roots: series.roots + root,
    last: { n, x },
  };
}

/** Overall rate of errors; 0 when nothing was seen. */
export function rateOf({ n, x }: CountSeries): number {
  return n > 0 ? x / n : 0;
}

const ROUNDING = 1e-9;

/** Σ e². */
export function squaredDeviations(series: CountSeries): number {
  const rate = rateOf(series);
  const spread = series.squares - 2 * rate * series.x + rate * rate * series.n;
  // What is left of equal numbers is the rounding of their difference.
  return spread > series.squares * ROUNDING ? spread : 0;
}

/** Correlation of deviations from tick to tick (lag 1), −1 to 1; 0 where nothing deviates. */
export function correlationOf(series: CountSeries): number {
  const spread = squaredDeviations(series);
  if (spread <= 0) return 0;
  const rate = rateOf(series);
  return (series.products - rate * series.mixed + rate * rate * series.roots) / spread;
}
