import type { Clock } from '../clock.ts';
import type { Saved } from '../saved.ts';
import { ApiError } from '../status.ts';

/** Looks at one object and does what is to be done about it. May ask to be called again after so many milliseconds. */
export type Reconcile = (namespace: string, name: string) => number | undefined;

interface Item {
  readonly reconcile: Reconcile;
  readonly namespace: string;
  readonly name: string;
}

/** First and longest pause, in milliseconds, before a refused write is tried again; doubles in between. */
const FIRST_RETRY = 5;
const LONGEST_RETRY = 1_000_000;

/** Work of the controllers, first in, first out; an object waits in it once. */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #latency: number | null;
  #waiting = new Map<string, Item>();
  #failures = new Map<string, number>();
  #later = new Map<string, () => void>();
  #names = new Map<Reconcile, number>();
  #stopped = false;

  /** `latency`: milliseconds from a change to its handling; null: only `runNext` runs anything. */
  constructor(clock: Clock, latency: number | null) {
    this.#clock = clock;
    this.#latency = latency;
  }

  add(reconcile: Reconcile, namespace: string, name: string): void {
    const key = this.#key(reconcile, namespace, name);
    if (this.#stopped || this.#waiting.has(key)) return;
    this.#waiting.set(key, { reconcile, namespace, name });
    if (this.#latency !== null) this.#clock.after(this.#latency, () => this.runNext());
  }

  /** Handles the longest waiting object. False: nothing waits. */
  runNext(): boolean {
    const next = this.#waiting.entries().next();
    if (next.done === true || this.#stopped) return false;
    const [key, item] = next.value;
    this.#waiting.delete(key);
    this.#run(key, item);
    return true;
  }

  save(): Saved {
    const [waiting, failures, later] = [new Map(this.#waiting), new Map(this.#failures), new Map(this.#later)];
    return {
      text: JSON.stringify([[...waiting.keys()], [...failures], [...later.keys()]]),
      restore: () => {
        this.#waiting = new Map(waiting);
        this.#failures = new Map(failures);
        this.#later = new Map(later);
      },
    };
  }

  /** Handles nothing any more. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#later.values()) cancel();
  }

  #run(key: string, item: Item): void {
    this.#later.get(key)?.();
    this.#later.delete(key);
    try {
      const again = item.reconcile(item.namespace, item.name);
      this.#failures.delete(key);
      if (again !== undefined) this.#addAfter(key, item, again);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      this.#addAfter(key, item, Math.min(FIRST_RETRY * 2 ** failures, LONGEST_RETRY));
    }
  }

  #addAfter(key: string, item: Item, ms: number): void {
    this.#later.set(
      key,
      this.#clock.after(ms, () => this.add(item.reconcile, item.namespace, item.name)),
    );
  }

  #key(reconcile: Reconcile, namespace: string, name: string): string {
    const number = this.#names.get(reconcile) ?? this.#names.size;
    this.#names.set(reconcile, number);
    return `${number}/${namespace}/${name}`;
  }
}
