import type { Arms } from './arms.ts';
import { type Bets, freshBets, lnEvidence } from './evidence.ts';
import { isComparable, toleratedShare } from './tolerated-share.ts';

/**
 * The tick test: one tick is one trial, however many errors it brought. Null hypothesis: the candidate's errors are at most
 * `tolerance` times as frequent as stable's. A betting e-process (Waudby-Smith & Ramdas, Estimating means of bounded random variables by
 * betting): it holds for errors in clusters of any number and size, as long as each cluster lies within one tick and on one track.
 */

/** The parts of the purse that are staked on "the candidate has more than its tolerated share of a tick's errors". */
export const STAKES: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

export const FRESH_TICK_TEST: Bets = freshBets(STAKES.length);

/** ln B_f += ln(1 + (f / θ0)(z − θ0)), z the candidate's part of the tick's errors. A tick that compares nothing changes nothing. */
export function addToTickTest(bets: Bets, arms: Arms, tolerance: number): Bets {
  if (!isComparable(arms)) return bets;
  const tolerated = toleratedShare(arms, tolerance);
  const part = arms.candidate.x / (arms.candidate.x + arms.stable.x);
  return playedOn(bets, part / tolerated - 1);
}

/** `gain`: what a stake of the whole purse wins, −1 being its loss. */
export function playedOn(bets: Bets, gain: number): Bets {
  return bets.map((bet, index) => bet + Math.log1p((STAKES[index] ?? 0) * gain));
}

/**
 * The fewest ticks with errors after which even a candidate that has all of them is condemned: a step that is shorter cannot go back by this
 * test. `share`: the candidate's part of the traffic, between 0 and 1; `lnThreshold`: see alpha.ts.
 */
export function fewestTicks(share: number, tolerance: number, lnThreshold: number): number {
  const worst: Arms = { candidate: { n: share, x: 1 }, stable: { n: 1 - share, x: 0 } };
  const one = addToTickTest(FRESH_TICK_TEST, worst, tolerance);
  for (let ticks = 1; ticks <= MOST_TICKS; ticks++)
    if (lnEvidence(one.map((bet) => bet * ticks)) >= lnThreshold) return ticks;
  return Number.POSITIVE_INFINITY;
}

const MOST_TICKS = 10_000;
