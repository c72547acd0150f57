import { IMAGE } from '../contract/cluster.ts';
import { GOOD_RELEASE } from '../contract/endings.ts';
import { crashes } from './crashes.ts';
import { BLUE_GREEN } from './families.ts';
import type { Inputs } from './inputs.ts';

/*
 * A rollback to a version whose pods are gone is a release of the old template, and dies like one. Whoever asks for it once more gets what
 * was asked for first, and not the version before that.
 */

await crashes(
  'a rollback to a version whose pods are gone',
  BLUE_GREEN,
  { before: [{ images: `web=${IMAGE.v2}` }], inputs: { action: 'rollback' }, again },
  { writes: GOOD_RELEASE, pointOfNoReturn: 'close', outcome: 'rolled-back', inTurn: true },
);

/** In turn. When its end is on record there is no version before it to go back to. */
function again(done: readonly string[]): Inputs {
  const isOver = done.includes('close record');
  return { action: isOver || done.length % 2 === 0 ? 'resume' : 'rollback' };
}
