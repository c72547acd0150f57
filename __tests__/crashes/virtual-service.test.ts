import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { BY_VIRTUAL_SERVICE } from './families.ts';

const inputs = { images: `web=${IMAGE.v2}` };

const OPENING = ['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate'];
const POLICY = 'destinationrules crossfade-web-candidate';
const SHARE = ['patch virtualservices web'];
const SECOND_SHARE = ['resize', 'pause', ...SHARE];
const END = [
  'unpin',
  'restore',
  'delete services web-candidate',
  'give back virtualservices web',
  'close record',
  'release lock',
];

await crashes(
  'a canary by a VirtualService, with a DestinationRule made for the candidate',
  BY_VIRTUAL_SERVICE,
  { inputs },
  {
    writes: [
      ...OPENING,
      `create ${POLICY}`,
      ...SHARE,
      ...SECOND_SHARE,
      ...SHARE,
      'select candidate',
      ...SHARE,
      `delete ${POLICY}`,
      'close',
      'web-candidate: select stable',
      ...END,
    ],
    from: `create ${POLICY}`,
    pointOfNoReturn: 'close',
    outcome: 'promoted',
    inTurn: true,
  },
);

await crashes(
  'its way back from a share',
  BY_VIRTUAL_SERVICE,
  { inputs, cancelAt: /waiting: 60 % of the users/ },
  {
    writes: [
      ...OPENING,
      `create ${POLICY}`,
      ...SHARE,
      ...SECOND_SHARE,
      'web-candidate: select stable',
      'note the turn',
      ...SHARE,
      `delete ${POLICY}`,
      'web-candidate: select candidate',
      'close on stable',
      ...END,
    ],
    from: 'web-candidate: select stable',
    turnsAt: 'web-candidate: select stable',
    pointOfNoReturn: null,
    outcome: 'aborted',
    inTurn: true,
  },
);
