import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { ConfigMap, Deployment, Pod, ReplicaSet } from '../../src/cluster/wire.ts';
import type { PastRelease } from '../../src/engine/record-store.ts';
import { Api, paths } from '../kubernetes/api.ts';
import { type App, createApp, type FinalObjects, finalObjects, pods, readyEndpoints } from '../kubernetes/app.ts';
import { type InvariantsWatch, type Violation, watchInvariants } from '../kubernetes/invariants.ts';
import { type ActionStep, type RunningAction, type RunResult, startAction } from '../runner/runner.ts';
import type { AuditedRequest, TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expireLock } from './expired-lock.ts';
import { Gate, type Rule } from './gate.ts';
import { inGroups } from './group.ts';
import { hostFor } from './in-process.ts';
import { mutations, type ToldWrite, toldWrites } from './writes.ts';

/** The folder with `action.yml` and the committed bundle. Another one proves another build by the same scenarios. */
const ACTION = process.env.CROSSFADE_ACTION ?? join(import.meta.dirname, '../..');

/** Every wait of the action as short as can be; a scenario that is about one of them sets it. */
const QUICK = {
  deployment: 'web',
  'bake-time': '0s',
  'drain-time': '0s',
  'settle-time': '0s',
  timeout: '1m',
  'lock-timeout': '30s',
} as const;

/** Milliseconds for a scene; before the test runner loses patience, so that there is something to read. */
const PATIENCE = 180_000;
/** Scenes wait for one another, too. */
const TIMEOUT = 600_000;
/**
 * Scenes of a suite that play at the same time: as many as keep two processors busy. Most of a scene is waiting: on the simulator for times
 * that the scene is about, and beside other suites; elsewhere for pods, too, and beside no other.
 */
const scenesAtOnce = ({ tier }: TestCluster): number => (tier === 'simulator' ? 8 : 12);

export type Inputs = Readonly<Record<string, string>>;
export type Step = Omit<ActionStep, 'action' | 'inputs' | 'host'> & {
  /** With processes of its own and from the bundle on every cluster (`TestCluster.inProcess`), post included. */
  readonly process?: true;
};
/** For at least one run of each kind and of each end: bundle, environment, signals, exit code and files as the runner has them. */
export const PROCESS: Step = { process: true };
/** A run that may have no process: it can be cancelled, and not be killed. */
export type Followed = Pick<RunningAction, 'line' | 'cancel' | 'done'>;
export interface AppOptions extends Omit<App, 'namespace'> {
  /** What the app's pods need before they can start. */
  readonly prepare?: (api: Api, namespace: string) => Promise<void>;
}
/** @param patience milliseconds for the script, where it takes longer than others */
export type Scenario = (
  name: string,
  app: AppOptions,
  script: (scene: Scene) => Promise<void>,
  patience?: number,
) => void;

/** Registers scenarios as tests that run at the same time, each with an app in a namespace of its own. */
export function scenariosOn(cluster: () => TestCluster): Scenario {
  return (name, app, script, patience) =>
    test.concurrent(inGroups(name), () => play(cluster(), app, script, patience), TIMEOUT);
}

/**
 * Sets the scene, follows it with the checker of invariants from before the first run to after the last, and plays the script.
 * What the checker found is part of the test: nothing, unless the script says otherwise with `judge`.
 * @param patience milliseconds for the script
 */
export async function play(
  cluster: TestCluster,
  options: AppOptions,
  script: (scene: Scene) => Promise<void>,
  patience = PATIENCE,
): Promise<void> {
  await slot(scenesAtOnce(cluster));
  let scene: Scene | undefined;
  try {
    scene = await Scene.set(cluster, options);
    await inTime(script(scene), patience);
    await scene.end();
  } catch (error) {
    throw scene === undefined ? error : await scene.explain(error);
  } finally {
    await scene?.clear();
    free();
  }
}

