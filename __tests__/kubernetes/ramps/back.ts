import { expect } from '@jest/globals';
import { SETTLE } from './ramp.ts';

/** Milliseconds from the write that takes users back to the last of them who comes to the candidate. */
export const BACK = 1000;
/**
 * The same through kube-proxy when a pod that is not Ready any more is the cause: its endpoint has just gone, and kube-proxy, which
 * writes its rules once a second at most, has up to a second to wait before it can follow (1,045 ms were seen).
 */
export const BACK_AFTER_CHANGE = 2000;

/**
 * Expects that users were back in time. On a machine that makes everybody wait longer for a processor than they run on it, so
 * much more time is given: proxies were seen to be back in 158 to 464 ms, and in 845 to 1,964 ms where they waited five times as long as
 * they ran. Never more than the settle time, though, in which the action trusts, beside a throttle.
 * @param late milliseconds, and `strain` as `BusyScene` has measured it meanwhile
 */
export function expectBack(
  late: number,
  { within, strain, throttle = 0 }: { readonly within: number; readonly strain: number; readonly throttle?: number },
): void {
  expect(late).toBeLessThanOrEqual(throttle + Math.min(SETTLE, within * Math.max(1, strain)));
}
