import { type Action, type Ending, isOver, write } from '../action.ts';
import type { State } from '../state.ts';
import { signsDue } from '../judge.ts';
import { leaveToItsEnd } from '../lost-namespace.ts';
import { back } from './back.ts';
import { finishUp } from './finish.ts';
import { forward } from './forward.ts';
import { judge } from './judge.ts';
import { isUsersWay } from './latest.ts';
import type { KnativeObservation } from './observation.ts';
import type { KnativePlan } from './plan.ts';

/** Milliseconds in which a close that was interrupted may complete before it is taken back all the same. */
const CLOSE_PATIENCE = 5_000;

/**
 * What to do next with a Knative Service. Pure and total, as `decide` of Deployments is: any prefix of any run can be continued or taken
 * back by a later one.
 *
 * Two invariants, kept by the order of writes: `latestRevision: true` has users only while the latest ready Revision is proved (stable's
 * content, or the candidate's when its bake is over), and the template changes only while every user is pinned to Revisions by name.
 */
export function decide(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action {
  const action = next(plan, state, seen, now);
  return action.do === 'finish' ? (disown(state, seen, action.outcome) ?? action) : action;
}

function next(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action {
  if (seen.lostNamespace !== null) return leaveToItsEnd(seen.lostNamespace);
  if (seen.lost) return lost(plan, state);
  if (state.finishing !== null && state.back === null) return finishUp(plan, state, state.finishing, seen, now);
  if (state.back !== null && !mayComplete(state.back, seen, now)) return back(plan, state, state.back, seen, now);
  const action = state.back === null ? judge(plan, state, seen, now) : null;
  const limit = Math.min(plan.times.deadline, signsDue(state) ?? plan.times.deadline);
  return (
    action ?? notPast(state.back === null ? limit : state.back.at + CLOSE_PATIENCE, forward(plan, state, seen, now))
  );
}

/** The close was written, and the users' own traffic leads to the candidate: what is left is to see that it does. */
export function isClosing(seen: KnativeObservation): boolean {
  return seen.template === 'candidate' && seen.traffic.is === 'original' && isUsersWay(seen);
}

function mayComplete(back: NonNullable<State['back']>, seen: KnativeObservation, now: number): boolean {
  const isGentle = back.cause === 'cancelled' || back.cause === 'resumed';
  return (isClosing(seen) || isCloseUnseen(seen)) && isGentle && now < back.at + CLOSE_PATIENCE;
}

/** The close was written a moment ago: Knative's controllers have yet to say what they make of it. */
function isCloseUnseen({ template, traffic, current }: KnativeObservation): boolean {
  return template === 'candidate' && traffic.is === 'original' && !current;
}

function lost({ knative }: KnativePlan, { back }: State): Action {
  const reason = `Knative Service ${knative.name} was deleted during the release.`;
  if (back === null) return { do: 'turn-back', cause: 'conflict', reason };
  return { do: 'finish', outcome: { outcome: 'failed', left: 'deleted' } };
}

/** A wait lasts no longer than until the moment at which the judgement can change by time alone. */
function notPast(limit: number, action: Action): Action {
  if (action.do !== 'wait') return action;
  return { ...action, until: Math.min(limit, action.until ?? limit) };
}

/** The last thing that a release does: the fields that it has put back stand under their owners' names again. */
function disown(state: State, seen: KnativeObservation, ending: Ending): Action | null {
  const object = isOver(ending) ? seen.claims.find((claim) => !state.disowned.includes(claim)) : undefined;
  return object === undefined ? null : write('disown', { object });
}
