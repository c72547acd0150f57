import type { Write } from './action.ts';
import { isBrought } from './closing.ts';
import { restarts, sizesNow } from './forward.ts';
import { type Observation, remaining } from './observation.ts';
import type { Plan } from './plan.ts';
import { turnBack } from './progress.ts';
import type { Told } from './route.ts';
import { isByPods, sizesFor } from './sizes.ts';
import { BEGINNING, type Marks, type State, type ToldRoutes, type Turn } from './state.ts';

/** What the record knows of an interrupted release beside its plan. */
export interface Resumable {
  /** Why it was on its way back; null: it was not, as far as anybody could note it. */
  readonly turned: Turn | null;
  readonly toldTemplate: string | null;
  readonly toldRoutes: ToldRoutes;
  readonly told: Told | null;
  /** When users were moved off the candidate, epoch ms, where it was left standing after that, to be tried again; null: it was not. */
  readonly stood: number | null;
}

/**
 * The state from which an interrupted release goes on: it is where the cluster says it is. What can only be known by having watched (that
 * the candidate is well, how long a share was held) is not known, and is found out again. Pure.
 *
 * @param now epoch ms
 */
export function resumed(plan: Plan, seen: Observation, known: Resumable, now: number): State {
  const { turned, toldTemplate, toldRoutes, told } = known;
  const state: State = { ...BEGINNING, toldTemplate, toldRoutes };
  if (turned !== null) return onItsWayBack(state, turned, now);
  if (wasGoingBack(seen) || isMovedBack(seen, known)) return onItsWayBack(state, UNTOLD, now);
  return {
    ...state,
    step: stepReached(plan, seen, told),
    marks: written(plan, seen, now),
    restartsAtSwitch: seen.candidate === null ? {} : restarts(seen.candidate),
  };
}

/** It was interrupted between its first write on the way back and the note of it. */
export const UNTOLD: Omit<Turn, 'at'> = {
  cause: 'resumed',
  reason: 'it was interrupted on its way back, before it could note why; the way back is ended',
};

/** By a way back that was not left standing at its end. */
export function isMovedBack({ movedBack }: Pick<Observation, 'movedBack'>, { stood }: Resumable): boolean {
  return movedBack !== null && movedBack !== stood;
}

export function onItsWayBack(state: State, turn: Omit<Turn, 'at'>, now: number): State {
  // The process before may have moved users a moment ago: they are looked for, and settle, before any pod leaves.
  return turnBack({ ...state, marks: { backSwitched: now } }, { ...turn, at: now });
}

/** Stable's template, with pods of the candidate: only a way back writes that. */
function wasGoingBack({ deployment, candidate }: Observation): boolean {
  return deployment.template === 'stable' && candidate !== null && remaining(candidate) > 0;
}

/** The step that the shares or the pods are at, or on their way to. Of steps with the same pods the first: nobody knows that its time is over. */
function stepReached(plan: Plan, seen: Observation, told: Told | null): number {
  const { candidate, live, deployment, routes } = seen;
  if (candidate !== null && live.pin === candidate.hash) return plan.steps.length - 1;
  if (!isByPods(plan)) {
    const shares = routes.map(({ share, inDoubt }) => (inDoubt ? (told?.share ?? null) : share));
    return Math.max(0, ...shares.map((share) => plan.steps.findIndex((step) => step.share === share)));
  }
  if (live.pin !== null || deployment.template === 'stable') return 0;
  const now = sizesNow(seen);
  const step = plan.steps.findIndex((_, index) => {
    const wanted = sizesFor(plan, index, deployment.replicas);
    return index > 0 && wanted.candidate >= now.candidate && wanted.stable <= now.stable;
  });
  return step < 0 ? plan.steps.length - 1 : step;
}

/**
 * The state after a write of which nobody knows whether it was carried out. Whether it was is what the objects say, when they have been
 * read again; until then nothing that it may have changed is held against anybody. Pure.
 *
 * @param seen null: they could not be read yet
 * @param now epoch ms
 */
export function inDoubt(plan: Plan, state: State, write: Write, seen: Observation | null, now: number): State {
  if (state.back !== null) return state;
  const { paused: _paused, pinned: _pinned, frozen: _frozen, waveReady: _wave, ...marks } = state.marks;
  if (seen === null) return { ...state, marks };
  const { template, held } = seen.deployment;
  const isClosed = write === 'close' && template === 'candidate' && !held;
  return { ...state, marks: { ...written(plan, seen, now), ...marks, ...(isClosed ? { closing: now } : {}) } };
}

/** The writes that were carried out, so that somebody else's undoing of them is told from their not having been made. */
function written(plan: Plan, seen: Observation, now: number): Marks {
  const { deployment, live } = seen;
  const { template, fields, held } = deployment;
  const isOpened = template === 'candidate' && !isBrought(plan, seen);
  const mayBeUnpinned = plan.switch === 'overlap' || isByPods(plan);
  return {
    ...(fields.paused ? { paused: now } : {}),
    ...(live.pin !== null || (isOpened && held && !mayBeUnpinned) ? { pinned: now } : {}),
    ...(isOpened ? { opened: now } : {}),
    ...(isOpened && held && fields.paused ? { frozen: now } : {}),
  };
}
