import { hasChecksAhead } from '../evidence.ts';
import { ALL } from '../route.ts';
import type { State } from '../state.ts';
import { isClosing } from './decide.ts';
import type { KnativeObservation } from './observation.ts';
import type { KnativePlan } from './plan.ts';

/** As `checksAhead` of Deployments; pure. */
export function checksAhead(plan: KnativePlan, state: State, seen: KnativeObservation): boolean {
  if (state.back !== null || seen.lostNamespace !== null || seen.lost) return false;
  if (state.marks.switched !== undefined || isClosing(seen)) return false;
  return hasChecksAhead(plan, state, ({ share }) => share < ALL);
}
