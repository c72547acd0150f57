import { whyNotWarm } from '../release/keep-warm.ts';
import { percent, type Share } from '../release/route.ts';
import { shareOf, stageOf } from '../release/stages.ts';
import { formatAmount } from '../action/batches.ts';
import type { Request } from '../action/request.ts';
import { NOT_WARM_OF_KNATIVE } from '../action/knative-service.ts';
import { type AnyPlan, isKnative } from '../release/knative/plan.ts';
import { formatDuration } from '../report/duration.ts';
import { inOurTime } from '../release/other-clock.ts';
import { BEGINNING, type State } from '../release/state.ts';
import { isCommand, isVerified } from '../traffic/command-route.ts';
import { begin, type DeployParts, isOpen, measuringOf, type Result, runToEnd } from './deploy.ts';
import { assertChecksGiven } from './given-checks.ts';
import { pauseShare } from './plan-steps.ts';
import type { OpenRelease, Paused } from './record-store.ts';
import { keptWarm, Refused } from './refusal.ts';
import { describeOpen } from './take-back.ts';
import type { Judgement } from '../analysis/judgement.ts';
import type { Measuring } from './measuring.ts';
import { withLock } from './with-lock.ts';
import { pickUp, subjectOf } from './workload-kinds.ts';

/**
 * `action: promote`: goes on with a release that stands still at `pause-at`, to its end or to another `pause-at`.
 * @throws {Refused} when nothing stands still
 */
export async function promote(request: Request, parts: DeployParts): Promise<Result> {
  const { clock, teller, namespace } = parts;
  return await withLock(request, parts, async (book) => {
    if (!isOpen(book)) throw new Refused([nothingPaused(request, namespace, null)]);
    const { open } = book;
    const { paused } = open;
    if (open.warm !== null) throw new Refused([keptWarm(open.plan)]);
    if (paused === null) throw new Refused([nothingPaused(request, namespace, open)]);
    const misfits = [misplacedPause, tooShortTimeout, missingCommand, missingVerify, notWarm].flatMap(
      (of) => of(request, open.plan, paused) ?? [],
    );
    if (misfits.length > 0) throw new Refused(misfits);
    const measuring = judgedBy(request, parts, open, paused.judgement);
    const plan = unjudged(request, planFrom(request, open, clock.now()));
    const underway = begin(parts, await pickUp(parts, plan, null), book);
    const marks = inOurTime(paused.marks, parts.api.serverAhead, clock.now());
    const state = stateFrom(open, { ...paused, marks });
    assertChecksGiven(request, plan, underway.running, state);
    parts.onLock(plan.release);
    parts.onBegin(plan);
    teller.phase('Preflight');
    teller.fact(`goes on with ${describeOpen(open)}; it stood at ${percent(standsAtShare(open))}`);
    await underway.record.goOn(plan, parts.run);
    return await runToEnd(parts, underway, state, measuring);
  });
}

/**
 * What looks at counters and gates from here on; null where nothing does.
 * @throws {Refused} when this run was not given what the release needs for it
 */
export function judgedBy(
  { skipAnalysis }: Request,
  parts: DeployParts,
  open: OpenRelease,
  known: Judgement | null,
): Measuring | null {
  if (!skipAnalysis) return measuringOf(parts, open, known);
  if (open.measured !== null)
    parts.teller.warning(
      'Analysis is skipped from here on (input skip-analysis): whatever counters, thresholds and alerts say of the new version, it is promoted. ' +
        'Its pods are watched as ever: one that crashes or is not Ready any more sends users back.',
    );
  return null;
}

/** Restarts that nobody compares any more count again. */
export function unjudged({ skipAnalysis }: Request, plan: AnyPlan): AnyPlan {
  if (!skipAnalysis || plan.judging.restarts !== 'compare') return plan;
  return { ...plan, judging: { ...plan.judging, restarts: 'any' } };
}

function nothingPaused(request: Request, namespace: string, open: OpenRelease | null): { message: string } {
  const { title, inputs } = subjectOf(request);
  return {
    message:
      open === null
        ? `No release of ${title} in namespace ${namespace} stands at a pause: none is in progress. Check inputs ${inputs}.`
        : `${capitalized(describeOpen(open))}, was left unfinished and does not stand at a pause. Go on with it by action: resume, or take it back by action: abort.`,
  };
}

