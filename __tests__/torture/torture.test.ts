import { expect, test } from '@jest/globals';
import { torment } from './torment.ts';

/** The first of those that `.ci/run` plays: `npm run torture -- --seeds 500`. */
const SEEDS = 50;
const TIMEOUT = 300_000;

const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);

test.each(seeds)(
  'seed %i: users served at every moment, and at the end the objects are what somebody wanted',
  async (seed) => {
    const { problems, story } = await torment(seed);
    if (problems.length > 0) throw new Error(`npm run torture -- --seed ${seed}\n${problems.join('\n')}\n${story}`);
  },
  TIMEOUT,
);

test('a seed replays exactly', async () => {
  // Names of releases are drawn by lot.
  const named = (story: string): string => story.replaceAll(/r-\d{8}-\d{6}-[0-9a-f]{4}/g, 'r');
  const [first, second] = [await torment(17), await torment(17)];
  expect(named(first.story)).toBe(named(second.story));
});
