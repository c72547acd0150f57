import { ALL, percent, type Share } from './router.ts';

/*
 * Rules in which the user gives others than the pair a part. Those keep it, so that a share of the pair is not that share of the users.
 */

export interface SharedRule {
  /** For a person: `http rule 2`. */
  readonly title: string;
  /** The weight of the pair together. */
  readonly pair: number;
  /** `name`: for a person, `Service legacy`. */
  readonly others: readonly { readonly name: string; readonly weight: number }[];
}

/**
 * Says of which part of the users shares are, in rules that have others beside the pair.
 * @param title the object, for messages: `VirtualService web`
 */
export function sharedWarnings(title: string, rules: readonly SharedRule[]): string[] {
  const alike = new Map<string, { titles: string[]; part: Share; to: string }>();
  for (const rule of rules) {
    const others = rule.others.filter(({ weight }) => weight > 0);
    const theirs = others.reduce((sum, { weight }) => sum + weight, 0);
    // To a hundredth of a percent: what is less makes no difference to a share.
    const part = Math.round((theirs * ALL) / (theirs + rule.pair));
    if (rule.pair <= 0 || !(part > 0)) continue;
    const to = [...new Set(others.map(({ name }) => name))].join(' and ');
    const key = `${part} ${to}`;
    alike.set(key, { titles: [...(alike.get(key)?.titles ?? []), rule.title], part, to });
  }
  return [...alike.values()].map(({ titles: [first = '', ...more], part, to }) => {
    const who = more.length === 0 ? `${first} gives` : `${[first, ...more].join(', ')} each give`;
    return (
      `${title}: ${who} ${percent(part)} of the requests to ${to}, and these stay there. ` +
      `Shares of this release, 100 % too, are of the other ${percent(ALL - part)}.`
    );
  });
}
