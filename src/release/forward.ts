import { type Action, wait, write } from './action.ts';
import { isBrought } from './closing.ts';
import { prove, unsure } from './evidence.ts';
import { whenUnsure } from './gap.ts';
import { restoredFields, sameFields } from './hold.ts';
import { type Observation, readyPods, remaining, type Track } from './observation.ts';
import type { Plan } from './plan.ts';
import { bringRoutesHome, climb } from './ramp.ts';
import { isInPlace, nextSizes, type Sizes, sizesFor, sizesOf } from './sizes.ts';
import type { Marks, State } from './state.ts';

/** A release on its way forward (design §3), as a list of what must be true before the next thing may happen. */
export function forward(plan: Plan, state: State, seen: Observation, now: number): Action {
  return (
    open(plan, seen) ??
    raiseCandidate(plan, state, seen) ??
    proveCandidate(plan, state, seen) ??
    takePlaces(plan, state, seen, now) ??
    proveStep(state, seen) ??
    climb(plan, state, seen, now) ??
    switchUsers(plan, state, seen, now) ??
    bringRoutesHome(plan, state, seen, now) ??
    watchOverUsers(plan, state, seen, now) ??
    write('close')
  );
}

/** Paused, then pinned, then template and hold in one PATCH: at no moment can a user reach the candidate. */
function open(plan: Plan, seen: Observation): Action | null {
  if (seen.deployment.template !== 'stable' && !isBrought(plan, seen)) return null;
  if (!seen.deployment.fields.paused) return write('pause');
  if (seen.live.pin === null) return write('pin');
  // The user's own route may lead to the candidate Service already: not while it reaches a candidate that nobody has proved.
  const leading = seen.routes.findLastIndex((route) => route.share !== 0);
  if (leading >= 0) return write('route', { route: leading, step: 0 });
  return write('open', { sizes: sizesFor(plan, 0, seen.deployment.replicas) });
}

/** The candidate has its size, the Deployment is frozen, the candidate Service selects it. */
function raiseCandidate(plan: Plan, state: State, seen: Observation): Action | null {
  const { candidate, deployment } = seen;
  if (!deployment.fields.paused) return freeze(seen);
  if (candidate === null) return wait('controller', 'the candidate’s ReplicaSet');
  // The next step, or a scale-up while frozen that shared the pods out unevenly; after the switch nothing may be thawed any more.
  const wanted = nextSizes(plan, state.step, deployment.replicas, sizesNow(seen));
  const grows = !isInPlace(plan) && wanted !== null && wanted.candidate > candidate.size;
  if (grows && seen.live.pin !== candidate.hash)
    return seen.current
      ? write('resize', { sizes: wanted })
      : wait('controller', 'the Deployment controller to be done with what was before');
  if (seen.candidateService.state === 'absent') return write('create-candidate-service');
  if (seen.candidateService.state !== 'candidate') return write('point-candidate-service');
  return null;
}

/** Unpaused, for the milliseconds that the controller needs to give both tracks the sizes that the hold gives them. */
function freeze({ deployment, candidate, stable }: Observation): Action {
  const asked = sizesOf(deployment.fields.strategy, deployment.replicas);
  if (candidate === null || candidate.size === 0)
    return wait('controller', 'the Deployment controller makes the candidate’s ReplicaSet');
  if (candidate.size < asked.candidate)
    return wait('controller', 'the Deployment controller gives the candidate its size');
  if ((stable?.size ?? 0) > asked.stable)
    return wait('controller', 'the Deployment controller takes pods of stable away');
  return write('freeze');
}

export function sizesNow({ candidate, stable }: Observation): Sizes {
  return { candidate: candidate?.size ?? 0, stable: stable?.size ?? 0 };
}

/** Every pod that there is to be is Ready, the candidate's EndpointSlices list them, the checks passed. */
function proveCandidate(plan: Plan, state: State, seen: Observation): Action | null {
  const { candidate } = seen;
  if (candidate === null) return wait('controller', 'the candidate’s ReplicaSet');
  if (seen.live.pin === candidate.hash) return null;
  const wanted = candidate.size;
  const ready = readyPods(candidate);
  if (ready < wanted) return wait('pods', `${ready}/${wanted} candidate pods Ready`);
  const listed = seen.candidateService.endpoints.candidate;
  if (listed < wanted)
    return wait('endpoints', `${listed}/${wanted} candidate pods in the candidate Service’s endpoints`);
  if (state.marks.ready === undefined) return { do: 'mark', mark: 'ready', restarts: restarts(candidate) };
  if (plan.checks === 0 || state.step > 0) return null;
  return state.marks.checked === undefined ? { do: 'check' } : unsure(plan, state, whenUnsure(plan, seen));
}

/**
 * Pods of the candidate take the place of stable's: the waves of a batch, and shares above one half by the numbers of pods. The candidate
 * is proved by now; users come to it before pods of stable go, and those that are new in a wave have the Deployment's own time to be well.
 */
