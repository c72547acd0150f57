import type { Request } from '../action/request.ts';
import { numberOfChecks } from '../checks/run-checks.ts';
import type { ReleasePlan } from '../release/plan.ts';

/** What a plan says of checks and evidence. */
export function judgingOf(request: Request): Pick<ReleasePlan, 'checks' | 'checkAt' | 'judging'> {
  const { onInconclusive, early, patience, restarts } = request.judging;
  return {
    checks: numberOfChecks(request),
    checkAt: request.checkAt,
    judging: { onInconclusive, early, patience, restarts },
  };
}
