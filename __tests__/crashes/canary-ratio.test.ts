import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { BY_PODS } from './families.ts';

const inputs = { images: `web=${IMAGE.v2}` };

const OPENING = ['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate', 'unpin'];
const RESIZE = ['resize', 'pause'];
const END = ['unpin', 'restore', 'delete services web-candidate', 'close record', 'release lock'];

await crashes(
  'a canary by the numbers of pods',
  BY_PODS,
  { inputs },
  {
    writes: [...OPENING, ...RESIZE, ...RESIZE, 'select candidate', 'close', 'web-candidate: select stable', ...END],
    pointOfNoReturn: 'close',
    outcome: 'promoted',
  },
);

await crashes(
  'its way back from fewer than one half',
  BY_PODS,
  { inputs: { ...inputs, steps: '25% 4s, 75% 1s' }, cancelAt: /next: 75 % of the users/ },
  {
    writes: [...OPENING, 'pin', 'note the turn', 'close on stable', ...END],
    from: 'pin',
    turnsAt: 'pin',
    pointOfNoReturn: null,
    outcome: 'aborted',
  },
);

await crashes(
  'its way back from beyond one half',
  BY_PODS,
  { inputs, cancelAt: /waiting: 75 % of the users/ },
  {
    writes: [...OPENING, ...RESIZE, ...RESIZE, 'regrow', 'note the turn', 'pause', 'pin', 'close on stable', ...END],
    from: 'regrow',
    turnsAt: 'regrow',
    pointOfNoReturn: null,
    outcome: 'aborted',
  },
);
