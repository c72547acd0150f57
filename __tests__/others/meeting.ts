import { isDeepStrictEqual } from 'node:util';
import { IMAGE } from '../contract/cluster.ts';
import type { Left } from '../crashes/cluster.ts';
import { type Family, Play } from '../crashes/family.ts';
import { closed, promoted } from '../crashes/ends.ts';
import type { MortalRun } from '../crashes/run.ts';
import { storyOf } from '../crashes/story.ts';
import { decisionOf, type Decision } from './decided.ts';
import { DEEDS, type DeedName, RESTARTED_AT, STRATEGY } from './deeds.ts';
import type { Phase } from './phases.ts';
import type { Point, Release } from './points.ts';

/** Milliseconds in which a Service that somebody deleted is there again. */
const MADE_ANEW = 100;

/** What users reach is gone by it. */
const TAKES_USERS: ReadonlySet<DeedName> = new Set(['Deployment deleted', 'live Service deleted', 'namespace deleted']);
const BEFORE_THE_HOLD: ReadonlySet<Phase> = new Set(['before', 'paused']);

/** What was decided, and what is wrong with what came of it. */
export interface Meeting {
  readonly decision: Decision;
  /** Empty: all is as decided. */
  readonly problems: readonly string[];
  /** Empty, too, if all is as decided. */
  readonly story: string;
}

/** Plays a release, and the deed at one moment of it. */
export async function meet(release: Release, name: DeedName, point: Point): Promise<Meeting> {
  const decision = decisionOf(name, point.phase);
  const encounter = new Encounter(release, name, point);
  try {
    const problems = await encounter.play(decision);
    return { decision, problems, story: problems.length === 0 ? '' : storyOf(encounter.scene) };
  } finally {
    encounter.scene.stop();
  }
}

class Encounter {
  readonly scene: Play;
  readonly #release: Release;
  readonly #name: DeedName;
  readonly #point: Point;
  readonly #original: Left;
  readonly #problems: string[] = [];
  /** Null: it was never its turn. */
  #wasDone: boolean | null = null;
  /** What the Deployment was to run just after it. */
  #brought = '';

  constructor(release: Release, name: DeedName, point: Point) {
    this.#release = release;
    this.#name = name;
    this.#point = point;
    // There has to be a revision to go back to.
    this.scene = Play.begin(name === 'rollout undo' ? withRevisionBefore(release.family) : release.family);
    this.#original = this.scene.cluster.left();
  }

