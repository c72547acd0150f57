import { describe, expect, jest, test } from '@jest/globals';
import { decisionOf } from './decided.ts';
import { meet } from './meeting.ts';
import { pointsOf } from './points.ts';
import { kindsIn, RELEASES } from './releases.ts';

/** Its time is not the machine's. */
jest.setTimeout(120_000);

for (const release of RELEASES) {
  const { title, kinds, moments } = release;
  const points = (await pointsOf(release)).filter(({ when }) => moments.includes(when));

  describe(title, () => {
    test.each(
      kindsIn(release).filter((name) => kinds === 'all' || kinds.includes(name)),
    )('%s: at every write of the release it means what docs/guarantees.md says', async (name) => {
      // That kubectl refuses what it refuses is played by `npm run torture -- --others`.
      const met = points.filter(({ phase }) => decisionOf(name, phase) !== '–');
      for (const point of met) {
        const { decision, problems, story } = await meet(release, name, point);
        if (problems.length > 0)
          throw new Error(`${point.title}, ${point.phase}: ${decision}\n${problems.join('\n')}\n${story}`);
      }
      expect(met.length).toBeGreaterThan(0);
    });
  });
}
