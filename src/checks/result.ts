/** How one check of the candidate ended. */
export interface CheckResult {
  /** The line or command as the user wrote it. */
  readonly name: string;
  readonly kind: 'smoke-test' | 'smoke-command';
  /** `cancelled` (the run ended first) says nothing about the candidate and is never a pass. */
  readonly verdict: 'healthy' | 'unhealthy' | 'cancelled';
  readonly tries: number;
  /** Milliseconds from its start to its end. */
  readonly took: number;
  /** What was found, for a person. May quote the application: untrusted text. */
  readonly detail: string;
}
