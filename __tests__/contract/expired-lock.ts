import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../../src/cluster/wire.ts';
import { type Api, paths } from '../kubernetes/api.ts';

/** Seconds; the least that a Lease can have. */
const SHORTEST = 1;

/**
 * Half a minute in one request: the dead run's lock is given the shortest time that there is, and when this returns, that is over. A run may
 * have renewed it just before it died.
 * @param workload as the lock is named after it
 */
export async function expireLock(api: Api, namespace: string, workload: string): Promise<void> {
  const path = paths.leases(namespace, `crossfade.${workload}`);
  if ((await api.find(path)) === undefined) return;
  const { spec } = await api.patch<Lease>(path, { spec: { leaseDurationSeconds: SHORTEST } });
  const time = SHORTEST * 1_000;
  const left = Date.parse(spec?.renewTime ?? '') + time - Date.now();
  // Of one without a time nobody waits for anything, and of one whose clock is ahead for no more than the time.
  if (left >= 0) await sleep(Math.min(left, time) + 1);
}
