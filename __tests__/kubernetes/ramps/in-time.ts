import type { Traffic } from '../under-load.ts';
import { SETTLE } from './ramp.ts';

/** Milliseconds from the write that takes users back to the last of them who comes to the candidate. */
export const BACK = 1000;
/**
 * The same through kube-proxy when an endpoint has just changed: that of a pod that is not Ready any more has gone, or that of stable's
 * last pod has come, after which a rolling release leads users back, or users have just been led there. kube-proxy, which writes its
 * rules once a second at most, has up to a second to wait then before it can follow (1,045 ms were seen); about 100 ms otherwise.
 */
export const BACK_AFTER_CHANGE = 2000;

/** What is asked of the traffic here. */
type Strained = Pick<Traffic, 'strain'>;

/**
 * Milliseconds for what takes `ms` where there is a processor for everybody: on a machine that made everybody wait longer for one than
 * they ran on it just then, so much more. Proxies were seen to be back in 158 to 464 ms, and in 845 to 1,964 ms where they waited five
 * times as long as they ran.
 */
export function strained(ms: number, strain: number): number {
  return ms * Math.max(1, strain);
}

/** A moment: what is measured in hundreds of milliseconds is disturbed by what came just before. */
const MOMENT = 1000;

/**
 * Expects that users were back in time, and never later than in the settle time, in which the action trusts, beside a throttle.
 * @param back when they were led back (epoch ms)
 * @param late milliseconds from then to the last of them who came to the candidate
 */
export function expectBack(
  traffic: Strained,
  back: number,
  late: number,
  { within, throttle = 0 }: { readonly within: number; readonly throttle?: number },
): void {
  const strain = traffic.strain(back - MOMENT, back + Math.max(late, MOMENT));
  const most = throttle + Math.min(SETTLE, strained(within, strain));
  if (late > most)
    throw new Error(
      `the last of the users followed after ${late} ms, not within ${most} ms (strain ${strain.toFixed(1)})`,
    );
}

/** Milliseconds from the write (epoch ms) to the moment from which on the last share is whole: nobody is on stable any more. */
export function wholeAfter(traffic: Strained, all: number, throttle = 0): number {
  // At six seconds the route is again as the user wrote it.
  return Math.min(5000, strained(SETTLE + throttle, traffic.strain(all - MOMENT, all + SETTLE)));
}
