import type { Action } from '../release/action.ts';
import { isClosing } from '../release/closing.ts';
import type { Observation } from '../release/observation.ts';
import type { Plan } from '../release/plan.ts';
import { isPlain } from '../release/sizes.ts';
import type { Cause, State } from '../release/state.ts';
import type { Phase } from '../report/story.ts';

/** What an earlier run began is taken back in one chapter. */
export function isOfAnotherRun(cause: Cause): boolean {
  return cause === 'resumed' || cause === 'aborted' || cause === 'wanted-back';
}

/** The chapter to which an action belongs; null: it opens no new one. Pure. */
export function phaseOf(plan: Plan, state: State, action: Action, seen: Observation): Phase | null {
  if (state.finishing !== null) return null;
  if (isClosing(plan, seen)) return 'Close';
  if (state.back !== null) return isOfAnotherRun(state.back.cause) ? null : 'Go back';
  if (action.do === 'check') return 'Check candidate';
  if (action.do === 'next-step') return 'Ramp';
  if (action.do === 'wait') {
    if (action.wait.for === 'bake') return 'Bake';
    if (action.wait.for === 'drain') return 'Drain';
    if (action.wait.for === 'route' || action.wait.for === 'step') return 'Ramp';
    if (action.wait.for === 'retirement' && isPlain(plan)) return 'Ramp';
    if (action.wait.for === 'pods' && state.marks.baked === undefined)
      return state.step > 0 || isPlain(plan) ? 'Ramp' : 'Start candidate';
    return null;
  }
  if (action.do !== 'write') return null;
  switch (action.write) {
    case 'pause':
    case 'pin':
    case 'open':
    case 'roll':
      return seen.candidate === null || seen.candidate.size === 0 ? 'Open' : 'Start candidate';
    case 'freeze':
      return state.step > 0 ? 'Ramp' : 'Start candidate';
    case 'create-candidate-service':
    case 'point-candidate-service':
      return 'Start candidate';
    case 'resize':
    case 'route':
      return state.step === 0 && seen.candidate === null ? 'Open' : 'Ramp';
    case 'overlap':
      return state.step === 0 ? 'Switch users' : 'Ramp';
    case 'switch':
    case 'route-home':
      return 'Switch users';
    default:
      return 'Close';
  }
}
