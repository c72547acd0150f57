import type { Moment } from '../checks/check-context.ts';
import type { ReleasePlan } from '../release/plan.ts';
import { ALL } from '../release/route.ts';
import { shareOf } from '../release/stages.ts';
import type { State } from '../release/state.ts';

/** Where a release stands when checks of its candidate begin. */
export function momentOf(plan: Pick<ReleasePlan, 'steps'>, state: Pick<State, 'step' | 'marks'>): Moment {
  return {
    phase: state.step === 0 ? 'Check candidate' : 'Ramp',
    step: state.step,
    of: plan.steps.filter(({ share }) => share < ALL).length,
    share: shareOf(plan, state),
  };
}
