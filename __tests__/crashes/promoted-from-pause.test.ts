import { expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { crashes, die } from './crashes.ts';
import { promoted } from './ends.ts';
import { BY_PODS, BY_ROUTE } from './families.ts';
import type { Family } from './family.ts';
import type { Inputs } from './inputs.ts';
import { type Fate, FATES } from './fate.ts';
import { played, succeed } from './played.ts';

/* A release stands at a pause, and the run that promotes it dies. Until it is on record that the release goes on, it stands. */

const stopping = (share: string): Inputs => ({ images: `web=${IMAGE.v2}`, 'pause-at': share });
const promoting = { inputs: { action: 'promote' }, again };
const SHARE = ['patch httproutes web'];

function again(done: readonly string[]): Inputs {
  return { action: done.includes('open record') ? 'resume' : 'promote' };
}

await crashes(
  'a canary by an HTTPRoute, promoted from its first share',
  BY_ROUTE,
  { before: [stopping('20%')], ...promoting },
  {
    writes: [
      'take lock',
      'open record',
      'resize',
      'pause',
      ...SHARE,
      ...SHARE,
      'select candidate',
      ...SHARE,
      'close',
      'web-candidate: select stable',
      'unpin',
      'restore',
      'delete services web-candidate',
      'give back httproutes web',
      'close record',
      'release lock',
    ],
    pointOfNoReturn: 'close',
    outcome: 'promoted',
    inTurn: true,
  },
);

await crashes(
  'a canary by the numbers of pods, promoted from beyond one half',
  BY_PODS,
  { before: [stopping('75%')], ...promoting },
  {
    writes: [
      'take lock',
      'open record',
      'select candidate',
      'close',
      'web-candidate: select stable',
      'unpin',
      'restore',
      'delete services web-candidate',
      'close record',
      'release lock',
    ],
    pointOfNoReturn: 'close',
    outcome: 'promoted',
    inTurn: true,
  },
);

/** The note of it, and what comes after. */
const STOPPING: readonly (readonly [string, Family, string, number])[] = [
  ['a canary by an HTTPRoute', BY_ROUTE, '20%', 8],
  ['a canary by the numbers of pods', BY_PODS, '75%', 12],
];

for (const [name, family, share, at] of STOPPING)
  for (const more of [0, 1])
    for (const [fate, word] of Object.entries(FATES) as [Fate, string][])
      test(`${name} dies ${word} ${more === 0 ? 'the note that it stands' : 'the release of its lock'}: it stands, or comes to stand, and is promoted`, () =>
        played(family, async (play) => {
          const original = play.cluster.left();
          const isLast = more === 1 && fate === 'heard';
          if (isLast) await succeed(play, stopping(share));
          else await die(play, { inputs: stopping(share) }, at + more, fate);
          const isNoted = more === 1 || fate !== 'unsent';
          if (!isNoted) expect((await play.run({ action: 'resume' })).result?.outcome).toBe('paused');
          await succeed(play, { action: 'promote' });
          expect(play.cluster.left()).toEqual(promoted(original));
        }));
