import { type Action, wait, write } from './action.ts';
import { restoredFields, sameFields } from './hold.ts';
import { type Observation, readyPods, remaining, type Track } from './observation.ts';
import type { Plan } from './plan.ts';
import { bringRoutesHome, climb, podsFor } from './ramp.ts';
import type { State } from './state.ts';

/** A release on its way forward (design §3), as a list of what must be true before the next thing may happen. */
export function forward(plan: Plan, state: State, seen: Observation, now: number): Action {
  return (
    open(seen) ??
    raiseCandidate(plan, state, seen) ??
    proveCandidate(plan, state, seen) ??
    climb(plan, state, seen, now) ??
    switchUsers(plan, state, seen, now) ??
    bringRoutesHome(plan, state, seen, now) ??
    watchOverUsers(plan, state, seen, now) ??
    write('close')
  );
}

/** Paused, then pinned, then template and hold in one PATCH: at no moment can a user reach the candidate. */
function open(seen: Observation): Action | null {
  if (seen.deployment.template !== 'stable') return null;
  if (!seen.deployment.fields.paused) return write('pause');
  if (seen.live.pin === null) return write('pin');
  // The user's own route may lead to the candidate Service already: not while it reaches a candidate that nobody has proved.
  const leading = seen.routes.findLastIndex((route) => route.share !== 0);
  if (leading >= 0) return write('route', { route: leading, step: 0 });
  return write('open', { step: 0 });
}

/** The candidate has its size, the Deployment is frozen, the candidate Service selects it. */
function raiseCandidate(plan: Plan, state: State, seen: Observation): Action | null {
  const { candidate, deployment } = seen;
  const isSized = candidate !== null && candidate.size >= podsFor(plan, state.step, deployment.replicas);
  if (!deployment.fields.paused) {
    if (!isSized)
      return wait(
        'controller',
        candidate === null || candidate.size === 0
          ? 'the Deployment controller makes the candidate’s ReplicaSet'
          : 'the Deployment controller gives the candidate its size',
      );
    return write('freeze');
  }
  // The next step, or a scale-up while frozen that shared the pods out unevenly; after the switch nothing may be thawed any more.
  if (!isSized && seen.current && seen.live.pin !== candidate?.hash) return write('resize', { step: state.step });
  if (candidate === null) return wait('controller', 'the candidate’s ReplicaSet');
  if (seen.candidateService.state === 'absent') return write('create-candidate-service');
  if (seen.candidateService.state !== 'candidate') return write('point-candidate-service');
  return null;
}

/** Every pod that the step wants is Ready, the candidate's EndpointSlices list them, the checks passed. */
function proveCandidate(plan: Plan, state: State, seen: Observation): Action | null {
  const { candidate } = seen;
  if (candidate === null) return wait('controller', 'the candidate’s ReplicaSet');
  if (seen.live.pin === candidate.hash) return null;
  const wanted = Math.max(podsFor(plan, state.step, seen.deployment.replicas), candidate.size);
  const ready = readyPods(candidate);
  if (ready < wanted) return wait('pods', `${ready}/${wanted} candidate pods Ready`);
  const listed = seen.candidateService.endpoints.candidate;
  if (listed < wanted)
    return wait('endpoints', `${listed}/${wanted} candidate pods in the candidate Service’s endpoints`);
  if (state.marks.ready === undefined) return { do: 'mark', mark: 'ready', restarts: restarts(candidate) };
  if (plan.checks > 0 && state.marks.checked === undefined) return { do: 'check' };
  if (state.step > 0 && state.marks.stepReady === undefined)
    return { do: 'mark', mark: 'stepReady', restarts: restarts(candidate) };
  return null;
}

/** One PATCH, then the proof that the endpoints followed it. */
function switchUsers(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  const { candidate, live } = seen;
  if (candidate === null) return wait('controller', 'the candidate’s ReplicaSet');
  if (live.pin !== candidate.hash) {
    if (plan.switch === 'cut') return write('switch');
    if (live.pin !== null) return write('overlap');
    const both = live.endpoints.candidate >= readyPods(candidate) && live.endpoints.stable > 0;
    if (!both) return wait('endpoints', 'the live Service’s endpoints to list both tracks');
    if (state.marks.overlapped === undefined) return { do: 'mark', mark: 'overlapped' };
    const settled = state.marks.overlapped + plan.times.settle;
    if (now < settled) return wait('settle', 'load balancers to take up the candidate’s pods', settled);
    return write('switch');
  }
  if (state.marks.switched !== undefined) return null;
  const { endpoints } = live;
  const wanted = Math.min(seen.deployment.replicas, readyPods(candidate));
  if (endpoints.stable + endpoints.other > 0 || endpoints.candidate < Math.max(1, wanted))
    return wait(
      'endpoints',
      `live endpoints: ${endpoints.candidate} candidate, ${endpoints.stable + endpoints.other} other; wanted ${wanted} and 0`,
    );
  return { do: 'mark', mark: 'switched' };
}

