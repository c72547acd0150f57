import type { Answer } from './load.ts';

/** Milliseconds of a pod's work that no two readings lie around: before its end, and after its beginning. */
export interface Unread {
  readonly end: number;
  readonly beginning: number;
}
/** A scrape and a tick are a second each. Prometheus takes up new targets once in five seconds at most. */
export const UNREAD_BY_PROMETHEUS: Unread = { end: 2_500, beginning: 7_500 };
/** A tick, and a reading that takes its time. */
export const UNREAD_BY_PODS: Unread = { end: 2_000, beginning: 2_500 };

/** How many requests a pod has answered in its last `ms` until `end` (epoch ms). */
export function answeredBefore(answers: readonly Answer[], pod: string | undefined, end: number, ms: number): number {
  return answers.filter((answer) => answer.pod === pod && answer.at > end - ms && answer.at <= end).length;
}

/** How many requests pods that are new have answered, each in its first `ms`. */
export function answeredFirst(answers: readonly Answer[], known: readonly string[], ms: number): number {
  const first = new Map<string, number>();
  return answers.filter(({ at, pod }) => {
    if (pod === undefined || known.includes(pod)) return false;
    const began = first.get(pod) ?? at;
    first.set(pod, began);
    return at < began + ms;
  }).length;
}
