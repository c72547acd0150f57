import type { Arms } from './arms.ts';
import { type Bets, freshBets, lnEvidence } from './evidence.ts';
import { MULTIPLES } from './ratio-grid.ts';
import { isComparable, observedShare } from './tolerated-share.ts';

/**
 * The count test: every error is one trial. A mixture of likelihood ratios, given how many errors there were: "the candidate's errors
 * are r_j times as frequent as stable's" against "`tolerance` times" (Lindon & Malek, arXiv 2011.03567). Exact for independent requests only; faster
 * than the tick test, and right for rare events without a denominator (`n` in pod-seconds).
 */
export const FRESH_COUNT_TEST: Bets = freshBets(MULTIPLES.length);

/**
 * L_j += η·[x_c·ln(r_j / r0) + k·(ln(1 + ρ(r0 − 1)) − ln(1 + ρ(r_j − 1)))]. `temper` is η, 0–1: 1/φ of stable's dispersion, or 1.
 * A tick that compares nothing changes nothing.
 */
export function addToCountTest(bets: Bets, arms: Arms, tolerance: number, temper: number): Bets {
  if (!isComparable(arms)) return bets;
  const share = observedShare(arms);
  const errors = arms.candidate.x + arms.stable.x;
  const tolerated = Math.log1p(share * (tolerance - 1));
  return bets.map((bet, index) => {
    const multiple = MULTIPLES[index] ?? 1;
    const worse = Math.log1p(share * (multiple * tolerance - 1));
    return bet + temper * (arms.candidate.x * Math.log(multiple) + errors * (tolerated - worse));
  });
}

/**
 * ln E against "at most `MULTIPLES[rung]` times what is tolerated", from the same bets: L_j − L_rung is the likelihood ratio of the
 * one against the other.
 */
export function lnEvidenceBeyond(bets: Bets, rung: number): number {
  const from = bets[rung] ?? 0;
  return lnEvidence(bets.slice(rung + 1).map((bet) => bet - from));
}
