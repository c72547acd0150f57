import type { Arm } from './arms.ts';
import type { Bets } from './evidence.ts';
import { freshBets } from './evidence.ts';
import type { Kind } from './interval.ts';
import { MULTIPLES } from './ratio-grid.ts';
import { FRESH_TICK_TEST, playedOn } from './tick-test.ts';

/*
 * All traffic is on the candidate: there is nothing beside it to compare with. Null hypothesis: its rate of errors is at most `limit`
 * (p_max), a rate per request between 0 and 1, or per pod-second. Unlike the tests of two tracks it can blame the candidate for an incident of all.
 */

export const FRESH_ONE_ARM_TICK_TEST: Bets = FRESH_TICK_TEST;
export const FRESH_ONE_ARM_COUNT_TEST: Bets = freshBets(MULTIPLES.length);

/**
 * One tick is one trial: ln B_f += ln(1 + (f / p_max)(x/n − p_max)). Only the mean of x/n matters, so bursts within a tick do no
 * harm. A tick without requests changes nothing.
 */
export function addToOneArmTickTest(bets: Bets, { n, x }: Arm, limit: number): Bets {
  if (n <= 0) return bets;
  return playedOn(bets, Math.min(1, x / n) / limit - 1);
}

/**
 * Every request is one trial: L_g += η·[x·ln(g / p_max) + (n − x)·ln((1 − g) / (1 − p_max))], the odds of g being 1.25 to 300 times
 * those of p_max; for pod-seconds L_g += η·[x·ln(g / p_max) − n·(g − p_max)] (Poisson), g so many times p_max. `temper`: η, 0–1.
 */
export function addToOneArmCountTest(bets: Bets, arm: Arm, kind: Kind, limit: number, temper: number): Bets {
  const { n, x } = arm;
  if (n <= 0) return bets;
  return bets.map((bet, index) => {
    const multiple = MULTIPLES[index] ?? 1;
    if (kind === 'pod-seconds') return bet + temper * (x * Math.log(multiple) - n * limit * (multiple - 1));
    // ln((1 − g)/(1 − p_max)), from odds(g) = multiple · odds(p_max); ln(g/p_max) is that plus ln(multiple).
    const good = -Math.log1p(limit * (multiple - 1));
    return bet + temper * (x * (Math.log(multiple) + good) + Math.max(0, n - x) * good);
  });
}
