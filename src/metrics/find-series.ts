import { filled } from './promql.ts';
import { valuesOf } from './counter-query.ts';
import {
  type FoundPodSeries,
  NAMESPACE_LABELS,
  POD_LABELS,
  POD_SERIES,
  type PodSeries,
  SERVICE_SERIES,
  type ServiceSeries,
  serviceSelectors,
} from './presets.ts';
import { matchesAll } from './pod-counters.ts';
import type { PrometheusApi, Sample } from './prometheus-api.ts';
import type { TracksNow } from './source.ts';

/** Series of stable that a preset can count by, as a Prometheus has them. */
export type FoundSeries =
  | ({ readonly kind: 'pods' } & FoundPodSeries)
  | { readonly kind: 'services'; readonly series: ServiceSeries };

export interface SeriesFound {
  readonly found: readonly FoundSeries[];
  /** What is there and cannot be used, with the reason. */
  readonly unusable: readonly string[];
}

/** Looks for the series of all presets at once. Rejects as the Prometheus does. */
export async function findSeries(
  prometheus: PrometheusApi,
  tracks: TracksNow,
  ports: readonly string[],
  signal: AbortSignal,
): Promise<SeriesFound> {
  const [ofPods, ...ofServices] = await Promise.all([
    findOfPods(prometheus, tracks, signal),
    ...SERVICE_SERIES.map(async (series) => {
      const selectors = serviceSelectors(series, series.counter, 'live', ports);
      const samples = await ask(prometheus, `count(${selectors.join(' or ')})`, tracks, signal);
      return samples.length === 0 ? [] : [{ kind: 'services', series } as const];
    }),
  ]);
  return { found: [...ofPods.found, ...ofServices.flat()], unusable: ofPods.unusable };
}

const TELLING = [
  ...new Set(POD_SERIES.flatMap(({ where, failed }) => [...where, ...failed].map(({ label }) => label))),
];

/** Series with a pod of the tracks in one of the usual labels; `names`: a regular expression. */
function ofThesePods(names: string | null): string {
  const named = names === null ? '' : `__name__=~"${names}", `;
  return POD_LABELS.map((label) => `{${named}${label}=~"$pods"}`).join(' or ');
}

async function findOfPods(prometheus: PrometheusApi, tracks: TracksNow, signal: AbortSignal): Promise<SeriesFound> {
  const labels = ['__name__', ...POD_LABELS, ...NAMESPACE_LABELS, ...TELLING].join(', ');
  const names = POD_SERIES.map(({ counter }) => counter).join('|');
  const samples = await ask(prometheus, `count by (${labels}) (${ofThesePods(names)})`, tracks, signal);
  const found: FoundSeries[] = [];
  const unusable: string[] = [];
  for (const series of POD_SERIES) {
    const one = foundIn(series, samples, tracks);
    if (typeof one === 'string') unusable.push(one);
    else if (one !== null) found.push({ kind: 'pods', ...one });
  }
  return { found, unusable };
}

function foundIn(series: PodSeries, samples: readonly Sample[], tracks: TracksNow): FoundPodSeries | string | null {
  const own = samples.map(({ labels }) => labels).filter((labels) => labels.__name__ === series.counter);
  const counted = own.filter((labels) => matchesAll(series.where, labels));
  // Pods of the same name may be in another namespace: staging has the same template.
  const podLabel = POD_LABELS.find((label) =>
    counted.some((labels) => tracks.stable.pods.includes(labels[label] ?? '')),
  );
  if (podLabel === undefined) return null;
  const ofStable = counted.filter((labels) => tracks.stable.pods.includes(labels[podLabel] ?? ''));
  const failed = series.failed.find(({ label }) => ofStable.some((labels) => (labels[label] ?? '') !== ''));
  if (failed === undefined)
    return `${series.counter} has no label ${series.failed.map(({ label }) => label).join(', ')} that tells failures`;
  const namespaceLabel = NAMESPACE_LABELS.find((label) =>
    ofStable.every((labels) => labels[label] === tracks.namespace),
  );
  return { series, podLabel, namespaceLabel: namespaceLabel ?? null, failed };
}

const MOST_NAMES = 12;

/** What a Prometheus knows of the pods of stable: for the error that there is nothing to count by. */
export async function whatThereIs(prometheus: PrometheusApi, tracks: TracksNow, signal: AbortSignal): Promise<string> {
  const named = await ask(prometheus, `count by (__name__) (${ofThesePods(null)})`, tracks, signal);
  const names = named.map(({ labels }) => labels.__name__ ?? '').sort();
  if (names.length > 0) {
    const counters = names.filter((name) => /_(?:total|count|bucket)$/.test(name));
    const shown = (counters.length > 0 ? counters : names).slice(0, MOST_NAMES);
    return `of its pods there are ${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
  }
  const known = [...new Set([...POD_SERIES, ...SERVICE_SERIES].map(({ counter }) => counter))].join('|');
  const elsewhere = await ask(
    prometheus,
    `count by (__name__, ${NAMESPACE_LABELS.join(', ')}) ({__name__=~"${known}"})`,
    tracks,
    signal,
  );
  if (elsewhere.length === 0) return 'it knows nothing of its pods, nor any series that a preset counts by';
  const places = elsewhere.map(({ labels }) => {
    const label = NAMESPACE_LABELS.find((name) => (labels[name] ?? '') !== '');
    return `${labels.__name__}${label === undefined ? '' : ` with ${label} ${labels[label]}`}`;
  });
  return `it knows nothing of its pods; elsewhere there are ${[...new Set(places)].sort().slice(0, MOST_NAMES).join(', ')}`;
}

/** The samples of a query with its variables filled in; of a scalar none. */
export async function ask(
  prometheus: PrometheusApi,
  query: string,
  tracks: TracksNow,
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  const answer = await prometheus.query(filled(query, valuesOf(tracks)), signal);
  return answer.type === 'vector' ? answer.samples : [];
}
