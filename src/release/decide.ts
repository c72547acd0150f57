import { type Action, type Ending, write } from './action.ts';
import { back, takenBack } from './back.ts';
import { isClosing, isPastReturn, isStrandedByOthers } from './closing.ts';
import { disown } from './disown.ts';
import { finishUp } from './finish.ts';
import { closeForward, forward, tidyCandidateService } from './forward.ts';
import { judge, signsDue } from './judge.ts';
import { leaveToItsEnd } from './lost-namespace.ts';
import type { Observation } from './observation.ts';
import { rollBack, rollForward } from './plain-rolling.ts';
import type { Plan } from './plan.ts';
import { isPlain } from './sizes.ts';
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
  if (seen.lostNamespace !== null) return leaveToItsEnd(seen.lostNamespace);
  if (isTheirsAgain(plan, state, seen))
    return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: wholeEnding(state) };
  if (seen.lost === 'deployment') return clearAway(plan, state, seen);
  if (state.finishing !== null && state.back === null) return finishUp(plan, state, state.finishing, seen, now);
  if (isPlain(plan) && state.back !== null) return rollBack(plan, state.back, seen, now);
  if (isPlain(plan)) return goOn(plan, state, seen, now, rollForward);
  if (isPastReturn(plan, seen)) return seen.deployment.held ? write('close') : closeForward(plan, seen);
  if (isStrandedByOthers(plan, seen) && seen.deployment.templateDigest === state.toldTemplate) return write('close');
  if (isClosing(plan, seen)) return close(plan, state, seen, now);
  if (state.back !== null) return back(plan, state, state.back, seen, now);
  return goOn(plan, state, seen, now, forward);
}

/** The last step has been made: what others do to the Deployment from here on is no part of the release any more. */
function isTheirsAgain(plan: Plan, { back, marks }: State, seen: Observation): boolean {
  const isTakenBack = seen.deployment.template !== 'stable' && !isPastReturn(plan, seen);
  return marks.restored !== undefined && (back === null || isTakenBack);
}

function wholeEnding({ back }: State): Ending {
  return back === null ? { outcome: 'promoted', stable: 'retired' } : takenBack(back);
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
  return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'failed', left: 'deleted' } };
}
