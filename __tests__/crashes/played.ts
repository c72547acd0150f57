import { expect } from '@jest/globals';
import { type Family, Play } from './family.ts';
import type { Inputs } from './inputs.ts';
import type { MortalRun, RunOptions } from './run.ts';
import { storyOf, violations } from './story.ts';

/** Plays a script on a cluster of its own, and judges every moment of it. An error comes with the whole story. */
export async function played(family: Family, script: (play: Play) => Promise<void>): Promise<void> {
  const play = Play.begin(family);
  try {
    await judged(family, play, script);
  } finally {
    play.stop();
  }
}

/** The same where a play is by now. */
export async function judged(family: Family, play: Play, script: (play: Play) => Promise<void>): Promise<void> {
  await explained(play, async () => {
    await script(play);
    expect(play.users.unserved).toEqual([]);
    expect(violations(play, family)).toEqual([]);
  });
}

/** A run that comes to its end, and what the controllers do about it. */
export async function ended(play: Play, inputs: Inputs, options: RunOptions = {}): Promise<MortalRun> {
  const run = await play.run(inputs, options);
  play.settle();
  if (run.state !== 'ended') throw run.failure;
  return run;
}

export async function succeed(play: Play, inputs: Inputs): Promise<MortalRun> {
  const run = await ended(play, inputs);
  const isContinuation = ['abort', 'resume', 'finish', 'rollback'].includes(inputs.action ?? '');
  const good = isContinuation ? ['aborted', 'rolled-back', 'promoted', 'unchanged'] : ['promoted', 'paused'];
  expect(good).toContain(run.result?.outcome);
  return run;
}

/** The stack is what a test runner shows; it begins with the message. */
export async function explained<T>(play: Play, script: () => Promise<T>): Promise<T> {
  try {
    return await script();
  } catch (error) {
    if (error instanceof Error) error.stack = `${error.stack ?? error.message}\n${storyOf(play)}`;
    throw error;
  }
}
