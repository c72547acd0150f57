import { IMAGE } from '../contract/cluster.ts';
import { type Family, Play } from '../crashes/family.ts';
import type { Inputs } from '../crashes/inputs.ts';
import { type Phase, phasesOf, reached } from './phases.ts';

/** One moment of a release: as its `at`th mutating request is on its way, or has just been carried out. */
export interface Point {
  readonly at: number;
  readonly when: 'before' | 'after';
  readonly phase: Phase;
  /** Of a request that is on its way: the phase that it leads to. */
  readonly leadsTo?: Phase;
  /** For people: `before “open” (5)`. */
  readonly title: string;
}

/** A release that somebody else writes into. */
export interface Release {
  readonly family: Family;
  readonly inputs: Inputs;
  /** It is cancelled when it tells this: what is looked at is its way back. */
  readonly cancelAt?: RegExp;
}

export const INPUTS: Inputs = { images: `web=${IMAGE.v2}`, timeout: '60s' };

/** Two labels, so that there is one to add to the selector. */
export function ofOthers(family: Family): Family {
  return { ...family, app: { ...family.app, podLabels: { tier: 'front' } } };
}

/** Every moment of a release, by the writes of one that nobody disturbs. */
export async function pointsOf({ family, inputs, cancelAt }: Release): Promise<readonly Point[]> {
  const play = Play.begin(family);
  try {
    await play.run(inputs, cancelAt === undefined ? {} : { cancelAt });
    const writes = play.writes();
    const phases = phasesOf(writes);
    const first = cancelAt === undefined ? 0 : writes.findIndex((word) => BACK.has(word));
    return writes.flatMap((word, at): Point[] => {
      if (at < first) return [];
      const then = phases[at + 1];
      const point = (when: Point['when'], phase: Phase | undefined, more: Partial<Point> = {}): Point[] =>
        phase === undefined ? [] : [{ at, when, phase, title: `${when} “${word}” (${at + 1})`, ...more }];
      const onItsWay = then === undefined ? {} : { leadsTo: then };
      return [...point('before', reached(word, phases[at]), onItsWay), ...point('after', then)];
    });
  } finally {
    play.stop();
  }
}

const BACK: ReadonlySet<string> = new Set([
  'back to stable',
  'web-candidate: select stable',
  'regrow',
  'note the turn',
]);
