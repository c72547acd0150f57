import { expect } from '@jest/globals';
import type { RunResult } from '../runner/runner.ts';
import { BY_PODS, BY_ROUTE, RAMP, routeOf, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectOriginal, expectPromoted, expectResizesOnly, expectSuccess } from './endings.ts';
import { ownersOf } from './field-owners.ts';
import { describe } from './group.ts';
import { interrupt, mortal } from './killed.ts';
import { type Inputs, type Scene, scenariosOn } from './scene.ts';

/** A ramp, forward or back, whose runner is lost after one of its writes. */
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
const AT_A_HALF = /waiting: 50 % of the users are on the candidate/;
const END = ['close on stable', 'unpin', 'restore', 'delete services web-candidate'];
const OVER = ['close record', 'release lock'];

const COURSES: readonly Course[] = [
  { name: 'a canary by numbers of pods', isRouted: false, inputs: FORWARD, writes: BY_PODS, back: null },
  {
    name: 'a canary by numbers of pods on its way back from a half',
    isRouted: false,
    inputs: BACK,
    writes: [...BY_PODS.slice(0, BY_PODS.indexOf('select candidate')), 'pin', 'note the turn', ...END, ...OVER],
    back: { at: AT_A_HALF, from: 'pin' },
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
];

const WAYS = ['resume', 'abort', 'deploy'] as const;
type Way = (typeof WAYS)[number];

/**
 * Canaries whose runner is lost when a write was carried out and before the run hears of it: after each of them, forward and back. Then
 * another run resumes the release, aborts it, or releases the next version, in turn.
 */
export function lostCanaries(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  for (const course of COURSES)
    describe(`${course.name}, lost with the runner`, () => {
      const first = course.back === null ? 0 : course.writes.lastIndexOf(course.back.from);
      for (const [at, write] of course.writes.entries()) {
        if (at < first) continue;
        const way = WAYS[at % WAYS.length] ?? 'resume';
        scenario(`after “${write}” (${at + 1}), then ${way}`, { replicas: 4 }, (scene) =>
          course.isRouted ? withGateway(scene, () => isLost(scene, course, at, way)) : isLost(scene, course, at, way),
        );
      }
    });
}

async function isLost(scene: Scene, course: Course, at: number, way: Way): Promise<void> {
  scene.judge = expectResizesOnly;
  const before = course.isRouted ? await routeOf(scene) : undefined;
  const done = course.writes.slice(0, at + 1);
  await lose(scene, course, at);
  expect(await scene.writes()).toEqual(done);
  await scene.expireLock();
  await GO_ON[way](scene, course, done);
  if (before === undefined) return;
  const after = await routeOf(scene);
  expect(after.spec).toEqual(before.spec);
  expect(ownersOf(after)).toEqual(ownersOf(before));
}

async function lose(scene: Scene, { inputs, back }: Course, at: number): Promise<void> {
  const { gate, die } = await mortal(scene, at, 'after');
  const action = scene.start({ ...inputs, kubeconfig: gate.kubeconfig });
  die(action, 'the runner');
  if (back !== null) {
    await action.line(back.at);
    interrupt(action);
  }
  expect(await action.done).toMatchObject({ signal: 'SIGKILL' });
}

const GO_ON: Readonly<Record<Way, (scene: Scene, course: Course, done: readonly string[]) => Promise<void>>> = {
  async resume(scene, { back }, done) {
    const result = await scene.run({ action: 'resume' });
    if (isNothingLeft(done)) return expectAsFound(scene, result, done, back === null ? 'promoted' : 'aborted');
    // Before the note nobody knows that it went back.
    if (back === null || !done.includes('note the turn')) {
      expectSuccess(result);
      return expectPromoted(scene);
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
  async deploy(scene) {
    expectSuccess(await scene.run({ ...FORWARD, images: `web=${IMAGE.v3}` }));
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
  if (!done.includes('release lock')) await scene.removeLock();
  if (!done.includes('open record')) expect(await scene.objects()).toEqual(scene.before);
  else if (end === 'promoted') await expectPromoted(scene);
  else await expectOriginal(scene, 'aborted');
}
