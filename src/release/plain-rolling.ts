import { type Action, wait, write } from './action.ts';
import { prove, unsure } from './evidence.ts';
import { restarts, tidyCandidateService } from './forward.ts';
import { type Observation, readyPods, remaining, type Track } from './observation.ts';
import type { Plan } from './plan.ts';
import type { State, Turn } from './state.ts';

/** Milliseconds after which going back stops waiting for the cluster and says so. */
const BACK_LIMIT = 600_000;
/** Milliseconds that stable may take to be whole again; one that was not whole before the release never will be. */
const STABLE_PATIENCE = 120_000;

/*
 * `strategy: rolling` without batches: Kubernetes' own rolling update by the Deployment's own maxSurge and maxUnavailable. The template is
 * all that is written; the release watches, and takes it back when it goes wrong. Nothing is held, so nothing has to be undone after a
 * crash but the template.
 */

/** On its way forward. The Deployment and the Service are there. */
export function rollForward(plan: Plan, state: State, seen: Observation, now: number): Action {
  const { deployment, candidate, stable, others, candidateService, live } = seen;
  if (deployment.template === 'stable') return write('roll');
  if (candidate === null) return wait('controller', 'the Deployment controller makes the candidate’s ReplicaSet');
  const ready = readyPods(candidate);
  if (ready > 0 && state.marks.ready === undefined) return { do: 'mark', mark: 'ready', restarts: restarts(candidate) };
  if (plan.checks > 0 && state.marks.checked === undefined && ready > 0) {
    if (candidateService.state === 'absent') return write('create-candidate-service');
    if (candidateService.state !== 'candidate') return write('point-candidate-service');
    if (candidateService.endpoints.candidate > 0) return { do: 'check' };
    // A check that never ran is not a pass, however far the controller has come.
    return wait('endpoints', 'the candidate’s first pod in the candidate Service’s endpoints');
  }
  const doubtful = state.marks.checked === undefined ? null : unsure(plan, state);
  if (doubtful !== null) return doubtful;
  const old = [...(stable === null ? [] : [stable]), ...others].reduce((sum, track) => sum + remaining(track), 0);
  const { replicas } = deployment;
  if (state.marks.switched === undefined) {
    const standing = `${ready}/${replicas} candidate pods Ready, ${old} of stable still there`;
    if (old > 0) return wait('retirement', standing);
    if (ready < replicas) return wait('pods', standing);
    const strange = live.endpoints.stable + live.endpoints.other;
    if (strange > 0 || live.endpoints.candidate < replicas)
      return wait(
        'endpoints',
        `live endpoints: ${live.endpoints.candidate} candidate, ${strange} other; wanted ${replicas} and 0`,
      );
    return { do: 'mark', mark: 'switched', restarts: restarts(candidate) };
  }
  if (state.marks.baked === undefined) {
    const over = state.marks.switched + plan.times.bake;
    if (now < over) return wait('bake', 'users are on the candidate', over);
    const unproven = plan.times.bake > 0 ? prove(plan, state, seen, over, now) : null;
    return unproven ?? { do: 'mark', mark: 'baked' };
  }
  return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'promoted', stable: 'retired' } };
}

/** The old template; the controller does the rest, as it did on the way there. */
export function rollBack(plan: Plan, turn: Turn, seen: Observation, now: number): Action {
  const { deployment, stable } = seen;
  if (now > turn.at + BACK_LIMIT) return { do: 'finish', outcome: { outcome: 'failed', left: 'unfinished' } };
  // Somebody else's template rolls out by itself: it is theirs.
  if (deployment.template === 'foreign')
    return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome: 'failed', left: 'theirs' } };
  if (deployment.template === 'candidate') return write('roll-back');
  const ready = stable === null ? 0 : readyPods(stable);
  const leaving = leavingOf(seen).reduce((sum, track) => sum + remaining(track), 0);
  if (!seen.current) return wait('controller', 'the Deployment controller to see the old template');
  const isShort = ready < deployment.replicas && now < turn.at + STABLE_PATIENCE;
  if (leaving > 0 || isShort)
    return wait(
      'retirement',
      `${ready}/${deployment.replicas} pods of stable Ready, ${leaving} of the candidate still there`,
      leaving > 0 ? null : turn.at + STABLE_PATIENCE,
    );
  const missing = seen.live.selectorIntact && seen.lost === null ? ready - seen.live.endpoints.stable : 0;
  if (missing > 0) return wait('endpoints', `${missing} more pods of stable in the live Service’s endpoints`);
  const outcome = turn.cause === 'cancelled' || turn.cause === 'aborted' ? 'aborted' : 'rolled-back';
  return tidyCandidateService(plan, seen) ?? { do: 'finish', outcome: { outcome } };
}

function leavingOf({ candidate, others }: Observation): readonly Track[] {
  return [...(candidate === null ? [] : [candidate]), ...others];
}
