import type { Clock } from '../../src/engine/clock.ts';
import { ManualClock, type Clock as Timers } from '../simulator/clock.ts';

/**
 * One time for the cluster, the network and the product: it moves on when nobody has anything to do at this moment, and then to the next
 * thing that is due. What happens is the same whatever the machine, and waiting costs nothing.
 */
export class Time extends ManualClock {
  /** For what dies with a run: none of it is saved. */
  readonly ofRuns: Timers = { now: () => this.now(), after: (ms, run) => this.after(ms, run, true) };
  #isAwaited = false;

  /** Somebody's promise was settled: all that follows from it comes before the next thing that is due. */
  touch(): void {
    this.#isAwaited = true;
  }

  /** Lets time pass until something holds. False: it does not by `limit` (epoch ms), or nothing is due any more. */
  async pass(holds: () => boolean, limit: number): Promise<boolean> {
    for (;;) {
      await settled();
      if (holds()) return true;
      this.#isAwaited = false;
      while (!this.#isAwaited) if (!this.step(limit)) return false;
    }
  }

  /** The same without anybody who waits by promises: the cluster alone. */
  goOn(ms: number): void {
    const end = this.now() + ms;
    while (this.step(end));
  }
}

/** Everything that follows from promises settled by now has happened: nothing in here waits for anything real. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The product's clock in a run that may die: from then on no sleep of it ever ends. */
export class MortalClock implements Clock {
  readonly #time: Time;
  readonly #ahead: number;
  readonly #sleeps = new Set<() => void>();
  #isDead = false;

  /** @param ahead milliseconds by which it is ahead of the cluster's; negative: behind */
  constructor(time: Time, ahead = 0) {
    this.#time = time;
    this.#ahead = ahead;
  }

  now(): number {
    return this.#time.now() + this.#ahead;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isDead) return;
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const end = (): void => {
        cancel();
        this.#sleeps.delete(end);
        signal.removeEventListener('abort', give);
      };
      const give = (): void => {
        end();
        reject(signal.reason);
      };
      const cancel = this.#time.ofRuns.after(ms, () => {
        end();
        this.#time.touch();
        resolve();
      });
      this.#sleeps.add(end);
      signal.addEventListener('abort', give);
    });
  }

  die(): void {
    this.#isDead = true;
    for (const end of [...this.#sleeps]) end();
  }
}
