import type { Marks } from './state.ts';

/*
 * Runs work on machines of their own, and the clock of one may be minutes off. What one notes for another is in the API server's time,
 * which both are told with every answer.
 */

/** For the record. Pure. `serverAhead`: milliseconds by which the API server's clock is ahead of ours. */
export function inServerTime(marks: Marks, serverAhead: number): Marks {
  return shifted(marks, (at) => at + serverAhead);
}

/** From the record. What was, was not later than now, whatever any clock says. Pure. `now`: epoch ms, by our clock. */
export function inOurTime(marks: Marks, serverAhead: number, now: number): Marks {
  return shifted(marks, (at) => Math.min(at - serverAhead, now));
}

function shifted(marks: Marks, shift: (at: number) => number): Marks {
  return Object.fromEntries(Object.entries(marks).map(([mark, at]) => [mark, shift(at)]));
}
