import type { CountedSeries } from './counter-query.ts';
import type { Counter, TracksNow } from './source.ts';

type LeadsTo = TracksNow['service']['leadsTo'];

/**
 * Which track the counts of a proxy belong to: it counts by Service, and the live Service leads to another track after the switch, and
 * to both for a while. Counts from before a change must never be told apart from, nor added to, those after it: an instance has the
 * number of its change in its name, and begins with the first scrape that is surely younger than the change.
 */
export class ServiceTracks {
  readonly #start: number;
  #leadsTo: LeadsTo | null = null;
  #changes = 0;
  /** Of the live Service's instances: when the sample was scraped that may be from before the change. */
  #old = new Map<string, number>();

  /** @param start any number that no other run has: epoch ms */
  constructor(start: number) {
    this.#start = start;
  }

  /** To be told before each reading. */
  follow(leadsTo: LeadsTo): void {
    if (this.#leadsTo === leadsTo) return;
    this.#leadsTo = leadsTo;
    this.#changes += 1;
    this.#old = new Map();
  }

  /** Null: cannot be told, or not yet. */
  counterOf(metric: string, series: CountedSeries, at: number): Counter | null {
    const { backend, names, total, bad } = series;
    const proxy = names.filter((name) => name !== '').join(' ');
    if (backend === 'candidate')
      return { metric, track: 'candidate', instance: `${proxy} → candidate Service`, total, bad, at };
    const key = JSON.stringify([metric, ...names]);
    if (this.#leadsTo === null || this.#leadsTo === 'both') return null;
    const old = this.#old.get(key);
    if (old === undefined) this.#old.set(key, at);
    // Of the very first reading nothing is known, either; it costs one scrape.
    if (old === undefined || at <= old) return null;
    const instance = `${proxy} → live Service ${this.#start}.${this.#changes}`;
    return { metric, track: this.#leadsTo, instance, total, bad, at };
  }
}
