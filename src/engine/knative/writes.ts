import type { PodTemplate } from '../../cluster/wire.ts';
import type { WriteRequest } from '../../cluster/write-request.ts';
import type { Target, Write } from '../../release/action.ts';
import type { KnativePlan } from '../../release/knative/plan.ts';
import type { KnativeService } from '../../workload/knative-service.ts';
import * as knative from '../../workload/knative-service.ts';
import { CannotWrite } from '../writes.ts';
import { disownRequest } from './disown.ts';
import type { KnativeSnapshot } from './observe.ts';

/**
 * The request for a write that `decide` asked for, made for the objects as they were read. Pure.
 * @param candidateTemplate null in a run that only takes a release back, or goes on with one
 * @param candidate the name of its Revision; null: there is none
 */
export function requestFor(
  write: Write,
  target: Target,
  plan: KnativePlan,
  snapshot: KnativeSnapshot,
  { candidateTemplate, candidate }: { candidateTemplate: PodTemplate | null; candidate: string | null },
): WriteRequest {
  const service: KnativeService =
    snapshot.service ?? missing(`Knative Service ${plan.knative.name} is not there any more`);
  const kept = (name: string): knative.Revision =>
    snapshot.revisions.find(({ metadata }) => metadata?.name === name) ??
    missing(`Revision ${name} is not there any more`);
  const revision = (): string => candidate ?? missing('the candidate’s Revision is not there');
  switch (write) {
    case 'pin':
      return knative.pin(service, plan);
    case 'open':
      if (plan.knative.goal !== undefined)
        return knative.openAgain(service, plan.knative.goal, kept(plan.knative.goal.revision));
      return knative.open(service, candidateTemplate ?? missing('this run does not know the candidate’s template'));
    case 'route':
    case 'switch':
      return knative.split(service, plan, (plan.steps[target.step ?? 0] ?? plan.steps[0]).share, revision());
    case 'close':
    case 'restore':
      return knative.trafficAsBefore(service, plan);
    case 'traffic-back':
      return knative.trafficBack(service, plan, plan.onFailure === 'hold' ? candidate : null);
    case 'close-back':
      return knative.templateBack(service, plan, kept(plan.stable.hash));
    case 'disown':
      return disownRequest(plan, target.object ?? 0, service) ?? missing('no field is left to be given back');
    default:
      return missing(`a Knative Service has no ${write}`);
  }
}

function missing(what: string): never {
  throw new CannotWrite(what);
}
