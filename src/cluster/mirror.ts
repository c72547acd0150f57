import type { Clock } from '../engine/clock.ts';
import type { Api, Query } from './api.ts';
import { ApiError } from './errors.ts';
import type { KubeList, KubeObject } from './wire.ts';

/** Seconds of one watch. */
const WATCH_SECONDS = 30;

/**
 * A collection of objects kept current by list and watch. Restarts from its resourceVersion, lists again on 410, survives resets,
 * ends with its signal.
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

  /** Takes over the answer of a write, unless the watch was faster. */
  put(object: T): void {
    const known = this.#objects.get(nameOf(object));
    if (known === undefined || isNewer(object, known)) this.#objects.set(nameOf(object), object);
  }

  /** After a deletion of ours, or a read that found nothing. */
  clear(): void {
    this.#objects.clear();
  }

  /** Watches until the signal; never throws. `failed` hears every reason for starting again. */
  async follow(signal: AbortSignal, clock: Clock, failed: (error: unknown) => void): Promise<void> {
    let pause = 100;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) {
          await this.list(signal);
          this.#onChange();
        }
        await this.#watch(signal);
        pause = 100;
      } catch (error) {
        if (signal.aborted) return;
        // A watch that brought something before it broke is no reason to be patient. One that brought nothing may never do so
        // (a proxy that does not let streams through): then lists have to do.
        if (this.#delivered) pause = 100;
        const isExpired = error instanceof ApiError && error.status === 410;
        if (!this.#delivered || isExpired) this.#resourceVersion = undefined;
        failed(error);
        await clock.sleep(pause, signal).catch(() => undefined);
        pause = Math.min(pause * 2, 5_000);
      }
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    this.#delivered = false;
    const query = { ...this.#query, resourceVersion: this.#resourceVersion, timeoutSeconds: WATCH_SECONDS };
    // The server ends the watch by itself; one that is still silent after that is a black hole, and what it swallowed comes again
    // from the last resourceVersion on.
    const overdue = AbortSignal.timeout((WATCH_SECONDS + 5) * 1000);
    for await (const event of this.#api.watch<T>(this.#path, query, AbortSignal.any([signal, overdue]), this.#of)) {
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
