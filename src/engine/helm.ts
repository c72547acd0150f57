import type { Cause } from '../release/state.ts';

/** What the world outside wants of a running release. */
export interface Order {
  readonly cause: Cause;
  readonly reason: string;
  /** Users go back, or everything stays as it is as soon as nothing of it moves by itself. */
  readonly do: 'take-back' | 'hold';
}

/** The way in which the world outside (a cancel, a signal) ends a running release. */
export class Helm {
  #order: Order | null = null;
  readonly #stop = new AbortController();
  #onOrder: () => void = () => undefined;

  /** The order given, once there is one. */
  get order(): Order | null {
    return this.#order;
  }

  /** Aborted with the order: ends waiting for a lock, checks and commands. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The first order stands. */
  give(order: Order): void {
    this.#order ??= order;
    this.#stop.abort();
    this.#onOrder();
  }

  /** The engine's bell. */
  whenOrdered(listener: () => void): void {
    this.#onOrder = listener;
    if (this.#order !== null) listener();
  }
}
