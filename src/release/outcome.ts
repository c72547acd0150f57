import type { Ending } from './action.ts';
import type { ReleasePlan } from './plan.ts';

/**
 * How a release ended, in the word for outputs and record. A rollback is a release whose candidate is a version from before: promoted, its
 * users are rolled back, as was wanted; taken back itself, it has failed.
 */
export function outcomeOf({ rollback }: Pick<ReleasePlan, 'rollback'>, { outcome }: Ending): Ending['outcome'] {
  if (!rollback) return outcome;
  if (outcome === 'promoted') return 'rolled-back';
  return outcome === 'rolled-back' ? 'failed' : outcome;
}
