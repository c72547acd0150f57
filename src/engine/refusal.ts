/** Something in the cluster does not fit the request. Nothing was written. */
export interface Finding {
  /** What was wanted, what was found, what to do: one or more whole sentences. */
  readonly message: string;
  /** Longer material for the log and the summary, e.g. a ready Role. */
  readonly attachment?: string;
}

/** All findings of a preflight at once; the release has not begun. */
export class Refused extends Error {
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => finding.message).join('\n'));
    this.findings = findings;
  }
}
