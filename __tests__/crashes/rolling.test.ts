import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { IN_BATCHES, PLAIN_ROLLING } from './families.ts';

const inputs = { images: `web=${IMAGE.v2}` };

const OPENING = ['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate', 'unpin'];
const RESIZE = ['resize', 'pause'];
const END = ['restore', 'delete services web-candidate', 'close record', 'release lock'];

await crashes(
  'a rolling release in batches',
  IN_BATCHES,
  { inputs },
  { writes: [...OPENING, ...RESIZE, ...RESIZE, 'close', ...END], pointOfNoReturn: 'close', outcome: 'promoted' },
);

await crashes(
  'its way back',
  IN_BATCHES,
  { inputs, cancelAt: /waiting: 50 % of the users/ },
  {
    writes: [...OPENING, ...RESIZE, 'regrow', 'note the turn', 'pause', 'pin', 'close on stable', 'unpin', ...END],
    from: 'regrow',
    turnsAt: 'regrow',
    pointOfNoReturn: null,
    outcome: 'aborted',
  },
);

await crashes(
  'a plain rolling update, watched',
  PLAIN_ROLLING,
  { inputs },
  {
    writes: ['take lock', 'open record', 'roll', 'close record', 'release lock'],
    pointOfNoReturn: 'close record',
    outcome: 'promoted',
  },
);
