import type { Pod } from '../../src/cluster/wire.ts';
import { type Clock, timestamp } from './clock.ts';
import { type Behaviour, type Timings, behaviourOf, tagOf } from './images.ts';
import type { Saved } from './saved.ts';
import { crashAfter, lastWords } from './mood.ts';

export type ContainerSpec = NonNullable<Pod['spec']>['containers'][number];
export type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];
type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

type State =
  | { readonly is: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly is: 'running'; readonly since: number; readonly ready: boolean }
  | { readonly is: 'terminated'; readonly how: Terminated };

/** What a container tells its pod. */
export interface ContainerReports {
  /** Something in its status is different. */
  changed(): void;
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** Why it cannot be configured (`secret "x" not found`), or null. */
  misconfiguration(): string | null;
}

/**
 * What a container is for: `init` containers end well instead of becoming Ready; those of a `job` (a pod that is not restarted) end
 * with or without success, and nothing starts them again.
 */
export type Role = 'init' | 'serves' | 'job';

/** The life of one container of one pod. */
export class Container {
  readonly spec: ContainerSpec;
  readonly #role: Role;
  readonly #pod: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly #clock: Clock;
  readonly #timings: Timings;
  readonly #reports: ContainerReports;
  #state: State;
  #last: Terminated | null = null;
  #restarts = 0;
  #log: string[] = [];
  #lastLog: string[] | null = null;
  #timers: (() => void)[] = [];

  constructor(
    spec: ContainerSpec,
    role: Role,
    pod: { readonly name: string; readonly namespace: string; readonly uid: string },
    clock: Clock,
    timings: Timings,
    reports: ContainerReports,
  ) {
    this.spec = spec;
    this.#role = role;
    this.#pod = pod;
    this.#clock = clock;
    this.#timings = timings;
    this.#reports = reports;
    this.#state = { is: 'waiting', reason: role === 'init' ? 'PodInitializing' : 'ContainerCreating' };
  }

  get ready(): boolean {
    return this.#role === 'init' ? this.completed : this.#state.is === 'running' && this.#state.ready;
  }

  /** Ended with exit code 0. */
  get completed(): boolean {
    return this.#state.is === 'terminated' && this.#state.how.exitCode === 0;
  }

  /** Ended, and will not be started again. */
  get over(): boolean {
    return this.#state.is === 'terminated' && (this.completed || this.#role === 'job');
  }

  /** Runs, or has run before. */
  get started(): boolean {
    return this.#state.is !== 'waiting' || this.#last !== null;
  }

  /** A client can connect to it. */
  get listening(): boolean {
    return this.#state.is === 'running' && this.#behaviour.listens;
  }

  /** What is said of it while it waits, or empty. */
  get waitingReason(): string {
    return this.#state.is === 'waiting' ? this.#state.reason : '';
  }

  /** Waits for something else in its pod. */
  wait(reason: string): void {
    this.#become({ is: 'waiting', reason });
  }

  /** Pulls its image and runs, now. */
  start(): void {
    const { image = '' } = this.spec;
    if (!this.#behaviour.pullable) {
      this.#failPull(image);
      return;
    }
    const problem = this.#reports.misconfiguration();
    if (problem !== null) {
      this.#reports.event('Warning', 'Failed', `Error: ${problem}`);
      this.#become({ is: 'waiting', reason: 'CreateContainerConfigError', message: problem });
      return;
    }
    this.#reports.event('Normal', 'Pulled', `Container image "${image}" already present on machine`);
    this.#reports.event('Normal', 'Created', `Container created`);
    this.#reports.event('Normal', 'Started', `Container started`);
    this.#log = this.#behaviour.listens ? [`listening as ${tagOf(image)}`] : [];
    this.#run();
  }

