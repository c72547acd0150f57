import { ALL } from '../release/route.ts';
import { type Amount, parseAmount } from './batches.ts';
import { type Parsed, understood } from './parsed.ts';

/** What the input `to` says it accepts with `action: promote`. */
export const GO_ON_FORM =
  'where the release is to stand still next, a share such as 50% (or a batch, such as 2), or end, for no pause any more';

/** `50%`, `2`, `end`. */
export function parseGoOn(given: string): Parsed<Amount | 'end'> {
  if (given === 'end') return understood('end');
  const amount = parseAmount(given);
  return amount.ok && 'share' in amount.value && amount.value.share === ALL ? understood('end') : amount;
}