  async play(decision: Decision): Promise<readonly string[]> {
    const { inputs, cancelAt } = this.#release;
    const { at, when } = this.#point;
    const count = { asked: -1, done: -1 };
    const run = await this.scene.run(inputs, {
      ...(cancelAt === undefined ? {} : { cancelAt }),
      fateOf: () => {
        count.asked += 1;
        if (when === 'before' && count.asked === at) this.#do();
        return null;
      },
      onMutation: () => {
        count.done += 1;
        if (when === 'after' && count.done === at) this.#do();
      },
    });
    this.scene.cluster.time.goOn(20_000);
    if (run.state !== 'ended') this.#problems.push(`the run ${run.state}: ${String(run.failure)}`);
    if (this.#wasDone === null) this.#problems.push('its turn never came');
    if (decision === '–' && this.#wasDone === true) this.#problems.push('kubectl does it, and nothing was decided');
    // What is refused, or has nothing to change, changes nothing.
    await this.#judge(this.#wasDone === true ? decision : 'on', run);
    return this.#problems;
  }

  #do(): void {
    if (this.#wasDone !== null) return;
    this.scene.cluster.time.touch();
    this.#wasDone = DEEDS[this.#name].do(this.scene.cluster);
    const { deployment } = this.scene.cluster.left();
    this.#brought = deployment === null ? '' : imageIn(specOf(deployment));
  }

  async #judge(decision: Decision, run: MortalRun): Promise<void> {
    this.#check('users were not served', this.#unserved(), []);
    switch (decision) {
      case 'on':
        return this.#expectEnd(run, this.#end, this.#plain());
      case 'back or on':
        return run.result?.outcome === 'promoted' ? this.#judge('on', run) : this.#judge('back', run);
      case 'back or stands':
        return this.#judge(run.result?.outcome === 'rolled-back' ? 'back' : 'stands', run);
      case 'back':
        // An undo before the new version has a ReplicaSet brings a version that is neither.
        if (this.#name === 'rollout undo' && this.#brought === IMAGE.v3) return this.#judge('stands', run);
        this.#expectNamed(run);
        return this.#expectEnd(run, ['rolled-back'], this.#with(closed(this.#original), this.#back()));
      case 'theirs':
        this.#expectNamed(run);
        return this.#expectEnd(run, ['rolled-back', 'aborted'], this.#with(closed(this.#original), this.#rolled()));
      case 'after':
        // With the rest of the way back to be done, its run says that the Deployment is gone.
        if (this.#name === 'Deployment deleted' && run.result?.outcome === 'failed') return this.#expectGone(run);
        return this.#expectEnd(run, this.#end, this.#with(this.#plain(), this.#rolled()));
      case 'gone':
        return this.#expectGone(run);
      case 'lost':
        return this.#expectLost(run);
      case 'lost or on':
        return this.#expectLost(run, this.#end);
      case 'stands':
        await this.#expectStanding(run);
        return this.#abort(['aborted'], closed(this.#original));
      case 'waits':
        await this.#expectStanding(run);
        return this.#abort(['promoted'], promoted(this.#original));
      case '–':
        this.#problems.push('something was done that was not to be possible');
    }
  }

  get #end(): readonly string[] {
    return this.#release.cancelAt === undefined ? ['promoted'] : ['aborted'];
  }

  /** What the release leaves without anybody else, and what they wrote beside it. */
  #plain(): Left {
    const left = this.#release.cancelAt === undefined ? promoted(this.#original) : closed(this.#original);
    if (this.#wasDone !== true) return left;
    return this.#with(left, this.#mayBeReplaced ? this.#back() : this.#lasting());
  }

  get #mayBeReplaced(): boolean {
    return this.#point.phase === 'back' || this.#point.phase === 'closing';
  }

  /** What stays of the deed whatever the release does. */
  #lasting(): Change {
    const { replicas } = this.#release.family.app;
    switch (this.#name) {
      case 'scale up':
        return { spec: { replicas: replicas + 2 } };
      case 'scale down':
        return { spec: { replicas: replicas - 1 } };
      case 'edit of the strategy':
        return { spec: { strategy: STRATEGY } };
      case 'label in the selector':
        return { selector: { tier: 'front' } };
      case 'live Service deleted':
        return { service: 'deleted' };
      case 'record deleted':
        // Nobody has anything to write in it any more.
        return this.#point.phase.startsWith('over') && !this.#isClosedAfter ? { record: 'deleted' } : {};
      default:
        return {};
    }
  }

