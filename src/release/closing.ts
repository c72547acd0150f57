import { type Observation, readyPods, remaining } from './observation.ts';
import type { Plan } from './plan.ts';
import { isInPlace, isPlain } from './sizes.ts';

/**
 * Somebody else has brought the candidate's template while the Deployment was paused and before the release did (`kubectl apply` of the
 * manifest that is being released): no pod has it yet, and it can be held as if we had written it.
 */
export function isBrought(plan: Plan, { deployment, candidate }: Observation): boolean {
  const { template, held, fields } = deployment;
  const isThere = candidate !== null && remaining(candidate) > 0;
  return template === 'candidate' && !held && fields.paused && !isThere && !isPlain(plan);
}

/**
 * Somebody else has brought the candidate's template, and the Deployment rolls it out by its own strategy: nothing of ours is on it.
 */
export function isRolledByOthers(plan: Plan, { deployment, live, stable }: Observation): boolean {
  const { template, held, fields } = deployment;
  const isLeft = stable !== null && stable.size > 0;
  return template === 'candidate' && !held && !fields.paused && live.pin === null && isLeft && !isPlain(plan);
}

/** The candidate's close was written: its template stays, and its pods count as available again. A plain rolling update has no close. */
export function isClosing(plan: Plan, seen: Observation): boolean {
  const { template, held } = seen.deployment;
  return template === 'candidate' && !held && !isPlain(plan) && !isBrought(plan, seen);
}

/**
 * The candidate is what the Deployment wants and stable has been scaled away: going back would be a release of its own, what is left
 * can only be completed. In place, stable is always scaled away before the close, and made again when the release goes back.
 */
export function isPastReturn(plan: Plan, seen: Observation): boolean {
  return (
    seen.deployment.template === 'candidate' &&
    seen.candidate !== null &&
    (seen.stable === null || seen.stable.size === 0) &&
    !(isInPlace(plan) && seen.deployment.held)
  );
}

/** The same, but that somebody else has changed the template meanwhile: it waits, because the Deployment is paused. */
export function isStrandedByOthers(plan: Plan, { deployment, candidate, stable }: Observation): boolean {
  const isServing = candidate !== null && readyPods(candidate) > 0;
  const isLeft = stable !== null && stable.size > 0;
  return deployment.template === 'foreign' && !deployment.held && isServing && !isLeft && !isPlain(plan);
}
