import type { CheckResult } from '../checks/result.ts';
import type { Action, Target, Write } from './action.ts';
import type { Marks, State, Turn } from './state.ts';

/** The mark that a confirmed write leaves. */
const MARK_OF: Partial<Record<Write, keyof Marks>> = {
  pause: 'paused',
  pin: 'pinned',
  open: 'opened',
  roll: 'opened',
  resize: 'resized',
  route: 'routed',
  freeze: 'frozen',
  overlap: 'overlapping',
  switch: 'switching',
  close: 'closing',
  regrow: 'regrowing',
  'close-back': 'closing',
  'evict-candidate': 'evicting',
  restore: 'restored',
  'hold-again': 'heldAgain',
  'traffic-back': 'backSwitched',
  divert: 'backSwitched',
  'route-home': 'backSwitched',
};

/** The state after a write that the API server confirmed. Pure. */
export function afterWrite(state: State, write: Write, now: number, target: Target = {}): State {
  if (write === 'disown') return afterDisown(state, target);
  const mark = MARK_OF[write];
  if (mark === undefined) return state;
  // Opened once more (for a scale-up, or the next step): not frozen until the next freeze.
  const { frozen: _frozen, waveReady: _wave, ...thawed } = state.marks;
  const thaws = write === 'open' || write === 'resize';
  // Whoever is moved once more has to be found there once more.
  const { backVerified: _verified, ...unverified } = state.marks;
  const before = thaws ? thawed : mark === 'backSwitched' ? unverified : state.marks;
  return { ...state, marks: { ...before, [mark]: now } };
}

/** Once for each object, whatever came of it: it is no reason to hold a release up. */
export function afterDisown(state: State, { object }: Target): State {
  return object === undefined ? state : { ...state, disowned: [...state.disowned, object] };
}

/** The route stays where it leads. */
export function afterDenial(state: State, { route }: Target): State {
  return route === undefined ? state : { ...state, keptRoutes: [...state.keptRoutes, route] };
}

/** The state after an action that only remembers something. Pure. */
export function afterAction(state: State, action: Action, now: number): State {
  switch (action.do) {
    case 'mark':
      return {
        ...state,
        marks: { ...state.marks, [action.mark]: now },
        restartsAtSwitch: action.restarts ?? state.restartsAtSwitch,
      };
    case 'next-step': {
      const { routed: _routed, stepReady: _ready, stepReached: _reached, checked: _checked, ...marks } = state.marks;
      return { ...state, step: state.step + 1, marks };
    }
    case 'note-signs':
      return { ...state, signsSince: action.signsSince };
    case 'turn-back':
      return turnBack(state, { at: now, cause: action.cause, reason: action.reason });
    default:
      return state;
  }
}

/** Going back is final: a second reason does not replace the first. The marks of the way back begin anew. */
export function turnBack(state: State, turn: Turn): State {
  if (state.back !== null) return state;
  const { closing: _c, restored: _r, overlapping: _g, overlapped: _d, ...marks } = state.marks;
  return { ...state, back: turn, marks };
}

/** The run that is to bring the end about has to leave. */
export function stopFinishing(state: State, reason: string): State {
  return state.finishing === null ? state : { ...state, finishing: { ...state.finishing, stopped: reason } };
}

/** The state after the checks of a stage have ended. Those that were cancelled decide nothing. */
export function afterChecks(state: State, stage: number, checks: readonly CheckResult[], now: number): State {
  const decided =
    checks.length > 0 && checks.every(({ verdict }) => verdict === 'healthy' || verdict === 'inconclusive');
  return {
    ...state,
    checks: [...state.checks, ...checks.map((check) => ({ ...check, stage }))],
    marks: decided ? { ...state.marks, checked: now } : state.marks,
  };
}
