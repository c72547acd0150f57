/** Repeated measurements of one thing, and what a reader wants of them. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** In the order in which they were measured. */
  readonly samples: readonly number[];
}

/** @throws Error for no samples: a median of nothing would be shown as a figure */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (min === undefined || max === undefined || lower === undefined || upper === undefined) {
    throw new Error('nothing was measured');
  }
  return { median: (lower + upper) / 2, min, max, samples };
}

/** `1.93 s (1.88–2.05)`, or `85 ms (71–99)` where the median is below a second. */
export function durations({ median, min, max }: Spread): string {
  if (median < 1000) return `${median.toFixed(0)} ms (${min.toFixed(0)}–${max.toFixed(0)})`;
  return `${seconds(median)} s (${seconds(min)}–${seconds(max)})`;
}

/** `35`, or `35–36` where the runs differ. */
export function range({ min, max }: Spread): string {
  return min === max ? `${min}` : `${min}–${max}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
