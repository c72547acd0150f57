import { describe, expect, jest, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { played, succeed } from '../crashes/played.ts';
import { closed, promoted } from '../crashes/ends.ts';
import { BLUE_GREEN, BY_PODS, BY_ROUTE } from '../crashes/families.ts';
import type { Family, Play } from '../crashes/family.ts';
import type { Inputs } from '../crashes/inputs.ts';
import type { Fate } from '../crashes/fate.ts';
import { endOf, RELEASE, undisturbed } from './disturbed.ts';

/** Its time is not the machine's: how long a course takes on a busy one says nothing of the release. */
jest.setTimeout(120_000);

const SECOND = 1_000;
const MINUTE = 60_000;
const CLOCKS = [
  ['ten minutes ahead', 10 * MINUTE],
  ['ten minutes behind', -10 * MINUTE],
] as const;

/** Seconds of the cluster that a script takes. */
async function seconds(play: Play, script: () => Promise<unknown>): Promise<number> {
  const begun = play.cluster.time.now();
  await script();
  return (play.cluster.time.now() - begun) / SECOND;
}

describe.each(CLOCKS)('the clock of the runner is %s of the cluster’s', (_, clockAhead) => {
  const families: readonly (readonly [string, Family])[] = [
    ['blue/green', BLUE_GREEN],
    ['a canary by a route', BY_ROUTE],
  ];
  test.each(families)('%s, as with a clock that is right', async (_name, family) => {
    const expected = await undisturbed(family);
    expect(await endOf(family, { clockAhead }, expected)).toBe('as undisturbed');
  });

  test('a sick version is taken back in the same time', async () => {
    const inputs: Inputs = { images: `web=${IMAGE.neverReady}`, timeout: '60s' };
    const expected = await undisturbed(BLUE_GREEN, { inputs });
    expect(await endOf(BLUE_GREEN, { clockAhead }, expected, { inputs })).toBe('as undisturbed');
  });

  test('a run that waits does not take the lock from one that is at work, whoever of the two has the wrong clock', async () => {
    for (const [first, second] of [
      [clockAhead, 0],
      [0, clockAhead],
    ] as const)
      await played(BLUE_GREEN, async (play) => {
        const original = play.cluster.left();
        const one = await play.start({ ...RELEASE, 'bake-time': '90s' }, { clockAhead: first });
        await play.cluster.time.pass(() => false, play.cluster.time.now() + 5 * SECOND);
        const other = await play.start({ ...RELEASE, 'lock-timeout': '5m' }, { clockAhead: second });
        await play.finish(one);
        await play.finish(other);
        play.settle();
        expect(one.result?.outcome).toBe('promoted');
        expect(other.result?.outcome).toBe('unchanged');
        expect(other.log.join('\n')).toContain('another run is releasing web: run 1');
        expect(play.cluster.left()).toEqual(promoted(original));
      });
  });

  test('a run that died is taken for dead in half a minute, or when it does not hear an abort, and resumed or taken back', async () => {
    for (const [action, patience] of [
      ['resume', 30],
      ['abort', 10],
    ] as const)
      await played(BLUE_GREEN, async (play) => {
        const original = play.cluster.left();
        let writes = 0;
        const fateOf = (): Fate | null => {
          writes += 1;
          return writes === 9 ? 'unsent' : null;
        };
        const dead = await play.run(RELEASE, { clockAhead, fateOf });
        expect(dead.state).toBe('dead');
        const took = await seconds(play, () => succeed(play, { action }));
        expect(took).toBeGreaterThan(patience);
        expect(took).toBeLessThan(patience + 15);
        expect(play.cluster.left()).toEqual(action === 'resume' ? promoted(original) : closed(original));
      });
  });

  test('what a run noted at a pause is no time of another run’s clock: another goes on as from its own', async () => {
    const courses: readonly (readonly [Family, Inputs, Inputs])[] = [
      [
        BY_PODS,
        { ...RELEASE, steps: '20% 20s, 50% 20s', 'pause-at': '50%', 'bake-time': '20s' },
        { action: 'promote' },
      ],
      [BLUE_GREEN, { ...RELEASE, 'keep-warm': 'true', 'bake-time': '20s', 'drain-time': '10s' }, { action: 'finish' }],
    ];
    for (const [family, first, then] of courses) {
      const took: number[] = [];
      for (const ahead of [0, clockAhead])
        await played(family, async (play) => {
          const original = play.cluster.left();
          const paused = await play.run(first, { clockAhead: ahead });
          expect(paused.result?.outcome).toMatch(/^(paused|promoted)$/);
          took.push(await seconds(play, () => succeed(play, then)));
          expect(play.cluster.left()).toEqual(promoted(original));
        });
      const [right = 0, wrong = 0] = took;
      expect(right).toBeGreaterThan(0);
      expect(Math.abs(wrong - right)).toBeLessThan(2);
    }
  });
});
