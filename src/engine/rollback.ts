import type { Request } from '../action/request.ts';
import type { HeldLease } from '../cluster/lease.ts';
import type { Permission } from '../cluster/permissions.ts';
import { assertMayGoOn } from './allowed-to-go-on.ts';
import { isKnative } from '../release/knative/plan.ts';
import { type Goal, goalOf, hasMoved } from '../release/history.ts';
import {
  type DeployParts,
  finishedResult,
  isOpen,
  launch,
  lock,
  NOTHING,
  readBookIfAllowed,
  type Result,
  resultOf,
} from './deploy.ts';
import { endRollback, finishRelease } from './finish-release.ts';
import { lockToGoBack } from './lock-to-go-back.ts';
import { missingCommand } from './promote.ts';
import type { OpenBook } from './open-record.ts';
import { type OpenRelease, type RecordBook, writeBook } from './record-store.ts';
import { Refused } from './refusal.ts';
import { describeOpen, takeBack } from './take-back.ts';
import { stuck } from './unfinished.ts';
import { readRevisions } from './knative/versions.ts';
import { lackingOnTheWayBack } from './way-back-permissions.ts';
import { historyOf, readVersions } from './versions.ts';
import { keyOf, prepare, subjectOf } from './workload-kinds.ts';

/** No ReplicaSet has it: the preflight says why there is nothing to go back to. */
const NO_VERSION = '';

/**
 * `action: rollback`: users back to the version that they had before, or to the one that input `to` names. A release in progress, or one
 * whose old version is kept warm, is taken back; otherwise the old template is released like any other.
 * @throws {Refused} when there is no such version, LockHeld, RecordError, or what an API request throws before anything began
 */
export async function rollback(request: Request, parts: DeployParts): Promise<Result> {
  const { api, clock, teller, namespace } = parts;
  const subject = subjectOf(request);
  let lease: HeldLease | null = null;
  // What another run may be at work on.
  let met: OpenRelease | null = null;
  let lacking: readonly Permission[] = [];
  try {
    for (;;) {
      teller.phase('Preflight');
      const book = await readBookIfAllowed(api, namespace, subject.key);
      const wish = await wishIn(request, parts, book);
      const { goal } = wish;
      if (goal?.is === 'none') throw new Refused([goal]);
      if (isOpen(book)) {
        if (request.dryRun) return foreseen(book, wish);
        if (lease === null) {
          const { key } = subject;
          met = book.open;
          const asker = askerOf(parts, met);
          const take = (): Promise<HeldLease> => lock(request, parts, asker);
          const isBack = isFlip(book, wish);
          if (isBack) lacking = await lackingOnTheWayBack(api, namespace, met);
          else await assertMayGoOn(api, namespace, request, met.plan);
          parts.onLock(null);
          lease = isBack ? await lockToGoBack(parts, { key, holder: parts.holder }, take) : await take();
          lease = { ...lease, waited: false };
          // Whoever released it may have ended it while we took the lock.
          continue;
        }
        parts.onLock(book.open.plan.release);
        const ended = await endOpen(request, parts, book, wish, lacking);
        if (ended !== null) return ended;
        continue;
      }
      const ended = met === null || request.to !== null ? null : endedMeanwhile(book, met);
      if (ended !== null) return ended;
      if (goal?.is === 'running') {
        teller.fact(`${subject.title} runs ${goal.told} already: nothing to do`);
        return { ...NOTHING, outcome: 'unchanged' };
      }
      if (goal !== null) teller.fact(`goes back to ${goal.told}`);
      const hash = goal?.version.hash ?? NO_VERSION;
      const cleared = await prepare(parts, request, clock.now(), { from: 'history', hash });
      for (const fact of cleared.facts) teller.fact(fact);
      if (cleared.kind === 'unchanged') return { ...NOTHING, outcome: 'unchanged', plan: cleared.plan };
      for (const warning of cleared.warnings) teller.warning(warning);
      const launched = await launch(request, parts, cleared, book, async () => {
        lease ??= await lock(request, parts);
        const { waited } = lease;
        lease = { ...lease, waited: false };
        return !waited;
      });
      if (launched !== null) return launched;
    }
  } finally {
    await lease?.release();
  }
}

/** A run that is at work on a release is asked to take it back; one that brings users back, or ends a release, is let. Null: nobody is asked. */
function askerOf({ holder }: DeployParts, { plan, warm }: OpenRelease): string | null {
  return plan.rollback || warm !== null ? null : `action: rollback, ${holder}`;
}

/** Users are where they were wanted when this run began: going on would lead them one version further back. Null: they are not. */
function endedMeanwhile({ past }: RecordBook, { plan }: OpenRelease): Result | null {
  const end = past.find(({ release }) => release === plan.release);
  if (end === undefined || hasMoved(end) !== plan.rollback) return null;
  const why = end.reason === null ? '' : `: ${end.reason}`;
  const reason = `The run that was at work on release ${plan.release} has brought users there${why}`;
  return { ...NOTHING, outcome: 'rolled-back', plan, candidateHash: end.candidateHash, reason };
}

