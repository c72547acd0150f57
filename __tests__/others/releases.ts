import { BLUE_GREEN, BY_PODS, BY_ROUTE, IN_BATCHES } from '../crashes/families.ts';
import { DEEDS, type DeedName } from './deeds.ts';
import { INPUTS, ofOthers, type Point, type Release } from './points.ts';

/* The releases that others write into. */

export interface Met extends Release {
  readonly title: string;
  /** What `npm test` plays of it; the rest is `npm run torture -- --others`. */
  readonly kinds: readonly DeedName[] | 'all';
  readonly moments: readonly Point['when'][];
}

export const RELEASES: readonly Met[] = [
  { title: 'blue/green', family: ofOthers(BLUE_GREEN), inputs: INPUTS, kinds: 'all', moments: ['after'] },
  {
    title: 'blue/green, on its way back',
    family: ofOthers(BLUE_GREEN),
    inputs: INPUTS,
    cancelAt: /waiting: users are on the candidate/,
    kinds: 'all',
    moments: ['after'],
  },
  {
    title: 'blue/green, as a write is on its way',
    family: ofOthers(BLUE_GREEN),
    inputs: INPUTS,
    kinds: ['set image', 'rollout pause'],
    moments: ['before'],
  },
  {
    title: 'canary by an HTTPRoute',
    family: ofOthers(BY_ROUTE),
    inputs: INPUTS,
    kinds: ['set image', 'weights of the route', 'scale down', 'candidate Service deleted', 'namespace deleted'],
    moments: ['after'],
  },
  {
    title: 'canary by numbers of pods',
    family: ofOthers(BY_PODS),
    inputs: INPUTS,
    kinds: ['set image', 'edit of the strategy', 'rollout resume', 'namespace deleted'],
    moments: ['after'],
  },
  {
    title: 'rolling in batches',
    family: ofOthers(IN_BATCHES),
    inputs: INPUTS,
    kinds: ['set image', 'apply of the old manifest', 'rollout pause', 'namespace deleted'],
    moments: ['after'],
  },
];

/** The kinds of writes that there can be into a release. */
export function kindsIn({ family }: Release): readonly DeedName[] {
  const names = Object.keys(DEEDS) as DeedName[]; // a literal's own
  return names.filter((name) => name !== 'weights of the route' || family.destinations !== undefined);
}
