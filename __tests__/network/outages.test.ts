import { describe, expect, jest, test } from '@jest/globals';
import { played, succeed } from '../crashes/played.ts';
import { closed } from '../crashes/ends.ts';
import { BLUE_GREEN, BY_ROUTE } from '../crashes/families.ts';
import type { Play } from '../crashes/family.ts';
import type { LineFault } from '../crashes/line-faults.ts';
import type { MortalRun, RunOptions } from '../crashes/run.ts';
import { type Course, endOf, RELEASE, undisturbed } from './disturbed.ts';

/** Its time is not the machine's: how long a course takes on a busy one says nothing of the release. */
jest.setTimeout(120_000);

const MINUTE = 60_000;

/** How the connections end that there are when it begins, and what becomes of requests until it is over. */
const OUTAGES = {
  'refuses every connection': { connections: 'reset', fault: { kind: 'reset', when: 'before' } },
  'says nothing at all': { connections: 'silent', fault: { kind: 'hang' } },
} as const satisfies Readonly<Record<string, { connections: 'reset' | 'silent'; fault: LineFault }>>;
type Outage = (typeof OUTAGES)[keyof typeof OUTAGES];

/** Begins with the `at`th write, which is lost with all that is on its way, and lasts so many milliseconds. */
function from(
  at: number,
  ms: number,
  { connections, fault }: Outage,
): { readonly options: (play: Play) => RunOptions; readonly meet: (run: MortalRun) => void } {
  let run: MortalRun | null = null;
  return {
    meet: (started) => {
      run = started;
    },
    options: ({ cluster: { time } }) => {
      let count = -1;
      let until = Number.NEGATIVE_INFINITY;
      return {
        fateOf: () => {
          count += 1;
          if (count !== at) return null;
          until = time.now() + ms;
          if (connections === 'reset') run?.breakOff();
          else run?.hush();
          return null;
        },
        faultOf: () => (time.now() < until ? fault : null),
      };
    },
  };
}

describe('an API server that is away for a minute, from a write on: the release waits, and continues', () => {
  // Before the record there is nothing to be waited for; a lock that could not be given back is over in half a minute.
  const courses = [
    ['a canary by a route', BY_ROUTE, 'refuses every connection', {}, 'open record', 2],
    ['blue/green', BLUE_GREEN, 'says nothing at all', {}, 'open record', 2],
    [
      'the way back',
      BLUE_GREEN,
      'refuses every connection',
      { cancelAt: /waiting: users are on/ },
      'back to stable',
      1,
    ],
  ] as const;
  test.each(courses)('%s', async (_name, family, how, course: Course, first, step) => {
    const expected = await undisturbed(family, course);
    const begin = expected.writes.indexOf(first);
    expect(begin).toBeGreaterThan(0);
    for (let at = begin; at < expected.writes.length - 1; at += step) {
      const { options, meet } = from(at, MINUTE, OUTAGES[how]);
      const end = await endOf(family, options, expected, course, async (_play, run) => meet(run));
      expect(`${expected.writes[at]}: ${end}`).toBe(`${expected.writes[at]}: as undisturbed`);
    }
  });
});

test('away for a quarter of an hour, with users on the candidate: the run ends and says so, and the next one takes it back', async () => {
  const { original, writes } = await undisturbed(BLUE_GREEN);
  await played(BLUE_GREEN, async (play) => {
    const { options, meet } = from(writes.indexOf('close'), 15 * MINUTE, OUTAGES['refuses every connection']);
    const run = await play.start(RELEASE, options(play));
    meet(run);
    await play.finish(run);
    expect(run.result).toMatchObject({
      outcome: 'failed',
      left: 'unfinished',
      reason: expect.stringMatching(/ECONNRESET/),
    });
    play.cluster.time.goOn(15 * MINUTE);
    await succeed(play, { action: 'abort' });
    expect(play.cluster.left()).toEqual(closed(original));
  });
});

test('connections that are kept and yet dead, from any write on: none of them is trusted for long', async () => {
  const expected = await undisturbed(BLUE_GREEN);
  for (const [at, write] of expected.writes.entries()) {
    const { options, meet } = from(at, 0, OUTAGES['says nothing at all']);
    const end = await endOf(BLUE_GREEN, options, expected, {}, async (_play, run) => meet(run));
    expect(`${write}: ${end}`).toBe(`${write}: as undisturbed`);
  }
});
