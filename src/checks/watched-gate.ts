import type { Verdict } from '../analysis/arms.ts';

/** Something of the user's that is looked at again and again while users are on the candidate: a threshold, an alert. */
export interface WatchedGate {
  /** As the user wrote it. */
  readonly name: string;
  readonly kind: 'threshold' | 'alert';
  /** Rejects only with the signal's reason; a source that cannot be read is `inconclusive`, and `detail` quotes what was asked. */
  look(signal: AbortSignal): Promise<GateLook>;
}

export interface GateLook {
  readonly verdict: Verdict;
  /** One line for a person: what was wanted, what was found. May quote others: untrusted text. */
  readonly detail: string;
}
