import type { Request } from '../action/request.ts';
import { isStatus } from '../cluster/errors.ts';
import type { HeldLease } from '../cluster/lease.ts';
import { assertMayGoOn } from './allowed-to-go-on.ts';
import { type DeployParts, lock, type Result } from './deploy.ts';
import { type RecordBook, readBook } from './record-store.ts';
import { subjectOf } from './workload-kinds.ts';

/** Reads the record, and works on it with the lock held; without the lock when there is no release in progress. */
export async function withLock(
  request: Request,
  parts: DeployParts,
  work: (book: RecordBook, found: RecordBook) => Promise<Result>,
  asker: string | null = null,
): Promise<Result> {
  const { api, namespace } = parts;
  parts.teller.phase('Preflight');
  const { key } = subjectOf(request);
  const found = await readBook(api, namespace, key).catch(async (error: unknown) => {
    if (isStatus(error, 403)) await assertMayGoOn(api, namespace, request, null);
    throw error;
  });
  // Nothing is written, the lock included, when there is nothing to do.
  if (found.open === null) return await work(found, found);
  await assertMayGoOn(api, namespace, request, found.open.plan);
  parts.onLock(null);
  const lease: HeldLease = await lock(request, parts, asker);
  try {
    return await work(await readBook(api, namespace, key), found);
  } finally {
    await lease.release();
  }
}
