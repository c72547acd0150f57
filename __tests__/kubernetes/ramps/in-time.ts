import { expect } from '@jest/globals';
import { SETTLE } from './ramp.ts';

/** Milliseconds from the write that takes users back to the last of them who comes to the candidate. */
export const BACK = 1000;
/**
 * The same through kube-proxy when an endpoint has just changed: that of a pod that is not Ready any more has gone, or that of stable's
 * last pod has come, after which a rolling release leads users back. kube-proxy, which writes its rules once a second at most, has up
 * to a second to wait then before it can follow (1,045 ms were seen).
 */
export const BACK_AFTER_CHANGE = 2000;

/**
 * Milliseconds for what takes `ms` where there is a processor for everybody: on a machine that makes everybody wait longer for one
 * than they run on it, so much more. Proxies were seen to be back in 158 to 464 ms, and in 845 to 1,964 ms where they waited five times
 * as long as they ran.
 * @param strain as `BusyScene` has measured it meanwhile
 */
function strained(ms: number, strain: number): number {
  return ms * Math.max(1, strain);
}

/**
 * Expects that users were back in time, and never later than in the settle time, in which the action trusts, beside a throttle.
 * @param late milliseconds
 */
export function expectBack(
  late: number,
  { within, strain, throttle = 0 }: { readonly within: number; readonly strain: number; readonly throttle?: number },
): void {
  expect(late).toBeLessThanOrEqual(throttle + Math.min(SETTLE, strained(within, strain)));
}

/** Milliseconds from the write to the moment from which on the last share is whole: nobody is on stable any more. */
export function wholeAfter(strain: number, throttle = 0): number {
  // At six seconds the route is again as the user wrote it.
  return Math.min(5000, strained(SETTLE + throttle, strain));
}
