import type { Saved } from './saved.ts';

/** Time as the simulator sees it: epoch milliseconds, and calls in the future. */
export interface Clock {
  now(): number;
  /** Calls `run` once, `ms` from now; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Wall clock. Its timers keep no process alive. */
export const wallClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    // setTimeout takes at most 2^31-1 ms and would otherwise fire at once.
    const timer = setTimeout(run, Math.min(ms, 2_147_483_647));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
  /** It goes with whoever has made it, and is not saved. */
  readonly isPassing: boolean;
}

/** A clock that only moves when told to. Timers fire in order of their time, then of their making. */
export class ManualClock implements Clock {
  #now: number;
  #made = 0;
  #timers: Timer[] = [];

  /** `start`: epoch milliseconds. */
  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void, isPassing = false): () => void {
    const timer: Timer = { due: this.#now + Math.max(0, ms), order: this.#made++, run, isPassing };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves to `time` or to the next timer, whichever comes first, and fires that one timer. False: `time` is reached. */
  step(time: number): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (next === undefined || timer.due < next.due || (timer.due === next.due && timer.order < next.order))
        next = timer;
    if (next === undefined || next.due > time) {
      this.#now = Math.max(this.#now, time);
      return false;
    }
    const due = next;
    this.#timers = this.#timers.filter((timer) => timer !== due);
    this.#now = Math.max(this.#now, due.due);
    due.run();
    return true;
  }

  /** The time, and what is due; but for what passes. */
  save(): Saved {
    const now = this.#now;
    const timers = this.#timers.filter(({ isPassing }) => !isPassing);
    return {
      // No two timers have the same order.
      text: JSON.stringify([now, timers.map(({ order }) => order)]),
      restore: () => {
        this.#now = now;
        this.#timers = [...timers];
      },
    };
  }
}

/** RFC 3339 with whole seconds, as API objects carry it. */
export function timestamp(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== last.second) last = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` };
  return last.text;
}

/** Most come many times. */
let last = { second: Number.NaN, text: '' };
