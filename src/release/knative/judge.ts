import type { Action } from '../action.ts';
import { condemned, failedCheck } from '../judge.ts';
import { ALL, percent } from '../route.ts';
import { GRACE, type Sign } from '../signs.ts';
import type { Cause, State } from '../state.ts';
import { describeRevision } from './describe.ts';
import type { KnativeObservation } from './observation.ts';
import type { KnativePlan } from './plan.ts';
import { isThere, leaveForeign } from './take-up.ts';

/** Milliseconds beyond the grace: a crash or two may be a race at start (a database not up yet). */
const CRASH_PATIENCE = 20_000;

/** Whether the release must be taken back now. Null: nothing speaks against going on. */
export function judge(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action | null {
  return (
    foreignTemplate(plan, state, seen) ??
    // Traffic that names a Revision which is gone is not what anybody wrote.
    lostRevision(plan, state, seen) ??
    foreignTraffic(plan, state, seen) ??
    failedCheck(state) ??
    condemned(seen) ??
    sickCandidate(state, seen, now) ??
    deadline(plan, state, seen, now)
  );
}

function foreignTemplate(plan: KnativePlan, state: State, seen: KnativeObservation): Action | null {
  const isBack = state.marks.opened !== undefined && seen.template === 'stable';
  if (seen.template !== 'foreign' && !isBack) return null;
  // Users are where they were wanted, by name, and no template moves them.
  if (isThere(plan, seen)) return leaveForeign(plan, state, seen);
  const change = isBack ? 'back to the old version' : (seen.templateDifference ?? '');
  return turn('conflict', `${who(seen)} changed the template of ${plan.knative.name} during the release: ${change}.`);
}

/** Traffic that is neither what the last write made it nor what this one makes of it. Told only against writes that were confirmed. */
function foreignTraffic(plan: KnativePlan, state: State, seen: KnativeObservation): Action | null {
  const { marks, step } = state;
  const { traffic } = seen;
  const shares = [plan.steps[step]?.share, plan.steps[step - 1]?.share];
  const isOurs =
    traffic.is === 'original'
      ? isUntouched(plan, state) || mayFollowLatest(plan, state, seen)
      : traffic.is === 'ours' && marks.closing === undefined && shares.includes(traffic.share);
  if (isOurs) return null;
  const wanted = marks.closing === undefined ? percent(plan.steps[step]?.share ?? 0) : percent(ALL);
  const found =
    traffic.is === 'original'
      ? 'the traffic of before the release'
      : traffic.is === 'ours'
        ? percent(traffic.share)
        : traffic.text;
  return turn(
    'conflict',
    `${who(seen)} changed the traffic of ${plan.knative.name} during the release: the candidate’s share was ${wanted}, found ${found}.`,
  );
}

/** Nothing was written yet that moves or pins users. */
function isUntouched({ knative }: KnativePlan, { marks, step }: State): boolean {
  if (knative.goal === undefined) return marks.pinned === undefined;
  return step === 0 && [marks.pinned, marks.routed, marks.switching].every((mark) => mark === undefined);
}

/** The close may have been written: of a version from before, not until its template has a Revision again that is the latest. */
function mayFollowLatest({ knative }: KnativePlan, { marks }: State, seen: KnativeObservation): boolean {
  if (marks.baked === undefined) return false;
  const { template, renewed, latestReady } = seen;
  return knative.goal === undefined || (template === 'candidate' && renewed?.name === latestReady);
}

function who({ editor }: KnativeObservation): string {
  return editor ?? 'Somebody';
}

function lostRevision(
  { knative }: KnativePlan,
  { marks }: State,
  { stable, candidate }: KnativeObservation,
): Action | null {
  if (stable === null) return turn('conflict', 'The Revision of stable was deleted during the release.');
  if (candidate !== null || (marks.ready === undefined && knative.goal === undefined)) return null;
  return turn('conflict', 'The Revision of the candidate was deleted during the release.');
}

/** What Knative itself calls a failure, once it has lasted. */
function sickCandidate(state: State, { candidate }: KnativeObservation, now: number): Action | null {
  const sign = candidate?.sign ?? null;
  const known = Object.keys(state.signsSince);
  if (sign === null) return known.length === 0 ? null : { do: 'note-signs', signsSince: {} };
  const since = state.signsSince[sign.pod];
  if (since === undefined) return { do: 'note-signs', signsSince: { [sign.pod]: now + patienceWith(sign, state) } };
  return now - since >= GRACE ? turn('unhealthy', describeRevision(sign)) : null;
}

/** One that was well and has users is given no second chance. */
function patienceWith({ reason }: Sign, { marks }: State): number {
  return reason.startsWith('ExitCode') && marks.ready === undefined ? CRASH_PATIENCE : 0;
}

function deadline(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action | null {
  const { times } = plan;
  const { marks } = state;
  const { candidate } = seen;
  // What is left is the template, and that is no reason to move users again.
  if (now < times.deadline || (marks.baked !== undefined && isThere(plan, seen))) return null;
  const seconds = Math.round((times.deadline - times.startedAt) / 1000);
  const standing =
    marks.switched !== undefined
      ? 'users were on the candidate already'
      : candidate === null
        ? 'the candidate’s Revision had not appeared'
        : `Revision ${candidate.name} was ${candidate.ready ? '' : 'not '}Ready`;
  return turn('deadline', `the release did not complete within its timeout of ${seconds} s: ${standing}.`);
}

function turn(cause: Cause, reason: string): Action {
  return { do: 'turn-back', cause, reason };
}
