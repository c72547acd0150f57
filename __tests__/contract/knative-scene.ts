import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { ConfigMap, KubeObject } from '../../src/cluster/wire.ts';
import type { PastRelease } from '../../src/engine/record-store.ts';
import { type KnativeObject, knativePaths, type Target } from '../knative/objects.ts';
import { KnativeStandIn, type Served } from '../knative/stand-in.ts';
import { Api, paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import { type ActionStep, type RunningAction, type RunResult, startAction } from '../runner/runner.ts';
import { hostFor } from './in-process.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expireLock } from './expired-lock.ts';
import { Gate, type Rule } from './gate.ts';
import { inGroups } from './group.ts';
import type { Followed, Inputs, Step } from './scene.ts';
import { describeKnativeWrites } from './knative-writes.ts';
import { mutations } from './writes.ts';

const ACTION = process.env.CROSSFADE_ACTION ?? join(import.meta.dirname, '../..');
const TIMEOUT = 300_000;
const QUICK = {
  'knative-service': 'web',
  'bake-time': '0s',
  'settle-time': '0s',
  timeout: '1m',
  'lock-timeout': '30s',
} as const;

export interface KnativeApp {
  /** `spec.traffic`; absent: none. */
  readonly traffic?: readonly Target[];
  /** `spec.template.metadata`. */
  readonly template?: object;
  /** Applied server-side by this manager, too. */
  readonly applied?: string;
}

export type KnativeScenario = (name: string, app: KnativeApp, script: (scene: KnativeScene) => Promise<void>) => void;

/** Registers scenarios as tests that run at the same time, each with a Knative Service in a namespace of its own. */
export function knativeScenariosOn(cluster: () => TestCluster): KnativeScenario {
  return (name, app, script) =>
    test.concurrent(
      inGroups(name),
      async () => {
        const scene = await KnativeScene.set(cluster(), app);
        try {
          await script(scene);
          await scene.expectOnlyProvedRevisions();
        } catch (error) {
          throw await scene.explain(error);
        } finally {
          await scene.clear();
        }
      },
      TIMEOUT,
    );
}

/** A Knative Service `web` at v1, its stand-in of a controller, and the runs that release it. */
export class KnativeScene {
  readonly cluster: TestCluster;
  readonly api: Api;
  readonly namespace: string;
  /** `spec` and the record's neighbours, before the first run. */
  readonly before: KnativeObject;
  readonly #knative: KnativeStandIn;
  readonly #since = Date.now();
  readonly #runs: RunningAction[] = [];
  readonly #gates: Gate[] = [];
  #once: Promise<void> | null = null;
  #results: RunResult[] = [];

  private constructor(parts: Pick<KnativeScene, 'cluster' | 'api' | 'namespace' | 'before'>, knative: KnativeStandIn) {
    this.cluster = parts.cluster;
    this.api = parts.api;
    this.namespace = parts.namespace;
    this.before = parts.before;
    this.#knative = knative;
  }

  static async set(cluster: TestCluster, app: KnativeApp): Promise<KnativeScene> {
    const api = await Api.from(cluster.kubeconfig);
    const namespace = await cluster.namespace('knative');
    const knative = new KnativeStandIn(api, namespace);
    knative.start();
    const manifest = {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: {
        template: {
          ...(app.template === undefined ? {} : { metadata: app.template }),
          spec: { containers: [{ name: 'web', image: IMAGE.v1, env: [{ name: 'MODE', value: 'old' }] }] },
        },
        ...(app.traffic === undefined ? {} : { traffic: app.traffic }),
      },
    };
    await api.create(knativePaths.services(namespace), manifest);
    if (app.applied !== undefined)
      await api.request('PATCH', `${knativePaths.services(namespace, 'web')}?fieldManager=${app.applied}`, manifest, {
        patch: 'apply-patch',
      });
    const before = await until('the Knative Service is Ready', 60_000, async () => {
      const service = await api.get<KnativeObject>(knativePaths.services(namespace, 'web'));
      return service.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True' ? service : undefined;
    });
    return new KnativeScene({ cluster, api, namespace, before }, knative);
  }

  start(inputs: Inputs, step: Step = {}): RunningAction {
    return this.#start(inputs, { ...step, ...hostFor(this.cluster, step, ['post']) });
  }

  follow(inputs: Inputs, step: Step = {}): Followed {
    return this.#start(inputs, { ...step, ...hostFor(this.cluster, step, ['main', 'post']) });
  }

  run(inputs: Inputs, step?: Step): Promise<RunResult> {
    return this.follow(inputs, step).done;
  }

  #start(inputs: Inputs, step: Partial<ActionStep>): RunningAction {
    const action = startAction({
      ...step,
      action: ACTION,
      inputs: { ...QUICK, kubeconfig: this.cluster.kubeconfig, namespace: this.namespace, ...inputs },
    });
    this.#runs.push(action);
    void action.done.then((result) => this.#results.push(result)).catch(() => undefined);
    return action;
  }

  async gate(rule?: Rule): Promise<Gate> {
    const gate = await Gate.open(this.cluster.kubeconfig, rule);
    this.#gates.push(gate);
    return gate;
  }

  service(): Promise<KnativeObject> {
    return this.api.get(knativePaths.services(this.namespace, 'web'));
  }

  /** Whom users reached since the scene was set: percent by image, one entry for each change. */
  get served(): readonly Served['users'][] {
    return this.#knative.served.map(({ users }) => users);
  }

  /** Somebody else's hand, by this name. */
  async foreign(spec: object, manager = 'kubectl-edit'): Promise<void> {
    const path = `${knativePaths.services(this.namespace, 'web')}?fieldManager=${manager}`;
    await this.api.patch(path, { spec });
  }

  /** The same, the first time that it is asked for. */
  foreignOnce(spec: object): Promise<void> {
    this.#once ??= this.foreign(spec);
    return this.#once;
  }

  /** Until Knative says so. */
  async ready(revision: string): Promise<void> {
    await until(`${revision} is Ready`, 60_000, async () => {
      const { status } = await this.service();
      const isReady = status?.conditions?.every((condition) => condition.status === 'True') === true;
      return isReady && status?.latestReadyRevisionName === revision ? true : undefined;
    });
  }

  /** A Revision that is not there yet will not become Ready, until it is healed. */
  sicken(revision: string): void {
    this.#knative.sicken(revision);
  }

  heal(revision: string): void {
    this.#knative.heal(revision);
  }

  /** Its Revision's controller gives it up. */
  async fail(revision: string): Promise<void> {
    await this.#knative.fail(revision);
  }

  /** What each write was for, in a word or two. */
  async writes(): Promise<string[]> {
    return describeKnativeWrites(mutations(await this.cluster.audit(this.#since), this.namespace));
  }

  expireLock(): Promise<void> {
    return expireLock(this.api, this.namespace, 'ksvc.web');
  }

  async record(): Promise<{ readonly isOpen: boolean; readonly past: readonly PastRelease[] }> {
    const map = await this.api.get<ConfigMap>(paths.core(this.namespace, 'configmaps', 'crossfade.ksvc.web'));
    // Written by the action; what a scenario expects of it is compared field by field.
    return { isOpen: (map.data?.open ?? '') !== '', past: JSON.parse(map.data?.past ?? '[]') as PastRelease[] };
  }

  /** The spec is as before but for the image, users follow it, and the lock is gone. */
  async expectReleased(image: string): Promise<void> {
    const { spec, status } = await this.service();
    expect(spec?.traffic).toEqual(this.before.spec?.traffic);
    expect(spec?.template?.spec?.containers[0]).toEqual({
      ...this.before.spec?.template?.spec?.containers[0],
      image,
    });
    expect(this.served.at(-1)).toEqual({ [image]: 100 });
    expect(status?.latestReadyRevisionName).toBe(status?.latestCreatedRevisionName);
    await this.expectClosed('promoted');
    await this.expectNoLock();
  }

  /** The spec is as it was, to the last field, and so are the users. */
  async expectAsBefore(outcome: 'rolled-back' | 'aborted' = 'rolled-back'): Promise<void> {
    expect((await this.service()).spec).toEqual(this.before.spec);
    expect(this.served.at(-1)).toEqual({ [IMAGE.v1]: 100 });
    await this.expectClosed(outcome);
    await this.expectNoLock();
  }

  private async expectClosed(outcome: string): Promise<void> {
    const { isOpen, past } = await this.record();
    expect({ isOpen, outcome: past[0]?.outcome }).toEqual({ isOpen: false, outcome });
  }

  private async expectNoLock(): Promise<void> {
    const leases = await this.api.list<KubeObject>(`/apis/coordination.k8s.io/v1/namespaces/${this.namespace}/leases`);
    expect(leases.items).toEqual([]);
  }

  /**
   * Users reached one version, or two by name in a share that a step asked for: never one that nobody had proved. What did come to
   * users is compared with what the scenario allows.
   */
  async expectOnlyProvedRevisions(): Promise<void> {
    const images = new Set(this.served.flatMap((users) => Object.keys(users)));
    for (const sick of [IMAGE.crash, IMAGE.missing, IMAGE.neverReady]) expect(images).not.toContain(sick);
  }

  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof Error)) return error;
    for (const run of this.#runs) run.loseRunner();
    await Promise.all(this.#runs.map((run) => run.done.catch(() => undefined)));
    const logs = this.#results.map(
      (result, at) => `--- run ${at + 1}\n${result.displayedLog}${result.post?.displayedLog ?? ''}`,
    );
    const writes = await this.writes().catch((failure: unknown) => [String(failure)]);
    const { spec, status } = await this.service();
    const state = [JSON.stringify(spec), JSON.stringify(status), JSON.stringify(this.served)];
    error.stack = [error.stack ?? error.message, ...logs, '--- writes', ...writes, '--- state', ...state].join('\n');
    return error;
  }

  async clear(): Promise<void> {
    for (const run of this.#runs) run.loseRunner();
    await Promise.all(this.#runs.map((run) => run.done.catch(() => undefined)));
    await this.#knative.stop();
    await Promise.all(this.#gates.map((gate) => gate.close()));
    await this.api.close();
  }
}
