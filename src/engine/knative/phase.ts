import type { Action, Ending } from '../../release/action.ts';
import { isClosing } from '../../release/knative/decide.ts';
import type { KnativeObservation } from '../../release/knative/observation.ts';
import type { State } from '../../release/state.ts';
import type { Phase } from '../../report/story.ts';
import { isOfAnotherRun } from '../phase.ts';

/** The chapter to which an action belongs; null: it opens no new one. Pure. */
export function phaseOf(state: State, action: Action, seen: KnativeObservation): Phase | null {
  // What an earlier run began is ended in one chapter.
  if (state.finishing !== null) return null;
  if (state.back !== null) {
    return isOfAnotherRun(state.back.cause) ? null : isClosing(seen) ? 'Close' : 'Go back';
  }
  if (isClosing(seen)) return 'Close';
  switch (action.do) {
    case 'finish':
      return isPinned(action.outcome) ? 'Set the template back' : null;
    case 'check':
      return 'Check candidate';
    case 'next-step':
      return state.step > 0 ? 'Ramp' : null;
    case 'wait':
      if (action.wait.for === 'bake') return 'Bake';
      if (action.wait.for === 'step') return 'Ramp';
      return action.wait.for === 'pods' && state.marks.ready === undefined ? 'Start candidate' : null;
    case 'write':
      // Of a version from before, the template comes when its users are there.
      if (action.write === 'open' && state.marks.switched !== undefined) return 'Set the template back';
      return phaseOfWrite(action.write, action.target.step ?? 0);
    default:
      return null;
  }
}

/** Users are on a version from before, and its template is not. */
function isPinned(ending: Ending): boolean {
  return ending.outcome === 'failed' && ending.left === 'as-it-was' && ending.pinned === true;
}

function phaseOfWrite(write: string, step: number): Phase {
  switch (write) {
    case 'pin':
    case 'open':
      return 'Open';
    case 'route':
      return step === 0 ? 'Start candidate' : 'Ramp';
    case 'switch':
      return 'Switch users';
    default:
      return 'Close';
  }
}
