import type { Measured } from '../analysis/measured.ts';
import type { Request, Run } from '../action/request.ts';
import type { RunContext, SubjectContext } from '../checks/check-context.ts';
import type { CheckResult } from '../checks/result.ts';
import type { Api } from '../cluster/api.ts';
import type { Diagnosis } from '../cluster/diagnosis.ts';
import { isStatus } from '../cluster/errors.ts';
import type { Judgement } from '../analysis/judgement.ts';
import { metricsOf } from '../metrics/prepared.ts';
import { acquireLease, type HeldLease } from '../cluster/lease.ts';
import type { Permission } from '../cluster/permissions.ts';
import type { Ending } from '../release/action.ts';
import type { AnyPlan } from '../release/knative/plan.ts';
import { describeLostNamespace, type LostNamespace } from '../release/lost-namespace.ts';
import { outcomeOf } from '../release/outcome.ts';
import { percent, type Share } from '../release/route.ts';
import { BEGINNING, type State } from '../release/state.ts';
import type { Outcome } from '../report/story.ts';
import { describeShort, shortFinding } from './denied.ts';
import { dryRun } from './dry-run.ts';
import type { Looked } from './looked.ts';
import { assertMayGoOn } from './allowed-to-go-on.ts';
import { lockToGoBack } from './lock-to-go-back.ts';
import { judgementPlanOf, type MeasuredPlan, type Measures, tooShort } from './measures.ts';
import { Measuring } from './measuring.ts';
import { type OpenBook, OpenRecord } from './open-record.ts';
import { EMPTY_BOOK, type OpenRelease, type RecordBook, readBook, writeBook } from './record-store.ts';
import type { Ended } from './release.ts';
import { closeRecord } from './close-record.ts';
import type { Finished } from './finish-release.ts';
import { type Finding, Refused } from './refusal.ts';
import { inTheWay, meetUnfinished, unfinished } from './unfinished.ts';
import { lackingOnTheWayBack } from './way-back-permissions.ts';
import type { ReachedStep } from './workload.ts';
import type { EngineParts, Prepared, Running, Start } from './workload-kind.ts';
import { keyOf, prepare, subjectOf } from './workload-kinds.ts';

/** What came of a run, for outputs and summary. */
export interface Result {
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly plan: AnyPlan | null;
  readonly candidateHash: string | null;
  readonly checks: readonly CheckResult[];
  readonly diagnosis: Diagnosis | null;
  /** The steps of a ramp that this run reached. */
  readonly ramp: readonly ReachedStep[];
  /** The part of the users that was on the candidate when this run began with the release, basis points; null: that is not known. */
  readonly foundAt: Share | null;
  /** When this run first saw users on the candidate, epoch ms; null: it never did. */
  readonly reachedAt: number | null;
  /** Null: nothing was measured. */
  readonly measured: Measured | null;
  /** Where it stands still, basis points; null: it does not. */
  readonly pausedAt: Share | null;
  /**
   * What a failed release left (`Ending`); `nothing` for every other. `denied`: users are back on the old version, and the rest is `unfinished`
   * for want of a permission.
   */
  readonly left: 'standing' | 'unfinished' | 'nothing' | 'deleted' | 'theirs' | 'gone' | 'denied';
  /** What stands in the way of the release's end, with what puts it right. */
  readonly findings: readonly Finding[];
  /** Users are on the candidate for good, and stable's pods were left beside it. */
  readonly keptWarm: boolean;
  readonly rollbackPossible: boolean;
  /** Of an operation that only looks; null: of every other. */
  readonly looked: Looked | null;
}

export interface DeployParts extends EngineParts {
  readonly run: Run;
  /** Who holds the lock, for the others. */
  readonly holder: string;
  /** Runs the checks of the request against the candidate. */
  readonly check: (context: RunContext, deadline: number, signal: AbortSignal) => Promise<readonly CheckResult[]>;
  /** What the inputs want to have measured; null: nothing. */
  readonly measures: Measures | null;
  /** Told before the lock is taken: from here on `post` has something to look after. Null: nothing yet but the lock. */
  readonly onLock: (release: string | null) => void;
  /** Told before the release is put on record. */
  readonly onBegin: (plan: AnyPlan) => void;
}

