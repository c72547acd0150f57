import type { Clock } from '../engine/clock.ts';
import { countsOf, isCounted, type PodCounting } from './pod-counters.ts';
import type { PodPage, PodReader } from './pod-reader.ts';
import {
  type Counter,
  type CounterSource,
  MetricsError,
  type Reading,
  type TrackNow,
  type TracksNow,
} from './source.ts';

type Track = Counter['track'];

/** Counters straight from the pods, for clusters without Prometheus. */
export class PodSource implements CounterSource {
  readonly name: string;
  readonly #reader: PodReader;
  readonly #counting: PodCounting;
  readonly #most: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #asked = new Set<string>();
  readonly #chosen = { stable: new Set<string>(), candidate: new Set<string>() };

  /** @param most pods of each track that are read in a tick */
  constructor(name: string, reader: PodReader, counting: PodCounting, most: number, clock: Pick<Clock, 'now'>) {
    this.name = name;
    this.#reader = reader;
    this.#counting = counting;
    this.#most = most;
    this.#clock = clock;
  }

  get queries(): readonly string[] {
    return [...this.#asked];
  }

  async read(tracks: TracksNow, signal: AbortSignal): Promise<Reading> {
    const read = await Promise.all([
      this.#readTrack('stable', tracks.stable, signal),
      ...(tracks.candidate === null ? [] : [this.#readTrack('candidate', tracks.candidate, signal)]),
    ]);
    const counters = read.flatMap((track) => track.counters);
    const notes = read.flatMap((track) => track.notes);
    const asked = read.reduce((sum, track) => sum + track.asked, 0);
    if (asked > 0 && read.every((track) => track.answered === 0))
      throw new MetricsError(
        `Wanted metrics of pods of ${tracks.deployment} through the API server; found none: ${notes.join('; ')}. Check inputs metrics-port and metrics-path, and that your user may get pods/proxy.`,
      );
    return { counters, note: notes.length === 0 ? null : notes.join('; ') };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #readTrack(
    track: Track,
    { hash, pods }: TrackNow,
    signal: AbortSignal,
  ): Promise<{ counters: readonly Counter[]; notes: readonly string[]; asked: number; answered: number }> {
    const chosen = sample(pods, this.#chosen[track], this.#most);
    this.#chosen[track] = new Set(chosen);
    if (chosen.length === 0) return { counters: [], notes: [], asked: 0, answered: 0 };
    const endpoint = await this.#reader.endpoint(hash);
    if (typeof endpoint === 'string')
      return { counters: [], notes: [`${track}: ${endpoint}`], asked: chosen.length, answered: 0 };
    this.#asked.add(`GET :${endpoint.port}${endpoint.path} of each pod that is read`);
    const pages = await this.#reader.read(endpoint, chosen, isCounted(this.#counting), signal);
    const now = this.#clock.now();
    const silent = pages.filter(({ samples }) => samples === null);
    const counted = pages.map((page) => countersOf(track, page, this.#counting, now));
    const withoutEdge = counted.filter(({ noEdge }) => noEdge).length;
    const notes = [
      ...(chosen.length < pods.length ? [`${chosen.length} of ${pods.length} pods of ${track}`] : []),
      ...(silent.length === 0
        ? []
        : [`${silent.length} of ${chosen.length} pods of ${track} gave no metrics: ${silent[0]?.problem}`]),
      ...(withoutEdge === 0 ? [] : [`${withoutEdge} pods of ${track} have no bucket with the edge that is judged by`]),
    ];
    const counters = counted.flatMap((page) => page.counters);
    return { counters, notes, asked: chosen.length, answered: chosen.length - silent.length };
  }
}

function countersOf(
  track: Track,
  { pod, samples }: PodPage,
  counting: PodCounting,
  now: number,
): { counters: Counter[]; noEdge: boolean } {
  if (samples === null) return { counters: [], noEdge: false };
  const { errors, slow, at } = countsOf(counting, samples);
  const counter = (metric: string, pair: { total: number; bad: number }): Counter => ({
    metric,
    track,
    instance: pod,
    ...pair,
    at: at ?? now,
  });
  // No series yet: a client library shows them from their first request on. It is up, so it has counted nothing.
  const counters = [counter('errors', errors ?? { total: 0, bad: 0 })];
  if (counting.slow !== null && slow !== 'no edge') counters.push(counter('slow', slow ?? { total: 0, bad: 0 }));
  return { counters, noEdge: slow === 'no edge' };
}

/**
 * At most so many of the pods: those that were read before, as long as they live, and then in an order that has nothing to do with
 * when they were made, and is the same in every run.
 */
export function sample(pods: readonly string[], before: ReadonlySet<string>, most: number): string[] {
  const known = pods.filter((pod) => before.has(pod));
  const others = pods.filter((pod) => !before.has(pod)).sort((a, b) => scattered(a) - scattered(b) || (a < b ? -1 : 1));
  return [...known, ...others].slice(0, most).sort();
}

/** FNV-1a, 32 bits. */
function scattered(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
