import type { Clock } from './clock.ts';

/** Tells the one who waits that something changed, also when that was before it began to wait. */
export class Signal {
  readonly #clock: Clock;
  #wake: () => void = () => undefined;
  #changed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when something changed since the last call, after `ms`, or at once after `wake`. */
  async changed(ms: number): Promise<void> {
    if (this.#changed) {
      this.#changed = false;
      return;
    }
    const timer = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#wake = resolve;
      }),
      this.#clock.sleep(ms, timer.signal).catch(() => undefined),
    ]);
    // With a reason of its own: an error is made, with its stack, where there is none.
    timer.abort('ended');
    this.#wake = () => undefined;
    this.#changed = false;
  }

  wake(): void {
    this.#changed = true;
    this.#wake();
  }
}
