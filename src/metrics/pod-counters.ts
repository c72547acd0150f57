import type { ExposedSample } from './openmetrics.ts';
import type { Failed, PodSeries, Where } from './presets.ts';
import { numberOf } from './prometheus-answers.ts';

/** Which series of a pod's own metrics endpoint are requests, and which of them failed or were slow. JSON: kept in the record. */
export interface PodCounting {
  readonly counter: string;
  readonly where: readonly Where[];
  readonly failed: readonly Failed[];
  /** Null: slow requests are not judged. */
  readonly slow: {
    readonly buckets: string;
    /** The number in `le`. */
    readonly edge: number;
  } | null;
}

export interface PodCounts {
  readonly errors: Pair | null;
  readonly slow: Pair | 'no edge' | null;
  /** Epoch ms that the endpoint says itself. */
  readonly at: number | null;
}

interface Pair {
  readonly total: number;
  readonly bad: number;
}

export function isCounted(counting: PodCounting): (name: string) => boolean {
  return (name) => name === counting.counter || name === counting.slow?.buckets;
}

/** Null: the pod has no such series (yet). */
export function countsOf(counting: PodCounting, samples: readonly ExposedSample[]): PodCounts {
  const chosen = samples.filter(({ labels }) => matchesAll(counting.where, labels));
  const requests = chosen.filter(({ name }) => name === counting.counter);
  const failed = counting.failed.map(({ label, matches }) => ({ label, pattern: new RegExp(`^(?:${matches})$`) }));
  const bad = requests.filter(({ labels }) => failed.some(({ label, pattern }) => pattern.test(labels[label] ?? '')));
  const times = chosen.flatMap(({ at }) => (at === null ? [] : [at]));
  return {
    errors: requests.length === 0 ? null : { total: sum(requests), bad: sum(bad) },
    slow: counting.slow === null ? null : slowOf(counting.slow, chosen),
    at: times.length === 0 ? null : Math.max(...times),
  };
}

function slowOf(
  { buckets, edge }: NonNullable<PodCounting['slow']>,
  samples: readonly ExposedSample[],
): Pair | 'no edge' | null {
  const all = samples.filter(({ name }) => name === buckets);
  if (all.length === 0) return null;
  const edges = all.map((sample) => ({ sample, le: numberOf(sample.labels.le ?? '') }));
  const below = edges.filter(({ le }) => le === edge).map(({ sample }) => sample);
  if (below.length === 0) return 'no edge';
  const total = sum(edges.filter(({ le }) => le === Number.POSITIVE_INFINITY).map(({ sample }) => sample));
  return { total, bad: Math.max(0, total - sum(below)) };
}

/** The series of which these samples are, most usual first; null: none that is known. */
export function podSeriesIn(
  samples: readonly ExposedSample[],
  known: readonly PodSeries[],
): { readonly series: PodSeries; readonly failed: Failed } | null {
  for (const series of known) {
    const own = samples.filter(({ name, labels }) => name === series.counter && matchesAll(series.where, labels));
    const failed = series.failed.find(({ label }) => own.some(({ labels }) => (labels[label] ?? '') !== ''));
    if (failed !== undefined) return { series, failed };
  }
  return null;
}

export function matchesAll(where: readonly Where[], labels: Readonly<Record<string, string>>): boolean {
  return where.every(({ label, is, value }) => (is === '=') === ((labels[label] ?? '') === value));
}

function sum(samples: readonly ExposedSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
