import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment, KubeObject, Pod } from '../../src/cluster/wire.ts';
import { type Api, ApiError, paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import { Configuration } from './configuration.ts';
import { type Condition, type KnativeObject, knativePaths } from './objects.ts';
import { Route, statusOf } from './route.ts';

/** What one round of the stand-in's Route gave its users. */
export interface Served {
  readonly at: number;
  /** Percent by the Revision's image. */
  readonly users: Readonly<Record<string, number>>;
}

export interface Pace {
  /** Milliseconds from one look to the next. */
  readonly look: number;
  /** Milliseconds from a Service's new template to its Revision, and from new traffic to its effect. */
  readonly lag: number;
}

/**
 * Knative Serving's controllers, as far as a release sees them: they make Revisions of a Service's template and write its status as the
 * real ones do (`README.md`). A Revision is a Deployment with a Service of its own, whose pods the cluster runs.
 */
export class KnativeStandIn {
  readonly #api: Api;
  readonly #namespace: string;
  readonly #pace: Pace;
  readonly #stop = new AbortController();
  readonly #configurations = new Map<string, Configuration>();
  readonly #routes = new Map<string, Route>();
  readonly #served: Served[] = [];
  readonly #given = new Set<string>();
  #working: Promise<void> = Promise.resolve();
  #failure: unknown = null;

  constructor(api: Api, namespace: string, pace: Pace = { look: 40, lag: 120 }) {
    this.#api = api;
    this.#namespace = namespace;
    this.#pace = pace;
  }

  start(): void {
    this.#working = this.#work().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#working;
    if (this.#failure !== null) throw this.#failure;
  }

  /** A Revision that was Ready and is no more: what its controller says when its pods are gone for good. */
  async fail(revision: string): Promise<void> {
    this.#given.add(revision);
    await until(`${revision} has failed`, 30_000, async () => {
      const found = await this.#api.get<KnativeObject>(knativePaths.revisions(this.#namespace, revision));
      return found.status?.conditions?.[0]?.status === 'False' ? true : undefined;
    });
  }

  /** Whenever it is there. */
  sicken(revision: string): void {
    this.#given.add(revision);
  }

  heal(revision: string): void {
    this.#given.delete(revision);
  }

  /** Whom users reached, one entry for each change. */
  get served(): readonly Served[] {
    return this.#served;
  }

  async #work(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { items } = await this.#api.list<KnativeObject>(knativePaths.services(this.#namespace));
      for (const service of items) await this.#reconcile(service).catch(race);
      await sleep(this.#pace.look, undefined, { signal }).catch(() => undefined);
    }
  }

  async #reconcile(service: KnativeObject): Promise<void> {
    const name = service.metadata?.name ?? '';
    const revisions = await this.#revisions(name);
    await Promise.all(revisions.map((revision) => this.#reconcileRevision(revision)));
    const configuration = this.#configurations.get(name) ?? new Configuration(name, this.#pace.lag);
    this.#configurations.set(name, configuration);
    const made = configuration.reconcile(service, revisions, Date.now());
    if (made !== null) await this.#api.create(knativePaths.revisions(this.#namespace), made);
    await this.#writeStatus(service, configuration, made === null ? revisions : await this.#revisions(name));
  }

  async #revisions(service: string): Promise<KnativeObject[]> {
    const selector = encodeURIComponent(`serving.knative.dev/service=${service}`);
    const list = await this.#api.list<KnativeObject>(
      `${knativePaths.revisions(this.#namespace)}?labelSelector=${selector}`,
    );
    return list.items;
  }

  async #reconcileRevision(revision: KnativeObject): Promise<void> {
    const name = revision.metadata?.name ?? '';
    const path = paths.deployments(this.#namespace, `${name}-deployment`);
    const deployment = await this.#api.find<Deployment>(path);
    if (deployment === undefined) {
      await this.#api.create(paths.core(this.#namespace, 'services'), publicService(name, this.#namespace)).catch(race);
      await this.#api.create(paths.deployments(this.#namespace), deploymentOf(revision, this.#namespace));
      return;
    }
    const pods = await this.#api.list<Pod>(
      `${paths.core(this.#namespace, 'pods')}?labelSelector=${encodeURIComponent(`serving.knative.dev/revision=${name}`)}`,
    );
    const condition: Condition = this.#given.has(name)
      ? { type: 'Ready', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'its pods are gone' }
      : readinessOf(deployment, pods.items);
    const before = revision.status?.conditions?.[0];
    if (same(before, condition)) return;
    await this.#api.patch(`${knativePaths.revisions(this.#namespace, name)}/status`, {
      status: { observedGeneration: revision.metadata?.generation, conditions: [condition] },
    });
  }

  async #writeStatus(
    service: KnativeObject,
    configuration: Configuration,
    revisions: readonly KnativeObject[],
  ): Promise<void> {
    const name = service.metadata?.name ?? '';
    const route = this.#routes.get(name) ?? new Route(this.#pace.lag);
    this.#routes.set(name, route);
    const now = Date.now();
    const { status, users } = statusOf(service, revisions, { configuration, route }, now);
    const last = this.#served.at(-1);
    if (users !== null && JSON.stringify(last?.users) !== JSON.stringify(users)) this.#served.push({ at: now, users });
    if (JSON.stringify(sorted(service.status)) === JSON.stringify(sorted(status))) return;
    await this.#api.patch(
      `${knativePaths.services(this.#namespace, service.metadata?.name)}/status`,
      [
        { op: 'test', path: '/metadata/resourceVersion', value: service.metadata?.resourceVersion },
        { op: 'add', path: '/status', value: status },
      ],
      'json-patch',
    );
  }
}

/** As the Revision's controller has it from its Deployment and pods. */
function readinessOf({ status }: Deployment, pods: readonly Pod[]): Condition {
  const type = 'Ready';
  if ((status?.availableReplicas ?? 0) > 0) return { type, status: 'True' };
  const container = pods[0]?.status?.containerStatuses?.[0];
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  const waiting = container?.state?.waiting;
  if (ended !== undefined && ended.exitCode !== 0)
    return {
      type,
      status: 'False',
      reason: `ExitCode${ended.exitCode}`,
      message: `Container failed with: ${ended.message ?? ''}`,
    };
  if (waiting?.reason !== undefined && !['ContainerCreating', 'PodInitializing'].includes(waiting.reason))
    return { type, status: 'False', reason: waiting.reason, message: waiting.message ?? '' };
  return { type, status: 'Unknown', reason: 'Deploying' };
}

function deploymentOf(revision: KnativeObject, namespace: string): KubeObject & { spec: unknown } {
  const name = revision.metadata?.name ?? '';
  const labels = { 'serving.knative.dev/revision': name };
  const containers = (revision.spec?.containers ?? []).map((container) => ({
    ...container,
    name: container.name ?? 'user-container',
    ports: [{ name: 'http', containerPort: 8080 }],
  }));
  return {
    metadata: { name: `${name}-deployment`, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

function publicService(name: string, namespace: string): KubeObject & { spec: unknown } {
  const selector = { 'serving.knative.dev/revision': name };
  return {
    metadata: { name, namespace },
    spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  };
}

function same(a: Condition | undefined, b: Condition): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}

/** Somebody else was faster: the next look has it as it is. */
function race(error: unknown): void {
  if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.status)) throw error;
}
