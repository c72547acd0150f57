import { type CountSeries, rateOf, squaredDeviations } from './count-series.ts';
import type { Kind } from './interval.ts';

/**
 * φ ≥ 1: how many times more stable's error counts scatter from tick to tick than independent errors would (Pearson's χ² by its degrees of
 * freedom). About the size of a burst, for errors in bursts. 1 as long as there is too little to tell.
 */
export function dispersionOf(series: CountSeries, kind: Kind): number {
  const rate = rateOf(series);
  const variance = kind === 'requests' ? rate * (1 - rate) : rate;
  if (series.ticks < 2 || variance <= 0) return 1;
  return Math.max(1, squaredDeviations(series) / ((series.ticks - 1) * variance));
}
