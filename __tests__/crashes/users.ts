import { isDeepStrictEqual } from 'node:util';
import type { Saved } from '../simulator/saved.ts';
import { type Cluster, NAMESPACE } from './cluster.ts';

/** A moment at which somebody was not served, or not by whom they should be. */
export interface Unserved {
  /** Epoch ms. */
  readonly at: number;
  readonly message: string;
  /** Milliseconds until it was over; null: it is not. */
  ms: number | null;
}

/** Names of the Services to which routes send users at this moment, as their data plane reads them. */
export type Destinations = (cluster: Cluster) => readonly string[];

/**
 * Looks after every write to the cluster whom users reach: the live Service, and each Service to which a route sends some of them, has
 * endpoints, and all of these are pods that answer.
 */
export class UsersWatch {
  readonly #cluster: Cluster;
  readonly #destinations: Destinations;
  #found: readonly Unserved[] = [];
  #last: readonly string[] = [];

  constructor(cluster: Cluster, destinations: Destinations) {
    this.#cluster = cluster;
    this.#destinations = destinations;
    cluster.plane.store.subscribe(({ resource }) => {
      if (resource !== 'events' && resource !== 'leases.coordination.k8s.io') this.#look();
    });
    this.#look();
  }

  save(): Saved {
    const last = this.#last;
    const found = this.#found.map((one) => ({ ...one }));
    return {
      text: JSON.stringify([last, found]),
      restore: () => {
        this.#last = last;
        this.#found = found.map((one) => ({ ...one }));
      },
    };
  }

  /** What was found so far, each as it began. */
  get unserved(): readonly Readonly<Unserved>[] {
    return this.#found;
  }

  #look(): void {
    const services = new Set(['web', ...this.#destinations(this.#cluster)]);
    const messages = [...services].flatMap((service) => this.#trouble(service));
    if (isDeepStrictEqual(messages, this.#last)) return;
    const at = this.#cluster.time.now();
    for (const found of this.#found)
      if (found.ms === null && !messages.includes(found.message)) found.ms = at - found.at;
    const begun = messages.filter((message) => !this.#last.includes(message));
    this.#found = [...this.#found, ...begun.map((message) => ({ at, message, ms: null }))];
    this.#last = messages;
  }

  #trouble(service: string): readonly string[] {
    const { store, kubelet } = this.#cluster.plane;
    if (store.get('services', NAMESPACE, service) === undefined)
      return [`users are sent to Service ${service}, which is not there`];
    const pods = this.#cluster.readyEndpoints(service);
    if (pods.length === 0) return [`Service ${service} has no endpoints`];
    const isServed = (name: string): boolean => {
      const pod = store.get('pods', NAMESPACE, name);
      return pod !== undefined && kubelet.isListening(pod.metadata.uid);
    };
    return pods
      .filter((name) => !isServed(name))
      .map((name) => `Service ${service} leads to ${name}, which does not answer`);
  }
}
