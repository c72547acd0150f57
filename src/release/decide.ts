import type { Action } from './action.ts';
import { back } from './back.ts';
import { closeForward, forward, tidyCandidateService } from './forward.ts';
import { judge, signsDue } from './judge.ts';
import type { Observation } from './observation.ts';
import type { Plan } from './plan.ts';
import type { State } from './state.ts';

/**
 * What to do next. Pure and total: the same plan, state, observation and time (epoch ms) give the same action.
 *
 * The engine observes, asks, does that one thing, and asks again. Nothing here depends on how the cluster came to be as it is, so any
 * prefix of any run can be continued or taken back by a later one.
 */
export function decide(plan: Plan, state: State, seen: Observation, now: number): Action {
  if (seen.lost === 'deployment') return clearAway(plan, seen);
  // Once the controller retires stable, going back would be a release of its own: what is left can only be completed.
  if (isClosingForward(seen) && state.back === null) {
    const stableIsWhole = seen.stable !== null && seen.stable.size >= seen.deployment.replicas;
    const trouble = stableIsWhole ? judge(plan, state, seen, now) : null;
    return trouble ?? notPast(nextLook(plan, state), closeForward(plan, seen));
  }
  if (isPastReturn(seen)) return closeForward(plan, seen);
  if (state.back !== null) return back(plan, state, state.back, seen, now);
  return judge(plan, state, seen, now) ?? notPast(nextLook(plan, state), forward(plan, state, seen, now));
}

/** A wait lasts no longer than until the moment at which the judgement can change by time alone. */
function notPast(limit: number, action: Action): Action {
  if (action.do !== 'wait') return action;
  return { ...action, until: Math.min(limit, action.until ?? limit) };
}

function nextLook(plan: Plan, state: State): number {
  return Math.min(plan.times.deadline, signsDue(state) ?? plan.times.deadline);
}

/** The candidate's close was written: its template stays and counts as available again, only the last fields are missing. */
function isClosingForward(seen: Observation): boolean {
  return seen.deployment.template === 'candidate' && !seen.deployment.held;
}

/** Closing forward, and stable is already (being) scaled away. */
export function isPastReturn(seen: Observation): boolean {
  return isClosingForward(seen) && (seen.stable === null || seen.stable.size < seen.deployment.replicas);
}

/** The Deployment is gone: leave no pin behind that would keep its successor's pods out of the Service. */
function clearAway(plan: Plan, seen: Observation): Action {
  if (seen.live.pin !== null && seen.live.selectorIntact) return { do: 'write', write: 'unpin' };
  return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'failed', left: 'nothing' } };
}
