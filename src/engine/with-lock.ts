import type { Request } from '../action/request.ts';
import { isStatus } from '../cluster/errors.ts';
import type { HeldLease } from '../cluster/lease.ts';
import type { Permission } from '../cluster/permissions.ts';
import { assertMayGoOn } from './allowed-to-go-on.ts';
import { type DeployParts, lock, type Result } from './deploy.ts';
import { lockToGoBack } from './lock-to-go-back.ts';
import { type RecordBook, readBook } from './record-store.ts';
import { lackingOnTheWayBack } from './way-back-permissions.ts';
import { subjectOf } from './workload-kinds.ts';

/** Reads the record, and works on it with the lock held; without the lock when there is no release in progress. */
export async function withLock(
  request: Request,
  parts: DeployParts,
  work: (book: RecordBook) => Promise<Result>,
): Promise<Result> {
  const { api, namespace } = parts;
  const found = await readRecord(request, parts);
  // Nothing is written, the lock included, when there is nothing to do.
  if (found.open === null) return await work(found);
  await assertMayGoOn(api, namespace, request, found.open.plan);
  return await held(request, parts, () => lock(request, parts), work);
}

/**
 * The same for a way back: what its user lacks is in its way only where users could not be taken back without it.
 * @param asker who asks a run that is at work on the release to take it back itself
 */
export async function withLockToGoBack(
  request: Request,
  parts: DeployParts,
  work: (book: RecordBook, found: RecordBook, lacking: readonly Permission[]) => Promise<Result>,
  asker: string,
): Promise<Result> {
  const { api, namespace, holder } = parts;
  const found = await readRecord(request, parts);
  if (found.open === null) return await work(found, found, []);
  const lacking = await lackingOnTheWayBack(api, namespace, found.open);
  const { key } = subjectOf(request);
  const take = (): Promise<HeldLease> => lockToGoBack(parts, { key, holder }, () => lock(request, parts, asker));
  return await held(request, parts, take, (book) => work(book, found, lacking));
}

async function readRecord(request: Request, parts: DeployParts): Promise<RecordBook> {
  const { api, namespace } = parts;
  parts.teller.phase('Preflight');
  const { key } = subjectOf(request);
  return await readBook(api, namespace, key).catch(async (error: unknown) => {
    if (isStatus(error, 403)) await assertMayGoOn(api, namespace, request, null);
    throw error;
  });
}

async function held(
  request: Request,
  parts: DeployParts,
  take: () => Promise<HeldLease>,
  work: (book: RecordBook) => Promise<Result>,
): Promise<Result> {
  const { api, namespace } = parts;
  parts.onLock(null);
  const lease = await take();
  try {
    return await work(await readBook(api, namespace, subjectOf(request).key));
  } finally {
    await lease.release();
  }
}
