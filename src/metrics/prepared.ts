import type { ApiPort } from '../cluster/api.ts';
import { serviceProxy } from '../cluster/service-proxy.ts';
import type { Clock } from '../engine/clock.ts';
import type { CounterQuery } from './counter-query.ts';
import type { PodsRequest, ProbeRequest } from './metrics-request.ts';
import type { PodCounting } from './pod-counters.ts';
import { PodSource } from './pod-metrics.ts';
import { PodReader } from './pod-reader.ts';
import { ProbeSource } from './probe.ts';
import type { PrometheusApi } from './prometheus-api.ts';
import { PrometheusSource } from './prometheus-source.ts';
import { type CounterSource, MetricsError, type Reading } from './source.ts';

/**
 * What a release is judged by, as it was found before its start. JSON without secrets: it is kept in the record, and a later run goes on
 * with exactly the same. Where Prometheus is, and how to log in there, is that run's own.
 */
export interface PreparedMetrics {
  readonly schema: 1;
  readonly judge:
    | { readonly kind: 'none' }
    /** `by`: `preset istio`, `metrics of your own`. */
    | { readonly kind: 'prometheus'; readonly by: string; readonly queries: readonly CounterQuery[] }
    | { readonly kind: 'pods'; readonly pods: PodsRequest; readonly counting: PodCounting };
  readonly probe: { readonly request: ProbeRequest; readonly slowMs: number | null } | null;
  /** For log and summary, one sentence each: what is judged and what is not. */
  readonly notes: readonly string[];
}

export interface SourcePorts {
  /** Null: the run has no input prometheus. */
  readonly prometheus: PrometheusApi | null;
  readonly api: Pick<ApiPort, 'get' | 'text' | 'ask'>;
  readonly clock: Clock;
  readonly namespace: string;
}

/**
 * The source that was prepared; null when no counters were asked for.
 * @throws {MetricsError} when it needs a Prometheus and this run has none
 */
export function counterSource(prepared: PreparedMetrics, ports: SourcePorts): CounterSource | null {
  const sources = [judgeSource(prepared.judge, ports), probeSource(prepared.probe, ports)].filter(
    (source) => source !== null,
  );
  const [only, ...more] = sources;
  if (only === undefined) return null;
  return more.length === 0 ? only : new JointSource(sources);
}

function judgeSource(judge: PreparedMetrics['judge'], ports: SourcePorts): CounterSource | null {
  const { prometheus, api, clock, namespace } = ports;
  switch (judge.kind) {
    case 'none':
      return null;
    case 'prometheus':
      if (prometheus === null)
        throw new MetricsError(
          `This release is judged by Prometheus (${judge.by}), and input prometheus says nothing. Give it, and what logs in there, to this run, too.`,
        );
      return new PrometheusSource(`${prometheus.name} (${judge.by})`, prometheus, judge.queries, clock.now());
    case 'pods': {
      const reader = new PodReader(api, namespace, judge.pods);
      return new PodSource(`the pods (${judge.counting.counter})`, reader, judge.counting, judge.pods.most, clock);
    }
  }
}

function probeSource(probe: PreparedMetrics['probe'], { api, clock, namespace }: SourcePorts): CounterSource | null {
  if (probe === null) return null;
  return new ProbeSource(probe.request, probe.slowMs, { proxy: serviceProxy(api, namespace, 'metrics'), clock });
}

/** Several sources, read together. */
class JointSource implements CounterSource {
  readonly name: string;
  readonly #sources: readonly CounterSource[];

  constructor(sources: readonly CounterSource[]) {
    this.name = sources.map(({ name }) => name).join(' and ');
    this.#sources = sources;
  }

  get queries(): readonly string[] {
    return this.#sources.flatMap(({ queries }) => queries);
  }

  async read(...given: Parameters<CounterSource['read']>): Promise<Reading> {
    const readings = await Promise.all(this.#sources.map((source) => source.read(...given)));
    const notes = readings.flatMap(({ note }) => (note === null ? [] : [note]));
    return {
      counters: readings.flatMap(({ counters }) => counters),
      note: notes.length === 0 ? null : notes.join('; '),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.close()));
  }
}

/** The names under which the source counts, and what their bad ones are. */
export function metricsOf(prepared: PreparedMetrics | null): { name: string; counts: 'errors' | 'slow' }[] {
  if (prepared === null) return [];
  const { judge, probe } = prepared;
  const counted = (name: string, isSlow: boolean): { name: string; counts: 'errors' | 'slow' } => ({
    name,
    counts: isSlow ? 'slow' : 'errors',
  });
  return [
    ...(judge.kind === 'prometheus'
      ? judge.queries.map(({ metric, parts }) =>
          counted(
            metric,
            parts.some(({ someAre }) => someAre === 'good'),
          ),
        )
      : []),
    ...(judge.kind === 'pods'
      ? [counted('errors', false), ...(judge.counting.slow === null ? [] : [counted('slow', true)])]
      : []),
    ...(probe === null
      ? []
      : [counted('probe', false), ...(probe.slowMs === null ? [] : [counted('probe-slow', true)])]),
  ];
}
