import { leaseRequest } from '../../cluster/lease.ts';
import type { WriteRequest } from '../../cluster/write-request.ts';
import * as knative from '../../workload/knative-service.ts';
import { NO_RUN } from '../dry-run.ts';
import { bookRequest, type RecordBook } from '../record-store.ts';
import type { Foreseen } from '../foreseen-routes.ts';
import type { ForeseeParts } from '../workload-kind.ts';
import { keyOf } from '../workload-kinds.ts';
import { disownOf } from '../disown.ts';
import type { ClearedKnative } from './preflight.ts';

/** Stands for the candidate's Revision, whose name only Knative knows. */
const UNKNOWN_NUMBER = '00000';

/** Every write of a release in its order. */
export function foreseenWrites(parts: ForeseeParts, cleared: ClearedKnative, book: RecordBook): readonly Foreseen[] {
  return allWrites(parts, cleared, book).map((write) => {
    // What is given back is only known in the end.
    const isLast = write.verb === 'patch' && write.changes.some(({ path }) => path === '/metadata/managedFields');
    return { write, trial: isLast ? null : write };
  });
}

function allWrites(
  { namespace, holder, clock }: ForeseeParts,
  { plan, service, candidateTemplate }: ClearedKnative,
  book: RecordBook,
): WriteRequest[] {
  const key = keyOf(plan);
  const open = {
    plan,
    run: NO_RUN,
    toldTemplate: null,
    toldRoutes: {},
    measured: null,
    paused: null,
    warm: null,
    turned: null,
    stood: null,
    told: null,
  };
  const record = (why: string): WriteRequest => bookRequest(namespace, key, { ...book, open }, why);
  const { goal, candidateName, name } = plan.knative;
  const candidate = goal?.revision ?? candidateName ?? `${name}-${UNKNOWN_NUMBER}`;
  const steps = plan.steps.map(({ share }) => knative.split(service, plan, share, candidate));
  return [
    leaseRequest({ namespace, deployment: key, holder }, clock.now(), null),
    record('open the record'),
    ...(goal === undefined
      ? [knative.pin(service, plan), knative.open(service, candidateTemplate), ...steps]
      : [...steps, knative.openAgain(service, goal, candidateTemplate)]),
    // The traffic that is there now, the only one in which its removal would be possible.
    ...(plan.knative.traffic === null ? [] : [knative.trafficAsBefore(service, plan)]),
    ...plan.owned.map((owned) => disownOf(owned, service, service.metadata?.managedFields ?? [])),
    record('close the record'),
  ];
}
