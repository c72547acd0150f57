import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { Deployment, Service } from '../../src/cluster/wire.ts';
import { pods, setImage, waitSettled } from '../kubernetes/app.ts';
import type { Violation } from '../kubernetes/invariants.ts';
import { type Decision, decisionOf } from '../others/decided.ts';
import { type Phase, phasesBefore } from '../others/phases.ts';
import type { RunResult } from '../runner/runner.ts';
import { type Change, changed, withSelector } from './app-changes.ts';
import { BY_PODS, BY_ROUTE, RAMP, routeOf, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { DEEDS, deploymentOf, RESTARTED, STRATEGY } from './deeds.ts';
import { GOOD_RELEASE, HAS_ENDED, TAKEN_BACK } from './endings.ts';
import { EVERYTHING } from './everything.ts';
import { FORWARD } from './gate.ts';
import type { HttpRoute } from './gateway.ts';
import { describe } from './group.ts';
import { type AppOptions, type Inputs, type Scene, scenariosOn } from './scene.ts';

type DeedName = keyof typeof DEEDS;

/** A release that somebody else writes into. */
interface Met {
  readonly title: string;
  readonly app: AppOptions;
  readonly inputs: Inputs;
  /** Those of one that nobody disturbs. */
  readonly writes: readonly string[];
  /** It is cancelled in its bake: what is looked at is its way back. */
  readonly isCancelled?: true;
  readonly isRouted?: true;
  /** What is played of it. */
  readonly cells: (name: DeedName, phase: Phase) => boolean;
}

/** With a second label, that there is one to be added to the selector. */
const TIERED = { podLabels: { tier: 'front' } };
const V2 = { images: `web=${IMAGE.v2}` } as const;
const WEIGHTS: DeedName = 'weights of the route';
const IN_A_RAMP: readonly Phase[] = ['ramp', 'resizing'];
const ON_THE_WAY_BACK: readonly Phase[] = ['back', 'closed back', 'over again'];

const RELEASES: readonly Met[] = [
  {
    title: 'blue/green',
    app: TIERED,
    inputs: { ...V2, 'bake-time': '1s' },
    writes: GOOD_RELEASE,
    cells: (name) => name !== WEIGHTS,
  },
  {
    title: 'blue/green on its way back',
    app: TIERED,
    inputs: { ...V2, 'bake-time': '30s' },
    writes: TAKEN_BACK,
    isCancelled: true,
    cells: (name, phase) => name !== WEIGHTS && ON_THE_WAY_BACK.includes(phase),
  },
  {
    title: 'a canary by an HTTPRoute',
    app: { ...TIERED, replicas: 4 },
    // No step has the share that somebody else writes.
    inputs: { ...RAMP, steps: '20% 1s, 60% 1s' },
    writes: BY_ROUTE,
    isRouted: true,
    cells: (name, phase) => name === WEIGHTS || IN_A_RAMP.includes(phase),
  },
  {
    title: 'a canary by numbers of pods',
    app: { ...TIERED, replicas: 4 },
    inputs: RAMP,
    writes: BY_PODS,
    cells: (name, phase) => name !== WEIGHTS && IN_A_RAMP.includes(phase),
  },
];

/** Cells that are played without CRASHES=all, beside those of the other scenes on writes of others. */
const CHOSEN: ReadonlySet<string> = new Set([
  'set image, ramp: a canary by numbers of pods',
  'set image, resizing: a canary by numbers of pods',
  'apply of the old manifest, ramp: a canary by an HTTPRoute',
  'label in the selector, ramp: a canary by an HTTPRoute',
  'scale down, resizing: a canary by an HTTPRoute',
  'weights of the route, switched: a canary by an HTTPRoute',
  'set image, back: blue/green on its way back',
  'apply of the old manifest, back: blue/green on its way back',
  'rollout restart, over again: blue/green on its way back',
]);

/** Phases in which it is done at the last write, that there is something to change; in the others at the first. */
const AT_LAST: ReadonlySet<Phase> = new Set(['before', 'paused', 'frozen', 'back']);
/** What users reach is gone by it. */
const TAKES_USERS: ReadonlySet<DeedName> = new Set(['Deployment deleted', 'live Service deleted']);
const BEFORE_THE_HOLD: ReadonlySet<Phase> = new Set(['before', 'paused']);

/**
 * Cells of the table of docs/guarantees.md by real field managers, on real controllers: chosen ones, and with
 * CRASHES=all the whole of it but for deleted namespaces (`deleted-namespace.ts`). Each is played at one write of its
 * phase; at all of them: `npm test -- others`.
 */
export function foreignTable(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('somebody else writes, cell by cell of the table', () => {
    const cells = RELEASES.flatMap(cellsOf);
    const chosen = cells.filter(({ title }) => CHOSEN.has(title));
    if (chosen.length < CHOSEN.size) throw new Error(`of the chosen cells there are ${chosen.length}`);
    for (const { title, met, name, phase, at } of EVERYTHING ? cells : chosen) {
      const encounter = (scene: Scene) => new Encounter(scene, met, name, phase).play(at);
      scenario(`${title} (before “${met.writes[at]}” (${at + 1}))`, met.app, (scene) =>
        met.isRouted === true ? withGateway(scene, () => encounter(scene)) : encounter(scene),
      );
    }
  });
}

interface Cell {
  readonly title: string;
  readonly met: Met;
  readonly name: DeedName;
  readonly phase: Phase;
  /** Index of the write that is on its way then. */
  readonly at: number;
}

function cellsOf(met: Met): readonly Cell[] {
  const names = Object.keys(DEEDS) as DeedName[]; // a literal's own
  return moments(met.writes).flatMap(([at, phase]) =>
    names
      .filter((name) => met.cells(name, phase) && decisionOf(name, phase) !== '–')
      .map((name) => ({ title: `${name}, ${phase}: ${met.title}`, met, name, phase, at })),
  );
}

/** Of each phase one write, by its index. */
function moments(writes: readonly string[]): readonly (readonly [number, Phase])[] {
  const phases = phasesBefore(writes);
  const known = [...new Set(phases)].filter((phase) => phase !== undefined);
  return known.map((phase) => [AT_LAST.has(phase) ? phases.lastIndexOf(phase) : phases.indexOf(phase), phase]);
}

class Encounter {
  readonly #scene: Scene;
  readonly #met: Met;
  readonly #name: DeedName;
  readonly #phase: Phase;
  /** Null: it was never its turn. */
  #wasDone: boolean | null = null;
  /** The image of the Deployment just after it. */
  #brought: string | undefined;
  #route: HttpRoute | null = null;

  constructor(scene: Scene, met: Met, name: DeedName, phase: Phase) {
    this.#scene = scene;
    this.#met = met;
    this.#name = name;
    this.#phase = phase;
    scene.judge = (violations) => this.#judgeUsers(violations);
  }

  /** @param at index of the write that is on its way as somebody else writes */
  async play(at: number): Promise<void> {
    const scene = this.#scene;
    if (this.#name === 'rollout undo') await this.#bringRevisionBefore();
    if (this.#met.isRouted === true) this.#route = await routeOf(scene);
    const gate = await scene.gate(async (passing) => {
      if (this.#wasDone !== null || passing.kind !== 'write' || passing.count !== at + 1) return FORWARD;
      this.#wasDone = await DEEDS[this.#name].do(scene);
      const deployment = await scene.api.find<Deployment>(deploymentOf(scene));
      this.#brought = deployment === undefined ? undefined : imageOf(deployment);
      return FORWARD;
    });
    const action = scene.follow({ ...this.#met.inputs, kubeconfig: gate.kubeconfig });
    if (this.#met.isCancelled === true) {
      await action.line(/waiting: users are on the candidate/);
      action.cancel();
    }
    const result = await action.done;
    expect(this.#wasDone).not.toBeNull();
    // What is refused, or has nothing to change, changes nothing.
    await this.#judge(this.#wasDone === true ? decisionOf(this.#name, this.#phase) : 'on', result);
  }

  /** There has to be one to go back to. */
  async #bringRevisionBefore(): Promise<void> {
    const { api, app } = this.#scene;
    for (const image of [IMAGE.v3, IMAGE.v1]) {
      await setImage(api, app, image);
      await waitSettled(api, app);
    }
  }

  async #judge(decision: Decision, result: RunResult): Promise<void> {
    const { outcome = '' } = result.outputs;
    switch (decision) {
      case 'on':
        return this.#expectEnd(result, this.#ends, this.#mayBeReplaced ? this.#back : this.#lasting);
      case 'back or on':
        return this.#judge(outcome === 'promoted' ? 'on' : 'back', result);
      case 'back or stands':
        return this.#judge(outcome === 'rolled-back' ? 'back' : 'stands', result);
      case 'back':
        // An undo before the new version has a ReplicaSet brings a version that is neither.
        if (this.#name === 'rollout undo' && this.#brought === IMAGE.v3) return this.#judge('stands', result);
        this.#expectNamed(result);
        return this.#expectEnd(result, ['rolled-back'], this.#back);
      case 'theirs':
        this.#expectNamed(result);
        return this.#expectEnd(result, ['rolled-back', 'aborted'], this.#rolled);
      case 'after':
        if (this.#name === 'Deployment deleted') return this.#expectDeleted(result);
        return this.#expectEnd(result, this.#ends, this.#rolled);
      case 'gone':
        return this.#expectGone(result);
      case 'stands':
        await this.#expectStanding(result);
        return this.#expectEnd(await this.#scene.run({ action: 'abort' }), ['aborted'], {});
      case 'waits':
        await this.#expectStanding(result);
        return this.#expectEnd(await this.#scene.run({ action: 'abort' }), ['promoted'], {});
      default:
        throw new Error(`“${decision}” is not for ${this.#name}`);
    }
  }

  get #ends(): readonly string[] {
    return [this.#met.isCancelled === true ? 'aborted' : 'promoted'];
  }

  get #mayBeReplaced(): boolean {
    return this.#phase === 'back' || this.#phase === 'closing';
  }

  /** What stays of the deed whatever the release does. */
  get #lasting(): Change {
    if (this.#wasDone !== true) return {};
    const { replicas } = this.#scene.app;
    switch (this.#name) {
      case 'scale up':
        return { replicas: (replicas ?? 0) + 2 };
      case 'scale down':
        return { replicas: (replicas ?? 0) - 1 };
      case 'edit of the strategy':
        return { strategy: STRATEGY };
      case 'label in the selector':
        return { selector: { tier: 'front' } };
      case 'live Service deleted':
        return { service: 'deleted' };
      default:
        return {};
    }
  }

  /** And when it goes back: where stable lacks pods, that comes before a pause and a strategy of others. */
  get #back(): Change {
    const isHeld = !BEFORE_THE_HOLD.has(this.#phase);
    if (this.#name === 'rollout pause') return isHeld ? { orPlain: true, paused: true } : { paused: true };
    return this.#name === 'edit of the strategy' && isHeld ? { ...this.#lasting, orPlain: true } : this.#lasting;
  }

  /** What is left when their write has its way with the Deployment. */
  get #rolled(): Change {
    switch (this.#name) {
      case 'set image':
        return { image: IMAGE.v3 };
      case 'apply of the old manifest':
        return { image: IMAGE.v1 };
      case 'apply of the new manifest':
        return { image: IMAGE.v2 };
      case 'rollout undo':
        return this.#brought === undefined ? {} : { image: this.#brought };
      case 'rollout restart':
        return { annotations: RESTARTED };
      case 'rollout pause':
        return { paused: true };
      default:
        return this.#lasting;
    }
  }

  async #expectEnd({ outputs }: RunResult, outcomes: readonly string[], change: Change): Promise<void> {
    const { api, app, before } = this.#scene;
    expect(outcomes).toContain(outputs.outcome);
    const isServed = change.service !== 'deleted';
    if (isServed) await waitSettled(api, app);
    const { deployment, services, configMaps, leases } = await this.#scene.objects();
    expect({ configMaps, leases }).toEqual({ configMaps: ['crossfade.web'], leases: [] });
    expect(services).toEqual(isServed ? before.services.map((service) => withSelector(service, change)) : []);
    const image = outputs.outcome === 'promoted' ? IMAGE.v2 : IMAGE.v1;
    const wanted = changed(before.deployment, { image, ...change });
    const isPlain = change.orPlain === true && isDeepStrictEqual(deployment, changed(before.deployment, { image }));
    if (!isPlain) expect(deployment).toEqual(wanted);
    if (isServed) expect(await this.#images()).toEqual([change.image ?? image]);
    if (this.#route !== null) expect(weightless(await routeOf(this.#scene))).toEqual(weightless(this.#route));
  }

  #expectNamed({ outputs }: RunResult): void {
    const { manager } = DEEDS[this.#name];
    const named = manager === null ? / was deleted/ : new RegExp(`${manager} at \\d\\d:\\d\\d:\\d\\d UTC `);
    // A field that is removed may leave no trace of who has removed it.
    const isRemoved = this.#name === 'rollout resume';
    expect(outputs.reason).toMatch(isRemoved ? new RegExp(`Somebody |${named.source}`) : named);
  }

  /** Nothing of theirs is overwritten, and users are where they should be. */
  async #expectStanding(result: RunResult): Promise<void> {
    this.#expectNamed(result);
    expect(result.outputs).toMatchObject({ outcome: 'failed' });
    expect(await this.#scene.record()).toMatchObject({ isOpen: true });
    const deployment = await this.#scene.deployment();
    expect(deployment.spec).toMatchObject({ paused: true });
    if (this.#name === 'set image') expect(imageOf(deployment)).toBe(IMAGE.v3);
    if (this.#name === 'rollout restart')
      expect(deployment.spec?.template.metadata?.annotations).toMatchObject(RESTARTED);
    const images = await this.#images();
    const stable = await this.#scene.podsOf(this.#scene.stable.hash);
    if (stable.length === deployment.spec?.replicas) expect(images).toEqual([IMAGE.v1]);
    else expect(images).not.toEqual([]);
  }

  async #expectGone(result: RunResult): Promise<void> {
    this.#expectNamed(result);
    expect(result.outputs).toMatchObject({ outcome: 'failed' });
    await this.#expectNothingLeft();
  }

  /** With the rest of the way to be done, its run may say that the Deployment is gone. */
  async #expectDeleted(result: RunResult): Promise<void> {
    if (result.outputs.outcome === 'failed') this.#expectNamed(result);
    else expect(this.#ends).toContain(result.outputs.outcome);
    await this.#expectNothingLeft();
  }

  /** Of a Deployment that is deleted. */
  async #expectNothingLeft(): Promise<void> {
    const { api, namespace, before } = this.#scene;
    const path = deploymentOf(this.#scene);
    expect(await api.find(path)).toBeUndefined();
    const { items } = await api.list<Service>(`/api/v1/namespaces/${namespace}/services`);
    const selectors = items.map(({ metadata, spec }) => [metadata?.name, spec?.selector]);
    expect(selectors).toEqual(
      (before.services as Service[]).map(({ metadata, spec }) => [metadata?.name, spec?.selector]),
    );
    expect(await this.#scene.record()).toMatchObject({ isOpen: false });
    if (this.#route !== null) expect(weightless(await routeOf(this.#scene))).toEqual(weightless(this.#route));
  }

  /** Of the pods that users reach, each once. */
  async #images(): Promise<readonly (string | undefined)[]> {
    const { api, app } = this.#scene;
    const users = await this.#scene.users();
    const found = (await pods(api, app)).filter(({ metadata }) => users.includes(metadata?.name ?? ''));
    return [...new Set(found.map(({ spec }) => spec?.containers[0]?.image))].sort();
  }

  /** What Kubernetes does with what they wrote is theirs, but that nobody is served. */
  #judgeUsers(violations: readonly Violation[]): void {
    // Unpaused, the controller does what the template says (docs/guarantees.md, “Its end”).
    if (TAKES_USERS.has(this.#name) || this.#phase === 'resizing') return;
    const lost = violations.filter(({ rule, ms = Number.POSITIVE_INFINITY }) => rule === 'empty' && ms > HAS_ENDED);
    expect(lost).toEqual([]);
  }
}

function imageOf({ spec }: Deployment): string | undefined {
  return spec?.template.spec?.containers[0]?.image;
}

/** Of a rule that leads to one Service the weight says nothing. */
function weightless({ spec }: HttpRoute): unknown {
  return JSON.parse(JSON.stringify(spec, (key, value: unknown) => (key === 'weight' ? undefined : value)));
}
