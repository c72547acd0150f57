import { type Action, write } from './action.ts';
import { back } from './back.ts';
import { disown } from './disown.ts';
import { closeForward, forward, tidyCandidateService } from './forward.ts';
import { judge, signsDue } from './judge.ts';
import type { Observation } from './observation.ts';
import { rollBack, rollForward } from './plain-rolling.ts';
import type { Plan } from './plan.ts';
import { isInPlace, isPlain } from './sizes.ts';
import type { State } from './state.ts';

/** Milliseconds in which a close that was interrupted may complete before it is taken back all the same. */
const CLOSE_PATIENCE = 5_000;

/**
 * What to do next. Pure and total: the same plan, state, observation and time (epoch ms) give the same action.
 *
 * The engine observes, asks, does that one thing, and asks again. Nothing here depends on how the cluster came to be as it is, so any
 * prefix of any run can be continued or taken back by a later one.
 */
export function decide(plan: Plan, state: State, seen: Observation, now: number): Action {
  const action = next(plan, state, seen, now);
  return action.do === 'finish' ? (disown(state, seen, action.outcome) ?? action) : action;
}

function next(plan: Plan, state: State, seen: Observation, now: number): Action {
  if (seen.lost === 'deployment') return clearAway(plan, state, seen);
  if (isPlain(plan) && state.back !== null) return rollBack(plan, state.back, seen, now);
  if (isPlain(plan)) return goOn(plan, state, seen, now, rollForward);
  if (isPastReturn(plan, seen)) return seen.deployment.held ? write('close') : closeForward(plan, seen);
  if (isClosing(plan, seen)) return close(plan, state, seen, now);
  if (state.back !== null) return back(plan, state, state.back, seen, now);
  return goOn(plan, state, seen, now, forward);
}

/** Unless something speaks against it. */
function goOn(plan: Plan, state: State, seen: Observation, now: number, how: typeof forward): Action {
  return judge(plan, state, seen, now) ?? notPast(nextLook(plan, state), how(plan, state, seen, now));
}

/** Closing, with stable still there: it can be taken back, but one that only lacks its last steps is sooner completed. */
function close(plan: Plan, state: State, seen: Observation, now: number): Action {
  if (state.back === null)
    return judge(plan, state, seen, now) ?? notPast(nextLook(plan, state), closeForward(plan, seen));
  const { cause, at } = state.back;
  // With users still on stable it is not our close: somebody else ended the hold.
  const isOurs = seen.live.pin !== plan.stable.hash;
  const mayComplete = isOurs && (cause === 'cancelled' || cause === 'resumed') && now < at + CLOSE_PATIENCE;
  return mayComplete
    ? notPast(at + CLOSE_PATIENCE, closeForward(plan, seen))
    : back(plan, state, state.back, seen, now);
}

/** The candidate's close was written: its template stays, and its pods count as available again. A plain rolling update has no close. */
export function isClosing(plan: Plan, seen: Observation): boolean {
  return seen.deployment.template === 'candidate' && !seen.deployment.held && !isPlain(plan);
}

/**
 * The candidate is what the Deployment wants and stable has been scaled away: going back would be a release of its own, what is left
 * can only be completed. In place, stable is always scaled away before the close, and made again when the release goes back.
 */
export function isPastReturn(plan: Plan, seen: Observation): boolean {
  return (
    seen.deployment.template === 'candidate' &&
    seen.candidate !== null &&
    (seen.stable === null || seen.stable.size === 0) &&
    !(isInPlace(plan) && seen.deployment.held)
  );
}

/** A wait lasts no longer than until the moment at which the judgement can change by time alone. */
function notPast(limit: number, action: Action): Action {
  if (action.do !== 'wait') return action;
  return { ...action, until: Math.min(limit, action.until ?? limit) };
}

function nextLook(plan: Plan, state: State): number {
  return Math.min(plan.times.deadline, signsDue(state) ?? plan.times.deadline);
}

/** The Deployment is gone: leave no pin behind that would keep its successor's pods out of the Service. */
function clearAway(plan: Plan, state: State, seen: Observation): Action {
  const reason = `Deployment ${plan.deployment.name} was deleted during the release.`;
  if (state.back === null) return { do: 'turn-back', cause: 'conflict', reason };
  if (seen.live.pin !== null) return write('unpin');
  return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'failed', left: 'nothing' } };
}
