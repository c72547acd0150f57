import type { Api } from '../cluster/api.ts';
import { Mirror } from '../cluster/mirror.ts';
import type { Deployment, EndpointSlice, KubeObject, Pod, ReplicaSet, Service } from '../cluster/wire.ts';
import { deploymentPath, servicePath, type WriteRequest } from '../cluster/write-request.ts';
import type { Plan } from '../release/plan.ts';
import { SERVICE_LABEL } from '../traffic/endpoints.ts';
import { HASH_LABEL } from '../workload/template.ts';
import { podSelectorOf } from '../workload/tracks.ts';
import type { Clock } from './clock.ts';
import type { ReadObjects } from './preflight.ts';
import { lostNamespace } from './lost-namespace.ts';
import { Signal } from './signal.ts';
import type { ClusterSnapshot } from './snapshot.ts';

/** Names by which the objects of a release are found. */
export interface Names {
  readonly namespace: string;
  readonly deployment: string;
  /** `spec.selector` of the Deployment, as a label selector query. */
  readonly podSelector: string;
  readonly service: string;
  readonly candidateService: string;
  /** Paths of the objects of its routes. */
  readonly routes: readonly string[];
}

/** @param deployment as it is now; null: it is gone, and the pods of stable are all that can be looked for */
export function namesOf(plan: Plan, namespace: string, deployment: Deployment | null): Names {
  return {
    namespace,
    deployment: plan.deployment.name,
    podSelector: deployment === null ? `${HASH_LABEL}=${plan.stable.hash}` : podSelectorOf(deployment),
    service: plan.service.name,
    candidateService: plan.candidateService.name,
    routes: plan.routes.flatMap(({ paths }) => paths),
  };
}

/**
 * The objects of one release, kept current by three watches (Deployment, pods, EndpointSlices) and, for the rest, by reads when
 * something suggests a change: ReplicaSets when the Deployment controller has handled a write, Services every few seconds.
 */
export class World {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #names: Names;
  readonly #deployments: Mirror<Deployment>;
  readonly #pods: Mirror<Pod>;
  readonly #slices: Mirror<EndpointSlice>;
  /** By path. */
  readonly #routes: ReadonlyMap<string, Mirror<KubeObject>>;
  readonly #stop = new AbortController();
  #replicaSets: ReplicaSet[] = [];
  #replicaSetsAsOf = 0;
  #replicaSetsFor = '';
  #live: Service | null = null;
  #candidate: Service | null = null;
  /** Names of Services that had EndpointSlices when that was asked last. */
  #sliced: ReadonlySet<string> = new Set();
  readonly #signal: Signal;
  #following: Promise<unknown> = Promise.resolve();

