import { IMAGE } from '../contract/cluster.ts';
import { type Family, Play } from '../crashes/family.ts';
import type { Inputs } from '../crashes/inputs.ts';

/** Where a release is when somebody else writes; as the table of docs/guarantees.md has it. */
export type Phase =
  | 'before'
  | 'paused'
  | 'opening'
  | 'frozen'
  | 'ramp'
  | 'resizing'
  | 'switched'
  | 'closing'
  | 'closed'
  | 'over'
  | 'back'
  | 'closed back'
  | 'over again';

/** One moment of a release: as its `at`th mutating request is on its way, or has just been carried out. */
export interface Point {
  readonly at: number;
  readonly when: 'before' | 'after';
  readonly phase: Phase;
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
      const point = (when: Point['when'], phase: Phase | undefined): Point[] =>
        phase === undefined ? [] : [{ at, when, phase, title: `${when} “${word}” (${at + 1})` }];
      return [...point('before', reached(word, phases[at])), ...point('after', phases[at + 1])];
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

/** By the time at which the pin goes, the pods that were to leave have left. */
function reached(word: string, phase: Phase | undefined): Phase | undefined {
  const hasLeft = word === 'unpin' || word === 'restore';
  if (hasLeft && phase === 'closing') return 'closed';
  return hasLeft && phase === 'back' ? 'closed back' : phase;
}

/** The phase in which each write finds the cluster, and after the last the one that it leaves. */
function phasesOf(writes: readonly string[]): readonly Phase[] {
  const phases: Phase[] = ['before'];
  for (const [at, word] of writes.entries()) {
    const before = phases[at] ?? 'before';
    phases.push(next(before, word, writes.slice(0, at)));
  }
  return phases;
}

function next(phase: Phase, word: string, done: readonly string[]): Phase {
  const isOpen = done.includes('open');
  switch (word) {
    case 'pause':
      if (!isOpen) return 'paused';
      if (phase === 'back') return 'back';
      return phase === 'resizing' ? 'ramp' : 'frozen';
    case 'open':
      return 'opening';
    case 'resize':
      return 'resizing';
    case 'patch httproutes web':
      return phase === 'frozen' ? 'ramp' : phase;
    case 'unpin':
      if (phase === 'frozen') return 'ramp';
      if (phase === 'back') return 'closed back';
      return phase === 'closing' ? 'closed' : phase;
    case 'select candidate':
      return 'switched';
    case 'back to stable':
    case 'regrow':
    case 'note the turn':
      return 'back';
    case 'close':
      // In place stable's pods have gone before.
      return done.includes('select candidate') ? 'closing' : 'closed';
    case 'restore':
      return phase === 'back' || phase === 'closed back' ? 'over again' : 'over';
    default:
      return phase;
  }
}
