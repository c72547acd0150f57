import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { KNATIVE } from './families.ts';

const inputs = { images: `web=${IMAGE.v2}` };

const OPENING = ['take lock', 'open record', 'all to stable', 'template', '0 % to the candidate'];

await crashes(
  'a canary of a Knative Service',
  KNATIVE,
  { inputs },
  {
    writes: [
      ...OPENING,
      '20 % to the candidate',
      '60 % to the candidate',
      '100 % to the candidate',
      'traffic as before',
      'close record',
      'release lock',
    ],
    pointOfNoReturn: 'close record',
    tooLateAt: 'traffic as before',
    outcome: 'promoted',
  },
);

await crashes(
  'its way back from a share',
  KNATIVE,
  { inputs, cancelAt: /waiting: 60 % of the users/ },
  {
    writes: [
      ...OPENING,
      '20 % to the candidate',
      '60 % to the candidate',
      'all to stable',
      'note the turn',
      'template',
      'traffic as before',
      'close record',
      'release lock',
    ],
    from: 'all to stable',
    turnsAt: 'all to stable',
    pointOfNoReturn: null,
    outcome: 'aborted',
  },
);
