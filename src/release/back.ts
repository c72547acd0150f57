import { type Action, type Ending, wait, write } from './action.ts';
import { isBrought, isRolledByOthers } from './closing.ts';
import { isTidied, listedByHelper, sizesNow, tidy, tidyCandidateService } from './forward.ts';
import { type Observation, type RouteView, readyPods, remaining, type Track } from './observation.ts';
import type { Plan } from './plan.ts';
import { awaitStable, isForeign, regrow } from './regrow.ts';
import type { State, Turn } from './state.ts';

/** Milliseconds after which going back stops waiting for the cluster, leaves what is safe and says so. */
export const BACK_LIMIT = 600_000;
/** Milliseconds that stable may take to be found whole before the candidate is evicted without waiting for that. */
const EVICT_AFTER = 5_000;
/**
 * Milliseconds in which a switch that was taken back before any list of endpoints had followed it may show up in them yet. The controller
 * of endpoints takes some 10 to 100 ms.
 */
const UNSEEN = 1_000;

/** The way back from any point: traffic first, verified; then the candidate's pods; then everything is as it was. */
export function back(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): Action {
  if (now > turn.at + BACK_LIMIT) return finish({ outcome: 'failed', left: 'unfinished' });
  return (
    letGo(plan, state, turn, seen) ??
    stopClosing(plan, state, seen) ??
    divert(seen) ??
    regrow(plan, state, turn, seen, now) ??
    moveUsersBack(plan, state, seen, now) ??
    bringRoutesBack(plan, state, seen) ??
    verifyUsersBack(plan, state, seen, now) ??
    stopShort(state, seen) ??
    leaveStanding(plan, state, turn, seen) ??
    retireCandidate(plan, state, turn, seen, now) ??
    tidy(plan, seen) ??
    awaitStable(plan, state, turn, seen, now) ??
    finish(takenBack(turn))
  );
}

/** Everything is as it was. */
export function takenBack({ cause }: Turn): Ending {
  return { outcome: cause === 'cancelled' || cause === 'aborted' ? 'aborted' : 'rolled-back' };
}

/** Somebody else brought the candidate's template before the release could hold it: it is theirs, and rolls out. */
function letGo(plan: Plan, { marks }: State, turn: Turn, seen: Observation): Action | null {
  if (marks.opened !== undefined || !isRolledByOthers(plan, seen)) return null;
  return tidyCandidateService(plan, seen) ?? finish(takenBack(turn));
}

/**
 * A close that was written lets the controller retire stable at any moment: the hold comes first, and then the proof that stable
 * is still there. Otherwise users would be moved to pods that are leaving.
 */
function stopClosing(plan: Plan, state: State, seen: Observation): Action | null {
  const { template, held } = seen.deployment;
  const { pin } = seen.live;
  // Without a pin (somebody took it away) all pods serve: stable's may be leaving all the same.
  const mayBeClosing = pin === null ? template === 'candidate' : template !== 'stable' && pin !== plan.stable.hash;
  if (mayBeClosing && !held && !isBrought(plan, seen)) return write('hold-again', { sizes: sizesNow(seen) });
  if (state.marks.heldAgain !== undefined && !seen.current)
    return wait('controller', 'the Deployment controller to see the hold');
  return null;
}

/**
 * Routed users: the candidate Service is pointed at stable. That is one PATCH of a core object, whatever the routes' own controllers do
 * or fail to do.
 */
function divert(seen: Observation): Action | null {
  return mayDivert(seen) && seen.candidateService.state === 'candidate' ? write('divert') : null;
}

function mayDivert(seen: Observation): boolean {
  // Somebody else's template has replaced the candidate's pods: whoever is routed there finds nobody.
  const mayBeSent = isCandidateThere(seen) || seen.deployment.template === 'foreign';
  if (!mayBeSent || seen.routes.every((route) => route.home)) return false;
  // Never from a track that serves to one that does not.
  return seen.stable !== null && readyPods(seen.stable) > 0;
}

/**
 * The routes follow when users reach stable by either Service: one that is slow, or fails, keeps nobody on the candidate. One that
 * somebody else has written stays as it is: it leads to stable either way.
 */
function bringRoutesBack(plan: Plan, state: State, seen: Observation): Action | null {
  if (!mayDivert(seen)) return null;
  // The other way round than up: make before break.
  const away = [...seen.routes.entries()]
    .reverse()
    .filter(([at, route]) => !route.home && !state.keptRoutes.includes(at) && !isForeignRoute(plan, state, route));
  // One that did not end well is tried again when the others are home.
  const [index] = away.find(([, { inDoubt }]) => !inDoubt) ?? away[0] ?? [];
  return index === undefined ? null : write('route-home', { route: index });
}

