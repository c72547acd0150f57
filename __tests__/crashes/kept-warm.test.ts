import { afterAll, describe, expect, test } from '@jest/globals';
import { Refused } from '../../src/engine/refusal.ts';
import { IMAGE } from '../contract/cluster.ts';
import { GOOD_RELEASE } from '../contract/endings.ts';
import { NEXT, undisturbed } from './crashes.ts';
import { Deaths } from './deaths.ts';
import { closed, promoted } from './ends.ts';
import type { Family } from './family.ts';
import type { Inputs } from './inputs.ts';
import { type Fate, FATES } from './fate.ts';
import { succeed } from './played.ts';

/*
 * An old version is kept warm, and the run that ends that dies at each of its mutating requests. The same action once more brings the end
 * about that was wanted, and the next release begins from the version that users were last led to for good.
 */

const FAMILY: Family = { app: { replicas: 2, image: IMAGE.v1 }, inputs: { strategy: 'blue-green' } };
const KEEP: Inputs = { images: `web=${IMAGE.v2}`, 'keep-warm': 'true' };

const ENDINGS = {
  finish: ['take lock', ...GOOD_RELEASE.slice(GOOD_RELEASE.indexOf('close'))],
  rollback: [
    'take lock',
    'note the turn',
    'back to stable',
    'close on stable',
    'unpin',
    'restore',
    'delete services web-candidate',
    'close record',
    'release lock',
  ],
} as const;

const afterNext = await undisturbed(FAMILY, { inputs: NEXT }, 'promoted');

for (const [action, outcome] of [
  ['finish', 'promoted'],
  ['rollback', 'rolled-back'],
] as const) {
  const deaths = await Deaths.of(FAMILY, { before: [KEEP], inputs: { action } }, outcome);
  const writes = ENDINGS[action];
  const end = action === 'finish' ? promoted(deaths.original) : closed(deaths.original);

  describe(`${action} of an old version that is kept warm`, () => {
    afterAll(() => deaths.stop());

    test('undisturbed: its writes, and nothing is left', () => {
      expect(deaths.writes).toEqual(writes);
      expect(deaths.end).toEqual(end);
    });

    for (const [at, write] of writes.entries())
      for (const [fate, word] of Object.entries(FATES) as [Fate, string][]) {
        // After the answer to its last request there is nothing left to die of.
        if (fate === 'heard' && at === writes.length - 1) continue;
        const done = fate === 'unsent' ? at : at + 1;
        const isClosed = done > writes.indexOf('close record');
        // Until its note is on record, the version that was to be left is that of the users.
        const isTurned = action === 'rollback' && done > writes.indexOf('note the turn');
        const dying = `${word} “${write}” (${at + 1})`;

        test(`dies ${dying}, then ${action} again`, () =>
          deaths.after(at, fate, `${action} ${isClosed}`, async (play) => {
            if (action === 'rollback' && isClosed) {
              // Users are back: one version further there is none.
              const again = await play.run({ action });
              expect(again.failure).toBeInstanceOf(Refused);
            } else await succeed(play, { action });
            play.settle();
            expect({ ...play.left(), leases: [] }).toEqual(end);
          }));

        test(`dies ${dying}, then deploy`, () =>
          deaths.after(at, fate, `deploy ${isTurned}`, async (play) => {
            const next = await succeed(play, NEXT);
            expect(next.result?.outcome).toBe('promoted');
            expect(play.left()).toEqual(afterNext);
            expect(play.cluster.outcomes()).toEqual(['promoted', isTurned ? 'rolled-back' : 'promoted']);
          }));
      }
  });
}
