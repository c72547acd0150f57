import { type Action, type Ending, wait, write } from '../action.ts';
import { BACK_LIMIT } from '../back.ts';
import type { State, Turn } from '../state.ts';
import { awaitLatest, isUsersWay } from './latest.ts';
import type { KnativeObservation } from './observation.ts';
import type { KnativePlan } from './plan.ts';

/** The way back from any point: traffic first, verified; then the template; then traffic as the user had it. */
export function back(plan: KnativePlan, state: State, turn: Turn, seen: KnativeObservation, now: number): Action {
  if (now > turn.at + BACK_LIMIT) return finish({ outcome: 'failed', left: 'unfinished' });
  return (
    moveUsersBack(seen) ??
    verifyUsersBack(plan, state, seen, now) ??
    (state.unnoted ? finish({ outcome: 'failed', left: 'unfinished' }) : null) ??
    leaveStanding(plan, state, turn, seen) ??
    restoreTemplate(state, seen, now) ??
    restoreTraffic(seen) ??
    finish({ outcome: turn.cause === 'cancelled' || turn.cause === 'aborted' ? 'aborted' : 'rolled-back' })
  );
}

/** One PATCH, not behind anything that can fail. */
function moveUsersBack(seen: KnativeObservation): Action | null {
  const { traffic, stable } = seen;
  if (!mayReachCandidate(seen)) return null;
  // Never from a Revision that serves to one that does not exist.
  if (stable === null) return finish({ outcome: 'failed', left: 'standing' });
  // Only the URL for tests is left; it goes with the user's own traffic.
  return traffic.is === 'ours' && traffic.share === 0 ? null : write('traffic-back');
}

/** Whether users may reach the candidate, or whatever comes after it. */
export function mayReachCandidate(seen: KnativeObservation): boolean {
  switch (seen.traffic.is) {
    case 'ours':
      return seen.traffic.share > 0;
    case 'foreign':
      return seen.traffic.reachesCandidate;
    case 'original':
      // Before there was another template nobody could reach anything else.
      return seen.template !== 'stable' || (seen.candidate !== null && seen.latestReady !== seen.restored?.name);
  }
}

/** What Knative says of the traffic as it is; somebody else's, which leads to none of ours, is theirs to look after. */
function verifyUsersBack(plan: KnativePlan, state: State, seen: KnativeObservation, now: number): Action | null {
  const { backSwitched, backVerified } = state.marks;
  if (backSwitched === undefined || seen.traffic.is !== 'ours' || seen.template === 'stable') return null;
  if (backVerified === undefined) {
    if (seen.effect.is !== 'yes') return wait('route', seen.effect.reasons.join(' ') || 'users to be on stable again');
    return { do: 'mark', mark: 'backVerified' };
  }
  const settled = backVerified + plan.times.settle;
  return now < settled ? wait('settle', 'proxies to stop sending users to the candidate', settled) : null;
}

/** Cases in which the candidate's template stays: the user wants to look, or the template is somebody else's. */
function leaveStanding(plan: KnativePlan, state: State, turn: Turn, seen: KnativeObservation): Action | null {
  const asked = plan.onFailure === 'hold' && (turn.cause === 'unhealthy' || turn.cause === 'deadline');
  const isForeign = seen.template === 'foreign' && seen.templateDigest !== state.toldTemplate;
  if (!isForeign && !(asked && seen.template === 'candidate')) return null;
  return finish({ outcome: 'failed', left: 'standing' });
}

/** Stable's template. Until its Revision is the latest that is ready, that may be the candidate: users stay pinned to stable's by name. */
function restoreTemplate(state: State, seen: KnativeObservation, now: number): Action | null {
  if (seen.template !== 'stable') return write('close-back');
  if (seen.traffic.is !== 'ours' || isUsersWay(seen)) return null;
  const action = awaitLatest(seen.restored, seen, state.marks.closing, now);
  return action === 'failed' ? finish({ outcome: 'failed', left: 'standing' }) : action;
}

/** Somebody else's that leads to none of ours stays. */
function restoreTraffic({ traffic, effect }: KnativeObservation): Action | null {
  if (traffic.is === 'foreign') return null;
  if (traffic.is === 'ours') return write('restore');
  return effect.is === 'yes'
    ? null
    : wait('route', effect.reasons.join(' ') || 'Knative to take your traffic up again');
}

function finish(outcome: Ending): Action {
  return { do: 'finish', outcome };
}
