import { expect } from '@jest/globals';
import { type Fate, FATES } from '../crashes/fate.ts';
import type { RunResult } from '../runner/runner.ts';
import { BY_PODS, BY_ROUTE, RAMP, routeOf, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectEnded,
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  GOOD_RELEASE,
  TAKEN_BACK,
} from './endings.ts';
import { EVERYTHING } from './everything.ts';
import { ownersOf } from './field-owners.ts';
import { describe } from './group.ts';
import { interrupt, mortal } from './killed.ts';
import { type Inputs, type Scene, scenariosOn } from './scene.ts';
import { until } from '../kubernetes/processes.ts';

/** A release, forward or back, whose runner is lost at one of its writes. */
interface Course {
  readonly name: string;
  readonly isRouted: boolean;
  readonly inputs: Inputs;
  /** All of its writes. */
  readonly writes: readonly string[];
  /** Forward: null. Else the line at which it is cancelled, and its first write from then on. */
  readonly back: { readonly at: RegExp; readonly from: string } | null;
}

const FORWARD: Inputs = { ...RAMP, steps: '20% 0s, 50% 0s' };
const BACK: Inputs = { ...RAMP, steps: '20% 0s, 50% 30s' };
const FROM_BAKE: Inputs = { ...FORWARD, 'bake-time': '30s' };
const AT_A_HALF = /waiting: 50 % of the users are on the candidate/;
const IN_THE_BAKE = /waiting: users are on the candidate/;
const END = ['close on stable', 'unpin', 'restore', 'delete services web-candidate'];
const OVER = ['close record', 'release lock'];

const BLUE_GREEN: Inputs = { images: `web=${IMAGE.v2}` };

const CANARIES: readonly Course[] = [
  { name: 'a canary by numbers of pods', isRouted: false, inputs: FORWARD, writes: BY_PODS, back: null },
  {
    name: 'a canary by numbers of pods on its way back from a half',
    isRouted: false,
    inputs: BACK,
    writes: [...BY_PODS.slice(0, BY_PODS.indexOf('select candidate')), 'pin', 'note the turn', ...END, ...OVER],
    back: { at: AT_A_HALF, from: 'pin' },
  },
  {
    name: 'a canary by numbers of pods on its way back from the bake',
    isRouted: false,
    inputs: FROM_BAKE,
    writes: [...BY_PODS.slice(0, BY_PODS.indexOf('close')), 'back to stable', 'note the turn', ...END, ...OVER],
    back: { at: IN_THE_BAKE, from: 'back to stable' },
  },
  { name: 'a canary by an HTTPRoute', isRouted: true, inputs: FORWARD, writes: BY_ROUTE, back: null },
  {
    name: 'a canary by an HTTPRoute on its way back from a half',
    isRouted: true,
    inputs: BACK,
    writes: [
      // The last three before the switch are for all of the users.
      ...BY_ROUTE.slice(0, BY_ROUTE.indexOf('select candidate') - 3),
      'web-candidate: select stable',
      'note the turn',
      'patch httproutes web',
      'web-candidate: select candidate',
      ...END,
      'give back httproutes web',
      ...OVER,
    ],
    back: { at: AT_A_HALF, from: 'web-candidate: select stable' },
  },
  {
    name: 'a canary by an HTTPRoute on its way back from the bake',
    isRouted: true,
    inputs: FROM_BAKE,
    writes: [
      ...BY_ROUTE.slice(0, BY_ROUTE.indexOf('close')),
      'back to stable',
      'note the turn',
      ...END,
      'give back httproutes web',
      ...OVER,
    ],
    back: { at: IN_THE_BAKE, from: 'back to stable' },
  },
];

/** They die at each write by default, too (`killed.ts`); here each is resumed and aborted from there. */
const BLUE_GREENS: readonly Course[] = [
  { name: 'a blue/green release', isRouted: false, inputs: BLUE_GREEN, writes: GOOD_RELEASE, back: null },
  {
    name: 'a blue/green release on its way back from the bake',
    isRouted: false,
    inputs: { ...BLUE_GREEN, 'bake-time': '30s' },
    writes: TAKEN_BACK,
    back: { at: IN_THE_BAKE, from: 'back to stable' },
  },
];
const COURSES = EVERYTHING ? [...BLUE_GREENS, ...CANARIES] : CANARIES;

const WAYS = ['resume', 'abort', 'deploy'] as const;
type Way = (typeof WAYS)[number];

/** How a runner is lost at a write of a course, and what another run does then. */
interface Loss {
  readonly course: Course;
  /** Index of the write. */
  readonly at: number;
  readonly fate: Fate;
  readonly way: Way;
}

/**
 * Canaries whose runner is lost at each of their writes, forward and back; then another run resumes the release, aborts
 * it, or releases the next version. At each write one fate of it and one way to go on, in turn, so that each pair comes
 * up; all of them, and blue/green releases, with CRASHES=all.
 */
export function lostReleases(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  for (const course of COURSES)
    describe(`${course.name}, lost with the runner`, () => {
      for (const loss of LOSSES.filter((each) => each.course === course)) {
        const { at, fate, way } = loss;
        scenario(`${FATES[fate]} “${course.writes[at]}” (${at + 1}), then ${way}`, { replicas: 4 }, (scene) =>
          course.isRouted ? withGateway(scene, () => isLost(scene, loss)) : isLost(scene, loss),
        );
      }
    });
}

