import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { BY_ROUTE } from './families.ts';

const inputs = { images: `web=${IMAGE.v2}` };

const OPENING = ['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate'];
const SHARE = ['patch httproutes web'];
const SECOND_SHARE = ['resize', 'pause', ...SHARE];
const SWITCH = [...SHARE, 'select candidate', ...SHARE];
const END = [
  'unpin',
  'restore',
  'delete services web-candidate',
  'give back httproutes web',
  'close record',
  'release lock',
];

await crashes(
  'a canary by an HTTPRoute',
  BY_ROUTE,
  { inputs },
  {
    writes: [...OPENING, ...SHARE, ...SECOND_SHARE, ...SWITCH, 'close', 'web-candidate: select stable', ...END],
    pointOfNoReturn: 'close',
    outcome: 'promoted',
  },
);

await crashes(
  'its way back from a share',
  BY_ROUTE,
  { inputs, cancelAt: /waiting: 60 % of the users/ },
  {
    writes: [
      ...OPENING,
      ...SHARE,
      ...SECOND_SHARE,
      'web-candidate: select stable',
      'note the turn',
      ...SHARE,
      'web-candidate: select candidate',
      'close on stable',
      ...END,
    ],
    from: 'web-candidate: select stable',
    turnsAt: 'web-candidate: select stable',
    pointOfNoReturn: null,
    outcome: 'aborted',
  },
);

await crashes(
  'its way back from the bake',
  BY_ROUTE,
  { inputs, cancelAt: /waiting: users are on the candidate/ },
  {
    writes: [
      ...OPENING,
      ...SHARE,
      ...SECOND_SHARE,
      ...SWITCH,
      'back to stable',
      'note the turn',
      'close on stable',
      ...END,
    ],
    from: 'back to stable',
    turnsAt: 'back to stable',
    pointOfNoReturn: null,
    outcome: 'aborted',
  },
);
