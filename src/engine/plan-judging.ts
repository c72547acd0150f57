import type { Request } from '../action/request.ts';
import { kindsOfChecks, numberOfChecks } from '../checks/run-checks.ts';
import type { ReleasePlan } from '../release/plan.ts';

/** What a plan says of checks and evidence. */
export function judgingOf(request: Request): Pick<ReleasePlan, 'checks' | 'checkedBy' | 'checkAt' | 'judging'> {
  const { onInconclusive, early, patience, restarts } = request.judging;
  return {
    checks: numberOfChecks(request),
    checkedBy: kindsOfChecks(request),
    checkAt: request.checkAt,
    judging: { onInconclusive, early, patience, restarts },
  };
}
