import type { Arms } from './arms.ts';
import { lnEvidenceBeyond } from './count-test.ts';
import { type Bets, lnEvidence } from './evidence.ts';
import { MULTIPLES } from './ratio-grid.ts';
import { addToTickTest, FRESH_TICK_TEST } from './tick-test.ts';

/**
 * How many times worse a condemned candidate is at least: an anytime-valid lower confidence bound. The test that condemns is run for
 * greater tolerances, too; the greatest that it refuses, with all below it, is the bound. It is too high with at most the chance α of one test.
 */
export interface WorseBy {
  /** Greatest ratio refused so far; null: none. */
  readonly proven: number | null;
  /** Bets for the ratios not refused yet, in rising order (tick test; the count test's own bets say it). */
  readonly ladder: readonly Rung[];
}

interface Rung {
  readonly ratio: number;
  readonly bets: Bets;
}

const RATIOS = [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100];

/** `tolerance`: r0 of the test that condemns. */
export function freshWorseBy(tolerance: number): WorseBy {
  const ladder = RATIOS.filter((ratio) => ratio > tolerance).map((ratio) => ({ ratio, bets: FRESH_TICK_TEST }));
  return { proven: null, ladder };
}

/** After one more tick of the tick test. Evidence falls as the ratio grows, whatever the ticks: no rung is refused before one below it. */
export function addTickToWorseBy({ proven, ladder }: WorseBy, arms: Arms, lnThreshold: number): WorseBy {
  const played = ladder.map(({ ratio, bets }) => ({ ratio, bets: addToTickTest(bets, arms, ratio) }));
  const open = played.findIndex(({ bets }) => lnEvidence(bets) < lnThreshold);
  const refused = open === -1 ? played.length : open;
  return { proven: played[refused - 1]?.ratio ?? proven, ladder: played.slice(refused) };
}

/** By the bets of the count test as they are now: from the grid's own ratios, `tolerance` times its multiples. */
export function addCountsToWorseBy({ proven }: WorseBy, bets: Bets, tolerance: number, lnThreshold: number): WorseBy {
  let greatest = proven;
  // The last multiple has none beyond it to bet on.
  for (const [rung, multiple] of MULTIPLES.slice(0, -1).entries()) {
    const ratio = multiple * tolerance;
    if (greatest !== null && ratio <= greatest) continue;
    if (lnEvidenceBeyond(bets, rung) < lnThreshold) break;
    greatest = ratio;
  }
  return { proven: greatest, ladder: [] };
}
