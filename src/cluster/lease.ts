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
/** Milliseconds between two looks whether somebody asks the holder for something. */
const HEED_EVERY = 2_000;
/** Milliseconds between two renewals of a holder that is alive, at most: it looks whether it is time for one as often as it heeds. */
const RENEWED_WITHIN = RENEW_EVERY + HEED_EVERY;
/** Milliseconds after which a holder that did not hear what it was asked is taken for dead. */
const UNHEARD = 10_000;
/** Annotation of a Lease by which another run asks its holder to take its release back, and who it is. */
export const ASKED = 'crossfade/asked-to-take-back';
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

/** `unrenewed`: for as long as a lock lasts, `unheard`: what it was asked, for ten seconds. */
export type SignOfDeath = 'unrenewed' | 'unheard';

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
  /** Called when the lock of somebody who is taken for dead has become ours: who, and by what they are. */
  readonly onTakeOver: (holder: string, sign: SignOfDeath) => void;
  /** Who asks whoever holds it to take its release back; null: nothing is asked. */
  readonly asker?: string | null;
  /** Told once, while we hold it, that another run asks for that, and which. */
  readonly onAsked?: (asker: string) => void;
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
): Extract<WriteRequest, { verb: 'create' | 'update' }> {
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

/** `uid`: the Lease's own, so that nobody else's is given back. */
export function returnRequest(
  { namespace, deployment }: Pick<Wish, 'namespace' | 'deployment'>,
  uid: string,
): Extract<WriteRequest, { verb: 'delete' }> {
  const name = leaseName(deployment);
  return { verb: 'delete', path: leasePath(namespace, name), uid, why: `give the lock back (Lease ${name})` };
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
  let askedAt: number | null = null;
  let sent: string | null = null;
  for (let old: Lease | null = null; ; ) {
    const holder = old?.spec?.holderIdentity ?? '';
    if (old !== null && isSent(old, wish, sent)) return keep(api, clock, wish, old, hasWaited);
    const isFree = old === null || holder === '' || holder === wish.holder;
    const isUnheard = askedAt !== null && clock.now() > askedAt + UNHEARD && isAsked(old);
    const isUnrenewed = clock.now() - lastSeen.at > (old?.spec?.leaseDurationSeconds ?? DURATION) * 1000;
    const isStale = !isFree && (isUnrenewed || isUnheard);
    if (isFree || isStale) {
      const request = leaseRequest(wish, clock.now(), old);
      sent = renewTimeOf(request.body);
      try {
        const lease = await api.write<Lease>(request);
        if (isStale) wish.onTakeOver(holder, isUnrenewed ? 'unrenewed' : 'unheard');
        return keep(api, clock, wish, lease, hasWaited || isStale);
      } catch (error) {
        doubts += error instanceof UnknownOutcome ? 1 : 0;
        hasWaited ||= old !== null;
        const isRace = isStatus(error, 409) || isStatus(error, 404);
        // Nobody knows whether it is ours now: the next look tells.
        if (!isRace && !(error instanceof UnknownOutcome && doubts < TRIES)) {
          const found = await api.get<Lease>(leasePath(wish.namespace, leaseName(wish.deployment))).catch(() => null);
          if (found !== null && isSent(found, wish, sent)) return keep(api, clock, wish, found, hasWaited);
          throw error;
        }
        await clock.sleep(100 * Math.max(1, doubts), wish.signal);
      }
    } else {
      hasWaited = true;
      if (old !== null && askedAt === null && (await ask(api, wish, old, clock.now()))) askedAt = clock.now();
      const waited = clock.now() - start;
      if (waited >= wish.patience)
        throw new LockHeld(
          `Wanted the lock of ${wish.deployment} (Lease ${leaseName(wish.deployment)}); it is held by ${holder}, also after ${Math.round(waited / 1000)} s. ` +
            'Wait for that run to end, or raise input lock-timeout' +
            `${wish.patience > DURATION * 1000 ? '' : `; a run that died is known by a lock that nobody renewed for ${DURATION} s`}.`,
          holder,
        );
      if (clock.now() - said >= 15_000) {
        wish.onWait(holder, waited);
        said = clock.now();
      }
      await clock.sleep(Math.min(POLL_EVERY, wish.patience - waited + 1), wish.signal);
    }
    old = await api.get<Lease>(leasePath(wish.namespace, leaseName(wish.deployment)), wish.signal);
    const renewTime = renewTimeOf(old);
    if (renewTime !== lastSeen.renewTime) lastSeen = { renewTime, at: clock.now() };
  }
}

/** It was carried out, whatever was answered. */
function isSent(lease: Lease, { holder }: Wish, sent: string | null): boolean {
  return lease.spec?.holderIdentity === holder && renewTimeOf(lease) === sent;
}

/** Empty: it has none. */
function renewTimeOf(lease: Lease | null): string {
  return String(lease?.spec?.renewTime ?? '');
}

/** Who holds a lock, as it was looked at. */
export interface LockSeen {
  readonly holder: string;
  /** Milliseconds since the holder said that it is still there, by our clock and its own; null: it never said. */
  readonly renewedAgo: number | null;
  /** Nobody renews it any more: the next run takes it over. */
  readonly isStale: boolean;
}

/**
 * Looks at the lock without touching it; null: nobody holds it. Whoever renewed it a moment ago is there. The age of a renewal is only a
 * hint, for the holder's clock may be another: where it seems to be late, or to come, the lock is watched until it moves, and is stale
 * when it does not in the time in which it would have to.
 */
export async function lookAtLock(
  api: ApiPort,
  clock: Clock,
  { namespace, deployment, signal }: Pick<Wish, 'namespace' | 'deployment' | 'signal'>,
): Promise<LockSeen | null> {
  const path = leasePath(namespace, leaseName(deployment));
  const start = clock.now();
  const first = await api.get<Lease>(path, signal);
  const enough = Math.min((first?.spec?.leaseDurationSeconds ?? DURATION) * 1000, RENEWED_WITHIN);
  for (let lease = first; ; lease = await api.get<Lease>(path, signal)) {
    const holder = lease?.spec?.holderIdentity ?? '';
    if (holder === '') return null;
    const renewTime = lease?.spec?.renewTime;
    const renewedAgo = renewTime === undefined ? null : clock.now() - Date.parse(renewTime);
    const hasMoved = holder !== first?.spec?.holderIdentity || renewTime !== first.spec.renewTime;
    const left = start + enough - clock.now();
    const isRecent = lease === first && renewedAgo !== null && Math.abs(renewedAgo) <= enough;
    if (hasMoved || isRecent) return { holder, renewedAgo, isStale: false };
    if (left <= 0) return { holder, renewedAgo, isStale: true };
    await clock.sleep(Math.min(POLL_EVERY, left), signal);
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

/** Asks the holder. False: there is nothing to be asked, or the Lease changed at that moment. */
async function ask(api: ApiPort, { asker, namespace, deployment }: Wish, lease: Lease, now: number): Promise<boolean> {
  if (asker === null || asker === undefined) return false;
  const annotations = { ...lease.metadata?.annotations, [ASKED]: `${asker} at ${new Date(now).toISOString()}` };
  const body = { ...lease, metadata: { ...lease.metadata, annotations } };
  const why = 'ask the run that is at work to take its release back';
  try {
    await api.write<Lease>({ verb: 'update', path: leasePath(namespace, leaseName(deployment)), body, why });
    return true;
  } catch (error) {
    if (isStatus(error, 409) || isStatus(error, 404) || error instanceof UnknownOutcome) return false;
    throw error;
  }
}

/** It has not been heard: a holder that hears it renews its Lease without it. */
function isAsked(lease: Lease | null): boolean {
  return lease?.metadata?.annotations?.[ASKED] !== undefined;
}

/** What we are asked for, told to `onAsked`. Null: nothing, or not to be seen now. */
async function heed(api: ApiPort, wish: Wish, signal: AbortSignal): Promise<Lease | null> {
  if (wish.onAsked === undefined) return null;
  const path = leasePath(wish.namespace, leaseName(wish.deployment));
  const found = await api.get<Lease>(path, signal).catch(() => null);
  const asker = found?.metadata?.annotations?.[ASKED];
  if (found === null || asker === undefined || found.spec?.holderIdentity !== wish.holder) return null;
  wish.onAsked(asker);
  return found;
}

/** Renews until released. A renewal that fails is tried again at the next turn; losing the Lease loses nothing but politeness. */
function keep(api: ApiPort, clock: Clock, wish: Wish, first: Lease, waited: boolean): HeldLease {
  const stop = new AbortController();
  let lease = first;
  const renewing = (async () => {
    let renewedAt = clock.now();
    while (!stop.signal.aborted) {
      await clock.sleep(HEED_EVERY, stop.signal).catch(() => undefined);
      if (stop.signal.aborted) return;
      const found = await heed(api, wish, stop.signal);
      if (found !== null) lease = found;
      else if (clock.now() < renewedAt + RENEW_EVERY) continue;
      lease = await renew(api, wish, lease, clock.now());
      renewedAt = clock.now();
    }
  })();
  return {
    waited,
    async release() {
      stop.abort();
      await renewing;
      const uid = lease.metadata?.uid ?? '';
      const request = returnRequest(wish, uid);
      for (let tried = 1; tried <= TRIES; tried += 1) {
        const isGiven = await api.write(request).then(
          () => true,
          (error: unknown) => isStatus(error, 404),
        );
        if (isGiven) return;
        // Whatever was said, it may have been carried out; and it may be somebody else's by now.
        const found = await api.get<Lease>(request.path).catch(() => undefined);
        if (found !== undefined && found?.metadata?.uid !== uid) return;
        await clock.sleep(100 * tried, new AbortController().signal);
      }
    },
  };
}
