import { expect, jest, test } from '@jest/globals';
import { BLUE_GREEN, BY_ROUTE } from '../crashes/families.ts';
import type { Family } from '../crashes/family.ts';
import type { RunOptions } from '../crashes/run.ts';
import { type Course, endOf, undisturbed } from './disturbed.ts';
import { classOf } from './request-class.ts';

/** Its time is not the machine's: how long a course takes on a busy one says nothing of the release. */
jest.setTimeout(120_000);

const COURSES: readonly (readonly [string, Family, Course])[] = [
  ['blue/green', BLUE_GREEN, {}],
  ['a canary by a route', BY_ROUTE, {}],
  ['a way back', BLUE_GREEN, { cancelAt: /waiting: users are on/ }],
];

/** After each write so many reads are answered from the state before it. */
function staleFor(reads: number): RunOptions {
  let left = 0;
  return {
    onMutation: () => {
      left = reads;
    },
    faultOf: (request) => {
      if (!['read', 'list'].includes(classOf(request)) || left === 0) return null;
      left -= 1;
      return { kind: 'stale' };
    },
  };
}

test.each(COURSES)('%s, with reads from before its own last write', async (_name, family, course) => {
  const expected = await undisturbed(family, course);
  for (const reads of [1, 5]) {
    const end = await endOf(family, staleFor(reads), expected, course);
    expect(`${reads} reads: ${end}`).toBe(`${reads} reads: as undisturbed`);
  }
});
