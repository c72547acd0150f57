import type { ServiceProxy } from '../checks/smoke-test.ts';
import { apiServerRefusal } from '../cluster/api-server-refusal.ts';
import type { Clock } from '../engine/clock.ts';
import type { ProbeRequest } from './metrics-request.ts';
import type { Counter, CounterSource, Reading, TracksNow } from './source.ts';

type Track = Counter['track'];

/** At most so many requests of ours a second, whatever is asked for. */
export const MOST_PER_SECOND = 20;
const MOST_UNDER_WAY = 10;
/** Milliseconds for one request: what takes longer has failed. */
export const PROBE_DEADLINE = 5_000;

export interface ProbePorts {
  readonly proxy: ServiceProxy;
  readonly clock: Clock;
}

/** What came of one request. */
export interface Probed {
  readonly failed: boolean;
  readonly took: number;
  /** One line: `status 500`. */
  readonly found: string;
}

interface Counts {
  total: number;
  failed: number;
  slow: number;
}

/**
 * The action's own requests to both Services, where there is no other traffic to judge by: in turn, at a rate that does not depend on how
 * long answers take. They begin with the first reading that has a candidate.
 */
export class ProbeSource implements CounterSource {
  readonly name: string;
  readonly queries: readonly string[];
  readonly #request: ProbeRequest;
  readonly #slowMs: number | null;
  readonly #ports: ProbePorts;
  readonly #start: number;
  readonly #end = new AbortController();
  #loop: Promise<void> | null = null;
  #tracks: TracksNow | null = null;
  /** Changes with what the live Service leads to: an answer belongs to a track only if it led there all the time. */
  #epoch = 0;
  #counts: Record<Track, Counts> = { stable: noCounts(), candidate: noCounts() };
  /** Since the last reading: counted only if the live Service leads to the same track in the next one. */
  #recent = noCounts();
  #underWay = 0;
  #unheard = 0;

  /** @param slowMs from which on an answer is slow; null: none is */
  constructor(request: ProbeRequest, slowMs: number | null, ports: ProbePorts) {
    this.name = `requests of our own (${request.line})`;
    this.queries = [`${request.line} to both Services, through the API server`];
    this.#request = request;
    this.#slowMs = slowMs;
    this.#ports = ports;
    this.#start = ports.clock.now();
  }

  read(tracks: TracksNow, signal: AbortSignal): Promise<Reading> {
    signal.throwIfAborted();
    if (this.#tracks !== null && this.#tracks.service.leadsTo === tracks.service.leadsTo)
      this.#add('stable', this.#recent);
    else this.#epoch += 1;
    this.#recent = noCounts();
    this.#tracks = tracks;
    if (tracks.candidate !== null) this.#loop ??= this.#run();
    const at = this.#ports.clock.now();
    const present = tracks.candidate === null ? (['stable'] as const) : (['stable', 'candidate'] as const);
    const counters = present.flatMap((track) => this.#countersOf(track, at));
    const notes = [
      `all of it synthetic: ${this.#request.line}`,
      ...(tracks.service.leadsTo === 'stable'
        ? []
        : [`Service ${tracks.service.name} does not lead to stable alone: stable cannot be asked`]),
      ...(this.#unheard === 0 ? [] : [`${this.#unheard} requests did not reach a pod and are not counted`]),
    ];
    return Promise.resolve({ counters, note: notes.join('; ') });
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#loop;
  }

  #countersOf(track: Track, at: number): Counter[] {
    const { total, failed, slow } = this.#counts[track];
    // Another run counts from zero again: its instances have names of their own.
    const instance = `probe of ${track}, ${this.#start}`;
    const counter = (metric: string, bad: number): Counter => ({ metric, track, instance, total, bad, at });
    return [counter('probe', failed), ...(this.#slowMs === null ? [] : [counter('probe-slow', slow)])];
  }

  async #run(): Promise<void> {
    const pause = 1000 / Math.min(this.#request.perSecond, MOST_PER_SECOND);
    const { signal } = this.#end;
    for (let turn: Track = 'stable'; ; turn = turn === 'stable' ? 'candidate' : 'stable') {
      if (this.#underWay < MOST_UNDER_WAY) void this.#probe(turn);
      try {
        await this.#ports.clock.sleep(pause, signal);
      } catch {
        return;
      }
    }
  }

  async #probe(track: Track): Promise<void> {
    const tracks = this.#tracks;
    if (tracks === null || (track === 'candidate' && tracks.candidate === null)) return;
    if (track === 'stable' && tracks.service.leadsTo !== 'stable') return;
    const epoch = this.#epoch;
    this.#underWay += 1;
    const service = track === 'stable' ? tracks.service.name : tracks.candidateService;
    const probed = await probe(this.#request, service, this.#ports, this.#end.signal);
    this.#underWay -= 1;
    if (this.#end.signal.aborted) return;
    if (typeof probed === 'string') this.#unheard += 1;
    else if (track === 'candidate') this.#add('candidate', this.#asCounts(probed));
    else if (epoch === this.#epoch) addTo(this.#recent, this.#asCounts(probed));
  }

  #asCounts({ failed, took }: Probed): Counts {
    return { total: 1, failed: failed ? 1 : 0, slow: this.#slowMs !== null && took > this.#slowMs ? 1 : 0 };
  }

  #add(track: Track, more: Counts): void {
    addTo(this.#counts[track], more);
  }
}

/** One request. A text: it did not reach a pod, or nobody knows, and it is no request. Never rejects. */
export async function probe(
  { path, port, scheme }: ProbeRequest,
  service: string,
  { proxy, clock }: ProbePorts,
  signal: AbortSignal,
): Promise<Probed | string> {
  const began = clock.now();
  const request = { method: 'GET', service, port, scheme, path, timeoutMs: PROBE_DEADLINE, signal } as const;
  try {
    const { status, body } = await proxy.get(request);
    const refusal = apiServerRefusal(status, body);
    if (refusal !== null) return `${status} from the API server: ${refusal}`;
    return { failed: status >= 400, took: clock.now() - began, found: `status ${status}` };
  } catch (error) {
    const took = clock.now() - began;
    // Only a pod that hangs makes the API server wait as long.
    if (!signal.aborted && took >= PROBE_DEADLINE - 50) return { failed: true, took, found: 'no answer in time' };
    return error instanceof Error ? error.message : String(error);
  }
}

function noCounts(): Counts {
  return { total: 0, failed: 0, slow: 0 };
}

function addTo(counts: Counts, more: Counts): void {
  counts.total += more.total;
  counts.failed += more.failed;
  counts.slow += more.slow;
}
