import { type Action, wait, write } from './action.ts';
import { type Observation, readyPods, remaining, type Track } from './observation.ts';
import type { Plan } from './plan.ts';
import { isByPods, mayShrink, mostMissing } from './sizes.ts';
import type { State, Turn } from './state.ts';

/** Milliseconds that stable may take to be whole again; one that was not whole before the release never will be. */
const REGROW_PATIENCE = 120_000;
/** Milliseconds after which one more pod of the candidate makes room for stable's. */
const ROOM_PATIENCE = 10_000;

/**
 * Stable gave pods to the candidate (rolling batches, shares above one half by the numbers of pods): before anything else it gets them
 * back, in one write, while the candidate's pods go on serving. Where the cluster has no room for both, the candidate's make room in
 * waves; where no user can reach the candidate, they go at once.
 */
export function regrow(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): Action | null {
  const { deployment, candidate, stable } = seen;
  const isGone = candidate === null || remaining(candidate) === 0;
  const isRegrowing = deployment.held && deployment.template === 'stable';
  if (isGone && !isRegrowing) return null;
  const isShort = stable === null || stable.size < deployment.replicas;
  // Elsewhere stable is whole all the time, but for somebody who writes another template when the close has taken its pods.
  const isOurs = deployment.template !== 'candidate' && !isForeign(state, seen);
  const isStranded = isOurs && isShort && !isServing(stable) && isServing(candidate);
  if (!isByPods(plan) && !isStranded && state.marks.regrowing === undefined) return null;
  // Somebody else's template stands in the way of stable's: both tracks go on serving until a person, or the next run, decides.
  if (isForeign(state, seen) && isShort) return standAsItIs(seen);
  if (deployment.template !== 'stable') return isShort ? grow(plan, state, turn, seen, now) : null;
  if (state.marks.evicting !== undefined) return null;
  // Somebody has put stable's template back when the close had taken its last pod: there is nobody to go back to yet.
  if (!deployment.held)
    return isShort && !isServing(stable) && isServing(candidate) ? grow(plan, state, turn, seen, now) : null;
  if (!deployment.fields.paused) {
    if (isShort && isOutgrown(seen)) return grow(plan, state, turn, seen, now);
    if (isShort) return wait('controller', 'stable to get its pods back');
    // What a regrow keeps of the candidate is its surge.
    const { maxSurge } = deployment.fields.strategy.rollingUpdate ?? {};
    const isTooLarge = typeof maxSurge === 'number' && (candidate?.size ?? 0) > maxSurge;
    if (!isTooLarge) return write('freeze');
    // Paused with more pods than the hold gives, the controller takes some of both. One that never takes them gets a hold that gives them.
    const until = (state.marks.regrowing ?? turn.at) + ROOM_PATIENCE;
    return now < until
      ? wait('controller', 'pods of the candidate to make room', until)
      : grow(plan, state, turn, seen, now);
  }
  return isShort ? grow(plan, state, turn, seen, now) : comeBack(plan, state, turn, seen, now);
}

/**
 * `replicas` has grown since the hold was written: its limits leave stable no room for the pods that came to be wanted (the controller shares
 * a growth out to both tracks, too), and it may take none of the candidate's.
 */
function isOutgrown(seen: Observation): boolean {
  const { deployment, current, stable, candidate } = seen;
  const { replicas, fields } = deployment;
  const { maxSurge, maxUnavailable } = fields.strategy.rollingUpdate ?? {};
  if (!current || typeof maxSurge !== 'number' || typeof maxUnavailable !== 'number') return false;
  if (maxUnavailable > 0) return maxSurge + maxUnavailable < replicas;
  return (stable?.size ?? 0) + (candidate?.size ?? 0) + strangers(seen) >= replicas + maxSurge;
}

