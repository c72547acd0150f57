import type { Request, Run } from '../action/request.ts';
import type { CheckResult } from '../checks/result.ts';
import type { SmokeCommandContext } from '../checks/smoke-command.ts';
import type { Api } from '../cluster/api.ts';
import type { Diagnosis } from '../cluster/diagnosis.ts';
import { isStatus } from '../cluster/errors.ts';
import type { PodTemplate } from '../cluster/wire.ts';
import { acquireLease, type HeldLease } from '../cluster/lease.ts';
import type { Images, Plan } from '../release/plan.ts';
import { percent, type Share } from '../release/route.ts';
import { BEGINNING, type State } from '../release/state.ts';
import type { Outcome } from '../report/story.ts';
import type { Clock } from './clock.ts';
import type { RouterCommand } from './command-route.ts';
import { dryRun } from './dry-run.ts';
import type { Helm } from './helm.ts';
import { type Cleared, preflight } from './preflight.ts';
import { type OpenBook, OpenRecord } from './open-record.ts';
import { EMPTY_BOOK, type OpenRelease, type RecordBook, readBook, writeBook } from './record-store.ts';
import { type Ended, type ReachedStep, Release } from './release.ts';
import { closeRecord, commandRouteOf, describeOpen, releaseNames, takeBack } from './take-back.ts';
import type { Teller } from './teller.ts';
import { namesOf, World } from './world.ts';

/** What came of a run, for outputs and summary. */
export interface Result {
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly plan: Plan | null;
  readonly candidateHash: string | null;
  readonly checks: readonly CheckResult[];
  readonly diagnosis: Diagnosis | null;
  /** The steps of a ramp that this run reached. */
  readonly ramp: readonly ReachedStep[];
  /** Where it stands still, basis points; null: it does not. */
  readonly pausedAt: Share | null;
  /** What a failed release left (`Ending`); `nothing` for every other. */
  readonly left: 'standing' | 'unfinished' | 'nothing';
  readonly rollbackPossible: boolean;
}

export interface DeployParts {
  readonly api: Api;
  readonly clock: Clock;
  readonly teller: Teller;
  readonly helm: Helm;
  readonly run: Run;
  readonly namespace: string;
  /** Who holds the lock, for the others. */
  readonly holder: string;
  /** Runs the checks of the request against the candidate. */
  readonly check: (
    context: Omit<SmokeCommandContext, 'kubeconfig'>,
    deadline: number,
    signal: AbortSignal,
  ) => Promise<readonly CheckResult[]>;
  /** Inputs `router-command` and `router-verify`; null: not given. */
  readonly routerCommand: RouterCommand | null;
  /** Told before the lock is taken: from here on `post` has something to look after. Null: nothing yet but the lock. */
  readonly onLock: (release: string | null) => void;
  /** Told before the release is put on record. */
  readonly onBegin: (plan: Plan) => void;
}

/** `action: deploy`. Throws Refused, LockHeld, RecordError, or what an API request throws before the release began. */
export async function deploy(request: Request, parts: DeployParts): Promise<Result> {
  const { api, clock, teller, namespace } = parts;
  let lease: HeldLease | null = null;
  try {
    for (;;) {
      teller.phase('Preflight');
      const book = await readBookIfAllowed(api, namespace, request.deployment);
      if (isOpen(book)) {
        if (request.dryRun) return unfinished(book.open);
        if (lease === null) {
          parts.onLock(null);
          lease = { ...(await lock(request, parts)), waited: false };
          // Whoever released it may have ended it while we took the lock.
          continue;
        }
        parts.onLock(book.open.plan.release);
        teller.phase('Take back an unfinished release');
        teller.fact(`found ${describeOpen(book.open)} unfinished; it is taken back first`);
        const back = await takeBack(parts, book, { cause: 'resumed', reason: 'a later run found it unfinished' });
        if (back.ended.ending.outcome === 'failed') return stuck(book.open, back.ended);
        continue;
      }
      const cleared = await preflight(api, request, namespace, clock.now());
      tellPlan(teller, cleared.plan, namespace);
      if (cleared.kind === 'unchanged') {
        teller.fact('the Deployment runs exactly this already: nothing to do');
        return { ...NOTHING, outcome: 'unchanged', plan: cleared.plan };
      }
      for (const warning of cleared.warnings) teller.warning(warning);
      if (request.dryRun) {
        teller.phase('Dry run');
        await dryRun(parts, cleared, book);
        return { ...NOTHING, outcome: 'unchanged', plan: cleared.plan, reason: 'dry run: nothing was changed' };
      }
      if (parts.helm.order !== null)
        return { ...NOTHING, outcome: 'aborted', plan: cleared.plan, reason: parts.helm.order.reason };
      parts.onLock(cleared.plan.release);
      lease ??= await lock(request, parts);
      if (lease.waited) {
        lease = { ...lease, waited: false };
        continue;
      }
      return await release(parts, cleared, book);
    }
  } finally {
    await lease?.release();
  }
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
  pausedAt: null,
  left: 'nothing',
  rollbackPossible: false,
};

async function release(parts: DeployParts, cleared: Cleared, book: RecordBook): Promise<Result> {
  const { api, clock, teller, namespace, run } = parts;
  const { plan, candidateTemplate, objects } = cleared;
  const world = new World(api, clock, namesOf(plan, namespace, objects.deployment));
  parts.onBegin(plan);
  const open: OpenRelease = { plan, run, toldTemplate: null, toldRoutes: {}, paused: null, told: null };
  world.seed(objects);
  await world.loadRoutes();
  const written = await writeBook(api, namespace, plan.deployment.name, { ...book, open }, 'open the record');
  teller.fact(`release ${plan.release} is on record (ConfigMap crossfade.${plan.deployment.name})`);
  return await runToEnd(parts, world, { ...written, open }, { candidateTemplate, state: BEGINNING });
}

