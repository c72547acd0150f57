import type { RouterCommand } from '../../src/engine/command-route.ts';
import type { Measures } from '../../src/engine/measures.ts';
import type { AuditedRequest } from '../contract/cluster.ts';
import { type Saved, together } from '../simulator/saved.ts';
import { type AppOptions, Cluster, FOREVER, type Left } from './cluster.ts';
import { type Inputs, requestOf } from './inputs.ts';
import { MortalRun, type RunOptions, type RunStory } from './run.ts';
import { writesOf } from './words.ts';
import { type Destinations, UsersWatch } from './users.ts';

/** A kind of release that may be interrupted. */
export interface Family {
  readonly app: AppOptions;
  /** Of its `deploy`. */
  readonly inputs: Inputs;
  /** What answers the product's writes to routes, as their controllers do. */
  readonly controller?: (cluster: Cluster) => void;
  /** The user's own command of `router: command`. */
  readonly command?: (cluster: Cluster) => RouterCommand;
  /** What is measured of its releases. */
  readonly measures?: (cluster: Cluster) => Measures;
  /** What the checks of the candidate find. */
  readonly check?: RunOptions['check'];
  /** Default: there is no route, and users come by the live Service alone. */
  readonly destinations?: Destinations;
  /** What a release of it leaves; default: what one of a Deployment does. */
  readonly left?: (cluster: Cluster) => Left;
  /** Its writes in words; default: those of a Deployment's. */
  readonly words?: (writes: readonly AuditedRequest[]) => string[];
  /** Users are on a mix while the Deployment is resized (design §2's one exception); nothing else is allowed. */
  readonly isResized?: boolean;
  /** Kubernetes' own rolling update: there is no hold whose rules could be kept. */
  readonly isPlain?: boolean;
}

/** What is done with it before anything is interrupted, and what then may be. */
export interface Course {
  /** Runs that come to their end before. */
  readonly before?: readonly Inputs[];
  /** The run that may be interrupted. */
  readonly inputs: Inputs;
  /** It is cancelled when it tells this. */
  readonly cancelAt?: RegExp;
  /** How another run goes on with it when these writes were made; default: by `action: resume`. */
  readonly again?: (done: readonly string[]) => Inputs;
}

/** Plays of families at their beginning. */
const beginnings = new WeakMap<Family, { readonly play: Play; readonly start: Saved }>();

/** One cluster with an app, and the runs of a family on it, one after another. */
export class Play {
  readonly cluster: Cluster;
  readonly users: UsersWatch;
  runs: readonly RunStory[] = [];
  readonly #family: Family;
  readonly #started = new Set<MortalRun>();
  #isOver = false;
  /** What every run of the family is given. */
  readonly #given: RunOptions;

  constructor(family: Family) {
    this.#family = family;
    this.cluster = new Cluster(family.app);
    family.controller?.(this.cluster);
    this.cluster.time.goOn(1_000);
    const { command, measures, check } = family;
    this.#given = {
      ...(command === undefined ? {} : { routerCommand: command(this.cluster) }),
      ...(measures === undefined ? {} : { measures: measures(this.cluster) }),
      ...(check === undefined ? {} : { check }),
    };
    this.users = new UsersWatch(this.cluster, family.destinations ?? (() => []));
  }

  /** The same as a new one. All of a family begin alike: one that is over is taken back to its beginning. */
  static begin(family: Family): Play {
    const known = beginnings.get(family);
    if (known === undefined || !known.play.#isOver) {
      const play = new Play(family);
      beginnings.set(family, { play, start: play.save() });
      return play;
    }
    known.start.restore();
    known.play.#isOver = false;
    return known.play;
  }

  async start(inputs: Inputs, options: RunOptions = {}): Promise<MortalRun> {
    const request = await requestOf({ ...this.#family.inputs, ...inputs });
    const run = new MortalRun(this.cluster, `run ${this.runs.length + 1}`, request, { ...this.#given, ...options });
    this.runs = [...this.runs, run];
    this.#started.add(run);
    return run;
  }

  /** Until the run has ended, or died. @throws Error when it never does */
  async finish(run: MortalRun): Promise<MortalRun> {
    const isOver = await this.cluster.time.pass(() => run.isOver, FOREVER);
    if (!isOver) throw new Error('the run waits for something that will never come');
    return run;
  }

  async run(inputs: Inputs, options: RunOptions = {}): Promise<MortalRun> {
    return this.finish(await this.start(inputs, options));
  }

  left(): Left {
    return this.#family.left?.(this.cluster) ?? this.cluster.left();
  }

  /** The product's mutating requests, in words. */
  writes(): string[] {
    return this.#family.words?.(this.cluster.mutations()) ?? writesOf(this.cluster);
  }

  /** The controllers do what is left to do. */
  settle(): void {
    this.cluster.time.goOn(5_000);
  }

  /** How everything would be if the runs that are at work died at this moment. They are dead when it is brought back. */
  save(): Saved {
    const runs = this.runs.map(
      ({ log, state }): RunStory => ({ log: [...log], state: state === 'alive' ? 'dead' : state }),
    );
    const told: Saved = {
      text: '',
      restore: () => {
        this.#kill();
        this.runs = runs;
      },
    };
    return together([told, this.cluster.save(), this.users.save()]);
  }

  stop(): void {
    this.#kill();
    this.#isOver = true;
    if (beginnings.get(this.#family)?.play !== this) this.cluster.stop();
  }

  #kill(): void {
    for (const run of this.#started) run.die();
    this.#started.clear();
  }
}
