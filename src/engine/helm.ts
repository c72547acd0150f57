import type { Cause } from '../release/state.ts';

/** The way in which the world outside (a cancel, a signal) turns a running release back. */
export class Helm {
  #order: { readonly cause: Cause; readonly reason: string } | null = null;
  readonly #stop = new AbortController();
  #onOrder: () => void = () => undefined;

  /** The order given, once there is one. */
  get order(): { readonly cause: Cause; readonly reason: string } | null {
    return this.#order;
  }

  /** Aborted with the order: ends waiting for a lock, checks and commands. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  turnBack(cause: Cause, reason: string): void {
    this.#order ??= { cause, reason };
    this.#stop.abort();
    this.#onOrder();
  }

  /** The engine's bell. */
  whenOrdered(listener: () => void): void {
    this.#onOrder = listener;
    if (this.#order !== null) listener();
  }
}