function takePlaces(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  const { candidate, deployment, live } = seen;
  if (candidate === null || state.step === 0 || live.pin === candidate.hash) return null;
  const next = nextSizes(plan, state.step, deployment.replicas, sizesNow(seen));
  if (isInPlace(plan) && live.pin === null && state.marks.waveReady === undefined)
    return { do: 'mark', mark: 'waveReady', restarts: restarts(candidate) };
  if (next === null || (!isInPlace(plan) && next.candidate > candidate.size)) return null;
  if (live.pin !== null) return write('overlap');
  const missing = readyPods(candidate) - live.endpoints.candidate;
  if (missing > 0) return wait('endpoints', `${missing} more candidate pods in the live Service’s endpoints`);
  if (state.marks.waveReady === undefined) return { do: 'mark', mark: 'waveReady', restarts: restarts(candidate) };
  const well = state.marks.waveReady + Math.max(plan.times.settle, plan.original.minReadySeconds * 1000);
  const takesAway = next.stable < (seen.stable?.size ?? 0);
  if (takesAway && now < well)
    return wait(
      'settle',
      `the candidate’s ${candidate.size === 1 ? 'pod' : `${candidate.size} pods`} to stay well before stable’s make room`,
      well,
    );
  if (!seen.current) return wait('controller', 'the Deployment controller to be done with the wave before');
  return write('resize', { sizes: next });
}

/** The step has its pods, and they are well. */
function proveStep(state: State, { candidate, live }: Observation): Action | null {
  if (candidate === null || live.pin === candidate.hash) return null;
  if (state.step === 0 || state.marks.stepReady !== undefined) return null;
  return { do: 'mark', mark: 'stepReady', restarts: restarts(candidate) };
}

/** One PATCH, then the proof that it had its effect. In place nothing is left to be switched. */
function switchUsers(plan: Plan, state: State, seen: Observation, now: number): Action | null {
  const { candidate, live } = seen;
  if (candidate === null) return wait('controller', 'the candidate’s ReplicaSet');
  if (live.pin !== candidate.hash && !isInPlace(plan)) {
    if (plan.switch === 'cut') return write('switch');
    if (live.pin !== null) return write('overlap');
    // Of a stable that serves nobody there is nothing to be listed: that is what the release is to put right.
    const serving = seen.stable === null ? 0 : readyPods(seen.stable);
    const both = live.endpoints.candidate >= readyPods(candidate) && live.endpoints.stable >= Math.min(1, serving);
    if (!both) return wait('endpoints', 'the live Service’s endpoints to list both tracks');
    if (state.marks.overlapped === undefined) return { do: 'mark', mark: 'overlapped' };
    const settled = state.marks.overlapped + plan.times.settle;
    if (now < settled) return wait('settle', 'load balancers to take up the candidate’s pods', settled);
    return write('switch');
  }
  // The first wave has taken all of stable's pods: nobody is served until the pin, which they were kept for, is gone.
  if (live.pin !== null && live.pin !== candidate.hash) return write('overlap');
  return findUsers(state, seen, candidate);
}

/** The endpoints have followed the switch. */
export function findUsers(state: State, seen: Observation, candidate: Track): Action | null {
  if (state.marks.switched !== undefined) return null;
  const { endpoints } = seen.live;
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
    if (now < bakeEnd)
      return wait(
        'bake',
        isInPlace(plan) ? 'all pods are the candidate’s' : 'users are on the candidate, stable is still warm',
        bakeEnd,
      );
    const unproven = times.bake > 0 ? prove(plan, state, seen, bakeEnd, now) : null;
    return unproven ?? { do: 'mark', mark: 'baked' };
  }
  return stayWarm(plan) ?? drain(plan, marks, marks.switched, seen, now);
}

export function stayWarm({ keepWarm }: Plan): Action | null {
  return keepWarm ? { do: 'finish', outcome: { outcome: 'promoted', stable: 'warm' } } : null;
}

/**
 * Connections to stable's pods end, and the candidate is whole before those leave.
 * @param switched epoch ms at which users were found on the candidate
 */
export function drain(plan: Plan, marks: Marks, switched: number, seen: Observation, now: number): Action | null {
  // In place, stable's pods had their time to drain when they left.
  const time = isInPlace(plan) ? 0 : plan.times.drain;
  const drainEnd = Math.max((marks.baked ?? switched) + time, (marks.homed ?? switched) + plan.times.settle);
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
    return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'promoted', stable: 'retired' } };
  if (!seen.current) return wait('controller', 'the Deployment controller to see the close');
  const leaving = [...(seen.stable === null ? [] : [seen.stable]), ...seen.others];
  const left = leaving.reduce((sum, track) => sum + remaining(track), 0);
  // While pods are still wanted there is time: the write is made then, and its effect is there when they leave.
  const isPinned = seen.live.pin !== null && seen.lost === null;
  if (isPinned && seen.candidateService.state === 'candidate') return write('watch-stable');
  if (left > 0) return wait('retirement', `${left} pods of the old version to leave`);
  const listed = isPinned ? listedByHelper(seen) : 0;
  if (listed > 0) return wait('endpoints', `${listed} leaving pods to be known as leaving`);
  return tidy(plan, seen) ?? { do: 'finish', outcome: { outcome: 'promoted', stable: 'retired' } };
}

/** Unpin, put the fields back, remove the candidate Service. The same at both ends of a release. */
export function tidy(plan: Plan, seen: Observation): Action | null {
  if (seen.lost === null && seen.live.pin !== null) return write('unpin');
  if (!areFieldsRestored(plan, seen)) return write('restore');
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
  return seen.live.pin === null && areFieldsRestored(plan, seen);
}

function areFieldsRestored(plan: Plan, { deployment: { fields, kept } }: Observation): boolean {
  return sameFields(fields, restoredFields(fields, plan, kept));
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

/** Of each pod that is well and stays, by name. One that is not Ready is more than were wanted, and about to be deleted (a scale-down). */
export function restarts(track: Track): Record<string, number> {
  const well = track.pods.filter((pod) => pod.ready && !pod.terminating);
  return Object.fromEntries(well.map((pod) => [pod.name, pod.restarts]));
}