/** A share that is none of ours, and that no run has named yet. */
function isForeignRoute(plan: Plan, state: State, route: RouteView): boolean {
  const { toldRoutes } = state;
  const isTold = route.name in toldRoutes && toldRoutes[route.name] === route.share;
  return isStrange(plan, route) && !isTold && !isOfThisRun(plan, state, route);
}

/** One that the release has in no step; or one that it has, and by which somebody else gives the candidate Service users. */
function isStrange(plan: Plan, { share, inDoubt, writtenBy }: RouteView): boolean {
  const isTheirs = writtenBy !== null && share !== 0;
  return !inDoubt && (isTheirs || !plan.steps.some((step) => step.share === share));
}

/** This run has written that share, or was about to: who changed something else of the route has left it as it was. */
function isOfThisRun(plan: Plan, { marks, step }: State, { share }: RouteView): boolean {
  return marks.opened !== undefined && [step, step - 1].some((at) => plan.steps[at]?.share === share);
}

/** The routes in which somebody else's share is found, for the record: the run after the one that has named them may replace them. */
export function strangeRoutes(plan: Plan, { routes }: Observation): readonly RouteView[] {
  return routes.filter((route) => !route.home && isStrange(plan, route));
}

function isCandidateThere({ deployment, candidate }: Observation): boolean {
  return deployment.template === 'candidate' || (candidate !== null && remaining(candidate) > 0);
}

/**
 * Somebody else's template has taken the place of the candidate's pods: who reaches all pods reaches theirs, which
 * nobody has looked at, and who reaches the candidate alone reaches nobody. What is left of a stable that gave pods
 * away is not made to carry the users of all.
 */
function isReplaced({ deployment, stable, live }: Observation): boolean {
  if (deployment.template !== 'foreign' || !deployment.held || stable === null || readyPods(stable) === 0) return false;
  return live.pin !== null || stable.size >= deployment.replicas;
}

/** One PATCH (two with `switch: overlap`), not behind anything that can fail. */
function moveUsersBack(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  const { live } = seen;
  if (seen.lost === 'service') return null;
  // A pin needs a pause or a hold (design §2). When neither is left, the candidate's pods are gone but for what is known of them.
  const mayPin = live.pin !== null || seen.deployment.fields.paused || seen.deployment.held;
  if (live.pin !== plan.stable.hash && (isCandidateThere(seen) || isReplaced(seen)) && mayPin) {
    // A selector that somebody else wrote anew, without a pin, is theirs: a pin in it could make it select nothing.
    if (!live.selectorIntact && live.pin === null) return null;
    // Never from a track that serves to one that does not.
    const serving = (track: Track | null): boolean => track !== null && readyPods(track) > 0;
    if (!serving(seen.stable) && serving(seen.candidate) && (live.pin === null || live.pin === seen.candidate?.hash))
      return leftOnCandidate(seen);
    if (plan.switch === 'overlap' && live.pin !== null) return write('overlap');
    if (plan.switch === 'overlap') {
      const joining = join(plan, state, seen, now);
      if (joining !== null) return joining;
    }
    return write('traffic-back');
  }
  return null;
}

/** Both Services reach stable alone, and whoever watches their endpoints had the time to follow. */
function verifyUsersBack(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  const { live } = seen;
  if (seen.lost === 'service' || (!live.selectorIntact && live.pin === null)) return null;
  if (state.marks.backSwitched === undefined || !(isCandidateThere(seen) || isReplaced(seen))) return null;
  const diverted = seen.candidateService.state === 'stable' ? seen.candidateService.endpoints.candidate : 0;
  const strangers = live.endpoints.candidate + live.endpoints.other + diverted;
  const { switching, switched, backVerified } = state.marks;
  // Asked to the end: what was verified may have been the list from before the switch.
  const isPinned = live.pin === plan.stable.hash;
  if (strangers > 0 && (backVerified === undefined || isPinned))
    return wait('endpoints', `${strangers} endpoints of the candidate to leave`);
  if (backVerified === undefined) {
    const missing = missingEndpoints(seen);
    if (missing > 0) return wait('endpoints', `${missing} more pods of stable in the live Service’s endpoints`);
    return { do: 'mark', mark: 'backVerified' };
  }
  const isUnseen = switching !== undefined && switched === undefined;
  const settled = backVerified + Math.max(plan.times.settle, isUnseen ? UNSEEN : 0);
  return now < settled ? wait('settle', 'proxies to stop sending users to the candidate', settled) : null;
}