/** Stable has its size; its pods start. */
function comeBack(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): Action | null {
  const { deployment, stable, candidate } = seen;
  const ready = stable === null ? 0 : readyPods(stable);
  if (stable === null || candidate === null) return null;
  if (ready >= deployment.replicas) return awaitEndpoints(state, turn, seen, now);
  const isRefused = lacksRoom(stable);
  // Nobody is left whose going could be too early; what was refused a place gets it when these are gone.
  if (remaining(candidate) === 0)
    return isRefused && candidate.pods.length > 0
      ? wait('retirement', `${candidate.pods.length} leaving pods of the candidate to make room`)
      : null;
  const keep = kept(plan, state, turn, seen, now);
  if (keep < candidate.size && seen.current) return grow(plan, state, turn, seen, now);
  const since = state.marks.regrowing ?? turn.at;
  if (now >= since + REGROW_PATIENCE && ready > 0) return null;
  // Refusals stand in the ReplicaSet, which no watch shows.
  const isMade = stable.pods.length >= stable.size;
  const until = since + (isRefused ? ROOM_PATIENCE : REGROW_PATIENCE);
  return wait(isMade ? 'pods' : 'controller', `${ready}/${deployment.replicas} pods of stable Ready again`, until);
}

/**
 * A pin that comes while the EndpointSlice controller lists stable's last pod finds it with a cache that is behind, and then it tries
 * again no sooner than a second later (observed: the candidate's pods stayed listed for 1.1 s).
 */
function awaitEndpoints(state: State, turn: Turn, { live, stable }: Observation, now: number): Action | null {
  if (live.pin !== null || !live.selectorIntact || live.endpoints.candidate === 0 || stable === null) return null;
  const missing = readyPods(stable) - live.endpoints.stable;
  const until = (state.marks.regrowing ?? turn.at) + REGROW_PATIENCE;
  if (missing <= 0 || now >= until) return null;
  return wait('endpoints', `${missing} more pods of stable in the live Service’s endpoints`, until);
}

function grow(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): Action {
  const { live, stable } = seen;
  // All users on the candidate alone would be too many for a moment that is not frozen: what is left of stable serves, too, at once.
  if (live.pin !== null && live.pin === seen.candidate?.hash && stable !== null && readyPods(stable) > 0)
    return write('overlap');
  const candidate = kept(plan, state, turn, seen, now);
  // Pods of a version that somebody else brought in between leave with the candidate's; until then they need their places, too.
  return write('regrow', { sizes: { candidate: candidate + strangers(seen), stable: seen.deployment.replicas } });
}

function strangers({ others }: Observation): number {
  return others.reduce((sum, { size }) => sum + size, 0);
}

/** Candidate pods that stay until stable is whole. */
function kept(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): number {
  const { deployment, stable, candidate, live } = seen;
  const size = candidate?.size ?? 0;
  if (live.pin === plan.stable.hash && live.endpoints.candidate === 0) return 0;
  if (stable === null || !lacksRoom(stable)) return size;
  const { replicas } = deployment;
  const served = replicas - readyPods(stable) - Math.max(1, mostMissing(plan, replicas));
  // A controller that was refused often tries again late: every write of ours makes it try at once.
  const isStuck = now >= (state.marks.regrowing ?? turn.at) + ROOM_PATIENCE;
  return Math.max(0, Math.min(isStuck ? size - 1 : size, served));
}

/** The way back ends when stable is whole again behind the live Service, as far as it can be. */
export function awaitStable(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): Action | null {
  const { deployment, stable, live } = seen;
  if (stable === null || deployment.template !== 'stable' || seen.lost !== null) return null;
  // The run before this one may have been the one that asked for stable's pods.
  const until = (state.marks.regrowing ?? turn.at) + REGROW_PATIENCE;
  if (!mayShrink(plan) || now >= until) return null;
  const ready = readyPods(stable);
  if (ready < deployment.replicas)
    return wait('pods', `${ready}/${deployment.replicas} pods of stable Ready again`, until);
  const missing = live.selectorIntact ? ready - live.endpoints.stable : 0;
  return missing > 0
    ? wait('endpoints', `${missing} more pods of stable in the live Service’s endpoints`, until)
    : null;
}

function isServing(track: Track | null): boolean {
  return track !== null && readyPods(track) > 0;
}

/** Quota, or nodes that are full. */
function lacksRoom({ refused, pods }: Track): boolean {
  return refused !== null || pods.some(({ sign }) => sign?.reason === 'Unschedulable');
}

function standAsItIs({ deployment }: Observation): Action {
  if (!deployment.fields.paused) return write('freeze');
  return { do: 'finish', outcome: { outcome: 'failed', left: 'standing' } };
}

/** A template of somebody else's that no run has named yet. */
export function isForeign(state: State, { deployment }: Observation): boolean {
  return deployment.template === 'foreign' && deployment.templateDigest !== state.toldTemplate;
}
