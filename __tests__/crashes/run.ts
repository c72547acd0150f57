import type { Request } from '../../src/action/request.ts';
import { readRun } from '../../src/action/run.ts';
import { Api } from '../../src/cluster/api.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import type { RouterCommand } from '../../src/engine/command-route.ts';
import type { DeployParts, Result } from '../../src/engine/deploy.ts';
import { Helm } from '../../src/engine/helm.ts';
import type { Measures } from '../../src/engine/measures.ts';
import { operate } from '../../src/engine/operations.ts';
import { createTeller } from '../../src/report/log.ts';
import { type Cluster, NAMESPACE } from './cluster.ts';
import type { Fate } from './fate.ts';
import { type Asked, Line, type LineParts } from './line.ts';
import { MortalClock } from './time.ts';

export interface RunOptions {
  readonly fateOf?: (request: Asked) => Fate | null;
  readonly onPoint?: LineParts['onPoint'];
  /** A mutating request was carried out; its answer has not left yet. */
  readonly onMutation?: (request: Asked) => void;
  /** A person cancels when the run has told a line like this. */
  readonly cancelAt?: RegExp;
  /** Hears every line that the run tells. */
  readonly onTell?: (line: string) => void;
  readonly routerCommand?: RouterCommand;
  /** Default: nothing is measured. */
  readonly measures?: Measures;
  /** What the checks of the candidate find; default: there are none. */
  readonly check?: DeployParts['check'];
  /** Default: nothing goes wrong. */
  readonly faultOf?: LineParts['faultOf'];
  readonly watchesHeldUntil?: () => number;
  /** Milliseconds of each way of a request. */
  readonly latency?: () => number;
  /** Milliseconds by which its machine's clock is ahead of the cluster's; negative: behind. */
  readonly clockAhead?: number;
}

/** What a person needs to know of a run. */
export interface RunStory {
  readonly log: readonly string[];
  readonly state: 'alive' | 'dead' | 'ended' | 'failed';
}

/**
 * The product's own engine, API client, record and lock in a run of their own, as a process would have them. When it dies, nothing of it
 * is heard of any more: no request arrives, no answer, no timer, and what was to come after them never does.
 */
export class MortalRun implements RunStory {
  readonly #cluster: Cluster;
  readonly #clock: MortalClock;
  readonly #line: Line;
  readonly #helm = new Helm();
  readonly #request: Request;
  readonly #options: RunOptions;
  readonly log: string[] = [];
  state: RunStory['state'] = 'alive';
  /** Null until it has ended by itself. */
  result: Result | null = null;
  failure: unknown = null;

  constructor(cluster: Cluster, name: string, request: Request, options: RunOptions = {}) {
    this.#cluster = cluster;
    this.#request = request;
    this.#options = options;
    const { plane, time } = cluster;
    this.#clock = new MortalClock(time, options.clockAhead);
    this.#line = new Line({
      plane,
      time,
      latency: options.latency ?? (() => 1),
      fateOf: options.fateOf ?? (() => null),
      ...(options.onPoint === undefined ? {} : { onPoint: options.onPoint }),
      faultOf: options.faultOf ?? (() => null),
      watchesHeldUntil: options.watchesHeldUntil ?? (() => 0),
      onDeath: () => this.die(),
      onMutation: (mutation) => {
        cluster.note(mutation);
        options.onMutation?.(mutation);
      },
    });
    this.#begin(name).then(
      (result) => {
        this.result = result;
        this.#over('ended');
      },
      (error: unknown) => {
        this.failure = error;
        this.#over('failed');
      },
    );
  }

  #over(state: 'ended' | 'failed'): void {
    if (this.state === 'alive') this.state = state;
    this.die();
  }

  get isOver(): boolean {
    return this.state !== 'alive';
  }

  cancel(): void {
    this.#helm.give({ cause: 'cancelled', reason: 'The run was cancelled.', do: 'take-back' });
    this.#cluster.time.touch();
  }

  /** The network resets all its connections, watches included. */
  breakOff(): void {
    this.#line.breakOff();
  }

  /** All its connections, watches included, are silent from now on, for ever. */
  hush(): void {
    this.#line.hush();
  }

  die(): void {
    if (this.state === 'alive') this.state = 'dead';
    this.#clock.die();
    this.#line.die();
    this.#cluster.time.touch();
  }

  async #begin(holder: string): Promise<Result> {
    const line = this.#line;
    const connection: Connection = {
      server: 'http://simulator',
      namespace: NAMESPACE,
      dispatcher: line,
      slowDispatcher: line,
      routeDispatcher: line,
      metricsDispatcher: line,
      authorization: async () => null,
      impersonation: {},
      describeUser: () => 'admin',
      close: () => line.close(),
    };
    const teller = createTeller({ out: (text) => this.#say(text), clock: this.#clock, every: () => () => undefined });
    const api = new Api(connection, (message) => teller.warning(`The API server says: ${message}`), this.#clock);
    const parts: DeployParts = {
      api,
      clock: this.#clock,
      teller,
      helm: this.#helm,
      run: readRun({}),
      namespace: NAMESPACE,
      holder,
      job: null,
      check: this.#options.check ?? (async () => []),
      routerCommand: this.#options.routerCommand ?? null,
      measures: this.#options.measures ?? null,
      onLock: () => undefined,
      onBegin: () => undefined,
    };
    return await operate(this.#request, parts);
  }

  #say(text: string): void {
    this.log.push(text);
    this.#options.onTell?.(text);
    if (this.#options.cancelAt?.test(text) === true && this.#helm.order === null) this.cancel();
  }
}