/** Bake, then drain; at least the settle time lies between the switch and the first stable pod that leaves. */
function watchOverUsers(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  const { marks } = state;
  const { times } = plan;
  if (marks.switched === undefined) return wait('endpoints', 'the switch');
  const bakeEnd = (marks.homed ?? marks.switched) + times.bake;
  if (marks.baked === undefined) {
    if (now < bakeEnd) return wait('bake', 'users are on the candidate, stable is still warm', bakeEnd);
    return { do: 'mark', mark: 'baked' };
  }
  const drainEnd = Math.max(marks.baked + times.drain, (marks.homed ?? marks.switched) + times.settle);
  if (now < drainEnd) return wait('drain', 'open connections to stable’s pods to end', drainEnd);
  const ready = seen.candidate === null ? 0 : readyPods(seen.candidate);
  if (ready < seen.deployment.replicas)
    return wait('pods', `${ready}/${seen.deployment.replicas} candidate pods Ready before stable’s may leave`);
  return null;
}

/** The candidate becomes the stable track: the controller retires the old one, then pin, fields and helpers go, in this order. */
export function closeForward(plan: Plan, seen: Observation): Action {
  // Not our order of writes, but possible after somebody else ended the hold: stable leaves while users are still pinned to it.
  if (seen.candidate !== null && seen.live.pin === plan.stable.hash && seen.live.selectorIntact) return write('switch');
  if (isTidied(plan, seen))
    return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'promoted' } };
  if (!seen.current) return wait('controller', 'the Deployment controller to see the close');
  const leaving = [...(seen.stable === null ? [] : [seen.stable]), ...seen.others];
  const left = leaving.reduce((sum, track) => sum + remaining(track), 0);
  // While pods are still wanted there is time: the write is made then, and its effect is there when they leave.
  if (seen.candidateService.state === 'candidate' && seen.lost === null) return write('watch-stable');
  if (left > 0) return wait('retirement', `${left} pods of the old version to leave`);
  const listed = listedByHelper(seen);
  if (listed > 0) return wait('endpoints', `${listed} leaving pods to be known as leaving`);
  return tidy(plan, seen) ?? { do: 'finish', outcome: { outcome: 'promoted' } };
}

/** Unpin, put the fields back, remove the candidate Service. The same at both ends of a release. */
export function tidy(plan: Plan, seen: Observation): Action | null {
  if (seen.lost === null && seen.live.pin !== null) return write('unpin');
  const { fields } = seen.deployment;
  if (!sameFields(fields, restoredFields(fields, plan))) return write('restore');
  return tidyCandidateService(plan, seen);
}

/**
 * The EndpointSlice controller has a pod cache of its own. It may not have seen yet that a pod is leaving, although our watch has, and
 * would send users to that pod the moment the pin is gone (observed: for 845 ms on a busy control plane). So the candidate Service is
 * pointed at the track that leaves: once its slices, made by the same controller from the same cache, have no ready endpoint left,
 * the live Service's will not have them either.
 */
export function listedByHelper({ candidateService }: Observation): number {
  // Of both: as long as the other track is listed, the controller has not even seen that the Service was pointed anew.
  return candidateService.endpoints.stable + candidateService.endpoints.candidate;
}

/** Pin and fields are as they were: the other track left before that, nothing has to be waited for any more. */
export function isTidied(plan: Plan, seen: Observation): boolean {
  const { fields } = seen.deployment;
  return seen.live.pin === null && sameFields(fields, restoredFields(fields, plan));
}

export function tidyCandidateService(plan: Plan, seen: Observation): Action | null {
  const { state, pinned } = seen.candidateService;
  // Never a route to a Service that is gone; and the other way round than up: make before break.
  const away = seen.routes.findLastIndex((route) => !route.home && !route.original);
  if (away >= 0) return write('route-home', { route: away });
  if (plan.candidateService.kind === 'ours' && state !== 'absent') return write('delete-candidate-service');
  if (plan.candidateService.kind === 'users' && pinned) return write('restore-candidate-service');
  const changed = seen.routes.findLastIndex((route) => !route.original);
  return changed >= 0 ? write('route-restore', { route: changed }) : null;
}

function restarts(track: Track): Record<string, number> {
  return Object.fromEntries(track.pods.filter((pod) => !pod.terminating).map((pod) => [pod.name, pod.restarts]));
}
