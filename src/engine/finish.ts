import type { Request } from '../action/request.ts';
import { type DeployParts, finishedResult, isOpen, NOTHING, type Result } from './deploy.ts';
import { finishRelease } from './finish-release.ts';
import { missingCommand } from './promote.ts';
import { Refused } from './refusal.ts';
import { withLock } from './with-lock.ts';
import { subjectOf } from './workload-kinds.ts';

/**
 * `action: finish`: the end, now, of a release whose users are all on its new version: stable's pods drain and leave. With nothing of that
 * kind there is nothing to do, and that is a success.
 * @throws {Refused} when the release needs an input that this run was not given
 */
export async function finish(request: Request, parts: DeployParts): Promise<Result> {
  return await withLock(request, parts, async (book) => {
    if (!isOpen(book)) {
      parts.teller.fact(
        `no release of ${subjectOf(request).key} is in progress, and no old version is kept warm: nothing to do`,
      );
      return { ...NOTHING, outcome: 'unchanged' };
    }
    const misfit = book.open.warm === null ? missingCommand(request, book.open.plan) : null;
    if (misfit !== null) throw new Refused([misfit]);
    parts.onLock(book.open.plan.release);
    return finishedResult(parts, book.open, await finishRelease(parts, book, request.timeout));
  });
}
