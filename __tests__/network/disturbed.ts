import { expect } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import type { Left } from '../crashes/cluster.ts';
import { played } from '../crashes/played.ts';
import { closed } from '../crashes/ends.ts';
import { type Family, Play } from '../crashes/family.ts';
import type { Inputs } from '../crashes/inputs.ts';
import type { MortalRun, RunOptions } from '../crashes/run.ts';

export const RELEASE: Inputs = { images: `web=${IMAGE.v2}` };

/** A release that nothing disturbs. */
export interface Undisturbed {
  readonly writes: readonly string[];
  readonly original: Left;
  readonly end: Left;
}

/** What came of a run: as if nothing had been, or why it did not come to that and left everything as it was. */
export type End = 'as undisturbed' | `clean: ${string}`;

export interface Course {
  readonly inputs?: Inputs;
  readonly cancelAt?: RegExp;
}

export async function undisturbed(family: Family, { inputs = RELEASE, cancelAt }: Course = {}): Promise<Undisturbed> {
  const play = Play.begin(family);
  try {
    const original = play.cluster.left();
    const run = await play.run(inputs, cancelAt === undefined ? {} : { cancelAt });
    play.settle();
    if (run.state !== 'ended') throw run.failure;
    return { original, writes: play.writes(), end: play.cluster.left() };
  } finally {
    play.stop();
  }
}

/**
 * A release while something goes wrong. Users are served at every moment by those who should; at the end every write was carried out once
 * and the objects are those of the undisturbed run, or nothing is left of it. Anything else is an error with the whole story.
 */
export async function endOf(
  family: Family,
  options: RunOptions | ((play: Play) => RunOptions),
  expected: Undisturbed,
  { inputs = RELEASE, cancelAt }: Course = {},
  meanwhile: (play: Play, run: MortalRun) => Promise<void> = async () => undefined,
): Promise<End> {
  let end: End = 'as undisturbed';
  await played(family, async (play) => {
    const given = typeof options === 'function' ? options(play) : options;
    const run = await play.start(inputs, { ...given, ...(cancelAt === undefined ? {} : { cancelAt }) });
    await meanwhile(play, run);
    await play.finish(run);
    play.settle();
    const left = play.cluster.left();
    const wanted = cancelAt === undefined ? ['promoted', 'rolled-back'] : ['aborted'];
    const reason = run.result?.reason ?? String(run.failure);
    if (wanted.includes(run.result?.outcome ?? '') && isSame(left, expected.end)) {
      expect(carriedOut(play)).toEqual(expected.writes);
      return;
    }
    end = `clean: ${run.result?.outcome ?? 'failed'}: ${reason}`;
    expect(left).toEqual({ ...closed(expected.original), configMaps: left.configMaps });
  });
  return end;
}

/** Mutating requests that the server did not refuse, in words. */
function carriedOut(play: Play): string[] {
  return play.writes().filter((write) => !/ \([45]\d\d\)$/.test(write));
}

function isSame(a: Left, b: Left): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
