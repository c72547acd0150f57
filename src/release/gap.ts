import type { Observation } from './observation.ts';
import type { Judging, Plan } from './plan.ts';
import { isInPlace, isPlain, mostMissing, sizesFor } from './sizes.ts';

/*
 * A gap: pods are replaced in place, and the Deployment's own strategy lets stable's last one go before the first of the candidate is
 * Ready. Users reach no pod until that is there. It is what such a strategy asks for; nothing may make it longer than that.
 */

/** What the user should know of it before anything is written; none: users always reach a pod. */
export function gapWarning(plan: Plan, replicas: number): string[] {
  if (!leavesGap(plan, replicas)) return [];
  const checked = !isPlain(plan) && plan.checks > 0 ? ' and be checked' : '';
  return [
    `Users will reach no pod of Deployment ${plan.deployment.name} for as long as the new ones take to start${checked}: ${whyGap(plan, replicas)}. ${wayOut(plan, replicas)}`,
  ];
}

/** A pause before any user would make the gap last until somebody goes on. Null: there is none, or no such pause. */
export function whyNoPause(plan: Plan, replicas: number): string | null {
  if (plan.pauseAt !== 0 || !leavesGap(plan, replicas)) return null;
  return (
    `Wanted to pause at 0% (input pause-at), before any user is on the new version of Deployment ${plan.deployment.name}; ` +
    `users would reach no pod until somebody goes on: ${whyGap(plan, replicas)}. Leave pause-at out. ${wayOut(plan, replicas)}`
  );
}

/** What is done when nothing certain is known of the candidate that no user has reached yet: no pause in a gap. */
export function whenUnsure(plan: Plan, seen: Pick<Observation, 'live' | 'stable'>): Judging['onInconclusive'] {
  const { onInconclusive } = plan.judging;
  return onInconclusive === 'pause' && isInGap(plan, seen) ? 'rollback' : onInconclusive;
}

/** The live Service is kept for stable, which is to have no pods: nothing may stand still here. */
export function isInGap(plan: Plan, { live, stable }: Pick<Observation, 'live' | 'stable'>): boolean {
  return isInPlace(plan) && live.pin === plan.stable.hash && (stable === null || stable.size === 0);
}

function leavesGap(plan: Plan, replicas: number): boolean {
  if (!isInPlace(plan)) return false;
  if (!isPlain(plan)) return sizesFor(plan, 0, replicas).stable === 0;
  return plan.original.strategy.type === 'Recreate' || mostMissing(plan, replicas) >= replicas;
}

function whyGap({ original: { strategy } }: Plan, replicas: number): string {
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy.rollingUpdate ?? {};
  const limits = strategy.type === 'Recreate' ? 'Recreate' : `maxSurge ${maxSurge}, maxUnavailable ${maxUnavailable}`;
  const pods = replicas === 1 ? 'its only pod goes' : `all ${replicas} pods go`;
  return `by its own strategy (${limits}) ${pods} before the first new one is Ready`;
}

function wayOut(plan: Plan, replicas: number): string {
  const fewer = isPlain(plan) || replicas === 1 ? '' : ', begin with a batch of fewer pods';
  return `Where both versions may run at a time, use strategy: blue-green or canary${fewer}, or give the Deployment maxSurge: 1 and maxUnavailable: 0.`;
}
