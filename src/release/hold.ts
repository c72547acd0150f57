import type { HoldFields, Plan, RolloutStrategy } from './plan.ts';

/**
 * The hold (design §2): with this `minReadySeconds` (68 years) the candidate's pods become Ready and take traffic, but never Available,
 * so that the Deployment controller never retires the stable ReplicaSet. The progress deadline must be greater than it.
 */
export const HOLD_MIN_READY_SECONDS = 2_147_483_646;
export const HOLD_PROGRESS_DEADLINE = 2_147_483_647;

/** A second full set of pods beside stable's, stable whole: blue/green. */
export const FULL_SURGE: RolloutStrategy = {
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 },
};

/** Lets the controller remove a track at once, whatever the other one's state (used only to go back when stable itself is not whole). */
export const EVICT: RolloutStrategy = {
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge: '100%', maxUnavailable: '100%' },
};

export function isHeld(fields: HoldFields): boolean {
  return fields.minReadySeconds === HOLD_MIN_READY_SECONDS;
}

export function sameStrategy(a: RolloutStrategy, b: RolloutStrategy): boolean {
  return (
    (a.type ?? 'RollingUpdate') === (b.type ?? 'RollingUpdate') &&
    a.rollingUpdate?.maxSurge === b.rollingUpdate?.maxSurge &&
    a.rollingUpdate?.maxUnavailable === b.rollingUpdate?.maxUnavailable
  );
}

export function sameFields(a: HoldFields, b: HoldFields): boolean {
  return (
    a.paused === b.paused &&
    a.minReadySeconds === b.minReadySeconds &&
    a.progressDeadlineSeconds === b.progressDeadlineSeconds &&
    sameStrategy(a.strategy, b.strategy)
  );
}

/**
 * The fields that the last step of a release leaves: what was there at the start, except where somebody else has changed
 * a field meanwhile (its value is then neither the hold's nor the original): theirs stays.
 */
export function restoredFields(now: HoldFields, plan: Pick<Plan, 'original' | 'strategy'>): HoldFields {
  const { original } = plan;
  const isStep = ({ rollingUpdate }: RolloutStrategy): boolean =>
    plan.strategy !== 'blue-green' &&
    typeof rollingUpdate?.maxSurge === 'number' &&
    typeof rollingUpdate.maxUnavailable === 'number';
  const ours = (strategy: RolloutStrategy): boolean =>
    sameStrategy(strategy, FULL_SURGE) || sameStrategy(strategy, EVICT) || isStep(strategy);
  return {
    paused: original.paused,
    minReadySeconds: now.minReadySeconds === HOLD_MIN_READY_SECONDS ? original.minReadySeconds : now.minReadySeconds,
    progressDeadlineSeconds:
      now.progressDeadlineSeconds === HOLD_PROGRESS_DEADLINE
        ? original.progressDeadlineSeconds
        : now.progressDeadlineSeconds,
    strategy: ours(now.strategy) ? original.strategy : now.strategy,
  };
}
