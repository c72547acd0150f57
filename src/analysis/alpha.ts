/** How many tests share the chance of a false alarm. */
export interface Tests {
  /** α of the whole release, between 0 and 1. */
  readonly falseAlarms: number;
  /** Steps in which a candidate is judged, baking included; at least 1. */
  readonly steps: number;
  /** Metrics that are judged in each; at least 1. */
  readonly metrics: number;
}

/**
 * α of one test. Each step and metric has a new one, so that a late regression does not hide behind a long good past; by the union bound
 * all of them together raise a false alarm with at most the chance of the whole.
 */
export function alphaOfOne({ falseAlarms, steps, metrics }: Tests): number {
  return falseAlarms / (Math.max(1, steps) * Math.max(1, metrics));
}

/** ln(1/α) of one test: it condemns (or certifies) as soon as ln E reaches this. */
export function lnThreshold(tests: Tests): number {
  return -Math.log(alphaOfOne(tests));
}
