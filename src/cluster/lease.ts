import type { Clock } from '../engine/clock.ts';
import { MANAGED_BY } from '../traffic/service-selector.ts';
import type { ApiPort } from './api.ts';
import { isStatus, UnknownOutcome } from './errors.ts';
import type { Lease } from './wire.ts';
import type { WriteRequest } from './write-request.ts';

/** Seconds after which a Lease that nobody renewed is taken over. */
const DURATION = 30;
const RENEW_EVERY = 10_000;
const POLL_EVERY = 2_000;
/** Tries of a request whose outcome nobody knows. */
const TRIES = 5;

/** Somebody else is releasing this Deployment, and still was when the waiting time was over. */
export class LockHeld extends Error {
  readonly holder: string;
  constructor(message: string, holder: string) {
    super(message);
    this.holder = holder;
  }
}

export interface HeldLease {
  /** True when another run had it first: what was read before must be read again. */
  readonly waited: boolean;
  release(): Promise<void>;
}

interface Wish {
  readonly namespace: string;
  readonly deployment: string;
  /** Who we are, for the others: the run's URL. */
  readonly holder: string;
  /** Milliseconds to wait for another run. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** Called when waiting begins, and every 15 s: who holds it, and for how long we have waited (ms). */
  readonly onWait: (holder: string, waited: number) => void;
}

export function leaseName(deployment: string): string {
  return `crossfade.${deployment}`;
}

function leasePath(namespace: string, name?: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${name === undefined ? '' : `/${name}`}`;
}

export function leaseRequest(
  wish: Pick<Wish, 'namespace' | 'deployment' | 'holder'>,
  now: number,
  old: Lease | null,
): WriteRequest {
  const name = leaseName(wish.deployment);
  // Kubernetes' MicroTime wants six digits behind the second.
  const time = new Date(now).toISOString().replace('Z', '000Z');
  const body = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: wish.namespace,
      labels: MANAGED_BY,
      ...(old?.metadata?.resourceVersion === undefined ? {} : { resourceVersion: old.metadata.resourceVersion }),
    },
    spec: { holderIdentity: wish.holder, leaseDurationSeconds: DURATION, acquireTime: time, renewTime: time },
  };
  const why = `take the lock (Lease ${name})`;
  return old === null
    ? { verb: 'create', path: leasePath(wish.namespace), body, why }
    : { verb: 'update', path: leasePath(wish.namespace, name), body, why };
}

/**
 * Takes the Lease, waiting for another run if need be. Advisory: it keeps runs apart that behave; correctness rests on the record.
 * Staleness is judged by our own clock: the Lease is stale when its renewTime has not moved while we watched for its duration.
 */
export async function acquireLease(api: ApiPort, clock: Clock, wish: Wish): Promise<HeldLease> {
  const start = clock.now();
  let lastSeen = { renewTime: '', at: start };
  let said = Number.NEGATIVE_INFINITY;
  let hasWaited = false;
  let doubts = 0;
  for (let old: Lease | null = null; ; ) {
    const holder = old?.spec?.holderIdentity ?? '';
    const isFree = old === null || holder === '' || holder === wish.holder;
    const isStale = !isFree && clock.now() - lastSeen.at > (old?.spec?.leaseDurationSeconds ?? DURATION) * 1000;
    if (isFree || isStale) {
      try {
        const lease = await api.write<Lease>(leaseRequest(wish, clock.now(), old));
        return keep(api, clock, wish, lease, hasWaited || isStale);
      } catch (error) {
        doubts += error instanceof UnknownOutcome ? 1 : 0;
        const isRace = isStatus(error, 409) || isStatus(error, 404);
        // Nobody knows whether it is ours now: the next look tells.
        if (!isRace && !(error instanceof UnknownOutcome && doubts < TRIES)) throw error;
        await clock.sleep(100 * doubts, wish.signal);
        hasWaited ||= old !== null;
      }
    } else {
      hasWaited = true;
      const waited = clock.now() - start;
      if (waited >= wish.patience)
        throw new LockHeld(
          `Wanted the lock of ${wish.deployment} (Lease ${leaseName(wish.deployment)}); it is held by ${holder}, also after ${Math.round(waited / 1000)} s. ` +
            'Wait for that run to end, or raise input lock-timeout.',
          holder,
        );
      if (clock.now() - said >= 15_000) {
        wish.onWait(holder, waited);
        said = clock.now();
      }
      await clock.sleep(Math.min(POLL_EVERY, wish.patience - waited + 1), wish.signal);
    }
    old = await api.get<Lease>(leasePath(wish.namespace, leaseName(wish.deployment)), wish.signal);
    const renewTime = String(old?.spec?.renewTime ?? '');
    if (renewTime !== lastSeen.renewTime) lastSeen = { renewTime, at: clock.now() };
  }
}

/** Who holds the lock of a Deployment; null: nobody. */
export async function lockHolder(api: ApiPort, namespace: string, deployment: string): Promise<string | null> {
  const lease = await api.get<Lease>(leasePath(namespace, leaseName(deployment)));
  return lease?.spec?.holderIdentity ?? null;
}

/** Of a renewal that failed the next one is made anew, from what the API server has then. */
async function renew(api: ApiPort, wish: Wish, lease: Lease, now: number): Promise<Lease> {
  try {
    return await api.write<Lease>(leaseRequest(wish, now, lease));
  } catch {
    const read = await api.get<Lease>(leasePath(wish.namespace, leaseName(wish.deployment))).catch(() => null);
    return read?.spec?.holderIdentity === wish.holder ? read : lease;
  }
}

/** Renews until released. A renewal that fails is tried again at the next turn; losing the Lease loses nothing but politeness. */
function keep(api: ApiPort, clock: Clock, wish: Wish, first: Lease, waited: boolean): HeldLease {
  const stop = new AbortController();
  let lease = first;
  const renewing = (async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(RENEW_EVERY, stop.signal).catch(() => undefined);
      if (stop.signal.aborted) return;
      lease = await renew(api, wish, lease, clock.now());
    }
  })();
  return {
    waited,
    async release() {
      stop.abort();
      await renewing;
      const name = leaseName(wish.deployment);
      const uid = lease.metadata?.uid ?? '';
      const why = `give the lock back (Lease ${name})`;
      const request = { verb: 'delete', path: leasePath(wish.namespace, name), uid, why } as const;
      for (let tried = 1; tried <= TRIES; tried += 1) {
        const failure = await api.write(request).catch((error: unknown) => error);
        // Anything but doubt is an end: it is gone, or it is somebody else's by now.
        if (!(failure instanceof UnknownOutcome)) return;
        await clock.sleep(100 * tried, new AbortController().signal);
      }
    },
  };
}
