import type { Request } from '../action/request.ts';
import type { Permission } from '../cluster/permissions.ts';
import { percent } from '../release/route.ts';
import { shareOf } from '../release/stages.ts';
import { type DeployParts, finishedResult, leftBy, NOTHING, reasonOf, type Result } from './deploy.ts';
import { finishRelease } from './finish-release.ts';
import { shortFinding } from './denied.ts';
import type { OpenBook } from './open-record.ts';
import type { OpenRelease } from './record-store.ts';
import { type Finding, misfitFinding, Refused } from './refusal.ts';
import type { Ended } from './release.ts';
import { goOn } from './resume.ts';
import { describeOpen, takeBack } from './take-back.ts';
import type { TemplateChanges } from './workload-kind.ts';
import { isVersionOf, misfitsOf, subjectOf } from './workload-kinds.ts';

/* A deploy that finds a release of its workload unfinished: input `on-unfinished` says what becomes of that one. */

/** With the lock held. Null: it is out of the way, and the new release may begin; otherwise what came of it is what came of this run. */
export async function meetUnfinished(
  request: Request,
  parts: DeployParts,
  book: OpenBook,
  lacking: readonly Permission[],
): Promise<Result | null> {
  const { teller } = parts;
  const { open } = book;
  const changes = { images: request.images, env: request.env };
  await assertWorthEnding(request, parts, open, changes);
  if (open.warm !== null) {
    parts.onLock(open.plan.release);
    const finished = await finishRelease(parts, book, request.timeout);
    return finished.ended.ending.outcome === 'promoted' ? null : finishedResult(parts, open, finished);
  }
  const isForward = (open.turned ?? null) === null;
  if (request.onUnfinished === 'resume' && isForward && (await isVersionOf(parts, open.plan, changes))) {
    if (open.paused !== null) return standsStill(open, open.paused);
    return await goOn(request, parts, book, changes);
  }
  parts.onLock(open.plan.release);
  teller.phase('Take back an unfinished release');
  const why = request.onUnfinished === 'resume' && isForward ? ', of another version;' : ' unfinished;';
  teller.fact(`found ${describeOpen(open)}${why} it is taken back first`);
  const back = await takeBack(parts, book, { cause: 'resumed', reason: 'a later run found it unfinished' }, lacking);
  return back.ended.ending.outcome === 'failed' ? stuck(open, back.ended) : null;
}

/**
 * One that stands at a pause, or is kept warm, stands as somebody wants it: it does not make room for what could not be released either. One
 * that was interrupted does, for nobody looks after its users.
 * @throws {Refused} when the changes fit nothing
 */
async function assertWorthEnding(
  request: Request,
  parts: DeployParts,
  open: OpenRelease,
  changes: TemplateChanges,
): Promise<void> {
  if (open.paused === null && open.warm === null) return;
  const misfits = await misfitsOf(parts, open.plan, changes);
  if (misfits.length === 0) return;
  const now = open.paused === null ? 'is kept warm' : `stands at ${percent(shareOf(open.plan, open.paused))}`;
  throw new Refused([
    ...misfits.map((one) => misfitFinding(subjectOf(request).title, one)),
    { message: `${capitalized(describeOpen(open))}, ${now}, and was left as it is.` },
  ]);
}

/** With `on-unfinished: fail`. */
export function inTheWay(open: OpenRelease): Finding {
  return {
    message:
      open.paused === null
        ? `${capitalized(describeOpen(open))}, is unfinished, and on-unfinished: fail says not to touch it. Go on with it by action: resume, or take it back by action: abort.`
        : `${capitalized(describeOpen(open))}, stands at ${percent(shareOf(open.plan, open.paused))}, and on-unfinished: fail says not to touch it. Go on with it by action: promote, or take it back by action: abort.`,
  };
}

/** What a dry run finds. */
export function unfinished(open: OpenRelease, { onUnfinished }: Request): Result {
  const then = {
    'take-back': 'a run without dry-run takes it back first.',
    resume: 'a run without dry-run goes on with it if it is of this version, and takes it back first if not.',
    fail: 'with on-unfinished: fail a run without dry-run leaves it alone and fails.',
  };
  const found =
    open.warm === null
      ? `is unfinished; ${then[onUnfinished]}`
      : 'was promoted, and its old version is kept warm; a run without dry-run finishes it first.';
  return { ...NOTHING, plan: open.plan, reason: `${describeOpen(open)} ${found}` };
}

/** Whoever let it pause waits for a person, not for a second run of the same job. */
function standsStill(open: OpenRelease, paused: NonNullable<OpenRelease['paused']>): Result {
  const share = shareOf(open.plan, paused);
  return {
    ...NOTHING,
    outcome: 'paused',
    plan: open.plan,
    pausedAt: share,
    reason: `${capitalized(describeOpen(open))}, stands at ${percent(share)} already. Another run goes on from there with action: promote, or goes back with action: abort.`,
  };
}

export function stuck(open: OpenRelease, ended: Ended): Result {
  const reason = `${describeOpen(open)} is unfinished and could not be taken back: ${reasonOf(ended) ?? ''}`;
  return {
    ...NOTHING,
    plan: open.plan,
    candidateHash: ended.candidateHash,
    // What stands because of somebody else is not for this run's own post to replace.
    left: ended.ending.outcome === 'failed' ? leftBy(ended) : 'unfinished',
    findings: ended.short === null ? [] : [shortFinding(ended.short, reason)],
    reason,
  };
}

function capitalized(text: string): string {
  return text.replace(/^./, (first) => first.toUpperCase());
}