interface Wish {
  /** Null: there is nothing that it could be found in; the preflight says why. */
  readonly goal: Goal | null;
  /** Of the release on record; null: it has none. */
  readonly stableHash: string | null;
  readonly candidateHash: string | null;
}

async function wishIn(request: Request, parts: DeployParts, book: RecordBook): Promise<Wish> {
  const { api, namespace } = parts;
  const versions = await (request.knativeService === null
    ? readVersions(api, namespace, request.deployment)
    : readRevisions(api, namespace, request.knativeService));
  const nothing = { goal: null, stableHash: null, candidateHash: null };
  if (versions === null) return nothing;
  const { open } = book;
  const history = historyOf(subjectOf(request).title, book, versions);
  if (open === null) return versions.running === null ? nothing : { ...nothing, goal: goalOf(request.to, history) };
  const { plan, warm } = open;
  const hashes = { stableHash: versions.known(plan.stable.hash), candidateHash: versions.candidateOf(plan) };
  // Taking back what is in progress leads to what users had before, whatever came before that.
  if (request.to === null && warm === null && !plan.rollback)
    return { goal: { is: 'running', told: 'what users had before' }, ...hashes };
  return { goal: goalOf(request.to, history), ...hashes };
}

/** Ends what is on record. Null: it has ended, and what is wanted is another version. */
async function endOpen(
  request: Request,
  parts: DeployParts,
  book: OpenBook,
  { goal, stableHash, candidateHash }: Wish,
  lacking: readonly Permission[],
): Promise<Result | null> {
  const { open } = book;
  const { plan, warm } = open;
  const stable = stableHash ?? plan.stable.hash;
  const wanted = goal?.is === 'version' ? goal.version.hash : stable;
  if (warm !== null && goal?.is === 'running') {
    parts.teller.fact(`users have ${goal.told} already, and the old version is kept warm: nothing to do`);
    return { ...NOTHING, outcome: 'unchanged' };
  }
  if (wanted === stable) return await flip(parts, book, lacking);
  const misfit = warm === null ? missingCommand(request, plan) : null;
  if (misfit !== null) throw new Refused([misfit]);
  // An earlier rollback may have come as far as to have all users where they are wanted.
  const isThere = plan.rollback && wanted === candidateHash;
  let left = book;
  if (warm !== null) {
    const finished = await finishRelease(parts, book, request.timeout);
    return finished.ended.ending.outcome === 'promoted' ? null : finishedResult(parts, open, finished);
  }
  if (isThere) {
    const { finished, book: found } = await endRollback(parts, book, request.timeout);
    if (finished !== null) return finishedResult(parts, open, finished);
    left = found;
  }
  parts.teller.phase('Take back an unfinished release');
  parts.teller.fact(`found ${describeOpen(open)} unfinished; it is taken back first`);
  const { ended } = await takeBack(parts, left, { cause: 'resumed', reason: 'a rollback found it unfinished' });
  return ended.ending.outcome === 'failed' ? stuck(open, ended) : null;
}

/** What is wanted is what users had before the release on record: that one is taken back. */
function isFlip({ open: { plan } }: Pick<OpenBook, 'open'>, { goal, stableHash }: Wish): boolean {
  return goal?.is !== 'version' || goal.version.hash === (stableHash ?? plan.stable.hash);
}

/** Stable is there still: traffic, and then the candidate's pods go. */
async function flip(parts: DeployParts, book: OpenBook, lacking: readonly Permission[]): Promise<Result> {
  const { api, clock, teller, namespace, run } = parts;
  const { plan, warm } = book.open;
  const reason = `A person asked for it (action: rollback${run.actor === null ? '' : `, ${run.actor}`}).`;
  const turn = { cause: 'wanted-back', reason } as const;
  teller.phase('Roll back');
  teller.fact(`takes back ${describeOpen(book.open)}`);
  let next = book;
  if (warm !== null) {
    // Nobody takes back what is kept warm: from here on every run does.
    const open: OpenRelease = { ...book.open, warm: null, turned: { at: clock.now(), ...turn } };
    next = { ...(await writeBook(api, namespace, keyOf(plan), { ...book, open }, 'note why it goes back')), open };
  }
  const { ended } = await takeBack(parts, next, turn, lacking);
  // Of a rollback, too, that is taken back itself: that was wanted now.
  return { ...resultOf(plan, ended), outcome: ended.ending.outcome };
}

function foreseen({ open }: OpenBook, wish: Wish): Result {
  const { plan, warm } = open;
  const { goal, candidateHash } = wish;
  const isAgain = plan.rollback && warm === null && goal?.is === 'version' && goal.version.hash === candidateHash;
  const what = isAgain
    ? `brings users to where the unfinished release ${plan.release} was to bring them`
    : warm === null
      ? `takes ${isKnative(plan) ? plan.knative.name : plan.deployment.name} back from the unfinished release ${plan.release}`
      : isFlip({ open }, wish)
        ? `takes users back to the old version of release ${plan.release}, which is kept warm, in one step`
        : `finishes release ${plan.release}, whose old version is kept warm, first`;
  return {
    ...NOTHING,
    outcome: 'unchanged',
    plan,
    reason: `dry run: nothing was changed; a run without dry-run ${what}.`,
  };
}
