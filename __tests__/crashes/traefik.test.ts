import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { BY_INGRESS_ROUTE } from './families.ts';

const inputs = { images: `web=${IMAGE.v2}` };

/** All pods from the first share on: a proxy that finds none behind a member of a list answers 404. */
const OPENING = ['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate'];
const SHARE = ['patch ingressroutes web'];
const END = [
  'unpin',
  'restore',
  'delete services web-candidate',
  'give back ingressroutes web',
  'close record',
  'release lock',
];

await crashes(
  'a canary by an IngressRoute of Traefik',
  BY_INGRESS_ROUTE,
  { inputs },
  {
    writes: [
      ...OPENING,
      ...SHARE,
      ...SHARE,
      ...SHARE,
      'select candidate',
      ...SHARE,
      'close',
      'web-candidate: select stable',
      ...END,
    ],
    from: 'create services web-candidate',
    pointOfNoReturn: 'close',
    outcome: 'promoted',
    inTurn: true,
  },
);

await crashes(
  'its way back from a share',
  BY_INGRESS_ROUTE,
  { inputs, cancelAt: /waiting: 60 % of the users/ },
  {
    writes: [
      ...OPENING,
      ...SHARE,
      ...SHARE,
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
    inTurn: true,
  },
);
