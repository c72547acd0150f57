import { type CountedSeries, type CounterQuery, promqlOf, seriesOf } from './counter-query.ts';
import type { PrometheusApi } from './prometheus-api.ts';
import { ServiceTracks } from './service-tracks.ts';
import type { Counter, CounterSource, Reading, TracksNow } from './source.ts';

/** Counters that a Prometheus has scraped: one instant query for each metric and reading. */
export class PrometheusSource implements CounterSource {
  readonly name: string;
  readonly #prometheus: PrometheusApi;
  readonly #queries: readonly CounterQuery[];
  readonly #services: ServiceTracks;
  /** By metric. */
  readonly #changes = new Map<string, ReadonlyMap<string, Changed>>();
  /** By metric, as it was asked last. */
  readonly #asked = new Map<string, string>();

  /** @param now epoch ms */
  constructor(name: string, prometheus: PrometheusApi, queries: readonly CounterQuery[], now: number) {
    this.name = name;
    this.#prometheus = prometheus;
    this.#queries = queries;
    this.#services = new ServiceTracks(now);
  }

  get queries(): readonly string[] {
    return [...this.#asked.values()];
  }

  async read(tracks: TracksNow, signal: AbortSignal): Promise<Reading> {
    this.#services.follow(tracks.service.leadsTo);
    const readings = await Promise.all(this.#queries.map((query) => this.#readOne(query, tracks, signal)));
    const notes = readings.flatMap((reading) => reading.notes);
    return {
      counters: readings.flatMap((reading) => reading.counters),
      note: notes.length === 0 ? null : [...new Set(notes)].join('; '),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #readOne(
    query: CounterQuery,
    tracks: TracksNow,
    signal: AbortSignal,
  ): Promise<{ counters: readonly Counter[]; notes: readonly string[] }> {
    const promql = promqlOf(query, tracks);
    this.#asked.set(query.metric, promql);
    const answer = await this.#prometheus.query(promql, signal);
    const asked = answer.type === 'vector' ? { samples: answer.samples, now: answer.samples[0]?.at ?? 0 } : null;
    const { series, withoutEdge } = seriesOf(query, asked?.samples ?? []);
    const timed = this.#timed(query.metric, series, asked?.now ?? 0);
    const pods = query.of === 'pod' ? podsOf(tracks) : null;
    const counters = timed.flatMap(({ one, at }) =>
      pods === null ? this.#ofService(query.metric, one, at, tracks) : ofPod(query.metric, one, at, pods),
    );
    const notes = [
      ...(withoutEdge === 0
        ? []
        : [`${withoutEdge} of the series of ${query.metric} have no bucket with the edge that is judged by`]),
      ...(query.of === 'service' && tracks.service.leadsTo === 'both'
        ? [`Service ${tracks.service.name} leads to both versions: its requests cannot be told apart`]
        : []),
      ...(query.of === 'pod' ? missing(query.metric, counters, tracks) : []),
    ];
    return { counters, notes };
  }

  #ofService(metric: string, series: CountedSeries, at: number, tracks: TracksNow): Counter[] {
    // What there is of the candidate Service before there is a candidate is of an earlier release.
    if (series.backend === 'candidate' && tracks.candidate === null) return [];
    const counter = this.#services.counterOf(metric, series, at);
    return counter === null ? [] : [counter];
  }

  /** Where an expression does not tell when it was scraped, its time is when it changed last. */
  #timed(metric: string, series: readonly CountedSeries[], now: number): { one: CountedSeries; at: number }[] {
    const before = this.#changes.get(metric);
    const after = new Map<string, Changed>();
    const timed = series.map((one) => {
      if (one.at !== null) return { one, at: one.at };
      const key = JSON.stringify(one.names);
      const last = before?.get(key);
      const isSame = last !== undefined && last.total === one.total && last.bad === one.bad;
      const changed = isSame ? last : { total: one.total, bad: one.bad, at: now };
      after.set(key, changed);
      return { one, at: changed.at };
    });
    this.#changes.set(metric, after);
    return timed;
  }
}

interface Changed {
  readonly total: number;
  readonly bad: number;
  readonly at: number;
}

function podsOf({ stable, candidate }: TracksNow): ReadonlyMap<string, Counter['track']> {
  const of = (track: Counter['track'], pods: readonly string[]) => pods.map((pod) => [pod, track] as const);
  return new Map([...of('stable', stable.pods), ...of('candidate', candidate?.pods ?? [])]);
}

function ofPod(
  metric: string,
  { names, total, bad }: CountedSeries,
  at: number,
  pods: ReadonlyMap<string, Counter['track']>,
): Counter[] {
  const [pod = ''] = names;
  const track = pods.get(pod);
  return track === undefined ? [] : [{ metric, track, instance: pod, total, bad, at }];
}

/** Pods that run and that Prometheus knows nothing of. */
function missing(metric: string, counters: readonly Counter[], tracks: TracksNow): string[] {
  return (['stable', 'candidate'] as const).flatMap((track) => {
    const pods = tracks[track]?.pods ?? [];
    const seen = counters.filter((counter) => counter.track === track).length;
    return seen >= pods.length ? [] : [`${metric}: Prometheus has ${seen} of ${pods.length} pods of ${track}`];
  });
}
