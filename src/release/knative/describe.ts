import type { Sign } from '../signs.ts';

/** `Revision web-00002: ExitCode3: Container failed with: panic`. */
export function describeRevision({ pod, reason, message }: Sign): string {
  return `Revision ${pod}: ${reason}${message === '' ? '' : `: ${message}`}`;
}
