import { outcomeOf } from '../release/outcome.ts';
import { turnBack } from '../release/progress.ts';
import { BEGINNING, type Cause } from '../release/state.ts';
import type { Permission } from '../cluster/permissions.ts';
import { removeLeftoverJobs } from '../checks/leftover-jobs.ts';
import { closeRecord } from './close-record.ts';
import { isOfRecord, lackingWarning } from './denied.ts';
import { type OpenBook, OpenRecord } from './open-record.ts';
import type { OpenRelease, RecordBook } from './record-store.ts';
import type { Ended } from './release.ts';
import type { EngineParts } from './workload-kind.ts';
import { keyOf, pickUp } from './workload-kinds.ts';

/**
 * Takes back a release that an earlier run left unfinished; completes it when its old version has been retired already.
 * Leaves the record closed unless it could not be ended. Throws what reading throws.
 * @param lacking what its user may not do, as far as that is known: it ends there, with users back
 */
export async function takeBack(
  parts: EngineParts,
  book: OpenBook,
  turn: { cause: Cause; reason: string },
  lacking: readonly Permission[] = [],
): Promise<{ ended: Ended; book: RecordBook }> {
  const { api, clock, teller, namespace } = parts;
  const { plan } = book.open;
  if (lacking.length > 0) teller.warning(lackingWarning(namespace, lacking));
  const ofRecord = lacking.filter(isOfRecord);
  const start = await pickUp(parts, plan, null);
  const record = new OpenRecord(api, namespace, book);
  const { run, close } = start(record, () => undefined);
  // The process before may have moved users a moment ago: they are looked for, and settle, before any pod leaves.
  const marks = { backSwitched: clock.now() };
  const { toldTemplate, toldRoutes } = book.open;
  const state = turnBack(
    { ...BEGINNING, toldTemplate, toldRoutes, marks, unnoted: ofRecord.length > 0 && book.open.turned === null },
    { at: clock.now(), ...whyOf(book.open, turn) },
  );
  try {
    const noteTurn = ofRecord.length > 0 ? async () => undefined : record.noteTurn.bind(record);
    const loop = { ...parts, check: async () => [], measuring: null, lacking, noteTurn };
    const ended = await run(loop, state);
    await removeLeftoverJobs(namespace, plan.release, {
      api,
      onFact: (text) => teller.fact(text),
      onWrite: (write) => teller.wrote(write),
    });
    if (ofRecord.length > 0) return { ended: unclosed(ended, namespace, ofRecord), book: record.book };
    const next = await closeRecord(parts, record.book, ended, clock.now());
    teller.fact(`release ${plan.release}: ${outcomeOf(plan, ended.ending)}`);
    return { ended, book: next };
  } finally {
    await close();
  }
}

/** The record stays open: whatever was done, a later run comes back to it. */
function unclosed(ended: Ended, namespace: string, ofRecord: readonly Permission[]): Ended {
  const left = ['its record, which says that it is in progress'];
  const { outcome } = ended.ending;
  const areUsersBack = outcome === 'rolled-back' || outcome === 'aborted';
  const short = ended.short ?? { namespace, lacking: ofRecord, isKnown: true, areUsersBack, left };
  return { ...ended, ending: { outcome: 'failed', left: 'unfinished' }, short };
}

/** What sent it back in the first place says more than that a later run goes on with that. */
function whyOf(
  { turned, plan }: OpenRelease,
  turn: { cause: Cause; reason: string },
): { cause: Cause; reason: string } {
  const isAsked = turn.cause === 'aborted' || turn.cause === 'wanted-back';
  if (turned === null || turned === undefined || isAsked) return turn;
  // A release that was to stand after a failure has stood, or was interrupted on the way to that: now it goes.
  return { cause: plan.onFailure === 'hold' ? turn.cause : turned.cause, reason: turned.reason };
}

/** What a record says to whoever finds it open. */
export function describeOpen({ plan, run }: OpenRelease): string {
  const since = new Date(plan.times.startedAt).toISOString();
  return `release ${plan.release} of ${keyOf(plan)}, begun ${since}${run.url === null ? '' : ` by ${run.url}`}`;
}
