import { IMAGE } from '../contract/cluster.ts';
import { TAKEN_BACK, TAKEN_BACK_UNSEEN } from '../contract/endings.ts';
import { condemned, livePart, routedShare, unfit } from './condemned.ts';
import { crashes } from './crashes.ts';
import { BLUE_GREEN, BY_PODS, BY_ROUTE, IN_BATCHES, PLAIN_ROLLING } from './families.ts';

/*
 * The release goes back because its version is found unfit, and the run dies on the way. Another run that goes on with it goes back, too:
 * by the note of it, or because the version is found unfit once more.
 */

const inputs = { images: `web=${IMAGE.v2}` };
const UNFIT = { outcome: 'rolled-back', inTurn: true } as const;

await crashes(
  'blue/green, back from a smoke test',
  unfit(BLUE_GREEN),
  { inputs },
  { ...UNFIT, writes: TAKEN_BACK_UNSEEN, from: 'note the turn', pointOfNoReturn: 'note the turn' },
);

await crashes(
  'blue/green, back from the bake',
  condemned(BLUE_GREEN, {}, (cluster) => livePart(cluster) === 1),
  { inputs },
  { ...UNFIT, writes: TAKEN_BACK, from: 'back to stable', pointOfNoReturn: 'back to stable' },
);

const RAMPED = ['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate'];
const SHARE = ['patch httproutes web'];
const ROUTED_END = [
  'unpin',
  'restore',
  'delete services web-candidate',
  'give back httproutes web',
  'close record',
  'release lock',
];

await crashes(
  'a canary by an HTTPRoute, back from a share',
  condemned(BY_ROUTE, { steps: '20% 3s, 60% 3s' }, (cluster) => routedShare(cluster) === 60),
  { inputs },
  {
    ...UNFIT,
    writes: [
      ...RAMPED,
      ...SHARE,
      'resize',
      'pause',
      ...SHARE,
      'web-candidate: select stable',
      'note the turn',
      ...SHARE,
      'web-candidate: select candidate',
      'close on stable',
      ...ROUTED_END,
    ],
    from: 'web-candidate: select stable',
    pointOfNoReturn: 'web-candidate: select stable',
  },
);

await crashes(
  'a canary by an HTTPRoute, back from the switch, with the route still leading there',
  condemned(BY_ROUTE, {}, (cluster) => livePart(cluster) === 1),
  { inputs },
  {
    ...UNFIT,
    writes: [
      ...RAMPED,
      ...SHARE,
      'resize',
      'pause',
      ...SHARE,
      ...SHARE,
      'select candidate',
      'web-candidate: select stable',
      'back to stable',
      'note the turn',
      ...SHARE,
      'web-candidate: select candidate',
      'close on stable',
      ...ROUTED_END,
    ],
    from: 'web-candidate: select stable',
    pointOfNoReturn: 'web-candidate: select stable',
  },
);

const RESIZE = ['resize', 'pause'];
const END = ['restore', 'delete services web-candidate', 'close record', 'release lock'];

await crashes(
  'a canary by the numbers of pods, back from fewer than one half',
  condemned(BY_PODS, { steps: '25% 3s, 75% 3s' }, (cluster) => livePart(cluster) > 0),
  { inputs },
  {
    ...UNFIT,
    writes: [...RAMPED, 'unpin', 'pin', 'note the turn', 'close on stable', 'unpin', ...END],
    from: 'pin',
    pointOfNoReturn: 'pin',
  },
);

await crashes(
  'a canary by the numbers of pods, back from beyond one half',
  condemned(BY_PODS, { steps: '25% 3s, 75% 3s' }, (cluster) => livePart(cluster) > 0.5),
  { inputs },
  {
    ...UNFIT,
    writes: [
      ...RAMPED,
      'unpin',
      ...RESIZE,
      ...RESIZE,
      'regrow',
      'note the turn',
      'pause',
      'pin',
      'close on stable',
      'unpin',
      ...END,
    ],
    from: 'regrow',
    pointOfNoReturn: 'regrow',
  },
);

await crashes(
  'rolling in batches, back from a batch',
  condemned(IN_BATCHES, { 'batch-time': '3s' }, (cluster) => livePart(cluster) > 0.5),
  { inputs },
  {
    ...UNFIT,
    writes: [
      ...RAMPED,
      'unpin',
      ...RESIZE,
      'regrow',
      'note the turn',
      'pause',
      'pin',
      'close on stable',
      'unpin',
      ...END,
    ],
    from: 'regrow',
    pointOfNoReturn: 'regrow',
  },
);

await crashes(
  'Kubernetes’ own rolling update, back from all pods',
  condemned(PLAIN_ROLLING, {}, (cluster) => livePart(cluster) === 1),
  { inputs },
  {
    ...UNFIT,
    writes: ['take lock', 'open record', 'roll', 'roll', 'note the turn', 'close record', 'release lock'],
    from: 'roll',
    pointOfNoReturn: 'roll',
  },
);