export class Scene {
  readonly cluster: TestCluster;
  readonly api: Api;
  readonly app: App & { readonly name: string };
  readonly namespace: string;
  /** What was there before the first run. */
  readonly before: FinalObjects;
  readonly stable: { readonly hash: string; readonly pods: readonly string[] };
  /** What the checker of invariants may find; default: nothing. */
  judge: (violations: readonly Violation[]) => void = (violations) => expect(violations).toEqual([]);
  readonly #watch: InvariantsWatch;
  readonly #since = Date.now();
  readonly #runs: RunningAction[] = [];
  readonly #gates: Gate[] = [];
  #violations: readonly Violation[] | null = null;

  private constructor(parts: Pick<Scene, 'cluster' | 'api' | 'app' | 'before' | 'stable'>, watch: InvariantsWatch) {
    this.cluster = parts.cluster;
    this.api = parts.api;
    this.app = parts.app;
    this.namespace = parts.app.namespace;
    this.before = parts.before;
    this.stable = parts.stable;
    this.#watch = watch;
  }

  static async set(cluster: TestCluster, { prepare, ...options }: AppOptions): Promise<Scene> {
    const api = await Api.from(cluster.kubeconfig);
    const namespace = await cluster.namespace('contract');
    const app = { name: 'web', replicas: 2, preStopSeconds: 1, ...options, namespace };
    await prepare?.(api, namespace);
    await createApp(api, app);
    const before = await finalObjects(api, app);
    const stable = {
      hash: await hashOf(api, app, app.image ?? IMAGE.v1),
      pods: await readyEndpoints(api, namespace, app.name),
    };
    const { kubeconfig } = cluster;
    const watch = await watchInvariants({ kubeconfig, namespace, deployment: app.name, service: app.name });
    return new Scene({ cluster, api, app, before, stable }, watch);
  }

  /** Starts the action in a process of its own, which can be killed, with quick inputs unless given otherwise. */
  start(inputs: Inputs, step: Step = {}): RunningAction {
    return this.#start(inputs, { ...step, ...hostFor(this.cluster, step, ['post']) });
  }

  /** Starts the action: without a process where the cluster has it so. */
  follow(inputs: Inputs, step: Step = {}): Followed {
    return this.#start(inputs, { ...step, ...hostFor(this.cluster, step, ['main', 'post']) });
  }

