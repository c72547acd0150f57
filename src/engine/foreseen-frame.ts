import { leaseRequest, returnRequest } from '../cluster/lease.ts';
import type { AnyPlan } from '../release/knative/plan.ts';
import type { Foreseen } from './foreseen-routes.ts';
import { bookRequest, type OpenRelease, type RecordBook } from './record-store.ts';
import type { ForeseeParts } from './workload-kind.ts';

/** Stands for the version of a record that does not exist yet. */
const UNKNOWN_VERSION = '0';

/** Lock and record, between which all writes of a release stand: those before the first of them, and those after the last. */
export function foreseenFrame(
  { namespace, holder, clock }: ForeseeParts,
  key: string,
  plan: AnyPlan,
  book: RecordBook,
): { readonly before: readonly Foreseen[]; readonly after: readonly Foreseen[] } {
  const open: OpenRelease = {
    plan,
    run: { url: null, id: null, attempt: null, actor: null, repository: null, sha: null, ref: null, job: null },
    toldTemplate: null,
    toldRoutes: {},
    measured: null,
    paused: null,
    warm: null,
    turned: null,
    stood: null,
    told: null,
  };
  const lock = leaseRequest({ namespace, deployment: key, holder }, clock.now(), null);
  const opened = bookRequest(namespace, key, { ...book, open }, 'open the record');
  const known = { ...book, resourceVersion: book.resourceVersion ?? UNKNOWN_VERSION };
  const closed = bookRequest(namespace, key, { ...known, open: null }, 'close the record');
  return {
    before: [
      { write: lock, trial: lock },
      { write: opened, trial: opened },
    ],
    // Neither a record nor a lock that does not exist has a place in which it could be tried.
    after: [
      { write: closed, trial: book.resourceVersion === null ? null : closed },
      { write: returnRequest({ namespace, deployment: key }, ''), trial: null },
    ],
  };
}
