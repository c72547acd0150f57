import type { Arms } from './arms.ts';

/*
 * The certificate is a test of the opposite null hypothesis, "the candidate's errors are at least R times as frequent as stable's".
 * That is the same as "stable's are at most 1/R times as frequent as the candidate's": with the tracks exchanged it is the test that condemns,
 * its bets now against a large part of the candidate (tick test: 1 − f/(1 − θ0)·(z − θ0); count test: a grid from R/1.25 down to R/300).
 */

/** The tick with its tracks exchanged. */
export function mirrored({ candidate, stable }: Arms): Arms {
  return { candidate: stable, stable: candidate };
}

/** What the exchanged tracks tolerate. `worseAtMost` is R, greater than 0. */
export function mirroredTolerance(worseAtMost: number): number {
  return 1 / worseAtMost;
}