  /** As `follow`, and waits for the end. */
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
    return action;
  }

  /** A gate for a run of this scene: give the run its kubeconfig. */
  async gate(rule?: Rule, kubeconfig: string = this.cluster.kubeconfig): Promise<Gate> {
    const gate = await Gate.open(kubeconfig, rule);
    this.#gates.push(gate);
    return gate;
  }

  /** The action's mutating requests since the scene was set. */
  async mutations(): Promise<AuditedRequest[]> {
    return mutations(await this.cluster.audit(this.#since), this.namespace);
  }

  /** The same without renewals of the lock, each with what it was for. */
  async told(): Promise<ToldWrite[]> {
    const { name } = this.app;
    return toldWrites(await this.mutations(), { deployment: name, service: name, stable: this.stable.hash });
  }

  /** The same in words. */
  async writes(): Promise<string[]> {
    return (await this.told()).map(({ word }) => word);
  }

  /** When the API server received the first write of this word, epoch milliseconds. */
  async wroteAt(wanted: string): Promise<number> {
    const found = (await this.told()).find(({ word }) => word === wanted);
    if (found === undefined) throw new Error(`nobody wrote “${wanted}”`);
    return found.write.at;
  }

  /** Milliseconds from the first write of one word to the first of another, by the API server's clock. */
  async between(from: string, to: string): Promise<number> {
    return (await this.wroteAt(to)) - (await this.wroteAt(from));
  }

  objects(): Promise<FinalObjects> {
    return finalObjects(this.api, this.app);
  }

  deployment(): Promise<Deployment> {
    return this.api.get(paths.deployments(this.namespace, this.app.name));
  }

  /** Names of the live Service's ready pods. */
  users(): Promise<string[]> {
    return readyEndpoints(this.api, this.namespace, this.app.name);
  }

  /** `pod-template-hash` of the version that runs `image`. */
  hash(image: string): Promise<string> {
    return hashOf(this.api, this.app, image);
  }

  /** Names of a version's pods that are not on their way out, sorted, as those of `users` are. */
  async podsOf(hash: string): Promise<string[]> {
    const found = await pods(this.api, this.app);
    const staying = found.filter((pod) => !isLeaving(pod) && hashLabel(pod) === hash);
    return staying.map((pod) => pod.metadata?.name ?? '').sort();
  }

  expireLock(): Promise<void> {
    return expireLock(this.api, this.namespace, 'web');
  }

  /** Whoever has it; it has to be there. */
  async removeLock(): Promise<void> {
    await this.api.remove(paths.leases(this.namespace, 'crossfade.web'));
  }

  async record(): Promise<{ readonly isOpen: boolean; readonly past: readonly PastRelease[] }> {
    const map = await this.api.get<ConfigMap>(paths.core(this.namespace, 'configmaps', `crossfade.${this.app.name}`));
    const past: unknown = JSON.parse(map.data?.past ?? '[]');
    // Written by the action; what a scenario expects of it is compared field by field.
    return { isOpen: (map.data?.open ?? '') !== '', past: past as PastRelease[] };
  }

  /** Ends the recording and judges it. */
  async end(): Promise<void> {
    this.judge(await this.violations());
  }

  /** What the checker found; ends the recording. */
  async violations(): Promise<readonly Violation[]> {
    this.#violations ??= await this.#watch.stop();
    return this.#violations;
  }

  /** The error with what a person needs to understand it: what the runs said, what they wrote, what became of the objects. */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof Error)) return error;
    for (const run of this.#runs) run.loseRunner();
    const results = await Promise.all(this.#runs.map((run) => run.done.catch(() => undefined)));
    const logs = results.map((result, at) => `--- run ${at + 1}\n${result?.displayedLog}${result?.post?.displayedLog}`);
    const writes = await this.writes().catch((failure: unknown) => [String(failure)]);
    await this.violations().catch(() => undefined);
    const parts = [...logs, '--- writes', ...writes, '--- states', this.#watch.timeline()];
    // The stack is what a test runner shows; it begins with the message.
    error.stack = `${error.stack ?? error.message}\n${parts.join('\n')}`;
    return error;
  }

  /** Ends everything that may still run. */
  async clear(): Promise<void> {
    for (const run of this.#runs) run.loseRunner();
    await Promise.all(this.#runs.map((run) => run.done.catch(() => undefined)));
    await this.#watch.stop().catch(() => undefined);
    await Promise.all(this.#gates.map((gate) => gate.close()));
    await this.api.close();
  }
}

async function hashOf(api: Api, app: App, image: string): Promise<string> {
  const { items } = await api.list<ReplicaSet>(paths.replicaSets(app.namespace));
  const found = items.filter((replicaSet) => imageOf(replicaSet) === image);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} ReplicaSets run ${image}, wanted one`);
  return only.metadata?.labels?.['pod-template-hash'] ?? '';
}

function imageOf(replicaSet: ReplicaSet): string | undefined {
  return replicaSet.spec?.template?.spec?.containers[0]?.image;
}

function hashLabel(pod: Pod): string | undefined {
  return pod.metadata?.labels?.['pod-template-hash'];
}

function isLeaving(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp !== undefined;
}

async function inTime(played: Promise<void>, patience: number): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`the scene was not over within ${patience / 1000} s`)), patience);
  // It goes on until its runs are ended; what it says then is of no interest.
  played.catch(() => undefined);
  await Promise.race([played, promise]).finally(() => clearTimeout(timer));
}

let playing = 0;
const waiting: (() => void)[] = [];

async function slot(atOnce: number): Promise<void> {
  if (playing >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  playing += 1;
}

function free(): void {
  playing -= 1;
  waiting.shift()?.();
}
