/** Where the steps of a job find what `stage.ts` has started. */
export interface Stage {
  /** Path of a file. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Of the page that says what users see. */
  readonly page: string;
}

/** What users saw. */
export interface Seen {
  /** Answers by version, of one second from the question on. */
  readonly versions: Readonly<Record<string, number>>;
  /** All that ended since the beginning. */
  readonly requests: number;
  /** Of requests that failed since the beginning, with their moments. */
  readonly errors: readonly string[];
}
