import { formatDuration } from '../action/durations.ts';
import { numberOf } from './prometheus-answers.ts';

/** From when on a request is slow: an edge of the histogram, nearest above stable's p99, or the user's. */
export type SlowRequest = 'auto' | 'off' | { readonly ms: number };

/** The upper edge of a bucket. */
export interface Edge {
  readonly ms: number;
  /** The same as the number in `le`. */
  readonly value: number;
  /** The ways in which it is written: `1` and `1.0`. */
  readonly les: readonly string[];
  /** Requests up to it. */
  readonly count: number;
}

/**
 * Finite edges in rising order, with those of all series put together.
 * @param unit milliseconds of 1 in `le`
 */
export function edgesOf(buckets: readonly { readonly le: string; readonly count: number }[], unit: number): Edge[] {
  const edges = new Map<number, { les: Set<string>; count: number }>();
  for (const { le, count } of buckets) {
    const value = numberOf(le);
    if (value === null || !Number.isFinite(value)) continue;
    // Exporters change how they write a number with their version; the release goes on all the same.
    const written = [le, String(value), ...(Number.isInteger(value) ? [`${value}.0`] : [])];
    const edge = edges.get(value) ?? { les: new Set(), count: 0 };
    for (const text of written) edge.les.add(text);
    edge.count += Number.isFinite(count) ? count : 0;
    edges.set(value, edge);
  }
  return [...edges]
    .sort(([a], [b]) => a - b)
    .map(([value, { les, count }]) => ({ ms: rounded(value * unit), value, les: [...les].sort(), count }));
}

/** 0.3 s are 300 ms, and not 299.99999999999994. */
function rounded(ms: number): number {
  return Number(ms.toPrecision(12));
}

export interface ChosenEdge {
  readonly edge: Edge;
  /** For log and summary. */
  readonly because: string;
}

/** The edge from which on requests are slow; a text: why there is none. */
export function chooseEdge(
  slow: Exclude<SlowRequest, 'off'>,
  edges: readonly Edge[],
  total: number,
): ChosenEdge | string {
  if (slow !== 'auto') {
    const edge = edges.find(({ ms }) => ms === slow.ms);
    if (edge !== undefined) return { edge, because: `slow is more than ${shownMs(slow.ms)}` };
    return `${shownMs(slow.ms)} is no edge of a bucket; there are ${edges.length === 0 ? 'none' : edges.map(({ ms }) => shownMs(ms)).join(', ')}`;
  }
  const highest = edges.at(-1);
  if (highest === undefined) return 'its histogram has no buckets';
  if (!(total > 0)) return 'stable has no requests yet from which to choose an edge';
  const above = edges.find(({ count }) => count >= 0.99 * total);
  const edge = above ?? highest;
  const which =
    above === undefined ? 'the highest edge; stable’s p99 is beyond it' : 'the edge nearest above stable’s p99';
  return { edge, because: `slow is more than ${shownMs(edge.ms)}, ${which}` };
}

export function shownMs(ms: number): string {
  return Number.isInteger(ms) && ms > 0 ? formatDuration(ms) : `${ms}ms`;
}
