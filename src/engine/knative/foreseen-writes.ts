import type { WriteRequest } from '../../cluster/write-request.ts';
import * as knative from '../../workload/knative-service.ts';
import { foreseenFrame } from '../foreseen-frame.ts';
import type { Foreseen } from '../foreseen-routes.ts';
import type { RecordBook } from '../record-store.ts';
import type { ForeseeParts } from '../workload-kind.ts';
import { keyOf } from '../workload-kinds.ts';
import { disownOf } from '../disown.ts';
import type { ClearedKnative } from './preflight.ts';

/** Stands for the candidate's Revision, whose name only Knative knows. */
const UNKNOWN_NUMBER = '00000';

/** Every write of a release in its order. */
export function foreseenWrites(parts: ForeseeParts, cleared: ClearedKnative, book: RecordBook): readonly Foreseen[] {
  const frame = foreseenFrame(parts, keyOf(cleared.plan), cleared.plan, book);
  const own = ownWrites(cleared).map((write): Foreseen => {
    // What is given back is only known in the end.
    const isLast = write.verb === 'patch' && write.changes.some(({ path }) => path === '/metadata/managedFields');
    return { write, trial: isLast ? null : write };
  });
  return [...frame.before, ...own, ...frame.after];
}

function ownWrites({ plan, service, candidateTemplate }: ClearedKnative): WriteRequest[] {
  const { goal, candidateName, name } = plan.knative;
  const candidate = goal?.revision ?? candidateName ?? `${name}-${UNKNOWN_NUMBER}`;
  const steps = plan.steps.map(({ share }) => knative.split(service, plan, share, candidate));
  return [
    ...(goal === undefined
      ? [knative.pin(service, plan), knative.open(service, candidateTemplate), ...steps]
      : [...steps, knative.openAgain(service, goal, candidateTemplate)]),
    // The traffic that is there now, the only one in which its removal would be possible.
    ...(plan.knative.traffic === null ? [] : [knative.trafficAsBefore(service, plan)]),
    ...plan.owned.map((owned) => disownOf(owned, service, service.metadata?.managedFields ?? [])),
  ];
}
