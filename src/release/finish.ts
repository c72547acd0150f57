import { type Action, write } from './action.ts';
import { isClosing, isPastReturn } from './closing.ts';
import { closeForward, drain, findUsers, stayWarm } from './forward.ts';
import { type Observation, readyPods, remaining } from './observation.ts';
import type { Plan } from './plan.ts';
import { bringRoutesHome } from './ramp.ts';
import { percent, type Share } from './route.ts';
import { isInPlace, isPlain, ratio } from './sizes.ts';
import type { Finishing, State } from './state.ts';

/**
 * The end of a release whose users are all on the candidate, because a person wants it now: nothing is judged any more and nobody is taken
 * back. What stands in the way is named, and then everything stands as it stood.
 */
export function finishUp(plan: Plan, state: State, finishing: Finishing, seen: Observation, now: number): Action {
  // It has no close, and its pods may all have gone at once.
  if (isPlain(plan) && areUsersOn(plan, seen)) return closeForward(plan, seen);
  if (!isPlain(plan) && isPastReturn(plan, seen))
    return seen.deployment.held ? write('close') : closeForward(plan, seen);
  // The controller retires stable only for pods that are Ready, and these may have fallen ill since the close was written.
  if (isClosing(plan, seen)) return inTime(plan, now, closeForward(plan, seen));
  const { candidate } = seen;
  if (finishing.stopped !== null) return leave(finishing.stopped);
  if (candidate === null || !areUsersOn(plan, seen)) return leave(whereItStands(plan, finishing, seen));
  return (
    foreignTemplate(plan, state, seen) ??
    inTime(
      plan,
      now,
      findUsers(state, seen, candidate) ??
        bringRoutesHome(plan, state, seen, now) ??
        (state.marks.baked === undefined ? { do: 'mark', mark: 'baked' } : null) ??
        stayWarm(plan) ??
        (state.marks.switched === undefined ? null : drain(plan, state.marks, state.marks.switched, seen, now)) ??
        write('close'),
    )
  );
}

/** In place, nobody can be anywhere else once stable's pods are gone and the live Service is not kept for them any more. */
function areUsersOn(plan: Plan, { live, candidate, stable, deployment }: Observation): boolean {
  if (!isInPlace(plan)) return live.pin !== null && live.pin === candidate?.hash;
  const left = stable === null ? 0 : remaining(stable);
  return (
    left === 0 && live.pin !== plan.stable.hash && candidate !== null && readyPods(candidate) >= deployment.replicas
  );
}

/** Somebody's change of the template waits while the Deployment is paused. It is named first, and replaced by a run after that. */
function foreignTemplate(
  { deployment: { name }, release }: Plan,
  state: State,
  { deployment }: Observation,
): Action | null {
  const { template, templateDigest, templateDifference, editor } = deployment;
  if (template === 'candidate' || templateDigest === state.toldTemplate) return null;
  const change = template === 'stable' ? 'back to the old version' : (templateDifference ?? '');
  return leave(
    `${editor ?? 'Somebody'} changed the pod template of ${name} while it was paused: ${change}. ` +
      `No pod has it, and the end of release ${release} would replace it. Release it afterwards as a version of its own; run again, and it is replaced.`,
    templateDigest,
  );
}

function whereItStands({ release, service, ...plan }: Plan, { warm }: Finishing, seen: Observation): string {
  const share = shareNow(seen);
  const who = seen.live.editor ?? 'Somebody';
  if (warm || share === null)
    return (
      `${who} changed the selector of Service ${service.name}: its users are no longer all on the new version of release ${release}. ` +
      `Set pod-template-hash in it to ${seen.candidate?.hash ?? plan.candidate.digest} and run again, or take users back to the old version with action: ${warm ? 'rollback' : 'abort'}.`
    );
  return `Release ${release} is not at its end: ${percent(share)} of the users are on its new version. Go on with action: promote, or back with action: abort.`;
}

/** Null: the selector is somebody else's. */
function shareNow({ live, routes, stable }: Observation): Share | null {
  if (live.pin === null) return ratio(live.endpoints.candidate, live.endpoints.stable);
  return live.pin === stable?.hash ? Math.max(0, ...routes.map(({ share }) => share ?? 0)) : null;
}

/** What is waited for has as long as the run. */
function inTime({ times, release }: Plan, now: number, action: Action): Action {
  if (action.do !== 'wait') return action;
  if (now < times.deadline) return { ...action, until: Math.min(times.deadline, action.until ?? times.deadline) };
  const { text } = action.wait;
  return leave(
    `Release ${release} could not be ended within its timeout: it waited for ${text}. Users are on its new version, and the old one is still up: run again, or go back with action: rollback.`,
  );
}

function leave(reason: string, toldTemplate: string | null = null): Action {
  return { do: 'finish', outcome: { outcome: 'failed', left: 'as-it-was', reason, toldTemplate } };
}
