import { setTimeout as timer } from 'node:timers/promises';

/** Time as the engine knows it; tests hand in a clock that they move themselves. */
export interface Clock {
  /** Epoch milliseconds. Never goes backwards. */
  now(): number;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Milliseconds by which a wait may end early: what is left then is time for nothing. */
export const TIMER_SLACK = 20;

/**
 * The system's time at the start of this process, counted on by the monotonic clock: no correction of the system's clock makes
 * a wait end early or never.
 */
export const systemClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    // `timer` rejects with an AbortError of its own; callers want the reason that the signal carries.
    await timer(ms, undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
  },
};
