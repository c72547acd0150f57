import type { Plan } from './plan.ts';
import { isInPlace, mayShrink } from './sizes.ts';

/** Why no whole set of stable's pods would be left to be kept when users are on the candidate; null: it would. */
export function whyNotWarm(plan: Plan): string | null {
  if (isInPlace(plan))
    return 'strategy: rolling replaces stable’s pods in their own place, so that none are left at the end';
  if (mayShrink(plan))
    return 'beyond 50 % this canary by the numbers of pods gives stable’s places to the candidate, so that stable is not whole at the end; keep its steps at 50 % or below, or give it a router';
  return null;
}
