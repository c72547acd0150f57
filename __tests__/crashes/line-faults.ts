import type { Fault } from '../simulator/faults.ts';
import { ApiError } from '../simulator/status.ts';

/** What goes wrong with one request on a line: what the simulator's own faults are, and what only a line can do. */
export type LineFault =
  | Fault
  /** Executed; beside the answer there is a warning of the API server's. */
  | { readonly kind: 'warn'; readonly text: string }
  /** Of a read: answered from the state before the run's own last write. */
  | { readonly kind: 'stale' }
  /** Of a watch: every event comes twice, the second time after the next one of the same object. */
  | { readonly kind: 'watch-twice' }
  /** Of a watch: of so many events one never comes, nor does any word of that. */
  | { readonly kind: 'watch-loses'; readonly oneIn: number }
  /** Of a watch: after so many events it says nothing any more, and stays. */
  | { readonly kind: 'watch-hushed'; readonly after: number }
  /** Of a watch: after so many events the server ends it, with or without saying why. */
  | { readonly kind: 'watch-ends'; readonly after: number; readonly error?: 410 | 500 };

/** What keeps the server from doing anything about a request. */
export type Unserved =
  | Extract<Fault, { kind: 'refuse' }>
  | { readonly kind: 'html'; readonly status: number }
  | { readonly kind: 'reset'; readonly when: 'before' };

export function isUnserved(fault: LineFault): fault is Unserved {
  return fault.kind === 'reset' || fault.kind === 'html' ? fault.when !== 'after' : fault.kind === 'refuse';
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** What the API server says in its own words. A 500 has no reason unless it is given: then it is its last word. */
export function statusText(code: number, message = `simulated ${code}`): string {
  const reason = code === 500 && message.startsWith('Internal error') ? 'InternalError' : REASONS[code];
  return JSON.stringify(new ApiError(code, reason, message).body);
}

/** What proxies say. */
export function pageText(status: number): string {
  return `<html><body><h1>${status}</h1></body></html>`;
}
