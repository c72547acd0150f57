import { expect } from '@jest/globals';
import type { Pod, Service } from '../../src/cluster/wire.ts';
import { type AppOptions, type Inputs, play, type Scene, type Step } from '../contract/scene.ts';
import { describeWrites } from '../contract/writes.ts';
import type { RunningAction, RunResult } from '../runner/runner.ts';
import { paths } from './api.ts';
import { pods } from './app.ts';
import {
  type Answer,
  type Load,
  type LoadOptions,
  type LoadReport,
  type Processor,
  startLoad,
  type Tester,
} from './load.ts';
import type { NodeCluster } from './node.ts';
import { until } from './processes.ts';
import { type Change, Recorder } from './recorder.ts';

/** The app that is released: its pods linger 3 s after their deletion, as those of a well-made app do. */
const APP: AppOptions = { replicas: 3, preStopSeconds: 3 };
/** Longer than any release of these suites takes. */
const LOAD_SECONDS = 300;
/** Milliseconds for such a scene, which waits for real pods, proxies and scrapes before its first run. */
const PATIENCE = 240_000;
/** How many failed requests are shown before they are only counted. */
const FAILURES_SHOWN = 40;

/** The app, its users, and how they come to it; by default straight to the ClusterIP. */
export interface Setting {
  readonly app?: AppOptions;
  readonly users?: Omit<LoadOptions, 'url' | 'host' | 'seconds'>;
  /** Makes what leads users to the app. */
  readonly lead?: (scene: Scene) => Promise<Way>;
}

export interface Way {
  readonly url: string;
  readonly host?: string;
}

const USERS = { perSecond: 200, keptAlive: 20 } as const;

/** A line of the action's log, and when it came (epoch ms). */
interface Told {
  readonly at: number;
  readonly line: string;
}

/**
 * A scene whose users never stop asking: 200 new connections a second and 20 kept-alive clients, if not said otherwise, from before
 * the first run until after the last pod that leaves has gone.
 */
export class BusyScene {
  readonly node: NodeCluster;
  readonly scene: Scene;
  readonly #name: string;
  readonly #load: Load;
  readonly #users: { readonly perSecond: number; readonly keptAlive: number };
  readonly #told: Told[] = [];
  readonly #began = Date.now();
  #recorder: Recorder | undefined;
  #traffic: Traffic | undefined;

  private constructor(node: NodeCluster, name: string, scene: Scene, load: Load, users: Setting['users']) {
    this.node = node;
    this.#name = name;
    this.scene = scene;
    this.#load = load;
    this.#users = { ...USERS, ...users };
  }

  /** Sets the scene, plays the script, and judges the invariants. What failed is told with what runs said and objects became. */
  static play(
    node: NodeCluster,
    name: string,
    script: (busy: BusyScene) => Promise<void>,
    { app, users, lead = straight }: Setting = {},
  ): Promise<void> {
    const loaded = async (scene: Scene): Promise<void> => {
      const way = await lead(scene);
      // A proxy is up to a second behind the EndpointSlices: what it did not know yet is not what is tested.
      const get = [node.web, 'get', way.url, ...(way.host === undefined ? [] : [way.host])];
      await until(`${get.slice(2).join(' for ')} answers`, 30_000, async () => (await node.inside(get)).code === 0);
      const load = await startLoad(node, { ...USERS, ...users, ...way, seconds: LOAD_SECONDS });
      const busy = new BusyScene(node, name, scene, load, users);
      try {
        await busy.#record();
        await script(busy);
      } finally {
        await busy.stop();
      }
    };
    return play(node, { ...APP, ...app }, loaded, PATIENCE);
  }

  /** Starts the action; the settle time is that of users, not the scenes' own. */
  start(inputs: Inputs, step: Step = {}): RunningAction {
    const onLine = (line: string): void => void this.#told.push({ at: Date.now(), line });
    return this.scene.start({ 'settle-time': '3s', timeout: '90s', ...inputs }, { onLine, ...step });
  }

  run(inputs: Inputs): Promise<RunResult> {
    return this.start(inputs).done;
  }

