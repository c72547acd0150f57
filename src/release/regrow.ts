import { type Action, wait, write } from './action.ts';
import { freeze } from './forward.ts';
import { type Observation, readyPods, remaining, type Track } from './observation.ts';
import type { Plan } from './plan.ts';
import { isByPods, mostMissing } from './sizes.ts';
import type { State, Turn } from './state.ts';

/** Milliseconds that stable may take to be whole again; one that was not whole before the release never will be. */
const REGROW_PATIENCE = 120_000;

/**
 * Stable gave pods to the candidate (rolling batches, shares above one half by the numbers of pods): before anything else it gets them
 * back, in one write, while the candidate's pods go on serving. Where the cluster has no room for both, the candidate's make room in
 * waves; where no user can reach the candidate, they go at once.
 */
export function regrow(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): Action | null {
  const { deployment, candidate, stable } = seen;
  const isGone = candidate === null || remaining(candidate) === 0;
  if (!isByPods(plan) || (isGone && !(deployment.held && deployment.template === 'stable'))) return null;
  const isShort = stable === null || stable.size < deployment.replicas;
  // Somebody else's template stands in the way of stable's: both tracks go on serving until a person, or the next run, decides.
  if (isForeign(state, seen) && deployment.held && isShort) return standAsItIs(seen);
  if (deployment.template !== 'stable') return isShort ? grow(plan, seen) : null;
  if (!deployment.held || state.marks.evicting !== undefined) return null;
  if (!deployment.fields.paused) {
    if (isShort) return wait('controller', 'stable to get its pods back');
    return isGone ? write('freeze') : freeze(seen);
  }
  return isShort ? grow(plan, seen) : comeBack(plan, state, turn, seen, now);
}

/** Stable has its size; its pods start. */
function comeBack(plan: Plan, state: State, turn: Turn, seen: Observation, now: number): Action | null {
  const { deployment, stable, candidate } = seen;
  const ready = stable === null ? 0 : readyPods(stable);
  if (ready >= deployment.replicas) return null;
  const keep = kept(plan, seen);
  if (candidate !== null && keep < candidate.size && seen.current) return grow(plan, seen);
  const until = (state.marks.regrowing ?? turn.at) + REGROW_PATIENCE;
  if (now >= until && ready > 0) return null;
  return wait('pods', `${ready}/${deployment.replicas} pods of stable Ready again`, until);
}

function grow(plan: Plan, seen: Observation): Action {
  return write('regrow', { sizes: { candidate: kept(plan, seen), stable: seen.deployment.replicas } });
}

/** Candidate pods that stay until stable is whole. */
function kept(plan: Plan, { deployment, stable, candidate, live }: Observation): number {
  const size = candidate?.size ?? 0;
  if (live.pin === plan.stable.hash && live.endpoints.candidate === 0) return 0;
  if (stable === null || !lacksRoom(stable)) return size;
  const { replicas } = deployment;
  return Math.min(size, Math.max(0, replicas - readyPods(stable) - Math.max(1, mostMissing(plan, replicas))));
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