/** `switch: overlap`: load balancers take up stable's pods before the candidate's go. Null: they have had their time. */
function join(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  const missing = missingEndpoints(seen);
  if (missing > 0) return wait('endpoints', `${missing} more pods of stable in the live Service’s endpoints`);
  if (state.marks.overlapped === undefined) return { do: 'mark', mark: 'overlapped' };
  const settled = state.marks.overlapped + plan.times.settle;
  return now < settled ? wait('settle', 'load balancers to take up stable’s pods again', settled) : null;
}

/** Ready pods of stable that the live Service's endpoints do not list yet. None while somebody else's selector decides. */
function missingEndpoints({ stable, live }: Observation): number {
  if (stable === null || !live.selectorIntact) return 0;
  return Math.max(0, readyPods(stable) - live.endpoints.stable);
}

/** Stable serves nobody any more (its pods are gone, or were sick from the start) while the candidate does. */
function leftOnCandidate(seen: Observation): Action {
  if (!seen.deployment.fields.paused) return write('freeze');
  // Its size may be news of before a close has taken its pods: then they are asked for again.
  if (!seen.current) return wait('controller', 'the Deployment controller to see the template');
  return finish({ outcome: 'failed', left: 'standing' });
}

/**
 * What this run's user may not do stands, and with it what it needs: a route that leads to the candidate Service needs that. What nobody may
 * note is shown to a later run by the objects alone.
 */
function stopShort({ keptRoutes, unnoted }: State, seen: Observation): Action | null {
  const isKept = seen.routes.some((route, at) => !route.home && keptRoutes.includes(at));
  return isKept || unnoted ? finish({ outcome: 'failed', left: 'unfinished' }) : null;
}

/** Cases in which both tracks stay, frozen, with users on stable: the user wants to look, or the template is somebody else's. */
function leaveStanding(plan: Plan, state: State, turn: Turn, seen: Observation): Action | null {
  const asked = plan.onFailure === 'hold' && (turn.cause === 'unhealthy' || turn.cause === 'deadline');
  const foreignRoute =
    isCandidateThere(seen) && seen.routes.some((route) => !route.home && isForeignRoute(plan, state, route));
  const foreign = foreignRoute || (isForeign(state, seen) && (seen.deployment.held || isPopulated(seen.candidate)));
  const stands = seen.deployment.template === 'candidate' || (seen.deployment.held && isPopulated(seen.candidate));
  if (!foreign && !(asked && stands)) return null;
  // For whoever looks: no route leads there any more.
  if (!foreign && seen.routes.length > 0 && seen.candidateService.state === 'stable')
    return write('point-candidate-service');
  if (!seen.deployment.fields.paused) return write('freeze');
  return finish({ outcome: 'failed', left: 'standing' });
}

/** The candidate Service has to select the candidate when it leaves (see `listedByHelper`). Only Ready pods can be listed. */
function watchLeaving({ candidate, candidateService }: Observation): Action | null {
  if (candidate === null || readyPods(candidate) === 0 || candidateService.state === 'candidate') return null;
  return write(candidateService.state === 'absent' ? 'create-candidate-service' : 'point-candidate-service');
}

function isPopulated(track: Track | null): boolean {
  return track !== null && remaining(track) > 0;
}

/** Close on stable's template: the controller scales the candidate to zero; stable is not touched. */
function retireCandidate(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): Action | null {
  const { deployment } = seen;
  // The run before this one may have written the close.
  const closed = state.marks.closing ?? turn.at;
  const evicting = state.marks.evicting !== undefined;
  // Before there was a candidate, somebody else's template is none of our business: ours goes, theirs rolls out.
  if (isForeign(state, seen)) return null;
  if (deployment.template !== 'stable' || (deployment.held && !evicting))
    return watchLeaving(seen) ?? write('close-back');
  if (isTidied(plan, seen)) return null;
  if (!seen.current) return wait('controller', 'the Deployment controller to see the close');
  const leaving = [...(seen.candidate === null ? [] : [seen.candidate]), ...seen.others];
  const left = leaving.reduce((sum, track) => sum + remaining(track), 0);
  if (left === 0) {
    // Still diverted: when the candidate left it had no Ready pod that could have been listed.
    const listed = seen.candidateService.state === 'stable' ? 0 : listedByHelper(seen);
    return listed === 0 ? null : wait('endpoints', `${listed} leaving pods to be known as leaving`);
  }
  const sizes = leaving.reduce((sum, track) => sum + track.size, 0);
  if (sizes > 0 && !evicting && now >= closed + EVICT_AFTER) return write('evict-candidate');
  const again = sizes > 0 && !evicting ? closed + EVICT_AFTER : null;
  return wait('retirement', `${left} candidate pods to leave`, again);
}

function finish(outcome: Ending): Action {
  return { do: 'finish', outcome };
}
