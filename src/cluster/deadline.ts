import type { Clock } from '../engine/clock.ts';

/** A limit on how long something may take. */
export interface Deadline {
  /** Aborted with a TimeoutError when the time is over. */
  readonly signal: AbortSignal;
  /** It came to an end in time: nothing waits for the limit any more. */
  end(): void;
}

/** `ms` milliseconds from now, by this clock. Call `end` in any case: until then the process stays alive for it. */
export function deadline(clock: Clock, ms: number): Deadline {
  const over = new AbortController();
  const ended = new AbortController();
  clock.sleep(ms, ended.signal).then(
    () => over.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    () => undefined,
  );
  // With a reason of its own: an error is made, with its stack, where there is none.
  return { signal: over.signal, end: () => ended.abort('ended') };
}
