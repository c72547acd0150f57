import type { AuditedRequest } from '../contract/cluster.ts';
import { mutations } from '../contract/writes.ts';
import { type App, deploymentManifest, type FinalObjects, normalised, serviceManifest } from '../kubernetes/app.ts';
import type { Change as RecordedChange } from '../kubernetes/recorder.ts';
import { type ControlPlane, createControlPlane } from '../simulator/control-plane.ts';
import { handle } from '../simulator/handle.ts';
import { ADMIN } from '../simulator/rbac.ts';
import { type CustomResource, keyOf, type ResourceKey } from '../simulator/resources.ts';
import { type Saved, together } from '../simulator/saved.ts';
import type { Change } from '../simulator/store.ts';
import { Time } from './time.ts';

export const NAMESPACE = 'default';

export interface AppOptions {
  readonly replicas: number;
  readonly image: string;
  /** Of the revision before that one; default: there was none. */
  readonly imageBefore?: string;
  /** Of the pods, beside `app`. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Further fields of the Deployment's spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly resources?: readonly CustomResource[];
  /** Further kinds whose objects count among what a release leaves: `ingresses.networking.k8s.io`. Default: those of `resources`. */
  readonly compared?: readonly ResourceKey[];
  /** Name of the record, as ConfigMap and as lock; default: that of the Deployment. */
  readonly record?: string;
  /** Objects beside the Deployment and the Service: what routes users to it. */
  readonly objects?: readonly { readonly path: string; readonly body: object }[];
}

/** What a release leaves: compared before and after, and between runs that were disturbed and one that was not. */
export interface Left extends FinalObjects {
  /** Of further resources. */
  readonly others: readonly unknown[];
  /** How many Ready pods there are of each image, and how many the live Service lists. */
  readonly pods: Readonly<Record<string, number>>;
  readonly users: Readonly<Record<string, number>>;
  /** No release is in progress. */
  readonly isClosed: boolean;
}

const START = Date.parse('2026-01-01T00:00:00Z');
/** Milliseconds from a change to the controllers' look at it. */
const CONTROLLER_LATENCY = 5;
/** Of the simulated hour in which everything in here happens; epoch ms. */
export const FOREVER = START + 24 * 3_600_000;

/** A Deployment `web` behind a Service of its name, on a simulated cluster whose time is the tests' own. */
export class Cluster {
  readonly time = new Time(START);
  readonly plane: ControlPlane;
  /** As its manifest has it. */
  readonly app: App;
  /** What the product changed, in order. */
  #audit: AuditedRequest[] = [];
  #changes: RecordedChange[] = [];
  readonly #beside: (() => Saved)[] = [];
  readonly #compared: readonly ResourceKey[];
  readonly #recordName: string;