  constructor(api: Api, clock: Clock, names: Names) {
    const { namespace } = names;
    const onChange = (): void => this.wake();
    this.#api = api;
    this.#clock = clock;
    this.#signal = new Signal(clock);
    this.#names = names;
    this.#deployments = new Mirror(
      api,
      deploymentPath(namespace),
      { fieldSelector: `metadata.name=${names.deployment}` },
      onChange,
    );
    this.#pods = new Mirror(
      api,
      `/api/v1/namespaces/${namespace}/pods`,
      { labelSelector: names.podSelector },
      onChange,
    );
    this.#routes = new Map(
      names.routes.map((path) => {
        const at = path.lastIndexOf('/');
        const fieldSelector = `metadata.name=${path.slice(at + 1)}`;
        return [path, new Mirror<KubeObject>(api, path.slice(0, at), { fieldSelector }, onChange, 'route')];
      }),
    );
    const services = `${SERVICE_LABEL} in (${names.service},${names.candidateService})`;
    this.#slices = new Mirror(
      api,
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      { labelSelector: services },
      onChange,
    );
  }

  /** Reads the routes; the rest was seeded. */
  async loadRoutes(): Promise<void> {
    await Promise.all([...this.#routes.values()].map((mirror) => mirror.list()));
  }

  /** Reads everything once. Throws what a read throws. */
  async load(): Promise<void> {
    await Promise.all([
      this.#deployments.list(),
      this.#pods.list(),
      this.#slices.list(),
      this.loadRoutes(),
      this.#listReplicaSets(),
      this.readServices(),
    ]);
  }

  /** Begins with what was read a moment ago; the watches bring what happened since. */
  seed(read: ReadObjects): void {
    const { resourceVersion } = read.deployment.metadata ?? {};
    this.#deployments.seed({
      metadata: resourceVersion === undefined ? {} : { resourceVersion },
      items: [read.deployment],
    });
    this.#pods.seed(read.pods);
    this.#slices.seed(read.slices);
    this.#replicaSets = read.replicaSets.items;
    this.#live = read.service;
    this.#candidate = read.candidateService;
  }

  /** Keeps everything current until `close`. `failed` hears why a watch had to start again. */
  follow(failed: (error: unknown) => void): void {
    const { signal } = this.#stop;
    this.#following = Promise.all(
      [this.#deployments, this.#pods, this.#slices, ...this.#routes.values()].map((mirror) =>
        mirror.follow(signal, this.#clock, failed),
      ),
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  snapshot(): ClusterSnapshot {
    return {
      lostNamespace: lostNamespace(this.#api, this.#names.namespace),
      deployment: this.#deployments.items[0] ?? null,
      replicaSets: this.#replicaSets,
      replicaSetsAsOf: this.#replicaSetsAsOf,
      pods: this.#pods.items,
      liveService: this.#live,
      candidateService: this.#candidate,
      slices: this.#slices.items,
      routes: new Map([...this.#routes].map(([path, mirror]) => [path, mirror.items[0] ?? null])),
    };
  }

  /** Sends a write and takes its answer over. Throws ApiError or UnknownOutcome. */
  async write(write: WriteRequest): Promise<void> {
    const object = await this.#api.write<KubeObject>(write);
    const route = this.#routes.get(routePathOf(write));
    if (route !== undefined) write.verb === 'delete' ? route.clear() : route.put(object);
    else if (write.verb === 'delete') this.#candidate = null;
    else this.#take(object);
  }

  #take(object: KubeObject): void {
    const name = object.metadata?.name;
    // The API server answers a write with the object of the kind that was written.
    if (object.kind === 'Deployment') this.#deployments.put(object as Deployment);
    else if (object.kind === 'Service' && name === this.#names.service) this.#live = object as Service;
    else if (object.kind === 'Service' && name === this.#names.candidateService) this.#candidate = object as Service;
  }

  /** Everything that no watch shows, again; after a write that was refused, or whose outcome nobody knows. */
  async refresh(): Promise<void> {
    const { namespace, deployment } = this.#names;
    const [read] = await Promise.all([
      this.#api.get<Deployment>(deploymentPath(namespace, deployment)),
      this.readServices(),
    ]);
    if (read === null) this.#deployments.clear();
    else this.#deployments.put(read);
    await Promise.all([...this.#routes].map(([path, mirror]) => this.#readRoute(path, mirror)));
    await this.readReplicaSets('always');
  }

  /** Re-reads the ReplicaSets when the Deployment's status has moved since they were read, or always. True when it did. */
  async readReplicaSets(when: 'moved' | 'always'): Promise<boolean> {
    const key = this.#statusKey();
    // The controller sizes ReplicaSets before it says that it has seen a write: sooner there is nothing new to read.
    const { metadata, status } = this.#deployments.items[0] ?? {};
    const isBehind = (status?.observedGeneration ?? 0) < (metadata?.generation ?? 0);
    if (when === 'moved' && (isBehind || this.#replicaSetsFor === key)) return false;
    // Noted before the read: what the controller did until then is in the answer, what it did since may not be.
    const asOf = this.#deployments.items[0]?.status?.observedGeneration ?? 0;
    await this.#listReplicaSets();
    this.#replicaSetsFor = key;
    this.#replicaSetsAsOf = asOf;
    return true;
  }

  async #readRoute(path: string, mirror: Mirror<KubeObject>): Promise<void> {
    const object = await this.#api.get<KubeObject>(path);
    if (object === null) mirror.clear();
    else mirror.put(object);
  }

  async readServices(): Promise<void> {
    const { namespace, service, candidateService } = this.#names;
    [this.#live, this.#candidate] = await Promise.all([
      this.#api.get<Service>(servicePath(namespace, service)),
      this.#api.get<Service>(servicePath(namespace, candidateService)),
    ]);
  }

  /** One of the Services has no EndpointSlice any more, since this was asked last: they go with it. */
  hasLostSlices(): boolean {
    const before = this.#sliced;
    this.#sliced = new Set(this.#slices.items.map(({ metadata }) => metadata?.labels?.[SERVICE_LABEL] ?? ''));
    return [...before].some((service) => !this.#sliced.has(service));
  }

  /** Resolves when something changed since the last call, after `ms`, or at once after `wake`. */
  changed(ms: number): Promise<void> {
    return this.#signal.changed(ms);
  }

  wake(): void {
    this.#signal.wake();
  }

  async #listReplicaSets(): Promise<void> {
    const path = `/apis/apps/v1/namespaces/${this.#names.namespace}/replicasets`;
    const { items } = await this.#api.list<ReplicaSet>(path, { labelSelector: this.#names.podSelector });
    this.#replicaSets = items;
  }

  #statusKey(): string {
    const status = this.#deployments.items[0]?.status;
    return [status?.observedGeneration, status?.replicas, status?.updatedReplicas].join();
  }
}

/** Path of the object that a write is about; a creation names it in its body. */
function routePathOf(write: WriteRequest): string {
  if (write.verb !== 'create') return write.path;
  // Bodies are whole API objects.
  const { metadata } = write.body as KubeObject;
  return `${write.path}/${metadata?.name ?? ''}`;
}