  get #isClosedAfter(): boolean {
    return this.scene.cluster.left().configMaps.length > 0;
  }

  /** And when it goes back: where stable lacks pods, that comes before a pause and a strategy of others. */
  #back(): Change {
    const { strategy, paused } = specOf(this.scene.cluster.left().deployment);
    const isHeld = !BEFORE_THE_HOLD.has(this.#point.phase);
    if (this.#name === 'rollout pause') return isHeld && paused !== true ? {} : { spec: { paused: true } };
    const isReplaced = isHeld && !isDeepStrictEqual(strategy, STRATEGY);
    return this.#name === 'edit of the strategy' && isReplaced ? {} : this.#lasting();
  }

  /** What is left when their write has its way with the Deployment. */
  #rolled(): Change {
    switch (this.#name) {
      case 'set image':
        return { image: IMAGE.v3 };
      case 'apply of the old manifest':
        return { image: IMAGE.v1 };
      case 'apply of the new manifest':
        return { image: IMAGE.v2 };
      case 'rollout undo':
        return { image: this.#point.phase === 'before' ? IMAGE.v3 : this.#before };
      case 'rollout restart':
        return { annotations: { 'kubectl.kubernetes.io/restartedAt': RESTARTED_AT } };
      case 'rollout pause':
        return { spec: { paused: true } };
      case 'Deployment deleted':
        return { deployment: 'deleted' };
      default:
        return this.#lasting();
    }
  }

  /** Of the revision before the one that the release has left. */
  get #before(): string {
    return this.#release.cancelAt === undefined ? IMAGE.v1 : IMAGE.v2;
  }

  #with(left: Left, change: Change): Left {
    return withChange(left, change);
  }

  #expectEnd(run: MortalRun, outcomes: readonly string[], left: Left): void {
    const { outcome } = run.result ?? {};
    if (outcome === undefined || !outcomes.includes(outcome))
      this.#problems.push(`the release is ${outcome} (${run.result?.reason}), and was to be ${outcomes.join(' or ')}`);
    const found = this.scene.cluster.left();
    this.#check(
      'what is left',
      { ...found, others: weightless(found.others) },
      { ...left, others: weightless(left.others) },
    );
  }

  #expectNamed({ result, log }: MortalRun): void {
    const { manager } = DEEDS[this.#name];
    const wanted = this.#name.endsWith('deleted')
      ? / was deleted/
      : // A field that is removed leaves no trace of who has removed it.
        new RegExp(`${this.#name === 'rollout resume' ? 'Somebody' : `${manager} at \\d\\d:\\d\\d:\\d\\d UTC`} `);
    if (!wanted.test(result?.reason ?? '')) this.#problems.push(`nobody is named in its reason: ${result?.reason}`);
    const isTurned = this.#release.cancelAt === undefined;
    if (isTurned && !log.some((line) => wanted.test(line))) this.#problems.push('nobody is named in its log');
  }

  #expectGone(run: MortalRun): void {
    this.#expectNamed(run);
    const { outcome, left } = run.result ?? {};
    this.#check('its end', { outcome, left }, { outcome: 'failed', left: 'deleted' });
    const found = this.scene.cluster.left();
    const { services, isClosed, leases, deployment, others } = found;
    const wanted = { services: this.#original.services, isClosed: true, leases: [], deployment: null };
    this.#check('what is left', { services, isClosed, leases, deployment }, wanted);
    this.#check('its routes', others, this.#original.others);
  }

  /** @param inTime how it may end before anything in its namespace goes */
  #expectLost({ result }: MortalRun, inTime: readonly string[] = []): void {
    const { outcome = '', left, reason } = result ?? {};
    if (inTime.includes(outcome)) return;
    this.#check('its end', { outcome, left }, { outcome: 'failed', left: 'gone' });
    if (!/^Namespace default is (being deleted|gone)/.test(reason ?? ''))
      this.#problems.push(`its reason is none of the namespace: ${reason}`);
  }

  /** Nothing of theirs is overwritten, and users are where they should be. */
  async #expectStanding(run: MortalRun): Promise<void> {
    this.#expectNamed(run);
    const { outcome, left } = run.result ?? {};
    this.#check('its end', { outcome, left }, { outcome: 'failed', left: 'standing' });
    const found = this.scene.cluster.left();
    const spec = specOf(found.deployment);
    this.#check('its record and its pause', [found.isClosed, spec.paused], [false, true]);
    if (this.#name === 'set image') this.#check('their image', imageIn(spec), IMAGE.v3);
    if (this.#name === 'rollout restart')
      this.#check('their restart', spec.template.metadata.annotations, {
        'kubectl.kubernetes.io/restartedAt': RESTARTED_AT,
      });
    const users = Object.keys(found.users);
    if (users.length === 0) this.#problems.push('nobody is served');
    if (this.#release.family.inputs.strategy === 'rolling' || found.pods[IMAGE.v1] === undefined) return;
    const isWhole = found.pods[IMAGE.v1] === this.#release.family.app.replicas;
    if (isWhole) this.#check('users', users, [IMAGE.v1]);
  }

  /** The run after the one that has named them. */
  async #abort(outcomes: readonly string[], left: Left): Promise<void> {
    const run = await this.scene.run({ action: 'abort' });
    this.scene.cluster.time.goOn(20_000);
    this.#expectEnd(run, outcomes, left);
    this.#check('users were not served by the next run', this.#unserved(), []);
  }

  /** Moments in which somebody was not served, but for those that whoever writes brings about by the write itself. */
  #unserved(): readonly string[] {
    const { phase } = this.#point;
    const isTheirs = TAKES_USERS.has(this.#name);
    // Unpaused, the controller does what the template says (docs/guarantees.md, “Its end”).
    if (isTheirs || phase === 'resizing') return [];
    const isOld = this.#name === 'apply of the old manifest';
    return this.scene.users.unserved.flatMap(({ message, ms }) => {
      if (isOld && / no endpoints$/.test(message) && ms !== null) return [];
      const isAnew = this.#name === 'candidate Service deleted' && ms !== null && ms < MADE_ANEW;
      return isAnew && message.includes('web-candidate') ? [] : [`${message} (for ${ms} ms)`];
    });
  }

  #check(what: string, found: unknown, wanted: unknown): void {
    if (isDeepStrictEqual(found, wanted)) return;
    this.#problems.push(`${what}: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
  }
}

