/**
 * What one track did in a tick, by one metric: `n` requests, `x` of them bad (failed, or slow). For what has no denominator (restarts)
 * `n` is seconds of running pods, and `x` may exceed it.
 */
export interface Arm {
  readonly n: number;
  readonly x: number;
}

/** One tick of one metric: both tracks, counted over the same time. */
export interface Arms {
  readonly candidate: Arm;
  readonly stable: Arm;
}

/** The three words for what is known of a candidate. `inconclusive` never promotes by itself. */
export type Verdict = 'healthy' | 'unhealthy' | 'inconclusive';
