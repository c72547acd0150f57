import type { Request } from '../action/request.ts';
import { CHECK_KINDS } from '../checks/result.ts';
import { kindsOfChecks } from '../checks/run-checks.ts';
import type { ReleasePlan } from '../release/plan.ts';
import type { State } from '../release/state.ts';
import { Refused } from './refusal.ts';
import type { Running } from './workload-kind.ts';

/**
 * A release that goes on has its candidate checked as it was begun, and what it is checked by is not on record. Before anything is written.
 * @throws {Refused} when checks are still to be run, and this run was not given them
 */
export function assertChecksGiven(request: Request, plan: ReleasePlan, running: Running, state: State): void {
  if (!running.checksAhead(state)) return;
  const given = kindsOfChecks(request);
  const missing = plan.checkedBy === null ? [] : plan.checkedBy.filter((kind) => !given.includes(kind));
  const isUnknown = plan.checkedBy === null && given.length === 0;
  if (missing.length === 0 && !isUnknown) return;
  const inputs = isUnknown ? `${CHECK_KINDS.slice(0, -1).join(', ')} or ${CHECK_KINDS.at(-1)}` : missing.join(' and ');
  throw new Refused([
    {
      message:
        `Release ${plan.release} has its candidate checked by ${inputs} before it may go on, and this run was not given that: what it says is not ` +
        `kept in the cluster, for it may be secret. Give input ${inputs} as its deploy had it, or take the release back by action: abort.`,
    },
  ]);
}
