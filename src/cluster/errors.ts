/** The cluster cannot be reached as configured; the message says what was looked for, what was found and what to do. */
export class ConnectionError extends Error {}

/** What the API server says of an error beside its words. */
export interface ErrorDetails {
  /** Resource that it is about: `configmaps`, `namespaces`; empty: none is named. */
  readonly kind: string;
  /** Kubernetes' own words: NamespaceTerminating, FieldValueInvalid … */
  readonly causes: readonly string[];
}

/** The API server answered with an error. */
export class ApiError extends Error {
  readonly status: number;
  /** Kubernetes' own word: NotFound, Conflict, Forbidden, Invalid …; empty when the answer was no Status object. */
  readonly reason: string;
  readonly what: string;
  readonly details: ErrorDetails;

  constructor(
    what: string,
    status: number,
    reason: string,
    message: string,
    details: ErrorDetails = { kind: '', causes: [] },
  ) {
    super(`${what}: ${message === '' ? `HTTP ${status}` : message}`);
    this.what = what;
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}

/**
 * No answer that tells whether the request was carried out: connection lost, deadline passed, 5xx.
 * For a read it means "try later"; for a write, "look whether it happened".
 */
export class UnknownOutcome extends Error {
  constructor(what: string, cause: unknown) {
    super(`${what}: ${describeCause(cause)}`, { cause });
  }
}

/** The request was given up because the release no longer wants it. */
export class Abandoned extends Error {}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** `connect ECONNREFUSED 127.0.0.1:6443` rather than `fetch failed`. */
export function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? describeCause(cause.cause) : '';
  const text = cause.message === '' ? cause.name : cause.message;
  return inner === '' || text.includes(inner) ? text : `${text} (${inner})`;
}
