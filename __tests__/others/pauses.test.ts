import { expect, test } from '@jest/globals';
import { Refused } from '../../src/engine/refusal.ts';
import { IMAGE } from '../contract/cluster.ts';
import type { Left } from '../crashes/cluster.ts';
import { closed, promoted } from '../crashes/ends.ts';
import { BLUE_GREEN } from '../crashes/families.ts';
import { Play } from '../crashes/family.ts';
import type { Inputs } from '../crashes/inputs.ts';
import { DEEDS } from './deeds.ts';

/* A pause or a pin of a run that died is ours, by the record, and is repaired; a pause of somebody's own is not, and stays. */

const DEPLOY: Inputs = { images: `web=${IMAGE.v2}` };

/** A run that dies when it has heard of its `count`th write. */
async function dead(play: Play, count: number): Promise<void> {
  let asked = 0;
  const run = await play.run(DEPLOY, {
    fateOf: () => {
      asked += 1;
      return asked === count ? 'heard' : null;
    },
  });
  expect(run.state).toBe('dead');
}

async function on(script: (play: Play, original: Left) => Promise<void>): Promise<void> {
  const play = new Play(BLUE_GREEN);
  try {
    await script(play, play.cluster.left());
    expect(play.users.unserved).toEqual([]);
  } finally {
    play.stop();
  }
}

test.each([
  [3, 'pause'],
  [4, 'pin'],
])('a run that died after its %i writes (%s) has left a Deployment that is ours: abort and deploy repair it', async (count, last) => {
  for (const next of [{ action: 'abort' }, DEPLOY])
    await on(async (play, original) => {
      await dead(play, count);
      expect(play.writes().at(-1)).toBe(last);
      expect(play.cluster.left().deployment).toMatchObject({ spec: { paused: true } });
      const run = await play.run(next);
      play.settle();
      expect(run.result?.outcome).toBe(next === DEPLOY ? 'promoted' : 'aborted');
      expect(play.cluster.left()).toEqual(next === DEPLOY ? promoted(original) : closed(original));
    });
});

test('finish does not end a release that died before its users were on the new version, and leaves it for abort', async () =>
  on(async (play, original) => {
    await dead(play, 4);
    const finish = await play.run({ action: 'finish' });
    expect(finish.result).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/action: abort/) });
    expect(play.cluster.left().isClosed).toBe(false);
    await play.run({ action: 'abort' });
    play.settle();
    expect(play.cluster.left()).toEqual(closed(original));
  }));

test('finish ends one that died in its bake: frozen and pinned, and ours', async () =>
  on(async (play, original) => {
    await dead(play, 8);
    expect(play.writes().at(-1)).toBe('select candidate');
    const finish = await play.run({ action: 'finish' });
    play.settle();
    expect(finish.result?.outcome).toBe('promoted');
    expect(play.cluster.left()).toEqual(promoted(original));
  }));

test('a Deployment that somebody has paused, and no record of a release: refused, and nothing is written', async () =>
  on(async (play) => {
    DEEDS['rollout pause'].do(play.cluster);
    const before = play.cluster.left();
    const run = await play.run(DEPLOY);
    expect(run.failure).toBeInstanceOf(Refused);
    expect(String(run.failure)).toMatch(
      /web is paused, and there is no record .*kubectl rollout resume deployment\/web/,
    );
    expect(play.cluster.left()).toEqual(before);
    expect(play.cluster.mutations()).toEqual([]);
  }));

test('a run that died before it paused, and then somebody pauses: abort ends the release, and the pause stays', async () =>
  on(async (play, original) => {
    await dead(play, 2);
    expect(play.writes().at(-1)).toBe('open record');
    DEEDS['rollout pause'].do(play.cluster);
    const run = await play.run({ action: 'abort' });
    play.settle();
    expect(run.result?.outcome).toBe('aborted');
    const { isClosed, deployment } = play.cluster.left();
    expect(isClosed).toBe(true);
    // The simulator's own form of it.
    const { spec } = original.deployment as { spec: object };
    expect(deployment).toMatchObject({ spec: { ...spec, paused: true } });
  }));
