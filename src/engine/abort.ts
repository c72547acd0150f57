import type { Request } from '../action/request.ts';
import type { Permission } from '../cluster/permissions.ts';
import { type DeployParts, isOpen, NOTHING, type Result, resultOf } from './deploy.ts';
import type { RecordBook } from './record-store.ts';
import { keptWarm, Refused } from './refusal.ts';
import { describeOpen, takeBack } from './take-back.ts';
import { withLockToGoBack } from './with-lock.ts';
import { subjectOf } from './workload-kinds.ts';

/**
 * `action: abort`: users back to stable now, then the pods. A run that is at work on the release is asked to take it back itself; one that
 * does not hear is taken for dead. What its user may not do of the rest stands, and is named. With nothing in progress there is nothing to
 * do, and that is a success.
 * @throws {Refused} when the release was promoted before the run that is at work heard of it, or users may not be taken back
 */
export async function abort(request: Request, parts: DeployParts): Promise<Result> {
  const { teller, run, holder } = parts;
  const work = async (book: RecordBook, found: RecordBook, lacking: readonly Permission[]): Promise<Result> => {
    if (!isOpen(book)) return ended(book, found) ?? nothingToDo(request, parts);
    if (book.open.warm !== null) throw new Refused([keptWarm(book.open.plan)]);
    parts.onLock(book.open.plan.release);
    teller.phase('Take back an unfinished release');
    teller.fact(`takes back ${describeOpen(book.open)}`);
    const reason = `A person asked for it (action: abort${run.actor === null ? '' : `, ${run.actor}`}).`;
    const back = await takeBack(parts, book, { cause: 'aborted', reason }, lacking);
    return resultOf(book.open.plan, back.ended);
  };
  return await withLockToGoBack(request, parts, work, `action: abort, ${holder}`);
}

/** What the run that was at work has made of it. Null: there was nothing in progress from the start. */
function ended({ past }: RecordBook, { open }: RecordBook): Result | null {
  if (open === null) return null;
  const end = past.find(({ release }) => release === open.plan.release);
  if (end?.outcome === 'promoted') {
    const message = `Wanted to take back release ${open.plan.release}; the run that was at work had promoted it before it heard of that. Users are on the new version.`;
    throw new Refused([{ message }]);
  }
  const reason = `The run that was at work on release ${open.plan.release} took it back, as asked: ${end?.reason ?? ''}`;
  return { ...NOTHING, outcome: 'aborted', plan: open.plan, candidateHash: end?.candidateHash ?? null, reason };
}

function nothingToDo(request: Request, { teller }: DeployParts): Result {
  teller.fact(`no release of ${subjectOf(request).key} is in progress: nothing to do`);
  return { ...NOTHING, outcome: 'unchanged' };
}