  /** Ends its timers; it stays as it is. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
  }

  save(): Saved {
    const [state, last, restarts, lastLog] = [this.#state, this.#last, this.#restarts, this.#lastLog];
    const [log, timers] = [[...this.#log], [...this.#timers]];
    return {
      text: JSON.stringify([state, last, restarts, lastLog, log]),
      restore: () => {
        [this.#state, this.#last, this.#restarts, this.#lastLog] = [state, last, restarts, lastLog];
        [this.#log, this.#timers] = [[...log], [...timers]];
      },
    };
  }

  /** Lines of the present container (or of the last one while none runs), or of the one before. Null: there is none. */
  log(previous: boolean): readonly string[] | null {
    if (previous) return this.#last === null ? null : this.#lastLog;
    if (this.#state.is === 'waiting') return this.#last === null ? null : this.#lastLog;
    return this.#log;
  }

  status(): ContainerStatus {
    const state = this.#state;
    const { name, image = '' } = this.spec;
    const id = `containerd://${this.#pod.uid}-${name}-${this.#restarts}`;
    return {
      name,
      image,
      imageID: this.started ? `${image}@sha256:simulated` : '',
      ...(this.started ? { containerID: id } : {}),
      ready: this.ready,
      started: state.is === 'running',
      restartCount: this.#restarts,
      state:
        state.is === 'running'
          ? { running: { startedAt: timestamp(state.since) } }
          : state.is === 'terminated'
            ? { terminated: state.how }
            : { waiting: { reason: state.reason, ...(state.message === undefined ? {} : { message: state.message }) } },
      lastState: this.#last === null ? {} : { terminated: this.#last },
    };
  }

  get #behaviour(): Behaviour {
    const behaviour = behaviourOf(this.spec.image ?? '', this.#restarts, this.#timings);
    const after = crashAfter(this.spec.env, this.#restarts);
    return after === null ? behaviour : { ...behaviour, exit: { after, code: 1, message: 'panic: lost the database' } };
  }

  #failPull(image: string): void {
    const failure = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": not found`;
    this.#reports.event('Normal', 'Pulling', `Pulling image "${image}"`);
    this.#reports.event('Warning', 'Failed', `Failed to pull image "${image}": ${failure}`);
    this.#reports.event('Warning', 'Failed', 'Error: ErrImagePull');
    this.#become({ is: 'waiting', reason: 'ErrImagePull', message: failure });
    this.#after(this.#timings.pullBackOff, () => {
      this.#reports.event('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      this.#reports.event('Warning', 'Failed', 'Error: ImagePullBackOff');
      const message = `Back-off pulling image "${image}": ErrImagePull: ${failure}`;
      this.#become({ is: 'waiting', reason: 'ImagePullBackOff', message });
    });
  }

  #run(): void {
    const { readyAfter, unreadyAfter, exit, jobAfter } = this.#behaviour;
    const since = this.#clock.now();
    this.#become({ is: 'running', since, ready: false });
    if (this.#role === 'init' && exit === null) {
      this.#after(10, () => this.#end(since, 0));
      return;
    }
    if (this.#role === 'job' && exit === null && jobAfter !== null)
      this.#after(jobAfter, () => {
        this.#log.push('done');
        this.#end(since, 0);
      });
    if (readyAfter === null && exit === null) this.#after(this.#timings.ready, () => this.#unhealthy());
    else if (readyAfter !== null) this.#after(readyAfter, () => this.#become({ is: 'running', since, ready: true }));
    if (unreadyAfter !== null)
      this.#after(unreadyAfter, () => {
        this.#unhealthy();
        this.#become({ is: 'running', since, ready: false });
      });
    if (exit !== null)
      this.#after(exit.after, () => {
        this.#log.push(lastWords(this.spec.env) ?? exit.message);
        this.#end(since, exit.code);
      });
  }

  #unhealthy(): void {
    this.#reports.event('Warning', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
  }

  #end(since: number, exitCode: number): void {
    const how: Terminated = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: timestamp(since),
      finishedAt: timestamp(this.#clock.now()),
      containerID: `containerd://${this.#pod.uid}-${this.spec.name}-${this.#restarts}`,
    };
    const before = this.#restarts;
    this.stop();
    this.#become({ is: 'terminated', how });
    if (exitCode === 0 || this.#role === 'job') return;
    const restart = () => {
      this.#last = how;
      this.#lastLog = this.#log;
      this.#restarts = before + 1;
      this.start();
    };
    // The first restart comes at once, later ones after a pause that grows.
    if (before === 0) this.#after(this.#timings.restart, restart);
    else
      this.#after(this.#timings.restart, () => {
        this.#last = how;
        this.#lastLog = this.#log;
        this.#backOff(before);
        const pause = Math.min(this.#timings.backOff * 2 ** (before - 1), this.#timings.longestBackOff);
        this.#after(pause, restart);
      });
  }

  #backOff(restarts: number): void {
    const { name, namespace, uid } = this.#pod;
    const pod = `${name}_${namespace}(${uid})`;
    const seconds = Math.min(10 * 2 ** (restarts - 1), 300);
    const minutes = Math.floor(seconds / 60);
    const pause = minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
    this.#reports.event('Warning', 'BackOff', `Back-off restarting failed container ${this.spec.name} in pod ${pod}`);
    const message = `back-off ${pause} restarting failed container=${this.spec.name} pod=${pod}`;
    this.#become({ is: 'waiting', reason: 'CrashLoopBackOff', message });
  }

  #become(state: State): void {
    this.#state = state;
    this.#reports.changed();
  }

  #after(ms: number, run: () => void): void {
    this.#timers.push(this.#clock.after(ms, run));
  }
}
