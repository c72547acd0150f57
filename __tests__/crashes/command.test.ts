import { IMAGE } from '../contract/cluster.ts';
import { crashes } from './crashes.ts';
import { BY_COMMAND } from './families.ts';

/*
 * The user's own command is a process of its own. A run that dies at the note before it has not begun it, or has: then it does what it
 * was told all the same, some time after the run is gone.
 */

const inputs = { images: `web=${IMAGE.v2}` };

const OPENING = ['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate'];
const END = ['unpin', 'restore', 'delete services web-candidate', 'close record', 'release lock'];

await crashes(
  'a canary by the user’s own command',
  BY_COMMAND,
  { inputs },
  {
    writes: [
      ...OPENING,
      ...told(20),
      'resize',
      'pause',
      ...told(60),
      ...told(100),
      'select candidate',
      ...told(0),
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
  BY_COMMAND,
  { inputs, cancelAt: /waiting: 60 % of the users/ },
  {
    writes: [
      ...OPENING,
      ...told(20),
      'resize',
      'pause',
      ...told(60),
      'web-candidate: select stable',
      'note the turn',
      ...told(0),
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

/** What it is told is on record before, and after. */
function told(share: number): string[] {
  return [`note ${share} %?`, `note ${share} %`];
}