/**
 * Death after the answer to a write comes at whatever the run asks next. That is sooner than death before its next
 * write: what it waits for in between has only begun. After the answer to its last write it asks for nothing, and there
 * is nothing left to die of.
 */
const PAIRS = (Object.keys(FATES) as Fate[]).flatMap((fate) => WAYS.map((way) => ({ fate, way }))); // a literal's own
const LOSSES: readonly Loss[] = COURSES.flatMap((course) =>
  [...course.writes.keys()].filter((at) => at >= firstOf(course)).map((at) => ({ course, at })),
).flatMap(({ course, at }, turn) => {
  const isLast = at === course.writes.length - 1;
  const pairs = PAIRS.filter(({ fate }) => !(isLast && fate === 'heard'));
  const first = turn % pairs.length;
  return (EVERYTHING ? pairs : pairs.slice(first, first + 1)).map((pair) => ({ course, at, ...pair }));
});

/** Index of the first write that is looked at: what comes before it is the way forward. */
function firstOf({ writes, back }: Course): number {
  return back === null ? 0 : writes.lastIndexOf(back.from);
}

async function isLost(scene: Scene, loss: Loss): Promise<void> {
  const { course, at, fate, way } = loss;
  const before = course.isRouted ? await routeOf(scene) : undefined;
  const done = course.writes.slice(0, fate === 'unsent' ? at : at + 1);
  scene.judge = done.at(-1) === 'resize' ? expectEnded : expectResizesOnly;
  await lose(scene, loss);
  expect(await scene.writes()).toEqual(done);
  await scene.expireLock();
  await GO_ON[way](scene, course, done);
  if (before === undefined) return;
  const after = await routeOf(scene);
  expect(after.spec).toEqual(before.spec);
  expect(ownersOf(after)).toEqual(ownersOf(before));
}

async function lose(scene: Scene, { course: { inputs, back }, at, fate }: Loss): Promise<void> {
  const { gate, die } = await mortal(scene, at, fate);
  const action = scene.start({ ...inputs, kubeconfig: gate.kubeconfig });
  die(action, 'the runner');
  if (back !== null) {
    await action.line(back.at);
    await untilSeen(scene);
    interrupt(action);
  }
  expect(await action.done).toMatchObject({ signal: 'SIGKILL' });
}

/** Times in the objects are whole seconds: since the last freeze long enough for what comes next to be seen as later. */
async function untilSeen(scene: Scene): Promise<void> {
  const freezes = (await scene.told()).filter(({ word }) => word === 'pause').map(({ write }) => write.at);
  await until(
    'what is written next is seen to be later',
    30_000,
    async () => Date.now() > Math.max(...freezes) + 3_000,
  );
}

const GO_ON: Readonly<Record<Way, (scene: Scene, course: Course, done: readonly string[]) => Promise<void>>> = {
  async resume(scene, course, done) {
    const { back } = course;
    const result = await scene.run({ action: 'resume' });
    if (isNothingLeft(done)) return expectAsFound(scene, result, done, back === null ? 'promoted' : 'aborted');
    if (back === null || done.length <= firstOf(course)) {
      expectSuccess(result);
      return expectPromoted(scene);
    }
    // Before the note the objects show that it went back, and nothing says why.
    if (!done.includes('note the turn')) {
      expectFailure(result, 'rolled-back', /interrupted on its way back, before it could note why/);
      return expectOriginal(scene);
    }
    expect(result.outputs).toMatchObject({ outcome: 'aborted', reason: 'The run was cancelled.' });
    return expectOriginal(scene, 'aborted');
  },
  async abort(scene, { back }, done) {
    const result = await scene.run({ action: 'abort' });
    const isPast = back === null && done.includes('close');
    if (isNothingLeft(done)) return expectAsFound(scene, result, done, isPast ? 'promoted' : 'aborted');
    expectSuccess(result, isPast ? 'promoted' : 'aborted');
    return isPast ? expectPromoted(scene) : expectOriginal(scene, 'aborted');
  },
  async deploy(scene, { inputs }) {
    const next = inputs.strategy === undefined ? {} : FORWARD;
    expectSuccess(await scene.run({ ...next, images: `web=${IMAGE.v3}` }));
    return expectPromoted(scene, { image: IMAGE.v3 });
  },
};

/** Nothing on record is open: not yet, or not any more. */
function isNothingLeft(done: readonly string[]): boolean {
  return !done.includes('open record') || done.includes('close record');
}

/** The run has touched nothing: the lock of the dead one waits for whoever comes next. */
async function expectAsFound(
  scene: Scene,
  result: RunResult,
  done: readonly string[],
  end: 'promoted' | 'aborted',
): Promise<void> {
  expectSuccess(result, 'unchanged');
  expect(await scene.writes()).toEqual(done);
  if (done.includes('take lock') && !done.includes('release lock')) await scene.removeLock();
  if (!done.includes('open record')) expect(await scene.objects()).toEqual(scene.before);
  else if (end === 'promoted') await expectPromoted(scene);
  else await expectOriginal(scene, 'aborted');
}
