import type { Request } from '../action/request.ts';
import { removeLeftoverJobs } from '../checks/leftover-jobs.ts';
import type { AnyPlan } from '../release/knative/plan.ts';
import { percent } from '../release/route.ts';
import { shareOf } from '../release/stages.ts';
import { begin, type DeployParts, isOpen, NOTHING, type Result, runToEnd } from './deploy.ts';
import { assertChecksGiven } from './given-checks.ts';
import type { OpenBook } from './open-record.ts';
import { judgedBy, missingCommand, missingVerify, unjudged } from './promote.ts';
import { keptWarm, Refused } from './refusal.ts';
import { describeOpen } from './take-back.ts';
import { withLock } from './with-lock.ts';
import type { TemplateChanges } from './workload-kind.ts';
import { pickUp, subjectOf } from './workload-kinds.ts';

/**
 * `action: resume`: goes on with a release that was interrupted, from where the cluster says it is: forward, or on its way back. With
 * nothing in progress there is nothing to do, and that is a success.
 * @throws {Refused} when it stands at a pause, or when this run was not given what it needs
 */
export async function resume(request: Request, parts: DeployParts): Promise<Result> {
  return await withLock(request, parts, async (book) => {
    if (!isOpen(book)) {
      parts.teller.fact(`no release of ${subjectOf(request).key} is in progress: nothing to resume`);
      return { ...NOTHING, outcome: 'unchanged' };
    }
    const { open } = book;
    if (open.warm !== null) throw new Refused([keptWarm(open.plan)]);
    if (open.paused !== null) {
      const message = `The ${describeOpen(open)}, was not interrupted: it stands at ${percent(shareOf(open.plan, open.paused))}. Go on with it by action: promote, or take it back by action: abort.`;
      throw new Refused([{ message }]);
    }
    return await goOn(request, parts, book, changesOf(request, open.plan));
  });
}

/**
 * With the lock held. Its steps and times are the release's own, the deadline is this run's.
 * @throws {Refused} before anything is written, when this run was not given what the release needs
 */
export async function goOn(
  request: Request,
  parts: DeployParts,
  book: OpenBook,
  changes: TemplateChanges,
): Promise<Result> {
  const { api, clock, teller, namespace, run } = parts;
  const { open } = book;
  const times = { ...open.plan.times, deadline: clock.now() + request.timeout };
  const plan = unjudged(request, { ...open.plan, times });
  const misfit = missingCommand(request, plan);
  if (misfit !== null) throw new Refused([misfit]);
  if (open.measured !== null && parts.measures === null && !request.skipAnalysis)
    throw new Refused([
      {
        message: `Release ${plan.release} is judged by what is measured of it. Give the inputs for that (prometheus, metrics, thresholds, alerts) as its deploy had them.`,
      },
    ]);
  const turned = open.turned ?? null;
  const measuring = turned === null ? judgedBy(request, parts, open, null) : null;
  const underway = begin(parts, await pickUp(parts, plan, changes), book);
  const known = { ...open, turned };
  const state = underway.running.resumed(known, clock.now());
  const unverified = state.back === null ? missingVerify(request, plan) : null;
  if (unverified !== null) throw new Refused([unverified]);
  assertChecksGiven(request, plan, underway.running, state);
  parts.onLock(plan.release);
  parts.onBegin(plan);
  teller.phase('Preflight');
  const where = state.back === null ? `it was at ${percent(shareOf(plan, state))}` : 'it was on its way back';
  teller.fact(`goes on with ${describeOpen(open)}; ${where}`);
  await underway.record.goOn(plan, run);
  await removeLeftoverJobs(namespace, plan.release, {
    api,
    onFact: (text) => teller.fact(text),
    onWrite: (write) => teller.wrote(write),
  });
  return await runToEnd(parts, underway, state, measuring);
}

/** What the new version was: as given once more, or the images on record. */
function changesOf({ images, env }: Request, { stable, candidate }: AnyPlan): TemplateChanges {
  if (images.length > 0) return { images, env };
  const changed = Object.entries(candidate.images).filter(([container, image]) => stable.images[container] !== image);
  return { images: changed.map(([container, image]) => ({ kind: 'container', container, image })), env };
}
