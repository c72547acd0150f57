import { isMovedBack, onItsWayBack, type Resumable, UNTOLD } from '../resumption.ts';
import { BEGINNING, type State } from '../state.ts';
import type { KnativeObservation } from './observation.ts';
import type { KnativePlan } from './plan.ts';

/** The state from which an interrupted release goes on: it is where the cluster says it is. As `resumed` of Deployments; pure. */
export function resumed(plan: KnativePlan, seen: KnativeObservation, known: Resumable, now: number): State {
  const { turned, toldTemplate, toldRoutes } = known;
  const state: State = { ...BEGINNING, toldTemplate, toldRoutes };
  if (turned !== null) return onItsWayBack(state, turned, now);
  // Only a way back writes stable's template when there is a candidate.
  const isWritten = plan.knative.goal === undefined && seen.template === 'stable' && seen.candidate !== null;
  if (isWritten || isMovedBack(seen, known)) return onItsWayBack(state, UNTOLD, now);
  const { traffic } = seen;
  const step = traffic.is === 'ours' ? plan.steps.findIndex(({ share }) => share === traffic.share) : 0;
  return {
    ...state,
    step: Math.max(0, step),
    marks: {
      ...(traffic.is === 'ours' ? { pinned: now } : {}),
      ...(seen.template === 'candidate' ? { opened: now } : {}),
    },
  };
}
