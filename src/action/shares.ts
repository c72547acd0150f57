import { ALL, type Share } from '../release/route.ts';
import { misunderstood, understood, type Parsed } from './parsed.ts';
import { didYouMean } from './words.ts';

export const SHARE_FORM = 'a percentage between 0% and 100%, with at most two decimals, such as 20% or 0.5%';

/** Basis points of `20%`, `0.5%`, `12.25%`. */
export function parseShare(given: string): Parsed<Share> {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(given)?.[1];
  if (percent === undefined) {
    const bare = /^\d+(?:\.\d+)?\s*%?$/.test(given) ? `${given.replace(/\s*%?$/, '')}%` : null;
    return misunderstood(`It is not a percentage.${didYouMean(bare)}`);
  }
  if (Number(percent) > 100) return misunderstood('It is more than 100%.');
  const points = Number(percent) * 100;
  if (Math.abs(points - Math.round(points)) > 1e-9)
    return misunderstood('It is finer than a hundredth of a percent, the finest share there is.');
  return understood(Math.round(points));
}

/** `12.5%`: as `parseShare` reads it. */
export function formatShare(share: Share): string {
  return `${(share * 100) / ALL}%`;
}
