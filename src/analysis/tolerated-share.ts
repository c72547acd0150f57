import type { Arms } from './arms.ts';

/** The candidate's part of all requests (or pod-seconds) of a tick as observed, 0–1; never the configured weight. */
export function observedShare({ candidate, stable }: Arms): number {
  return candidate.n / (candidate.n + stable.n);
}

/** Whether a tick can say which track its errors prefer: both had traffic, and at least one error happened. */
export function isComparable({ candidate, stable }: Arms): boolean {
  return candidate.n > 0 && stable.n > 0 && candidate.x + stable.x > 0;
}

/**
 * θ0 = r0·ρ / (1 + ρ(r0 − 1)): the part of all errors that falls on the candidate when its errors are just `tolerance` (r0) times as
 * frequent as stable's. 0–1.
 */
export function toleratedShare(arms: Arms, tolerance: number): number {
  const share = observedShare(arms);
  return (tolerance * share) / (1 + share * (tolerance - 1));
}
