import { type Action, type Ending, isOver, write } from './action.ts';
import type { Observation } from './observation.ts';
import type { State } from './state.ts';

/**
 * The last thing that a release does: the fields that it has put back stand under their owners' names again. Null: none is left under
 * ours, each was tried, or the release leaves something that is its own.
 */
export function disown(state: State, seen: Observation, ending: Ending): Action | null {
  const object = isOver(ending) ? seen.claims.find((claim) => !state.disowned.includes(claim)) : undefined;
  return object === undefined ? null : write('disown', { object });
}
