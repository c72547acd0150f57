import { filled, literally, quoted, type Variable } from './promql.ts';
import type { Sample } from './prometheus-api.ts';
import type { TracksNow } from './source.ts';

/**
 * How one metric is read from Prometheus, with `$variables` for what changes during a release. JSON: it is kept in the record, so that
 * a later run goes on with the same.
 */
export interface CounterQuery {
  /** `errors`, `slow`, or the user's own name. */
  readonly metric: string;
  /** What a series is of: a pod of the app, or a proxy's count of what it sent to a Service. */
  readonly of: 'pod' | 'service';
  /** Labels that tell apart what counts; of a pod, the one that has its name. */
  readonly labels: readonly string[];
  readonly parts: readonly CounterPart[];
}

export interface CounterPart {
  readonly backend: 'pods' | 'live' | 'candidate';
  readonly total: string;
  /** Requests of `total` that failed; or those that were fast enough, and all others were slow. */
  readonly some: string;
  readonly someAre: 'bad' | 'good';
  /** When the newest sample was scraped, in seconds; null: not to be known of this expression. */
  readonly at: string | null;
}

/** Marks which part of one query a sample belongs to. */
const MARK = 'crossfade';

/** The series of all selectors, each once, summed up. */
export function summed(labels: readonly string[], selectors: readonly string[]): string {
  return `sum by (${labels.join(', ')}) (${selectors.join(' or ')})`;
}

/** The time of an instant query's answer is that of its evaluation: only `timestamp` of a plain selector knows the scrape's. */
export function scrapedAt(labels: readonly string[], selectors: readonly string[]): string {
  return `max by (${labels.join(', ')}) (${selectors.map((selector) => `timestamp(${selector})`).join(' or ')})`;
}

/**
 * Requests beyond an edge of a histogram.
 * @param select selectors of the buckets that this matcher for `le` leaves
 * @param les the ways in which the edge is written
 */
export function slowPart(
  backend: CounterPart['backend'],
  labels: readonly string[],
  select: (matcher: string) => readonly string[],
  les: readonly string[],
): CounterPart {
  const all = select('le="+Inf"');
  return {
    backend,
    total: summed(labels, all),
    some: summed(labels, select(`le=~${quoted(les.map(literally).join('|'))}`)),
    someAre: 'good',
    at: scrapedAt(labels, all),
  };
}

/** One instant query for everything of a metric: what is evaluated together belongs together. */
export function promqlOf(query: CounterQuery, tracks: TracksNow): string {
  const marked = (expression: string, mark: string): string =>
    `label_replace(${expression}, ${quoted(MARK)}, ${quoted(mark)}, "", "")`;
  const all = query.parts.flatMap(({ backend, total, some, at }) => [
    marked(total, `${backend} total`),
    marked(some, `${backend} some`),
    ...(at === null ? [] : [marked(at, `${backend} at`)]),
  ]);
  return filled(all.join(' or '), valuesOf(tracks));
}

/** Of a pod's name, the API server leaves so much before its own five characters. */
const LONGEST_BASE = 58;

export function valuesOf(tracks: TracksNow): Record<Variable, string> {
  const { namespace, deployment, stable, candidate, service, candidateService } = tracks;
  const base = (hash: string): string => literally(`${deployment}-${hash}-`.slice(0, LONGEST_BASE));
  const bases = [stable, candidate].flatMap((track) => (track === null ? [] : [base(track.hash)]));
  return {
    namespace,
    deployment,
    stable: stable.hash,
    // Not nothing: a matcher for the empty text matches all series that lack the label.
    candidate: candidate?.hash ?? 'no-candidate',
    service: service.name,
    candidate_service: candidateService,
    pods: `(?:${bases.join('|')}).+`,
  };
}

/** A counter pair before it is known whose it is. */
export interface CountedSeries {
  readonly backend: CounterPart['backend'];
  /** Values of the query's labels. */
  readonly names: readonly string[];
  readonly total: number;
  readonly bad: number;
  /** Epoch ms; null: when it was scraped is not known. */
  readonly at: number | null;
}

export interface ReadSeries {
  readonly series: readonly CountedSeries[];
  /** How many had no bucket with the edge that is judged by. */
  readonly withoutEdge: number;
}

/** The answer to `promqlOf`, put together again. */
export function seriesOf(query: CounterQuery, samples: readonly Sample[]): ReadSeries {
  const found = new Map<string, { names: readonly string[]; backend: string; values: Map<string, number> }>();
  for (const { labels, value } of samples) {
    const [backend = '', what = ''] = (labels[MARK] ?? '').split(' ');
    const names = query.labels.map((label) => labels[label] ?? '');
    const key = JSON.stringify([backend, ...names]);
    const series = found.get(key) ?? { names, backend, values: new Map<string, number>() };
    series.values.set(what, value);
    found.set(key, series);
  }
  const read = query.parts.flatMap((part) =>
    [...found.values()].filter(({ backend }) => backend === part.backend).map((one) => counted(part, one)),
  );
  return {
    series: read.filter((one) => one !== 'no edge' && one !== 'no total'),
    withoutEdge: read.filter((one) => one === 'no edge').length,
  };
}

function counted(
  part: CounterPart,
  { names, values }: { readonly names: readonly string[]; readonly values: ReadonlyMap<string, number> },
): CountedSeries | 'no edge' | 'no total' {
  const total = values.get('total');
  const some = values.get('some');
  const at = values.get('at');
  if (total === undefined) return 'no total';
  // No series of errors: there was none yet. No series of the bucket: other buckets.
  if (part.someAre === 'good' && some === undefined) return 'no edge';
  const bad = part.someAre === 'bad' ? (some ?? 0) : Math.max(0, total - (some ?? 0));
  return { backend: part.backend, names, total, bad, at: at === undefined ? null : Math.round(at * 1000) };
}
