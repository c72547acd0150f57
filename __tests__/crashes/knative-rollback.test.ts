import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { KNATIVE } from './families.ts';
import type { Family } from './family.ts';
import type { Inputs } from './inputs.ts';

/* Back to a Revision that Knative keeps: users by one write, or in steps, and the template when they are there. */

const FLIP: Family = { ...KNATIVE, inputs: { ...KNATIVE.inputs, strategy: 'blue-green', steps: '' } };

const before = [{ images: `web=${IMAGE.v2}` }];

const CLOSING = ['template', 'traffic as before', 'close record', 'release lock'];

await crashes(
  'a rollback of a Knative Service',
  FLIP,
  { before, inputs: { action: 'rollback' }, again },
  {
    writes: ['take lock', 'open record', '100 % to the candidate', ...CLOSING],
    pointOfNoReturn: 'close record',
    tooLateAt: 'traffic as before',
    outcome: 'rolled-back',
  },
);

await crashes(
  'a rollback of a Knative Service in steps',
  KNATIVE,
  { before, inputs: { action: 'rollback' }, again },
  {
    writes: [
      'take lock',
      'open record',
      '0 % to the candidate',
      '20 % to the candidate',
      '60 % to the candidate',
      '100 % to the candidate',
      ...CLOSING,
    ],
    pointOfNoReturn: 'close record',
    tooLateAt: 'traffic as before',
    outcome: 'rolled-back',
    inTurn: true,
  },
);

/** In turn: whoever asks once more gets what was asked for first. When its end is on record there is no version before it. */
function again(done: readonly string[]): Inputs {
  const isOver = done.includes('close record');
  return { action: isOver || done.length % 2 === 0 ? 'resume' : 'rollback' };
}
