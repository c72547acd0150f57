import type { Api } from '../../cluster/api.ts';
import { Mirror } from '../../cluster/mirror.ts';
import type { KubeList } from '../../cluster/wire.ts';
import type { WriteRequest } from '../../cluster/write-request.ts';
import {
  type KnativeService,
  knativeServicePath,
  type Revision,
  revisionsPath,
  SERVICE_OF_REVISION,
} from '../../workload/knative-service.ts';
import type { Clock } from '../clock.ts';
import { lostNamespace } from '../lost-namespace.ts';
import { Signal } from '../signal.ts';
import type { KnativeSnapshot } from './observe.ts';

/** A Knative Service and its Revisions, kept current by two watches. */
export class KnativeWorld {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #namespace: string;
  readonly #path: string;
  readonly #services: Mirror<KnativeService>;
  readonly #revisions: Mirror<Revision>;
  readonly #stop = new AbortController();
  readonly #signal: Signal;
  #following: Promise<unknown> = Promise.resolve();

  constructor(api: Api, clock: Clock, namespace: string, name: string) {
    const onChange = (): void => this.wake();
    this.#api = api;
    this.#clock = clock;
    this.#signal = new Signal(clock);
    this.#namespace = namespace;
    this.#path = knativeServicePath(namespace, name);
    this.#services = new Mirror(
      api,
      knativeServicePath(namespace),
      { fieldSelector: `metadata.name=${name}` },
      onChange,
    );
    this.#revisions = new Mirror(
      api,
      revisionsPath(namespace),
      { labelSelector: `${SERVICE_OF_REVISION}=${name}` },
      onChange,
    );
  }

  /** Reads everything once. Throws what a read throws. */
  async load(): Promise<void> {
    await Promise.all([this.#services.list(), this.#revisions.list()]);
  }

  /** Begins with what was read a moment ago; the watches bring what happened since. */
  seed(service: KnativeService, revisions: KubeList<Revision>): void {
    const { resourceVersion } = service.metadata ?? {};
    this.#services.seed({ metadata: resourceVersion === undefined ? {} : { resourceVersion }, items: [service] });
    this.#revisions.seed(revisions);
  }

  follow(failed: (error: unknown) => void): void {
    const { signal } = this.#stop;
    this.#following = Promise.all(
      [this.#services, this.#revisions].map((mirror) => mirror.follow(signal, this.#clock, failed)),
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  snapshot(): KnativeSnapshot {
    return {
      lostNamespace: lostNamespace(this.#api, this.#namespace),
      service: this.#services.items[0] ?? null,
      revisions: this.#revisions.items,
    };
  }

  /** Sends a write and takes its answer over. Throws ApiError or UnknownOutcome. */
  async write(request: WriteRequest): Promise<void> {
    this.#services.put(await this.#api.write<KnativeService>(request));
  }

  /** After a write that was refused, or whose outcome nobody knows; and now and then, in case a watch has gone deaf. */
  async refresh(): Promise<void> {
    const [service] = await Promise.all([this.#api.get<KnativeService>(this.#path), this.#revisions.list()]);
    if (service === null) this.#services.clear();
    else this.#services.put(service);
  }

  changed(ms: number): Promise<void> {
    return this.#signal.changed(ms);
  }

  wake(): void {
    this.#signal.wake();
  }
}
