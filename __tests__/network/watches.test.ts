import { describe, expect, jest, test } from '@jest/globals';
import { BLUE_GREEN } from '../crashes/families.ts';
import type { Play } from '../crashes/family.ts';
import type { LineFault } from '../crashes/line-faults.ts';
import type { RunOptions } from '../crashes/run.ts';
import type { ApiRequest } from '../simulator/handle.ts';
import { endOf, undisturbed } from './disturbed.ts';
import { classOf } from './request-class.ts';

/** Its time is not the machine's: how long a course takes on a busy one says nothing of the release. */
jest.setTimeout(120_000);

const FAULTS: Readonly<Record<string, LineFault>> = {
  'brings every event twice, and old ones after new ones': { kind: 'watch-twice' },
  'loses every second event': { kind: 'watch-loses', oneIn: 2 },
  'loses every third event': { kind: 'watch-loses', oneIn: 3 },
  'brings nothing, and stays': { kind: 'watch-hushed', after: 0 },
  'falls silent after its first event, and stays': { kind: 'watch-hushed', after: 1 },
  'falls silent after its third event, and stays': { kind: 'watch-hushed', after: 3 },
  'is expired from the start (410 in the stream)': { kind: 'watch-ends', after: 0, error: 410 },
  'expires after its second event (410 in the stream)': { kind: 'watch-ends', after: 2, error: 410 },
  'is refused as expired (410)': { kind: 'refuse', status: 410 },
  'ends with an error event': { kind: 'watch-ends', after: 1, error: 500 },
  'is ended from the start': { kind: 'watch-ends', after: 0 },
  'is ended after each event': { kind: 'watch-ends', after: 1 },
  'is reset after each event': { kind: 'cut-watch', events: 1 },
};
/** What was lost or withheld comes with the next list, or when a watch is overdue. */
const DELAYING: ReadonlySet<LineFault['kind']> = new Set(['watch-loses', 'watch-hushed']);
const expected = await undisturbed(BLUE_GREEN);

describe('blue/green, when every watch', () => {
  test.each(Object.entries(FAULTS))('%s', async (_name, fault) => {
    const faultOf = (request: ApiRequest): LineFault | null => (classOf(request) === 'watch start' ? fault : null);
    let took = (): number => Number.POSITIVE_INFINITY;
    const begin = ({ cluster: { time } }: Play): RunOptions => {
      const begun = time.now();
      took = () => (time.now() - begun) / 1_000;
      return { faultOf };
    };
    expect(await endOf(BLUE_GREEN, begin, expected)).toBe('as undisturbed');
    if (!DELAYING.has(fault.kind)) expect(took()).toBeLessThan(45);
  });
});
