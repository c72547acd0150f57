import { expect, test } from '@jest/globals';
import type { ApiPort } from '../../src/cluster/api.ts';
import { lookAtLock } from '../../src/cluster/lease.ts';
import type { Lease } from '../../src/cluster/wire.ts';

const NOW = Date.UTC(2026, 10, 21, 13, 0, 0);

/** What was found, and for how long (ms) it was watched; the Lease is what each read in turn gives. */
async function look(...leases: ((now: number) => Lease | null)[]): Promise<unknown> {
  let now = NOW;
  let reads = 0;
  const api = {
    get: async () => {
      const lease = leases[Math.min(reads, leases.length - 1)]?.(now) ?? null;
      reads += 1;
      return lease;
    },
  } as unknown as ApiPort; // nothing but reads
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const seen = await lookAtLock(api, clock, {
    namespace: 'shop',
    deployment: 'web',
    signal: new AbortController().signal,
  });
  return { seen, watched: now - NOW };
}

function lease(renewedAgo: number, holder = 'run 7', leaseDurationSeconds = 30): (now: number) => Lease {
  const renewTime = new Date(NOW - renewedAgo).toISOString();
  return () => ({ spec: { holderIdentity: holder, leaseDurationSeconds, renewTime } });
}

test('nobody holds it', async () => {
  expect(await look(() => null)).toEqual({ seen: null, watched: 0 });
  expect(await look(lease(0, ''))).toEqual({ seen: null, watched: 0 });
});

test('whoever renewed it a moment ago is there', async () => {
  expect(await look(lease(4_000))).toEqual({
    seen: { holder: 'run 7', renewedAgo: 4_000, isStale: false },
    watched: 0,
  });
});

test('a renewal that is late is watched for, long before the next run would take the lock over', async () => {
  expect(await look(lease(13_000))).toEqual({
    seen: { holder: 'run 7', renewedAgo: 25_000, isStale: true },
    watched: 12_000,
  });
  expect(await look(lease(13_000), lease(13_000), lease(-3_000))).toEqual({
    seen: { holder: 'run 7', renewedAgo: 1_000, isStale: false },
    watched: 4_000,
  });
});

test('of a holder whose clock is fast a renewal that is to come says nothing', async () => {
  expect(await look(lease(-300_000))).toMatchObject({ seen: { isStale: true }, watched: 12_000 });
  expect(await look(lease(-300_000), lease(-310_000))).toMatchObject({ seen: { isStale: false }, watched: 2_000 });
});

test('it has not moved while it was watched: stale', async () => {
  expect(await look(lease(300_000))).toEqual({
    seen: { holder: 'run 7', renewedAgo: 312_000, isStale: true },
    watched: 12_000,
  });
  expect(await look(lease(300_000, 'run 7', 1))).toMatchObject({ seen: { isStale: true }, watched: 1_000 });
});

test('the holder’s clock is slow: it moves all the same', async () => {
  expect(await look(lease(300_000), lease(290_000))).toMatchObject({ seen: { isStale: false }, watched: 2_000 });
});

test('meanwhile it was given back, or taken over', async () => {
  expect(await look(lease(300_000), () => null)).toMatchObject({ seen: null });
  expect(await look(lease(300_000), lease(-2_000, 'run 8'))).toMatchObject({
    seen: { holder: 'run 8', renewedAgo: 0, isStale: false },
  });
});
