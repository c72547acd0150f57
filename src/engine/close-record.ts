import { isDeepStrictEqual } from 'node:util';
import { withoutTraces } from '../analysis/judgement.ts';
import type { Api } from '../cluster/api.ts';
import { isOver } from '../release/action.ts';
import { inServerTime } from '../release/other-clock.ts';
import { outcomeOf } from '../release/outcome.ts';
import type { OpenBook } from './open-record.ts';
import { type OpenRelease, type PastRelease, type RecordBook, writeBook } from './record-store.ts';
import type { Ended } from './release.ts';
import { keyOf } from './workload-kinds.ts';

/**
 * Writes what became of a release into the record. One that stands, in whichever way, stays open: another run has to come back to it.
 * @param now epoch ms
 */
export async function closeRecord(
  { api, namespace }: { readonly api: Api; readonly namespace: string },
  book: OpenBook,
  ended: Ended,
  now: number,
): Promise<RecordBook> {
  const key = keyOf(book.open.plan);
  const standing = standingRelease(book.open, ended, api.serverAhead);
  if (standing === null) {
    const closed = { ...book, open: null, past: [pastRelease(book.open, ended, now), ...book.past] };
    return writeBook(api, namespace, key, closed, 'close the record');
  }
  if (isDeepStrictEqual(standing.open, book.open)) return book;
  return writeBook(api, namespace, key, { ...book, open: standing.open }, standing.why);
}

/** Null: it is over. */
function standingRelease(
  open: OpenRelease,
  ended: Ended,
  serverAhead: number,
): { readonly open: OpenRelease; readonly why: string } | null {
  const { ending, state, foreign } = ended;
  const { step } = state;
  const marks = inServerTime(state.marks, serverAhead);
  switch (ending.outcome) {
    case 'paused': {
      const judgement = ended.judgement === null ? null : withoutTraces(ended.judgement);
      const paused = { step, marks, restarts: state.restartsAtSwitch, judgement };
      return { open: { ...open, paused }, why: 'note where the release stands still' };
    }
    case 'promoted':
      if (ending.stable === 'retired') return null;
      return {
        open: { ...open, paused: null, warm: { step, marks } },
        why: 'note that the old version is kept warm',
      };
    case 'failed': {
      const why = 'note what was found';
      if (isOver(ending)) return null;
      // The record goes with the rest.
      if (ending.left === 'gone') return { open, why };
      if (ending.left === 'as-it-was')
        return { open: { ...open, toldTemplate: ending.toldTemplate ?? open.toldTemplate }, why };
      const { template: toldTemplate, routes: toldRoutes } = foreign;
      // What stands is at rest: whoever resumes it tries again, and whoever aborts it takes it back.
      const isStanding = ending.left === 'standing';
      const turned = isStanding ? null : open.turned;
      const stood = isStanding ? ended.movedBack : open.stood;
      return { open: { ...open, toldTemplate, toldRoutes, turned, stood, paused: null }, why };
    }
    default:
      return null;
  }
}

function pastRelease({ plan, run }: OpenRelease, ended: Ended, now: number): PastRelease {
  return {
    release: plan.release,
    outcome: outcomeOf(plan, ended.ending),
    rollback: plan.rollback,
    reason: ended.state.back?.reason ?? null,
    startedAt: new Date(plan.times.startedAt).toISOString(),
    finishedAt: new Date(now).toISOString(),
    stableHash: plan.stable.hash,
    candidateHash: ended.candidateHash,
    revision: plan.stable.revision,
    from: plan.stable.images,
    to: plan.candidate.images,
    run,
  };
}
