import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { BY_INGRESS } from './families.ts';

const inputs = { images: `web=${IMAGE.v2}` };

const OPENING = ['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate'];
const SHARE = ['patch ingresses web-crossfade'];
const SECOND_SHARE = ['resize', 'pause', ...SHARE];
const END = ['unpin', 'restore', 'delete services web-candidate', 'close record', 'release lock'];

await crashes(
  'a canary by an Ingress that is made beside the user’s',
  BY_INGRESS,
  { inputs },
  {
    writes: [
      ...OPENING,
      'create ingresses web-crossfade',
      ...SECOND_SHARE,
      ...SHARE,
      'select candidate',
      'delete ingresses web-crossfade',
      'close',
      'web-candidate: select stable',
      ...END,
    ],
    from: 'create ingresses web-crossfade',
    pointOfNoReturn: 'close',
    outcome: 'promoted',
    inTurn: true,
  },
);

await crashes(
  'its way back from a share',
  BY_INGRESS,
  { inputs, cancelAt: /waiting: 60 % of the users/ },
  {
    writes: [
      ...OPENING,
      'create ingresses web-crossfade',
      ...SECOND_SHARE,
      'web-candidate: select stable',
      'note the turn',
      'delete ingresses web-crossfade',
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
