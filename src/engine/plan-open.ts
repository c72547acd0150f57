import type { Request } from '../action/request.ts';
import type { LockSeen } from '../cluster/lease.ts';
import { percent } from '../release/route.ts';
import { shareOf } from '../release/stages.ts';
import { formatDuration } from '../report/duration.ts';
import type { OpenRelease } from './record-store.ts';
import { describeOpen } from './take-back.ts';

/** What a deploy would do about a release that is open already; whole sentences. Pure. */
export function aboutOpen(
  open: OpenRelease,
  { onUnfinished, lockTimeout }: Pick<Request, 'onUnfinished' | 'lockTimeout'>,
  lock: LockSeen | null,
): readonly string[] {
  const { plan, paused, warm } = open;
  const standsAt = paused === null ? null : `stands still at ${percent(shareOf(plan, paused))} and waits for a person`;
  const where =
    warm === null ? (standsAt ?? 'was begun and has not ended') : 'was promoted, and its old version is kept warm';
  const isAtWork = lock !== null && !lock.isStale;
  return [
    `${describeOpen(open).replace(/^./, (first) => first.toUpperCase())}, ${where}.`,
    ...(isAtWork
      ? [
          `A run is at work on it (${lock.holder}): a deploy waits for that run, up to lock-timeout (${formatDuration(lockTimeout)}), and then looks again. What follows is for when that release is still open then.`,
        ]
      : []),
    warm === null ? DEEDS[onUnfinished] : 'A deploy lets that old version go first, and then begins its own release.',
    'What the new release itself would write is not listed: it is planned when the objects are at rest again.',
  ];
}

const DEEDS: Readonly<Record<Request['onUnfinished'], string>> = {
  'take-back': 'A deploy takes it back first, users before pods, and then begins its own release.',
  resume: 'A deploy goes on with it if it is of this version (on-unfinished: resume), and takes it back first if not.',
  fail: 'A deploy leaves it alone and fails (on-unfinished: fail).',
};
