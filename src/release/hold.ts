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

/** Fields that somebody else has set during the release, and that stay as they are after it. */
export interface Kept {
  readonly paused: boolean;
  readonly strategy: boolean;
}

/**
 * The fields that the last step of a release leaves: what was there at the start, except where somebody else has changed
 * a field meanwhile: theirs stays.
 */
export function restoredFields(now: HoldFields, { original }: Pick<Plan, 'original'>, kept: Kept): HoldFields {
  return {
    paused: original.paused || (now.paused && kept.paused),
    minReadySeconds: ownMinReady(now, original),
    progressDeadlineSeconds:
      now.progressDeadlineSeconds === HOLD_PROGRESS_DEADLINE
        ? original.progressDeadlineSeconds
        : now.progressDeadlineSeconds,
    strategy: kept.strategy ? now.strategy : original.strategy,
  };
}

/** `minReadySeconds` without the hold. */
export function ownMinReady(now: HoldFields, original: HoldFields): number {
  return isHeld(now) ? original.minReadySeconds : now.minReadySeconds;
}
