import { type Action, wait, write } from './action.ts';
import { type Observation, type RouteView, readyPods } from './observation.ts';
import type { Plan, Step } from './plan.ts';
import { ALL, type Intent } from './route.ts';
import { holdStep } from './evidence.ts';
import { isByPods } from './sizes.ts';
import { isLastStep, stepOf } from './stages.ts';
import type { State } from './state.ts';

/** Milliseconds: a backend that was made a moment ago may be unknown to a controller; a busy one may be late. */
const REFUSAL_PATIENCE = 10_000;
const SILENCE_PATIENCE = 120_000;

/** What a step wants of the routes: testers from before the first share until the end, copies of requests only before it. */
export function intentOf(plan: Plan, { share }: Step): Intent {
  return { ...plan.testers, share, mirror: share === 0 ? plan.mirror : 0 };
}

export function isAsWanted(plan: Plan, step: Step, route: RouteView): boolean {
  const { share, headers, cookies, mirror } = intentOf(plan, step);
  return route.share === share && route.testers === headers.length + cookies.length > 0 && route.mirror === mirror;
}

/** The pods of the step are Ready: the share is written, found to have its effect, and held for its time. */
export function climb(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  if (state.marks.switched !== undefined || seen.candidate === null || seen.live.pin === seen.candidate.hash)
    return null;
  const step = stepOf(plan, state);
  const behind = seen.routes.findIndex((route) => !isAsWanted(plan, step, route));
  if (behind >= 0) return introduce(plan, state, now) ?? write('route', { route: behind, step: state.step });
  const byPods = isByPods(plan);
  // Numbers of pods end at one half; all of the users are the switch's business.
  if (byPods && step.share >= ALL) return null;
  if (byPods && step.share > 0 && seen.live.pin !== null) return write('overlap');
  const reachesUsers = step.share > 0 || seen.routes.some((route) => !route.home);
  if (reachesUsers && state.marks.stepReached === undefined) {
    const unproven = seen.routes.find((route) => route.verdict.is !== 'yes');
    if (unproven !== undefined) return awaitRoute(state, unproven, now);
    const missing = readyPods(seen.candidate) - seen.live.endpoints.candidate;
    if (byPods && missing > 0)
      return wait('endpoints', `${missing} more candidate pods in the live Service’s endpoints`);
    const leaving = seen.live.endpoints.stable - stayingPods(seen);
    if (byPods && leaving > 0)
      return wait('endpoints', `${leaving} pods of stable to leave the live Service’s endpoints`);
    return { do: 'mark', mark: 'stepReached' };
  }
  if (!reachesUsers && step.stay > 0 && state.marks.stepReached === undefined)
    return { do: 'mark', mark: 'stepReached' };
  const reached = state.marks.stepReached;
  if (reached !== undefined) {
    const earliest = reached + (reachesUsers ? plan.times.settle : 0);
    const holding = holdStep(plan, state, seen, { reached, earliest }, now);
    if (holding !== null) return holding;
  }
  if (plan.pauseAt === step.share)
    return { do: 'finish', outcome: { outcome: 'paused', share: step.share, because: { is: 'asked' } } };
  return isLastStep(plan, state) ? null : { do: 'next-step' };
}

/** Of stable. When its ReplicaSet has been made smaller, the pods that are to go may look as if nothing had been, for a moment. */
function stayingPods({ stable }: Observation): number {
  return stable === null ? 0 : Math.min(readyPods(stable), stable.size);
}

/**
 * A proxy hears of the route and of the candidate's endpoints by different watches. One that knows the route first answers 503 to
 * whom it sends there (observed: testers, for 10 ms behind a busy Traefik; it may be all of its throttle, by default 2 s).
 */
function introduce(plan: Plan, { marks }: State, now: number): Action | null {
  if (marks.ready === undefined) return null;
  const settled = marks.ready + plan.times.settle;
  return now < settled ? wait('settle', 'proxies to know the candidate’s pods', settled) : null;
}

/** A controller has its time to take a weight up, and less to go on refusing it. */
function awaitRoute(state: State, { name, verdict }: RouteView, now: number): Action {
  const reason = verdict.reasons.join(' ') || `${name}: its controller has not said that it took the weight up.`;
  // Without a confirmed write (its answer was lost) the controller has its time from the moment before it.
  const since = state.marks.routed ?? state.marks.stepReady ?? state.marks.ready ?? now;
  const until = since + (verdict.is === 'no' ? REFUSAL_PATIENCE : SILENCE_PATIENCE);
  if (now >= until) return { do: 'turn-back', cause: 'unhealthy', reason };
  return wait('route', reason, until);
}

/** Users reach the candidate through the live Service: the routes are again as the user wrote them, before the bake. */
export function bringRoutesHome(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  if (plan.routes.length === 0 || state.marks.switched === undefined || state.marks.homed !== undefined) return null;
  // The other way round than up: make before break.
  const away = seen.routes.findLastIndex((route) => !route.home);
  if (away >= 0) {
    const settled = state.marks.switched + plan.times.settle;
    if (now < settled) return wait('settle', 'proxies to follow the live Service', settled);
    return write('route-home', { route: away });
  }
  const unproven = seen.routes.find((route) => route.verdict.is === 'no');
  if (unproven !== undefined) return wait('route', unproven.verdict.reasons.join(' '));
  return { do: 'mark', mark: 'homed' };
}
