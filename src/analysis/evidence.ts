/**
 * Equally weighted bets against a null hypothesis. Each began as 1 and is kept as its natural logarithm, so that no length of a
 * release overflows it. Under the null no bet is expected to grow; their mean is the evidence E (an e-process), and by Ville's inequality
 * the chance that E ever reaches 1/α is at most α, however often one looks.
 */
export type Bets = readonly number[];

/** Bets of which none has been played. */
export function freshBets(count: number): Bets {
  return Array.from({ length: count }, () => 0);
}

/** ln E, E being the mean of what the bets are worth. 0 at the start; finite whatever the bets. No bets are no evidence. */
export function lnEvidence(bets: Bets): number {
  if (bets.length === 0) return 0;
  const greatest = Math.max(...bets);
  let sum = 0;
  for (const bet of bets) sum += Math.exp(bet - greatest);
  return greatest + Math.log(sum / bets.length);
}
