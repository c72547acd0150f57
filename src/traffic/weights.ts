import { ALL, type Share } from './router.ts';

/** Weights of a pair: of the live and of the candidate Service. */
export interface Pair {
  readonly live: number;
  readonly candidate: number;
}

/** The pair of this sum whose candidate part is nearest to the share; 0 and 100 % are exact. `sum`: a positive integer. */
export function pairOf(share: Share, sum: number): Pair {
  const exact = (share * sum) / ALL;
  // Half a weight goes to stable: never more than was asked for.
  const candidate = share <= 0 ? 0 : share >= ALL ? sum : Math.ceil(exact - 0.5);
  return { live: sum - candidate, candidate };
}

/** The candidate's share in a pair, in basis points; null: the pair sends nobody anywhere. */
export function shareOf({ live, candidate }: Pair): Share | null {
  const sum = live + candidate;
  return sum <= 0 ? null : Math.round((candidate * ALL) / sum);
}

/** Every share that weights of this sum can express can be expressed by weights of all the sums, too; 0 for no sums. */
export function commonSum(sums: readonly number[]): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return sums.reduce(divisor, 0);
}

/** The shares at or below and at or above the wanted one that a pair of this sum can express, in basis points. */
export function nearestShares(share: Share, sum: number): readonly [below: Share, above: Share] {
  const exact = (share * sum) / ALL;
  if (Number.isInteger(exact)) return [share, share];
  const of = (candidate: number): Share => (candidate * ALL) / sum;
  return [of(Math.floor(exact)), of(Math.ceil(exact))];
}