  /** What users saw until now, some 100 ms behind. */
  report(): LoadReport {
    return this.#load.report();
  }

  /** When the action first told so (epoch ms). */
  told(pattern: RegExp): number {
    const found = this.#told.find(({ line }) => pattern.test(line));
    if (found === undefined) throw new Error(`no line of the action matches ${pattern}`);
    return found.at;
  }

  /** When the API server received the action's write (epoch ms), e.g. `select candidate`; the `nth` of its kind, from 1. */
  async wrote(word: string, nth = 1): Promise<number> {
    const { name } = this.scene.app;
    const known = { deployment: name, service: name, stable: this.scene.stable.hash };
    const writes = await this.scene.mutations();
    const found = writes.filter((write) => describeWrites([write], known).includes(word))[nth - 1];
    if (found === undefined) throw new Error(`the action did not write “${word}” ${nth} times`);
    return found.at;
  }

  /** When the API server received each write of the action that it accepted, to objects of one resource (epoch ms), e.g. `httproutes`. */
  async writesTo(resource: string): Promise<readonly number[]> {
    const writes = await this.scene.mutations();
    return writes.filter((write) => write.resource === resource && write.code < 300).map(({ at }) => at);
  }

  /** Ends the load a second after the last pod that leaves has gone, tells what it saw in one line, and wants no failure in it. */
  async end(more: string): Promise<Traffic> {
    await until('pods that leave are gone', 30_000, async () => {
      return (await pods(this.scene.api, this.scene.app)).every((pod) => pod.metadata?.deletionTimestamp === undefined);
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const seconds = (Date.now() - this.#began) / 1000;
    const traffic = await this.stop();
    const { report } = traffic;
    const strain = Math.max(1, traffic.strain());
    process.stderr.write(`  ${this.#name}: ${report.toString()} in ${seconds.toFixed(1)} s; ${more}\n`);
    expect(failures(report, this.#began)).toEqual([]);
    // The load was what it is said to be; on a busy machine some ticks of its clock are lost.
    expect(report.of('fresh').total).toBeGreaterThan((seconds * this.#users.perSecond * 0.75) / strain);
    // These wait for one answer before they ask again.
    expect(report.of('kept').total).toBeGreaterThan((seconds * this.#users.keptAlive * 6) / strain);
    return traffic;
  }

  async #record(): Promise<void> {
    this.#recorder = await Recorder.start(this.scene.api, { Pod: paths.core(this.scene.namespace, 'pods') });
  }

  /** As `Traffic.strain`, when the load has ended. */
  strain(from: number, to: number): number {
    if (this.#traffic === undefined) throw new Error('the load goes on');
    return this.#traffic.strain(from, to);
  }

  /** Ends load and recording, whatever they saw; can be called again. */
  async stop(): Promise<Traffic> {
    if (this.#traffic !== undefined) return this.#traffic;
    const report = await this.#load.stop();
    const changes = await this.#recorder?.stop();
    this.#traffic = new Traffic(report, changes ?? [], this.#load.processor);
    return this.#traffic;
  }
}

/** What users saw, beside what became of the pods. */
export class Traffic {
  readonly report: LoadReport;
  readonly #pods: readonly { readonly at: number; readonly type: Change['type']; readonly pod: Pod }[];

  readonly #processor: readonly Processor[];

  constructor(report: LoadReport, changes: readonly Change[], processor: readonly Processor[]) {
    this.report = report;
    this.#processor = processor;
    // Only pods were recorded.
    this.#pods = changes.map(({ type, heardAt, object }) => ({ at: heardAt, type, pod: object as Pod }));
  }

  /** Answers of a version from one moment to another, to clients of one kind; by default to all users, who are no testers. */
  answers(version: string, from: number, to: number, kind?: Answer['kind']): readonly Answer[] {
    return this.report.answers.filter(
      (answer) =>
        answer.version === version &&
        answer.at > from &&
        answer.at < to &&
        (kind === undefined ? !isTester(answer.kind) : answer.kind === kind),
    );
  }

  /**
   * How much the machine had to do beside us from one moment to another, or in all: how many times longer than they ran the clients had
   * to wait for a processor. About 1 on a machine that has no others to serve.
   */
  strain(from = 0, to = Number.POSITIVE_INFINITY): number {
    const before = this.#processor.findLast(({ at }) => at <= from) ?? this.#processor[0];
    const after = this.#processor.find(({ at }) => at >= to) ?? this.#processor.at(-1);
    if (before === undefined || after === undefined || after.ran === before.ran) return 1;
    return (after.waited - before.waited) / (after.ran - before.ran);
  }

  /** When a pod was first like that (epoch ms). */
  first(what: string, is: (pod: Pod) => boolean): number {
    const found = this.#pods.find(({ type, pod }) => type !== 'deleted' && is(pod));
    if (found === undefined) throw new Error(`no pod was ever ${what}`);
    return found.at;
  }

  /** When a pod was told to leave; undefined: it stays. */
  toldToLeave(name: string): number | undefined {
    return this.#pods.find(({ pod }) => pod.metadata?.name === name && isLeaving(pod))?.at;
  }

  /** From when to when a pod that was told to leave may go on (epoch ms, to the second below); undefined: it stays. */
  leave(name: string): { readonly from: number; readonly to: number } | undefined {
    const told = this.#pods.find(({ pod }) => pod.metadata?.name === name && isLeaving(pod));
    const { deletionTimestamp = '', deletionGracePeriodSeconds = 0 } = told?.pod.metadata ?? {};
    const to = Date.parse(deletionTimestamp);
    return told === undefined ? undefined : { from: to - deletionGracePeriodSeconds * 1000, to };
  }

  /** The fewest pods that were Ready and not told to leave at any time. */
  fewestReady(): number {
    return Math.min(...this.#standings().map(({ ready }) => ready.length));
  }

  /** When so many pods of a version (`pod-template-hash`) were Ready, and not told to leave, for the first time after a moment. */
  whole(hash: string, count: number, after: number): number {
    const found = this.#standings().find(
      ({ at, ready }) => at > after && ready.filter((pod) => hashLabel(pod) === hash).length >= count,
    );
    if (found === undefined) throw new Error(`there were never ${count} Ready pods of ${hash}`);
    return found.at;
  }

  /** Pods that are Ready and stay, after each change. */
  #standings(): readonly { readonly at: number; readonly ready: readonly Pod[] }[] {
    const now = new Map<string, Pod>();
    const standings = this.#pods.map(({ at, type, pod }) => {
      const name = pod.metadata?.name ?? '';
      if (type === 'deleted') now.delete(name);
      else now.set(name, pod);
      return { at, ready: [...now.values()].filter((each) => isReady(each) && !isLeaving(each)) };
    });
    // The first state is the one in which all are known.
    return standings.slice(this.#pods.filter(({ type }) => type === 'present').length - 1);
  }

  /** When the last pod of a version (`pod-template-hash`) was gone: its containers had ended. */
  lastGone(hash: string): number {
    const gone = this.#pods.filter(({ type, pod }) => type === 'deleted' && hashLabel(pod) === hash);
    if (gone.length === 0) throw new Error(`no pod of ${hash} has gone`);
    return Math.max(...gone.map(({ at }) => at));
  }
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function isLeaving(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp !== undefined;
}

function hashLabel(pod: Pod): string | undefined {
  return pod.metadata?.labels?.['pod-template-hash'];
}

function isTester(kind: Answer['kind']): kind is Tester {
  return kind === 'by-header' || kind === 'by-cookie';
}

async function straight(scene: Scene): Promise<Way> {
  const service = await scene.api.get<Service>(paths.core(scene.namespace, 'services', scene.app.name));
  return { url: `http://${service.spec?.clusterIP}/` };
}

function failures(report: LoadReport, began: number): string[] {
  const lines = report.failures.map(
    ({ at, kind, ms, error }) => `+${((at - began) / 1000).toFixed(3)} s, ${kind}, after ${ms} ms: ${error}`,
  );
  const more = lines.length - FAILURES_SHOWN;
  return more > 0 ? [...lines.slice(0, FAILURES_SHOWN), `… and ${more} more`] : lines;
}
