import { FULL_SURGE } from './hold.ts';
import type { Plan, RolloutStrategy } from './plan.ts';
import { ALL, type Share } from './route.ts';

/** Pods of both tracks, side by side. */
export interface Sizes {
  readonly candidate: number;
  readonly stable: number;
}

const HALF: Share = ALL / 2;

/** The numbers of pods split the users: no route does. */
export function isByPods(plan: Plan): boolean {
  return isInPlace(plan) || (plan.strategy === 'canary' && plan.routes.length === 0);
}

/** The candidate's pods take the place of stable's: no second set of pods, and at the end no stable that is still warm. */
export function isInPlace(plan: Plan): boolean {
  return plan.strategy === 'rolling';
}

/** Stable gives pods to the candidate in the course of it. */
export function mayShrink(plan: Plan): boolean {
  return isInPlace(plan) || (isByPods(plan) && plan.steps.some(({ share }) => share > HALF && share < ALL));
}

/** Kubernetes' own rolling update, watched: no batches, no hold. */
export function isPlain(plan: Plan): boolean {
  return isInPlace(plan) && plan.steps.length === 1;
}

/** The pods that a step wants when it is reached. Step 0: the candidate is up and checked, no user reaches it. */
export function sizesFor(plan: Plan, step: number, replicas: number): Sizes {
  if (isInPlace(plan)) {
    if (step === 0) return wave(plan, { candidate: 0, stable: replicas }, inBatch(plan, 1, replicas), replicas);
    const candidate = inBatch(plan, step, replicas);
    return { candidate, stable: replicas - candidate };
  }
  return { candidate: besideStable(plan, step, replicas), stable: stableBeside(plan, step, replicas) };
}

/**
 * The next numbers of pods on the way from those that there are to those that the step wants; null: it has them. More pods of the
 * candidate first, fewer of stable after that; in place, no more at a time than the Deployment's own strategy allows.
 */
export function nextSizes(plan: Plan, step: number, replicas: number, now: Sizes): Sizes | null {
  const wanted = sizesFor(plan, step, replicas);
  if (now.candidate < wanted.candidate)
    return isInPlace(plan)
      ? wave(plan, now, wanted.candidate, replicas)
      : { candidate: wanted.candidate, stable: Math.min(Math.max(now.stable, wanted.stable), replicas) };
  return now.stable > wanted.stable ? { candidate: now.candidate, stable: wanted.stable } : null;
}

/** The hold under which the controller makes exactly these, and keeps them. The second full set is a percentage: it grows with `replicas`. */
export function holdFor({ candidate, stable }: Sizes, replicas: number): RolloutStrategy {
  if (candidate === replicas && stable === replicas) return FULL_SURGE;
  const maxUnavailable = Math.max(0, replicas - stable);
  return {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: Math.max(0, candidate - maxUnavailable), maxUnavailable },
  };
}

/** The pods that a hold gives: what `holdFor` was made of. Surge is rounded up and unavailable down, as the controller does. */
export function sizesOf({ rollingUpdate }: RolloutStrategy, replicas: number): Sizes {
  const unavailable = Math.min(replicas, resolve(rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor));
  const surge = resolve(rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil);
  return { candidate: Math.min(replicas, surge + unavailable), stable: replicas - unavailable };
}

/**
 * The most pods that may be missing at a time while pods are replaced in place: what the Deployment's own strategy allows
 * (0: it surges instead), a quarter for one that has no such limit (Recreate).
 */
export function mostMissing(plan: Pick<Plan, 'original'>, replicas: number): number {
  const { type, rollingUpdate } = plan.original.strategy;
  if (type === 'Recreate') return Math.max(1, Math.floor(replicas / 4));
  const missing = resolve(rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor);
  // The controller, too, takes one when both of its limits come to nothing.
  return missing === 0 && mostSurge(plan, replicas) === 0 ? 1 : Math.min(missing, replicas);
}

/** The most pods that there may be beyond `replicas` while pods are replaced in place. */
export function mostSurge(plan: Pick<Plan, 'original'>, replicas: number): number {
  const { type, rollingUpdate } = plan.original.strategy;
  return type === 'Recreate' ? 0 : resolve(rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil);
}

/** The most pods that there are to be beyond `replicas` at any time of a release with these steps. */
export function mostExtra(plan: Pick<Plan, 'strategy' | 'original' | 'steps'>, replicas: number): number {
  if (plan.strategy !== 'rolling') return replicas;
  const isPlainUpdate = plan.steps.length === 1;
  return isPlainUpdate || mostMissing(plan, replicas) === 0 ? mostSurge(plan, replicas) : 0;
}

/** Share of `candidate` pods beside `stable` pods, basis points. */
export function ratio(candidate: number, stable: number): Share {
  return candidate + stable === 0 ? 0 : Math.round((candidate * ALL) / (candidate + stable));
}

/** One wave of a batch: pods missing for a moment, or, where the Deployment allows none to be missing, more pods for a moment. */
function wave(plan: Plan, now: Sizes, wanted: number, replicas: number): Sizes {
  // What surged is Ready by now: stable's pods make room for it.
  if (now.candidate + now.stable > replicas)
    return { candidate: now.candidate, stable: Math.max(0, replicas - now.candidate) };
  const missing = mostMissing(plan, replicas);
  if (missing === 0)
    return { candidate: Math.min(wanted, now.candidate + mostSurge(plan, replicas)), stable: now.stable };
  const candidate = Math.min(wanted, now.candidate + missing);
  return { candidate, stable: replicas - candidate };
}

/** Pods of the candidate after a batch, all before it included: at least one. */
function inBatch(plan: Plan, step: number, replicas: number): number {
  const { share = ALL, pods } = plan.steps[step] ?? {};
  return Math.min(replicas, Math.max(1, pods ?? Math.ceil((replicas * share) / ALL)));
}

/** Candidate pods of a step: what its share needs; at 0 %, what the step after it needs. */
function besideStable(plan: Plan, step: number, replicas: number): number {
  if (plan.strategy === 'blue-green') return replicas;
  const own = plan.steps[step]?.share ?? ALL;
  const share = own > 0 ? own : (plan.steps[step + 1]?.share ?? ALL);
  if (share >= ALL) return replicas;
  if (isByPods(plan)) return share > HALF ? replicas : podsForRatio(share, replicas);
  return Math.min(replicas, plan.candidateReplicas ?? Math.max(plan.leastPods, Math.ceil((replicas * share) / ALL)));
}

/** Whole, but for shares above one half by the numbers of pods; the switch to all users leaves it as the step before did. */
function stableBeside(plan: Plan, step: number, replicas: number): number {
  if (!isByPods(plan)) return replicas;
  const share = plan.steps.slice(0, step + 1).findLast((each) => each.share < ALL)?.share ?? 0;
  return share > HALF ? podsForRatio(ALL - share, replicas) : replicas;
}

/**
 * Without a router the share is a track's pods among all pods, with the other track whole: the number whose share is nearest to the
 * wanted one, and never less than one. Shares up to one half.
 */
export function podsForRatio(share: Share, replicas: number): number {
  const exact = (replicas * share) / (ALL - share);
  const [below, above] = [Math.floor(exact), Math.ceil(exact)];
  const nearest = Math.abs(ratio(below, replicas) - share) <= Math.abs(ratio(above, replicas) - share) ? below : above;
  return Math.min(replicas, Math.max(1, nearest));
}

function resolve(value: number | string, replicas: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return round((replicas * Number.parseFloat(value)) / 100);
}