  constructor({
    resources = [],
    compared = resources.map(keyOf),
    objects = [],
    record = 'crossfade.web',
    imageBefore,
    ...options
  }: AppOptions) {
    this.plane = createControlPlane({ clock: this.time, latency: CONTROLLER_LATENCY, timings: {} });
    this.#compared = compared;
    this.#recordName = record;
    for (const resource of resources) this.plane.store.catalogue.register(resource);
    this.app = { namespace: NAMESPACE, preStopSeconds: 1, ...options };
    const deployments = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
    const first = { ...this.app, image: imageBefore ?? options.image };
    this.request('POST', `/api/v1/namespaces/${NAMESPACE}/services`, serviceManifest(this.app));
    this.request('POST', deployments, deploymentManifest(first));
    for (const { path, body } of objects) this.request('POST', path, body);
    this.time.goOn(2_000);
    if (imageBefore !== undefined) {
      this.request('PATCH', `${deployments}/web`, deploymentManifest(this.app), 'application/merge-patch+json');
      this.time.goOn(10_000);
    }
    for (const resource of Object.keys(KINDS))
      for (const object of this.plane.store.list(resource, NAMESPACE)) this.#record('present', resource, object);
    this.plane.store.subscribe((change) => this.#record(TYPES[change.type], change.resource, change.object));
  }

  /** As a person with kubectl does it, or by the `fieldManager` that the path names. Throws when it is refused. */
  request(method: string, path: string, body?: unknown, contentType = 'application/json'): unknown {
    const [at = '', text = ''] = path.split('?');
    const query = new URLSearchParams(text);
    if (!query.has('fieldManager')) query.set('fieldManager', 'kubectl');
    const answer = handle(this.plane, {
      method,
      path: at,
      query,
      body,
      contentType,
      user: ADMIN,
      userAgent: 'kubectl',
    });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  note(request: AuditedRequest): void {
    this.#audit.push(request);
  }

  /** The product's mutating requests so far. */
  mutations(): AuditedRequest[] {
    return mutations(this.#audit, NAMESPACE);
  }

  /** Everything that became of the app's objects, for `judge`. */
  get changes(): readonly RecordedChange[] {
    return this.#changes;
  }

  left(): Left {
    const { store } = this.plane;
    const record = store.get('configmaps', NAMESPACE, this.#recordName);
    const { data } = (record ?? {}) as { data?: { open?: string } };
    const names = (resource: string): string[] => store.list(resource, NAMESPACE).map(({ metadata }) => metadata.name);
    const imageOf = new Map<string, string>();
    const pods: Record<string, number> = {};
    for (const pod of store.list('pods', NAMESPACE)) {
      const image = pod.spec.containers[0]?.image ?? '';
      imageOf.set(pod.metadata.name, image);
      const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
      if (pod.metadata.deletionTimestamp === undefined && isReady === true) pods[image] = (pods[image] ?? 0) + 1;
    }
    const users: Record<string, number> = {};
    for (const name of this.readyEndpoints('web')) {
      const image = imageOf.get(name) ?? 'a pod that is gone';
      users[image] = (users[image] ?? 0) + 1;
    }
    return {
      deployment: withoutVolatile(store.get('deployments.apps', NAMESPACE, 'web')),
      services: store.list('services', NAMESPACE).map(withoutVolatile),
      others: this.#compared.flatMap((resource) => store.list(resource, NAMESPACE).map(withoutVolatile)),
      configMaps: names('configmaps'),
      leases: names('leases.coordination.k8s.io'),
      pods,
      users,
      isClosed: (data?.open ?? '') === '',
    };
  }

  /** Outcomes of the releases on record, newest first. */
  outcomes(): readonly string[] {
    const record = this.plane.store.get('configmaps', NAMESPACE, this.#recordName) as { data?: { past?: string } };
    const past = JSON.parse(record?.data?.past ?? '[]') as { outcome: string }[];
    return past.map(({ outcome }) => outcome);
  }

  /** Names of the pods that the Service's EndpointSlices call ready. */
  readyEndpoints(service: string): string[] {
    const found = new Set<string>();
    for (const slice of this.plane.store.list('endpointslices.discovery.k8s.io', NAMESPACE)) {
      if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service || (slice.ports ?? []).length === 0)
        continue;
      for (const { conditions, targetRef } of slice.endpoints ?? [])
        if (conditions?.ready !== false) found.add(targetRef?.name ?? '');
    }
    return [...found];
  }

  /** How it is at this moment: nothing of runs is in it but what they have done. */
  save(): Saved {
    const [audit, changes] = [[...this.#audit], [...this.#changes]];
    const own: Saved = {
      text: JSON.stringify([audit.length, changes.length]),
      restore: () => {
        [this.#audit, this.#changes] = [[...audit], [...changes]];
      },
    };
    return together([this.time.save(), this.plane.save(), own, ...this.#beside.map((part) => part())]);
  }

  /** What somebody beside it knows of it is saved with it. */
  saveWith(part: () => Saved): void {
    this.#beside.push(part);
  }

  stop(): void {
    this.plane.stop();
  }

  #record(type: RecordedChange['type'], resource: string, object: Change['object']): void {
    const kind = KINDS[resource];
    if (kind === undefined) return;
    const resourceVersion = Number(object.metadata.resourceVersion);
    // As it was stored: the store freezes what it keeps.
    this.#changes.push({ kind, type, resourceVersion, heardAt: this.time.now(), object: object as never });
  }
}

const KINDS: Readonly<Record<string, string>> = {
  'deployments.apps': 'Deployment',
  'replicasets.apps': 'ReplicaSet',
  pods: 'Pod',
  services: 'Service',
  'endpointslices.discovery.k8s.io': 'EndpointSlice',
};
const TYPES = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

function withoutVolatile(object: object | undefined): unknown {
  return object === undefined ? null : JSON.parse(JSON.stringify(normalised(object)));
}
