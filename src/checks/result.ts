/** The inputs that ask for checks, in the order in which these are run. */
export const CHECK_KINDS = ['smoke-test', 'smoke-command', 'job', 'webhook'] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

/** How one check of the candidate ended. */
export interface CheckResult {
  /** The line or command as the user wrote it; of a Job and a webhook what may be shown of it. */
  readonly name: string;
  readonly kind: CheckKind;
  /** `cancelled` (the run ended first) and `inconclusive` (nobody knows) say nothing about the candidate and are never a pass. */
  readonly verdict: 'healthy' | 'unhealthy' | 'inconclusive' | 'cancelled';
  readonly tries: number;
  /** Milliseconds from its start to its end. */
  readonly took: number;
  /** What was found, for a person. May quote the application: untrusted text. */
  readonly detail: string;
}
