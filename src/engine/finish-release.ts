import { inOurTime } from '../release/other-clock.ts';
import { BEGINNING, type Marks, type State } from '../release/state.ts';
import { closeRecord } from './close-record.ts';
import { type OpenBook, OpenRecord } from './open-record.ts';
import type { OpenRelease, RecordBook } from './record-store.ts';
import type { Ended } from './release.ts';
import { describeOpen } from './take-back.ts';
import type { EngineParts } from './workload-kind.ts';
import { pickUp } from './workload-kinds.ts';

/** What came of it. */
export interface Finished {
  readonly ended: Ended;
  readonly book: RecordBook;
  /** Whether the old version can be released again from what the cluster keeps. */
  readonly keepsHistory: boolean;
}

/**
 * Ends a release whose users are all on the candidate: first it is noted as promoted, so that no run takes them back any more, and then
 * stable leaves. Throws what reading throws.
 * @param timeout milliseconds
 */
export async function finishRelease(parts: EngineParts, book: OpenBook, timeout: number): Promise<Finished> {
  parts.teller.phase('Finish');
  parts.teller.fact(`ends ${describeOpen(book.open)}`);
  const first = await run(parts, book, { timeout, stopped: null });
  const { open } = first.book;
  if (first.ended.ending.outcome !== 'promoted' || open === null) return first;
  return await run(parts, { ...first.book, open }, { timeout, stopped: null });
}

/**
 * Ends a rollback whose users are all on the version that a person asked for: taken back, it would lead them to the one that was to be
 * left. Finished null: they are not all there, or its pods are not all Ready in time; nothing was moved, and `book` is what is on record.
 * @param timeout milliseconds
 */
export async function endRollback(
  parts: EngineParts,
  book: OpenBook,
  timeout: number,
): Promise<{ readonly finished: Finished | null; readonly book: OpenBook }> {
  const finished = await finishRelease(parts, book, timeout);
  const { open } = finished.book;
  const { ending } = finished.ended;
  // Noted as their version for good, it is that whatever came of the rest; and so it is when only its template is missing.
  const isPinned = ending.outcome === 'failed' && ending.left === 'as-it-was' && ending.pinned === true;
  if (ending.outcome === 'promoted' || isPinned || open === null || open.warm !== null) return { finished, book };
  return { finished: null, book: { ...finished.book, open } };
}

/** A run that was to end a kept-warm stable has ended before it could: what it had begun is completed, and nothing else. */
export function completeFinish(parts: EngineParts, book: OpenBook, reason: string, timeout: number): Promise<Finished> {
  return run(parts, book, { timeout, stopped: reason });
}

async function run(
  parts: EngineParts,
  book: OpenBook,
  { timeout, stopped }: { readonly timeout: number; readonly stopped: string | null },
): Promise<Finished> {
  const { clock } = parts;
  const { plan, warm } = book.open;
  const times = { ...plan.times, deadline: clock.now() + timeout };
  const start = await pickUp(parts, { ...plan, times, keepWarm: warm === null }, null);
  const record = new OpenRecord(parts.api, parts.namespace, book);
  const { run, close, keepsHistory } = start(record, () => undefined);
  const noteTurn = record.noteTurn.bind(record);
  try {
    const ended = await run(
      { ...parts, check: async () => [], measuring: null, lacking: [], noteTurn },
      stateOf(book.open, stopped, (marks) => inOurTime(marks, parts.api.serverAhead, clock.now())),
    );
    return { ended, book: await closeRecord(parts, record.book, ended, clock.now()), keepsHistory };
  } finally {
    await close();
  }
}

function stateOf(
  { warm, paused, toldTemplate, toldRoutes }: OpenRelease,
  stopped: string | null,
  inTime: (marks: Marks) => Marks,
): State {
  const { step, marks } = warm ?? paused ?? BEGINNING;
  return {
    ...BEGINNING,
    toldTemplate,
    toldRoutes,
    step,
    marks: inTime(marks),
    finishing: { warm: warm !== null, stopped },
  };
}
