import type { Clock } from '../engine/clock.ts';
import type { Api, Query } from './api.ts';
import { deadline } from './deadline.ts';
import { ApiError, describeCause } from './errors.ts';
import type { KubeList, KubeObject } from './wire.ts';

/** Seconds of one watch. */
const WATCH_SECONDS = 30;
/** A watch that is ended sooner than that (milliseconds) without a word was none. */
const SHORTEST_WATCH = 1_000;
/** Milliseconds after which a watch that begins anew begins with a list: whatever got lost on the way is seen then. */
const LIST_AFTER = 60_000;

/**
 * A collection of objects kept current by list and watch. Restarts from its resourceVersion, lists again on 410 and now and then,
 * survives resets, ends with its signal.
 */
export class Mirror<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #api: Api;
  readonly #path: string;
  readonly #query: Query;
  readonly #onChange: () => void;
  readonly #of: 'release' | 'route';
  #resourceVersion: string | undefined;
  #delivered = false;

  /** `onChange` is called after every change that the watch brings. */
  constructor(api: Api, path: string, query: Query, onChange: () => void, of: 'release' | 'route' = 'release') {
    this.#api = api;
    this.#path = path;
    this.#query = query;
    this.#onChange = onChange;
    this.#of = of;
  }

  get items(): T[] {
    return [...this.#objects.values()];
  }

  /** Lists once. Throws what the list throws. */
  async list(signal?: AbortSignal): Promise<void> {
    this.seed(await this.#api.list<T>(this.#path, this.#query, signal));
  }

  /**
   * Begins with a list that was read elsewhere. It may be older than the answer to a write of ours that came while it was on its way:
   * what is newer than the list stays.
   */
  seed(list: KubeList<T>): void {
    const before = [...this.#objects.values()];
    this.#objects.clear();
    for (const item of list.items) this.#objects.set(nameOf(item), item);
    const { resourceVersion = '' } = list.metadata;
    for (const known of before) if (isNewer(known, { metadata: { resourceVersion } })) this.put(known);
    this.#resourceVersion = list.metadata.resourceVersion;
  }

  /** Takes over the answer of a write, unless the watch was faster: with a later version, or with the news that the object is gone. */
  put(object: T): void {
    const known = this.#objects.get(nameOf(object));
    const isGone =
      known === undefined && !isNewer(object, { metadata: { resourceVersion: this.#resourceVersion ?? '' } });
    if (isGone) return;
    if (known === undefined || isNewer(object, known)) this.#objects.set(nameOf(object), object);
  }

  /** After a deletion of ours, or a read that found nothing. */
  clear(): void {
    this.#objects.clear();
  }

  /** Watches until the signal; never throws. `failed` hears the reason for starting again; of the same, tried over and over, once. */
  async follow(signal: AbortSignal, clock: Clock, failed: (error: unknown) => void): Promise<void> {
    let pause = 100;
    let told = '';
    let listedAt = clock.now();
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined || clock.now() >= listedAt + LIST_AFTER) {
          // Noted also when it fails: what is known is still worth to be watched.
          listedAt = clock.now();
          await this.list(signal);
          this.#onChange();
        }
        const begun = clock.now();
        await this.#watch(signal, clock);
        if (!this.#delivered && clock.now() < begun + SHORTEST_WATCH)
          throw new Error(`watch ${this.#path}: it was ended at once`);
        pause = 100;
        told = '';
      } catch (error) {
        if (signal.aborted) return;
        // A watch that brought something before it broke is no reason to be patient. One that brought nothing may never do so
        // (a proxy that does not let streams through): then lists have to do.
        if (this.#delivered) {
          pause = 100;
          told = '';
        }
        const isExpired = error instanceof ApiError && error.status === 410;
        if (!this.#delivered || isExpired) this.#resourceVersion = undefined;
        const reason = describeCause(error);
        if (reason !== told) failed(error);
        told = reason;
        await clock.sleep(pause, signal).catch(() => undefined);
        pause = Math.min(pause * 2, 5_000);
      }
    }
  }

  async #watch(signal: AbortSignal, clock: Clock): Promise<void> {
    // The server ends the watch by itself; one that is still silent after that is a black hole, and what it swallowed comes again
    // from the last resourceVersion on.
    const overdue = deadline(clock, (WATCH_SECONDS + 5) * 1000);
    try {
      await this.#watchUntil(AbortSignal.any([signal, overdue.signal]));
    } finally {
      overdue.end();
    }
  }

  async #watchUntil(signal: AbortSignal): Promise<void> {
    this.#delivered = false;
    const query = { ...this.#query, resourceVersion: this.#resourceVersion, timeoutSeconds: WATCH_SECONDS };
    for await (const event of this.#api.watch<T>(this.#path, query, signal, this.#of)) {
      this.#delivered = true;
      if (event.type === 'ERROR') throw watchError(this.#path, event.object);
      this.#resourceVersion = event.object.metadata?.resourceVersion ?? this.#resourceVersion;
      if (event.type === 'BOOKMARK') continue;
      const name = nameOf(event.object);
      const known = this.#objects.get(name);
      if (known !== undefined && !isNewer(event.object, known)) continue;
      if (event.type === 'DELETED') this.#objects.delete(name);
      else this.#objects.set(name, event.object);
      this.#onChange();
    }
  }
}

/** An ERROR event carries a Status in place of the object. */
function watchError(path: string, status: object): ApiError {
  const { code, reason, message } = status as { code?: number; reason?: string; message?: string };
  return new ApiError(`watch ${path}`, code ?? 0, reason ?? '', message ?? '');
}

function nameOf(object: KubeObject): string {
  return object.metadata?.name ?? '';
}

/** resourceVersions of one resource are ordered (Kubernetes ≥ 1.35 says so; etcd's always were): by length, then as text. */
function isNewer(a: KubeObject, b: KubeObject): boolean {
  const [x, y] = [a.metadata?.resourceVersion ?? '', b.metadata?.resourceVersion ?? ''];
  return x.length === y.length ? x > y : x.length > y.length;
}