/** `action: deploy`. Throws Refused, LockHeld, RecordError, or what an API request throws before the release began. */
export async function deploy(request: Request, parts: DeployParts): Promise<Result> {
  const { api, clock, teller, namespace } = parts;
  const subject = subjectOf(request);
  let lease: HeldLease | null = null;
  let lacking: readonly Permission[] = [];
  try {
    for (;;) {
      teller.phase('Preflight');
      const book = await readBookIfAllowed(api, namespace, subject.key);
      if (isOpen(book)) {
        if (request.dryRun) return unfinished(book.open, request);
        if (request.onUnfinished === 'fail' && book.open.warm === null) throw new Refused([inTheWay(book.open)]);
        if (lease === null) {
          if (isLeftBehind(request, book.open)) lacking = await lackingOnTheWayBack(api, namespace, book.open);
          else await assertMayGoOn(api, namespace, request, book.open.plan);
          parts.onLock(null);
          const take = (): Promise<HeldLease> => lock(request, parts);
          lease =
            lacking.length === 0
              ? await take()
              : await lockToGoBack(parts, { key: subject.key, holder: parts.holder }, take);
          lease = { ...lease, waited: false };
          // Whoever released it may have ended it while we took the lock.
          continue;
        }
        const met = await meetUnfinished(request, parts, book, lacking);
        if (met !== null) return met;
        continue;
      }
      const cleared = await prepare(parts, request, clock.now());
      for (const fact of cleared.facts) teller.fact(fact);
      if (cleared.kind === 'unchanged') {
        teller.fact(`${subject.title} runs exactly this already: nothing to do`);
        return { ...NOTHING, outcome: 'unchanged', plan: cleared.plan };
      }
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

/**
 * Nobody looks after its users any more, and they are taken back whatever becomes of this run's own release, which is refused as a whole
 * where a permission is missing. One that stands at a pause, or is kept warm, stands as somebody wants it: it is left alone then.
 */
function isLeftBehind({ onUnfinished }: Request, { paused, warm }: OpenRelease): boolean {
  return onUnfinished === 'take-back' && paused === null && warm === null;
}

/**
 * Releases what was prepared, or only tries its writes with `dry-run`.
 * @param hold takes the lock; false: another run had it, and everything has to be read again
 * @returns null when it has to be prepared anew
 */
export async function launch(
  request: Request,
  parts: DeployParts,
  cleared: Cleared,
  book: RecordBook,
  hold: () => Promise<boolean>,
): Promise<Result | null> {
  const { teller, helm } = parts;
  const { plan } = cleared;
  const measured = await prepareMeasures(request, parts, cleared);
  if (request.dryRun) {
    teller.phase('Dry run');
    await dryRun(parts, cleared.foresee(parts, book));
    return { ...NOTHING, outcome: 'unchanged', plan, reason: 'dry run: nothing was changed' };
  }
  if (helm.order !== null) return { ...NOTHING, outcome: 'aborted', plan, reason: helm.order.reason };
  parts.onLock(plan.release);
  return (await hold()) ? await release(parts, cleared, measured, book) : null;
}

/** A failed run of which nothing else is known. */
export const NOTHING: Result = {
  outcome: 'failed',
  reason: null,
  plan: null,
  candidateHash: null,
  checks: [],
  diagnosis: null,
  ramp: [],
  foundAt: null,
  reachedAt: null,
  measured: null,
  pausedAt: null,
  left: 'nothing',
  findings: [],
  keptWarm: false,
  rollbackPossible: false,
  looked: null,
};

/** Of a run that meets it before it has a release under way. */
export function withoutNamespace(lost: LostNamespace): Result {
  return { ...NOTHING, left: 'gone', reason: describeLostNamespace(lost) };
}

async function release(
  parts: DeployParts,
  cleared: Cleared,
  measured: MeasuredPlan | null,
  book: RecordBook,
): Promise<Result> {
  const { api, teller, namespace, run } = parts;
  const { plan } = cleared;
  parts.onBegin(plan);
  const measuring = measuringOf(parts, { plan, measured }, null);
  const open: OpenRelease = {
    plan,
    run,
    toldTemplate: null,
    toldRoutes: {},
    measured,
    paused: null,
    turned: null,
    stood: null,
    warm: null,
    told: null,
  };
  const start = await cleared.begin(parts);
  const written = await writeBook(api, namespace, keyOf(plan), { ...book, open }, 'open the record', {
    isBegun: false,
  });
  teller.fact(`release ${plan.release} is on record (ConfigMap crossfade.${keyOf(plan)})`);
  return await runToEnd(parts, begin(parts, start, { ...written, open }), BEGINNING, measuring);
}

type Cleared = Extract<Prepared, { kind: 'cleared' }>;

/** Everything that will be asked of the user's counters, thresholds and alerts is tried before anything is written. */
export async function prepareMeasures(
  { judging }: Request,
  { measures, teller }: DeployParts,
  { plan, app }: Cleared,
): Promise<MeasuredPlan | null> {
  if (measures === null) return null;
  const prepared = await measures.prepare(app);
  for (const note of prepared.notes) teller.fact(note);
  const judgement = judgementPlanOf(judging, plan, metricsOf(prepared.metrics));
  for (const warning of tooShort(plan, judgement)) teller.warning(warning);
  return { prepared, judgement };
}

/** A release under way in this run. */
export interface Underway {
  readonly record: OpenRecord;
  readonly running: Running;
}

/** The objects have been read; nothing is written or followed yet. */
export function begin({ api, namespace, teller }: DeployParts, start: Start, book: OpenBook): Underway {
  const record = new OpenRecord(api, namespace, book);
  const running = start(record, (error) =>
    teller.fact(`a watch starts again: ${error instanceof Error ? error.message : String(error)}`),
  );
  return { record, running };
}

/** Follows the cluster, runs the release to its end or to where it pauses, and notes that on record. */
export async function runToEnd(
  parts: DeployParts,
  { record, running }: Underway,
  state: State,
  measuring: Measuring | null,
): Promise<Result> {
  const { clock } = parts;
  const { plan } = record.book.open;
  const { run, close, keepsHistory } = running;
  const check = (context: SubjectContext, signal: AbortSignal): Promise<readonly CheckResult[]> =>
    parts.check({ ...context, runUrl: parts.run.url }, plan.times.deadline, signal);
  try {
    const noteTurn = record.noteTurn.bind(record);
    const ended = await run({ ...parts, check, measuring, lacking: [], noteTurn }, state);
    await closeRecord(parts, record.book, ended, clock.now());
    return { ...resultOf(plan, ended), rollbackPossible: ended.ending.outcome === 'promoted' && keepsHistory };
  } finally {
    await close();
  }
}

/**
 * What looks at counters and gates of a release, not yet at work.
 * @param known of an earlier run
 * @throws Refused when this run was not given what the release needs for it
 */
export function measuringOf(
  { clock, teller, measures }: DeployParts,
  { measured, plan }: Pick<OpenRelease, 'measured' | 'plan'>,
  known: Judgement | null,
): Measuring | null {
  if (measured === null || measures === null) return null;
  const looks = measures.begin(measured.prepared, plan.times.startedAt);
  return new Measuring({ clock, teller, looks, plan: measured.judgement, known });
}

/** How a release ended, as a result of the run. */
export function resultOf(plan: AnyPlan, ended: Ended): Result {
  const { ending, state, short } = ended;
  const reason = ending.outcome === 'paused' ? pausedReason(ending) : reasonOf(ended);
  return {
    outcome: outcomeOf(plan, ending),
    reason,
    plan,
    candidateHash: ended.candidateHash,
    checks: state.checks,
    diagnosis: ended.diagnosis,
    ramp: ended.ramp,
    foundAt: ended.foundAt,
    reachedAt: ended.reachedAt,
    measured: ended.measured,
    pausedAt: ending.outcome === 'paused' ? ending.share : null,
    left: leftBy(ended),
    findings: short === null ? [] : [shortFinding(short, reason ?? '')],
    keptWarm: ending.outcome === 'promoted' && ending.stable === 'warm',
    rollbackPossible: false,
    looked: null,
  };
}

/** What came of a run that was to finish a release: told to stop before it could, it has left everything as it was. */
export function finishedResult(
  { helm }: Pick<EngineParts, 'helm'>,
  { plan }: OpenRelease,
  { ended, keepsHistory }: Finished,
): Result {
  const rollbackPossible = ended.ending.outcome === 'promoted' && keepsHistory;
  const result = { ...resultOf(plan, ended), rollbackPossible };
  const isLeft = ended.ending.outcome === 'failed' && ended.ending.left === 'as-it-was';
  return isLeft && helm.order !== null ? { ...result, outcome: 'aborted' } : result;
}

/** What of it is for its own post to look after, or for a person to look at. */
export function leftBy({ ending, short }: Ended): Result['left'] {
  if (short?.areUsersBack === true && short.isKnown) return 'denied';
  return ending.outcome !== 'failed' || ending.left === 'as-it-was' ? 'nothing' : ending.left;
}

/** Why it went back; what of others stands in the way, where that was not the reason; what of the user's own does. */
export function reasonOf({ ending, state, foreign, obstacle, short }: Ended): string | null {
  if (ending.outcome === 'failed' && (ending.left === 'as-it-was' || ending.left === 'gone')) return ending.reason;
  if (state.back === null) return obstacle;
  const { cause, reason } = state.back;
  const isStanding = ending.outcome === 'failed' && ending.left === 'standing' && foreign.sentences.length > 0;
  const isRolledOut = foreign.template !== null && (ending.outcome === 'rolled-back' || ending.outcome === 'aborted');
  const isTold = cause === 'conflict';
  const more = [
    ...(isTold ? [] : foreign.sentences),
    ...(isStanding
      ? [
          `${isTold ? 'That' : 'Users are on stable, and that'} is left as it is. Put it right, or run again: the next run replaces it.`,
        ]
      : []),
    ...(isRolledOut ? ['It is rolled out by the Deployment’s own strategy, as it would be without a release.'] : []),
    ...(obstacle === null ? [] : [obstacle]),
    ...(short === null ? [] : [describeShort(short)]),
  ];
  return more.length === 0 ? reason : [reason.replace(/([^.])$/, '$1.'), ...more].join(' ');
}

function pausedReason({ share, because }: Extract<Ending, { outcome: 'paused' }>): string {
  const why = {
    asked: () => ', where it was to pause.',
    lacking: (text: string) => `: nothing certain is known of the candidate (${text.replace(/[.]$/, '')}).`,
    cancelled: () => ': the run was cancelled, and on-cancel: hold leaves it there.',
  };
  const text = because.is === 'lacking' ? because.text : '';
  return `It stands at ${percent(share)}${why[because.is](text)} Another run goes on from there with action: promote, or goes back with action: abort.`;
}

/** Without the permission the preflight, which knows the whole list of what is missing, has the word. */
export async function readBookIfAllowed(api: Api, namespace: string, deployment: string): Promise<RecordBook> {
  try {
    return await readBook(api, namespace, deployment);
  } catch (error) {
    if (isStatus(error, 403)) return EMPTY_BOOK;
    throw error;
  }
}

export function isOpen(book: RecordBook): book is RecordBook & { open: OpenRelease } {
  return book.open !== null;
}

/** @param asker who asks the run that holds it to take its release back; null: nobody does */
export function lock(request: Request, parts: DeployParts, asker: string | null = null): Promise<HeldLease> {
  const { api, clock, teller, helm, namespace, holder } = parts;
  const { key } = subjectOf(request);
  return acquireLease(api, clock, {
    namespace,
    deployment: key,
    holder,
    patience: request.lockTimeout,
    signal: helm.signal,
    asker,
    onAsked: (by) => helm.give({ cause: 'aborted', reason: `Another run asked for it (${by}).`, do: 'take-back' }),
    onWait: (other, waited) =>
      teller.fact(
        `another run is releasing ${key}: ${other}${waited < 1000 ? '' : `; waited ${Math.round(waited / 1000)} s`}`,
      ),
    onTakeOver: (other, sign) =>
      teller.fact(
        `that run is taken for dead, for it ${sign === 'unheard' ? 'did not hear' : 'no longer renewed its lock'}: the lock is ours now (${other} had it)`,
      ),
  });
}
