import { describe, expect, jest, test } from '@jest/globals';
import { BLUE_GREEN } from '../crashes/families.ts';
import type { LineFault } from '../crashes/line-faults.ts';
import type { RunOptions } from '../crashes/run.ts';
import { type Course, endOf, undisturbed } from './disturbed.ts';

/** Its time is not the machine's: how long a course takes on a busy one says nothing of the release. */
jest.setTimeout(120_000);

const FORBIDDEN: LineFault = { kind: 'refuse', status: 403 };
const UNAUTHORIZED: LineFault = { kind: 'refuse', status: 401 };
/** Users are on the candidate. */
const BAKE = /waiting: users are on the candidate/;

/** So many tries of the `at`th write, and of what follows until they are used up, are answered so. */
function atWrite(at: number, fault: LineFault, times: number): RunOptions {
  let count = -1;
  let left = 0;
  return {
    fateOf: () => {
      count += 1;
      if (count === at) left = times;
      return null;
    },
    faultOf: ({ method, query }) => {
      if (left === 0 || method === 'GET' || query.has('dryRun')) return null;
      left -= 1;
      return fault;
    },
  };
}

describe('a permission that is missing for a moment (403)', () => {
  test('at a write on the way there: back to stable, whole; from the close on: it is waited for', async () => {
    const expected = await undisturbed(BLUE_GREEN);
    const close = expected.writes.indexOf('close');
    for (const at of expected.writes.keys()) {
      const end = await endOf(BLUE_GREEN, atWrite(at, FORBIDDEN, 1), expected);
      if (at <= close) expect(end).toMatch(/^clean: (failed|rolled-back): .*simulated 403/);
      else expect(end).toBe('as undisturbed');
    }
  });

  test('five times in a row at a write of the way back: it is waited for', async () => {
    const course: Course = { cancelAt: BAKE };
    const expected = await undisturbed(BLUE_GREEN, course);
    const turn = expected.writes.indexOf('back to stable');
    expect(turn).toBeGreaterThan(0);
    // A lock that could not be given back is over in half a minute.
    for (const at of expected.writes.keys())
      if (at >= turn && at < expected.writes.length - 1)
        expect(await endOf(BLUE_GREEN, atWrite(at, FORBIDDEN, 5), expected, course)).toBe('as undisturbed');
  });
});

test('who is not let in six times in a row (401) at a write, when credentials were renewed, too: it is waited for', async () => {
  const expected = await undisturbed(BLUE_GREEN);
  // Before the record there is nothing to be saved; of the lock, see above.
  for (const at of expected.writes.keys())
    if (at >= 2 && at < expected.writes.length - 1)
      expect(await endOf(BLUE_GREEN, atWrite(at, UNAUTHORIZED, 6), expected)).toBe('as undisturbed');
});