/** Follows the cluster, runs the release to its end or to where it pauses, and notes that on record. The world has been read. */
export async function runToEnd(
  parts: DeployParts,
  world: World,
  book: OpenBook,
  from: { readonly candidateTemplate: PodTemplate | null; readonly state: State },
): Promise<Result> {
  const { clock, teller, namespace } = parts;
  const { plan } = book.open;
  const keepsHistory = (world.snapshot().deployment?.spec?.revisionHistoryLimit ?? 10) > 0;
  world.follow((error) =>
    teller.fact(`a watch starts again: ${error instanceof Error ? error.message : String(error)}`),
  );
  try {
    const check = (hashes: { candidate: string }, signal: AbortSignal): Promise<readonly CheckResult[]> =>
      parts.check(contextOf(plan, namespace, hashes.candidate), plan.times.deadline, signal);
    const { candidateTemplate, state } = from;
    const record = new OpenRecord(parts.api, namespace, book);
    const command = commandRouteOf(parts, record);
    const ended = await new Release({ ...parts, world, command, plan, candidateTemplate, check }, state).run();
    await closeRecord(parts, record.book, ended, clock.now());
    return { ...resultOf(plan, ended), rollbackPossible: ended.ending.outcome === 'promoted' && keepsHistory };
  } finally {
    await world.close();
  }
}

/** How a release ended, as a result of the run. */
export function resultOf(plan: Plan, ended: Ended): Result {
  const { ending, state } = ended;
  return {
    outcome: ending.outcome,
    reason: ending.outcome === 'paused' ? pausedReason(ending.share) : reasonOf(ended),
    plan,
    candidateHash: ended.candidateHash,
    checks: state.checks,
    diagnosis: ended.diagnosis,
    ramp: ended.ramp,
    pausedAt: ending.outcome === 'paused' ? ending.share : null,
    left: ending.outcome === 'failed' ? ending.left : 'nothing',
    rollbackPossible: false,
  };
}

/** Why it went back; what of others stands in the way, where that was not the reason; what of the user's own does. */
function reasonOf({ ending, state, foreign, obstacle }: Ended): string | null {
  if (state.back === null) return obstacle;
  const { cause, reason } = state.back;
  const isLeft = ending.outcome === 'failed' && ending.left === 'standing' && foreign.sentences.length > 0;
  const more = [
    ...(isLeft && cause !== 'conflict'
      ? [
          ...foreign.sentences,
          'Users are on stable, and that is left as it is. Put it right, or run again: the next run replaces it.',
        ]
      : []),
    ...(obstacle === null ? [] : [obstacle]),
  ];
  return more.length === 0 ? reason : [reason.replace(/([^.])$/, '$1.'), ...more].join(' ');
}

function pausedReason(share: Share): string {
  return `It stands at ${percent(share)}, as pause-at says. Another run goes on from there with action: promote, or goes back with action: abort.`;
}

/** Without the permission the preflight, which knows the whole list of what is missing, has the word. */
async function readBookIfAllowed(api: Api, namespace: string, deployment: string): Promise<RecordBook> {
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

export function lock(request: Request, parts: DeployParts): Promise<HeldLease> {
  const { api, clock, teller, helm, namespace, holder } = parts;
  return acquireLease(api, clock, {
    namespace,
    deployment: request.deployment,
    holder,
    patience: request.lockTimeout,
    signal: helm.signal,
    onWait: (other, waited) =>
      teller.fact(`another run is releasing ${request.deployment}: ${other}; waited ${Math.round(waited / 1000)} s`),
  });
}

function tellPlan(teller: Teller, plan: Plan, namespace: string): void {
  teller.fact(
    `Deployment ${namespace}/${plan.deployment.name}, stable ${plan.stable.hash}, live Service ${plan.service.name}`,
  );
  for (const line of imageChanges(plan.stable.images, plan.candidate.images)) teller.fact(line);
}

/** `container web: a → b` for each container whose image changes. */
export function imageChanges(from: Images, to: Images): string[] {
  return Object.entries(to)
    .filter(([container, image]) => from[container] !== image)
    .map(([container, image]) => `container ${container}: ${from[container]} → ${image}`);
}

function contextOf(plan: Plan, namespace: string, candidateHash: string): Omit<SmokeCommandContext, 'kubeconfig'> {
  return {
    ...releaseNames(plan, namespace),
    stableHash: plan.stable.hash,
    candidateHash,
    images: plan.candidate.images,
  };
}

function unfinished(open: OpenRelease): Result {
  return {
    ...NOTHING,
    plan: open.plan,
    reason: `${describeOpen(open)} is unfinished; a run without dry-run takes it back first.`,
  };
}

function stuck(open: OpenRelease, ended: Ended): Result {
  return {
    ...NOTHING,
    plan: open.plan,
    candidateHash: ended.candidateHash,
    // What stands because of somebody else is not for this run's own post to replace.
    left: ended.ending.outcome === 'failed' ? ended.ending.left : 'unfinished',
    reason: `${describeOpen(open)} is unfinished and could not be taken back: ${reasonOf(ended) ?? ''}`,
  };
}