/** Where this run is to stand still: at its own wish, nowhere, or (null) as the release was begun. */
function stopOf({ goOnTo, pauseAt }: Request): Request['goOnTo'] {
  return goOnTo ?? pauseAt;
}

function misplacedPause(request: Request, plan: AnyPlan, { step }: Paused): { message: string } | null {
  const stop = stopOf(request);
  if (stop === null || stop === 'end') return null;
  const left = plan.steps.slice(step + 1);
  if (pauseShare(stop, left) !== null) return null;
  const places = left.map((each) => (each.pods === undefined ? percent(each.share) : `${each.pods} pods`));
  const found = left.length === 0 ? 'no step is left' : `the steps that are left are ${places.join(', ')}`;
  return {
    message: `Wanted to pause at ${formatAmount(stop)} (input ${request.goOnTo === null ? 'pause-at' : 'to'}); ${found}.`,
  };
}

/** A run that cannot reach its end in time would take users back on the way, and nobody had asked for that. */
function tooShortTimeout(request: Request, plan: AnyPlan, { step }: Paused): { message: string } | null {
  const { timeout } = request;
  const stop = stopOf(request);
  const pauseAt = stop === 'end' ? null : stop;
  const left = plan.steps.slice(step + 1);
  const until =
    pauseAt === null ? left : left.slice(0, left.findIndex(({ share }) => share === pauseShare(pauseAt, left)) + 1);
  const { bake, drain, settle } = plan.times;
  const needed = until.reduce(
    (sum, { stay }) => sum + Math.max(stay, settle),
    pauseAt === null ? bake + drain + settle : 0,
  );
  if (timeout > needed) return null;
  return {
    message: `Input timeout is ${formatDuration(timeout)}; the steps that are left take ${formatDuration(needed)}, bake-time and drain-time of the release included. Give it more, or a pause-at on the way.`,
  };
}

export function missingCommand({ routerCommand }: Request, plan: AnyPlan): { message: string } | null {
  if (routerCommand !== null || isKnative(plan) || !plan.routes.some(isCommand)) return null;
  return {
    message: `Release ${plan.release} splits its users with a command (router: command); give it again with input router-command.`,
  };
}

/** Of a release that goes on: on the way back the command itself is enough. */
export function missingVerify({ routerCommand }: Request, plan: AnyPlan): { message: string } | null {
  if (routerCommand === null || routerCommand.verify !== null || isKnative(plan) || !plan.routes.some(isVerified))
    return null;
  return {
    message: `Release ${plan.release} has a second command say whether the first had its effect; give it again with input router-verify.`,
  };
}

function notWarm({ keepWarm }: Request, plan: AnyPlan): { message: string } | null {
  const why = !keepWarm ? null : isKnative(plan) ? NOT_WARM_OF_KNATIVE : whyNotWarm(plan);
  return why === null ? null : { message: `Wanted to keep the old version warm (input keep-warm); ${why}.` };
}

/** The plan goes on as it was made; what concerns this run is this run's: its deadline, and where it ends. */
function planFrom(request: Request, open: OpenRelease, now: number): AnyPlan {
  const { plan } = open;
  // One that stopped because nothing certain was known may have its own pause still ahead.
  const standsAt = standsAtShare(open);
  const stop = stopOf(request);
  const ahead = plan.pauseAt !== null && plan.pauseAt > standsAt ? plan.pauseAt : null;
  return {
    ...plan,
    keepWarm: plan.keepWarm || request.keepWarm,
    pauseAt: stop === null ? ahead : stop === 'end' ? null : pauseShare(stop, plan.steps),
    times: { ...plan.times, deadline: now + request.timeout },
  };
}

/** Basis points of the users; none for a release that does not stand. */
function standsAtShare({ plan, paused }: OpenRelease): Share {
  return paused === null ? 0 : shareOf(plan, paused);
}

/** Whoever promotes has seen the stage at which it stands, and lets it go on. */
function stateFrom(open: OpenRelease, paused: Paused): State {
  const { step, marks, restarts } = paused;
  return {
    ...BEGINNING,
    approved: stageOf(open.plan, paused),
    toldTemplate: open.toldTemplate,
    toldRoutes: open.toldRoutes,
    step,
    marks,
    restartsAtSwitch: restarts,
  };
}

function capitalized(text: string): string {
  return text.replace(/^./, (first) => first.toUpperCase());
}
