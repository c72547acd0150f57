import type { Arm } from './arms.ts';
import { incompleteBeta, incompleteGamma, whereReaches } from './incomplete.ts';

/** What `n` counts: requests, of which each is bad or not, or seconds of running pods, in which things happen. */
export type Kind = 'requests' | 'pod-seconds';

/** Bounds of a rate, in bad ones per request or per pod-second. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact interval of a rate: Clopper–Pearson for requests, Garwood's for pod-seconds. Exact and not Wilson's, because the counts are small
 * where it matters: it never covers less than it says, also with no error at all. `confidence` between 0 and 1, two-sided; it holds
 * for a number of requests fixed in advance, and is shown, never decided by. Nothing seen: anything is possible.
 */
export function rateInterval(arm: Arm, kind: Kind, confidence = 0.95): Interval {
  const beyond = (1 - confidence) / 2;
  return { low: lowerRate(arm, kind, 1 - beyond), high: upperRate(arm, kind, 1 - beyond) };
}

/**
 * One-sided upper bound of a rate. `dispersion` is φ ≥ 1: errors in bursts tell as much as φ times fewer of them would (quasi-likelihood), so that
 * the bound is wider. Infinite for no pod-seconds at all, 1 for no requests.
 */
export function upperRate({ n, x }: Arm, kind: Kind, confidence: number, dispersion = 1): number {
  if (kind === 'pod-seconds') {
    if (n <= 0) return Number.POSITIVE_INFINITY;
    const bad = x / dispersion;
    const most = bad + 40 + 20 * Math.sqrt(bad + 1);
    return (whereReaches(confidence, (mean) => incompleteGamma(mean, bad + 1), 0, most) * dispersion) / n;
  }
  if (x >= n) return 1;
  const [bad, good] = [x / dispersion, (n - x) / dispersion];
  return whereReaches(confidence, (rate) => incompleteBeta(rate, bad + 1, Math.max(0.5, good)), 0, 1);
}

function lowerRate({ n, x }: Arm, kind: Kind, confidence: number): number {
  if (n <= 0 || x <= 0) return 0;
  if (kind === 'pod-seconds') return whereReaches(1 - confidence, (mean) => incompleteGamma(mean, x), 0, x) / n;
  return whereReaches(1 - confidence, (rate) => incompleteBeta(rate, x, Math.max(0, n - x) + 1), 0, 1);
}
