import { isClosing, isPastReturn } from './closing.ts';
import { hasChecksAhead } from './evidence.ts';
import type { Observation } from './observation.ts';
import type { Plan } from './plan.ts';
import { ALL } from './route.ts';
import { isByPods, isPlain } from './sizes.ts';
import type { State } from './state.ts';

/** Whether a release that goes on from here will have its candidate checked: then that has to be possible. Pure. */
export function checksAhead(plan: Plan, state: State, seen: Observation): boolean {
  if (state.back !== null || seen.lostNamespace !== null || seen.lost !== null) return false;
  if (isPlain(plan)) return plan.checks > 0 && state.marks.checked === undefined;
  const isSwitched = seen.candidate !== null && seen.live.pin === seen.candidate.hash;
  if (isSwitched || state.marks.switched !== undefined || isClosing(plan, seen) || isPastReturn(plan, seen))
    return false;
  return hasChecksAhead(plan, state, ({ share }) => !isByPods(plan) || share < ALL);
}
