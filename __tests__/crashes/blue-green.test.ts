import { IMAGE } from '../contract/cluster.ts';
import { GOOD_RELEASE, TAKEN_BACK, TAKEN_BACK_UNSEEN } from '../contract/endings.ts';
import { crashes } from './crashes.ts';
import { BLUE_GREEN } from './families.ts';

const inputs = { images: `web=${IMAGE.v2}` };

await crashes(
  'a blue/green release',
  BLUE_GREEN,
  { inputs },
  { writes: GOOD_RELEASE, pointOfNoReturn: 'close', outcome: 'promoted' },
);

await crashes(
  'its way back, users on the candidate',
  BLUE_GREEN,
  { inputs: { ...inputs, 'bake-time': '4s' }, cancelAt: /waiting: open connections to stable/ },
  { writes: TAKEN_BACK, from: 'back to stable', turnsAt: 'back to stable', pointOfNoReturn: null, outcome: 'aborted' },
);

// Times in the objects are whole seconds: that users had been on the candidate for so short a time is not to be seen in them.
await crashes(
  'its way back, users on the candidate for less than two seconds',
  BLUE_GREEN,
  { inputs, cancelAt: /waiting: users are on the candidate/ },
  { writes: TAKEN_BACK, from: 'back to stable', pointOfNoReturn: null, outcome: 'aborted' },
);

await crashes(
  'its way back, users still on stable',
  BLUE_GREEN,
  { inputs, cancelAt: /waiting: 0.2 candidate pods Ready/ },
  { writes: TAKEN_BACK_UNSEEN, from: 'note the turn', pointOfNoReturn: null, outcome: 'aborted' },
);