const revised = new WeakMap<Family, Family>();

function withRevisionBefore(family: Family): Family {
  const found = revised.get(family) ?? { ...family, app: { ...family.app, imageBefore: IMAGE.v3 } };
  revised.set(family, found);
  return found;
}

/** What of a cluster is otherwise. */
interface Change {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly image?: string;
  /** Of the template. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** More of the live Service's. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly service?: 'deleted';
  readonly deployment?: 'deleted';
  readonly record?: 'deleted';
}

interface Spec {
  replicas: number;
  readonly strategy?: unknown;
  paused?: boolean;
  readonly template: {
    metadata: { annotations?: Readonly<Record<string, string>> };
    spec: { containers: { image: string }[] };
  };
}

function withChange(left: Left, change: Change): Left {
  const { image = imageIn(specOf(left.deployment)) } = change;
  const copy = JSON.parse(JSON.stringify(left.deployment).replaceAll(imageIn(specOf(left.deployment)), image)) as {
    spec: Spec;
  };
  Object.assign(copy.spec, change.spec);
  if (change.annotations !== undefined) copy.spec.template.metadata.annotations = change.annotations;
  const isGone = change.deployment === 'deleted';
  const pods = isGone ? {} : { [image]: copy.spec.replicas };
  // Our own manifests: a Service named for the app is the live one.
  const services = (left.services as { metadata: { name: string }; spec: { selector: object } }[]).map((service) =>
    service.metadata.name === 'web'
      ? { ...service, spec: { ...service.spec, selector: { ...service.spec.selector, ...change.selector } } }
      : service,
  );
  return {
    ...left,
    deployment: isGone ? null : copy,
    services: change.service === 'deleted' ? services.filter(({ metadata }) => metadata.name !== 'web') : services,
    configMaps: change.record === 'deleted' ? [] : left.configMaps,
    pods,
    users: change.service === 'deleted' ? {} : pods,
  };
}

function specOf(deployment: unknown): Spec {
  return (deployment as { spec: Spec }).spec; // as the simulator keeps it
}

function imageIn({ template }: Spec): string {
  return template.spec.containers[0]?.image ?? '';
}

/** Of a rule that leads to one Service the weight says nothing. */
function weightless(routes: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(routes, (key, value: unknown) => (key === 'weight' ? undefined : value)));
}
