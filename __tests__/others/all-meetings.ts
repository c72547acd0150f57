import type { DeedName } from './deeds.ts';
import { type Meeting, meet } from './meeting.ts';
import { type Point, pointsOf, type Release } from './points.ts';
import { kindsIn, RELEASES } from './releases.ts';

/** Every kind of write before and after every write of every release; tells what is not as decided, and answers how many there are. */
export async function allMeetings(): Promise<{ readonly played: number; readonly failed: number }> {
  const count = { played: 0, failed: 0 };
  const seen = new Set<string>();
  for (const release of RELEASES)
    for (const name of kindsIn(release))
      for (const point of await pointsOf(release)) {
        const title = `${name}, ${JSON.stringify(release.family.inputs)} ${release.cancelAt ?? ''}: ${point.title}`;
        if (seen.has(title)) continue;
        seen.add(title);
        count.played += 1;
        const { decision, problems } = await atEitherSide(release, name, point);
        if (problems.length === 0) continue;
        count.failed += 1;
        console.log(`${title} (${point.phase}: ${decision})\n  ${problems.join('\n  ')}`);
      }
  return count;
}

/**
 * While a write of ours is on its way, the release has decided on what comes behind it, and ends soon: what is decided for the phase behind
 * it is as right as what is for the one before.
 */
async function atEitherSide(release: Release, name: DeedName, point: Point): Promise<Meeting> {
  const before = await meet(release, name, point);
  if (before.problems.length === 0 || point.leadsTo === undefined || point.leadsTo === point.phase) return before;
  const behind = await meet(release, name, { ...point, phase: point.leadsTo });
  return behind.problems.length === 0 ? behind : before;
}
