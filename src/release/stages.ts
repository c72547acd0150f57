import type { ReleasePlan, Step } from './plan.ts';
import { ALL, type Share } from './route.ts';
import type { State } from './state.ts';

/** The step at which a release stands. Blue/green has only the first one. */
export function stepOf(plan: Pick<ReleasePlan, 'steps'>, state: Pick<State, 'step'>): Step {
  return plan.steps[state.step] ?? plan.steps[0];
}

export function isLastStep(plan: Pick<ReleasePlan, 'steps'>, state: Pick<State, 'step'>): boolean {
  return state.step >= plan.steps.length - 1;
}

/**
 * The stage in which a release is: the index of its step, and after the switch one more than the last of them. Each is judged by
 * itself, so that a long good past does not hide what begins late.
 */
export function stageOf(plan: Pick<ReleasePlan, 'steps'>, { step, marks }: Pick<State, 'step' | 'marks'>): number {
  return marks.switched === undefined ? step : plan.steps.length;
}

/** The part of the users that the present stage gives the candidate. */
export function shareOf(plan: Pick<ReleasePlan, 'steps'>, state: Pick<State, 'step' | 'marks'>): Share {
  return state.marks.switched === undefined ? stepOf(plan, state).share : ALL;
}
