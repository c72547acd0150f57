import type { Counter, Reading } from '../metrics/source.ts';
import type { Arm, Arms } from './arms.ts';

/*
 * Raw counters become what each track did since the last tick. Counters of pods are read at different moments (a scrape has an offset of
 * its own for each pod), restart at zero with their container, and are not there for a while when a scrape fails.
 */

type Track = Counter['track'];

/** What has been read so far: by metric. JSON; as large as the instances of the last five minutes. */
export interface Book {
  readonly [metric: string]: MetricBook;
}

interface MetricBook {
  readonly instances: Readonly<Record<string, Counted>>;
  /** What was counted since the last tick that had both tracks. */
  readonly stable: Waiting;
  readonly candidate: Waiting;
}

/** Up to where an instance has been counted. */
interface Counted {
  readonly track: Track;
  readonly total: number;
  readonly bad: number;
  /** Epoch ms of the sample. */
  readonly at: number;
}

interface Waiting extends Arm {
  /** True when an instance had a new sample, whatever it said. */
  readonly fresh: boolean;
}

export interface Increments {
  readonly book: Book;
  /** By metric; null: nothing to compare yet. */
  readonly arms: Readonly<Record<string, Arms | null>>;
}

export const EMPTY_BOOK: Book = {};

/**
 * Milliseconds, by the samples' own times, after which an instance that is not there any more is forgotten. Until then a failed scrape
 * loses nothing: what it did meanwhile is counted with its next sample. Prometheus itself looks back as far.
 */
const KEPT = 300_000;

const NOTHING: Waiting = { n: 0, x: 0, fresh: false };

/**
 * Takes a reading into the book, and gives the arms of the tick that ends with it. An instance begins with its first sample. A counter
 * that fell began anew: what it shows is all since. A sample as old as the last one, or older, adds nothing.
 * The arms are null until every needed track has an instance with a new sample; what the other has done is kept until then, so that
 * both arms are of the same time.
 * @param needed the tracks without which there is nothing to say
 */
export function advance(book: Book, reading: Reading, needed: Track | 'both' = 'both'): Increments {
  const counters = byMetric(reading.counters.filter(isSound));
  const metrics = [...new Set([...Object.keys(book), ...counters.keys()])];
  const tracks: readonly Track[] = needed === 'both' ? ['stable', 'candidate'] : [needed];
  const after = metrics.map((metric) => {
    const before = Object.hasOwn(book, metric) ? book[metric] : undefined;
    return [metric, advanceMetric(before, counters.get(metric) ?? [], tracks)] as const;
  });
  return {
    book: Object.fromEntries(after.flatMap(([metric, { book: left }]) => (left === null ? [] : [[metric, left]]))),
    arms: Object.fromEntries(after.map(([metric, { arms }]) => [metric, arms])),
  };
}

function advanceMetric(
  before: MetricBook | undefined,
  counters: readonly Counter[],
  needed: readonly Track[],
): { book: MetricBook | null; arms: Arms | null } {
  const known = new Map(Object.entries(before?.instances ?? {}));
  const waiting = { stable: before?.stable ?? NOTHING, candidate: before?.candidate ?? NOTHING };
  const instances = stillKept(known, counters);
  // Present, and with a sample from before to count from.
  const begun = new Set<Track>();
  for (const counter of counters) {
    const { track, instance } = counter;
    const last = known.get(instance);
    if (last === undefined || last.track !== track) {
      instances.set(instance, startOf(counter));
      continue;
    }
    begun.add(track);
    const { counted, arm } = count(last, counter);
    instances.set(instance, counted);
    if (arm !== null) waiting[track] = { n: waiting[track].n + arm.n, x: waiting[track].x + arm.x, fresh: true };
  }
  const book = (left: Pick<MetricBook, Track>): MetricBook | null =>
    instances.size === 0 ? null : { instances: Object.fromEntries(instances), ...left };
  const cannotCompare = needed.some((track) => {
    const present = counters.some((counter) => counter.track === track);
    // Absent for a moment, its last sample is still known; of new instances alone, nothing is known of the time before.
    return present ? !begun.has(track) : ![...instances.values()].some((counted) => counted.track === track);
  });
  if (cannotCompare) return { book: book({ stable: NOTHING, candidate: NOTHING }), arms: null };
  if (needed.some((track) => !waiting[track].fresh)) return { book: book(waiting), arms: null };
  const arms = { candidate: armOf(waiting.candidate), stable: armOf(waiting.stable) };
  return { book: book({ stable: NOTHING, candidate: NOTHING }), arms };
}

function startOf({ track, total, bad, at }: Counter): Counted {
  return { track, total, bad: Math.min(bad, total), at };
}

function count(last: Counted, { total, bad, at }: Counter): { counted: Counted; arm: Arm | null } {
  if (at <= last.at) return { counted: last, arm: null };
  const reset = total < last.total || bad < last.bad;
  const from = reset ? { total: 0, bad: 0 } : last;
  const n = total - from.total;
  // Where the two are counters of their own, an error may be seen before its request: it is counted with it, in the next tick.
  const x = Math.min(bad - from.bad, n);
  return { counted: { track: last.track, total, bad: from.bad + x, at }, arm: { n, x } };
}

/** Those that are there, and those that may come back. */
function stillKept(known: ReadonlyMap<string, Counted>, counters: readonly Counter[]): Map<string, Counted> {
  const newest = counters.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
  const there = new Set(counters.map(({ instance }) => instance));
  return new Map([...known].filter(([instance, { at }]) => there.has(instance) || newest - at <= KEPT));
}

function byMetric(counters: readonly Counter[]): Map<string, Counter[]> {
  const groups = new Map<string, Counter[]>();
  for (const counter of counters) {
    const group = groups.get(counter.metric);
    if (group === undefined) groups.set(counter.metric, [counter]);
    else group.push(counter);
  }
  return groups;
}

function isSound({ total, bad, at }: Counter): boolean {
  return [total, bad, at].every((value) => Number.isFinite(value) && value >= 0);
}

function armOf({ n, x }: Waiting): Arm {
  return { n, x };
}
