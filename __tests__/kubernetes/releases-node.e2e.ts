import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod } from '../../src/cluster/wire.ts';
import { IMAGE, REPOSITORY } from '../contract/cluster.ts';
import { expectFailure, expectOriginal, expectPromoted, expectSuccess } from '../contract/endings.ts';
import type { Scene } from '../contract/scene.ts';
import type { RunningAction, RunResult } from '../runner/runner.ts';
import { paths } from './api.ts';
import { normalised } from './app.ts';
import { HELD_SECONDS } from './invariants.ts';
import { type NodeCluster, startNode } from './node.ts';
import { until } from './processes.ts';
import { BACK_AFTER_CHANGE, expectBack, strained } from './ramps/in-time.ts';
import { pause } from './ramps/turns.ts';
import { BusyScene, isReady, type Traffic } from './under-load.ts';

/**
 * Releases of a real app with real users: the committed bundle, as the runner runs it, under constant load through the ClusterIP.
 * In every one of them no request fails, nobody meets the new version before the switch, and nobody the version that was left after
 * the data plane had its time.
 */

let node: NodeCluster;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node?.stop());

/** Milliseconds from the first certain sign to the failure in the log. */
const SHOWN = 5000;

const FOREVER = Number.POSITIVE_INFINITY;

function busy(name: string, script: (busy: BusyScene) => Promise<void>): void {
  test(name, () => BusyScene.play(node, name, script));
}

describe('a good release', () => {
  busy('moves everybody, once', async (busy) => {
    const { scene } = busy;
    const times = { 'bake-time': '3s', 'drain-time': '3s' };
    const result = await busy.run({ images: `web=${IMAGE.v2}`, ...times, 'smoke-test': 'GET /healthz 200' });
    expectSuccess(result);
    expect(resultOf(result)).toMatchObject({ checks: [{ kind: 'smoke-test', verdict: 'healthy' }] });
    const [switched, closed] = await Promise.all([busy.wrote('select candidate'), busy.wrote('close')]);
    const traffic = await busy.end(took(result));
    const { report } = traffic;
    expect([...report.versions.keys()]).toEqual(['v1', 'v2']);
    expect(traffic.answers('v2', 0, switched)).toEqual([]);
    expectMoved(traffic, 'v1', switched);
    // Bake, and then drain: until then those who keep their connections are still on stable.
    expect(closed - switched).toBeGreaterThanOrEqual(6000);
    expect(traffic.answers('v1', closed, FOREVER, 'fresh')).toEqual([]);
    expect(traffic.answers('v1', closed - 1000, closed, 'kept').length).toBeGreaterThan(0);
    const gone = traffic.lastGone(scene.stable.hash);
    expect(traffic.answers('v1', gone, FOREVER)).toEqual([]);
    expect(traffic.answers('v2', gone, FOREVER, 'kept').length).toBeGreaterThan(0);
    await expectPromoted(scene);
  });
});

describe('a candidate that users never meet', () => {
  busy('crashes', async (busy) => {
    const result = await busy.run({ images: `web=${IMAGE.crash}` });
    expectFailure(result, 'rolled-back', /container web of pod web-\S+: (CrashLoopBackOff|Error) \(exit code 3/);
    await expectUnseen(busy, result, 'crash loop', crashedForTheThirdTime);
    expect(result.summary).toContain('exit code 3');
    expect(result.summary).toContain('panic: no database');
  });

  busy('cannot be pulled', async (busy) => {
    const result = await busy.run({ images: `web=${IMAGE.missing}` });
    expectFailure(
      result,
      'rolled-back',
      /container web of pod web-\S+: (ErrImagePull|ImagePullBackOff): .*web:missing/,
    );
    await expectUnseen(busy, result, 'pull error', cannotBePulled);
    expect(result.summary).toMatch(/failed to pull and unpack image .*web:missing/);
  });

  busy('answers the smoke test with something else', async (busy) => {
    const smokeTest = 'GET /nothing 200 contains="no such text" within=3s';
    const result = await busy.run({ images: `web=${IMAGE.v2}`, 'smoke-test': smokeTest });
    expectFailure(result, 'rolled-back', /smoke-test “GET \/nothing 200 .*” failed: .*v2 web-/);
    const traffic = await busy.end(took(result));
    expect([...traffic.report.versions.keys()]).toEqual(['v1']);
    await expectOriginal(busy.scene);
  });
});

describe('a Job of the user’s', () => {
  // The test image's own client. There is no DNS on this node: the address comes from the variables that pods find of Services.
  const job = (...args: string[]): string =>
    JSON.stringify({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'smoke' },
      spec: { template: { spec: { containers: [{ name: 'smoke', image: IMAGE.v1, args }] } } },
    });

  busy('reaches the candidate and nobody else', async (busy) => {
    const { scene } = busy;
    const asks = job('get', 'http://$(WEB_CANDIDATE_SERVICE_HOST)/');
    const result = await busy.run({ images: `web=${IMAGE.v2}`, job: asks });
    expectSuccess(result);
    expect(resultOf(result)).toMatchObject({ checks: [{ kind: 'job', verdict: 'healthy', detail: 'completed' }] });
    const candidate = await scene.hash(IMAGE.v2);
    expect(result.log).toMatch(new RegExp(`^ +v2 web-${candidate}-\\S+$`, 'm'));
    const traffic = await busy.end(took(result));
    expect([...traffic.report.versions.keys()]).toEqual(['v1', 'v2']);
    await expectPromoted(scene);
  });

  busy('that fails shows what it wrote, and users never meet the candidate', async (busy) => {
    const result = await busy.run({ images: `web=${IMAGE.v2}`, job: job('no-such-command') });
    expectFailure(result, 'rolled-back', /job “smoke” failed: BackoffLimitExceeded/);
    expect(result.summary).toContain('usage: web [get URL [HOST] | load …]');
    const traffic = await busy.end(took(result));
    expect([...traffic.report.versions.keys()]).toEqual(['v1']);
    await expectOriginal(busy.scene);
  });
});

describe('a release that is taken back in the bake', () => {
  // These pods go on serving. One that crashes takes its connections with it, which no release can prevent.
  busy('by pods that are not Ready any more', async (busy) => {
    const result = await busy.run({ images: `web=${IMAGE.unreadyLater}`, 'bake-time': '20s' });
    expectFailure(result, 'rolled-back', /pod web-\S+ of the candidate is no longer Ready while users are on it/);
    // What it logs of its users is the last that it logs.
    expect(result.summary).toContain('Last lines of container <code>web</code> in pod');
    expect(result.summary).toMatch(/ GET \/ from /);
    const traffic = await expectTakenBack(busy, result, 'unready-later');
    const candidate = await busy.scene.hash(IMAGE.unreadyLater);
    expectShown(busy, traffic, traffic.first('not Ready any more', losesReadiness(candidate)));
    await expectOriginal(busy.scene);
  });

  busy('by a cancelled job', async (busy) => {
    const action = busy.start({ images: `web=${IMAGE.v2}`, 'bake-time': '20s' });
    await usersMeet('v2', busy, action);
    action.cancel();
    const result = await action.done;
    expect(result.signal).toBeUndefined();
    expect(result).toMatchObject({
      conclusion: 'cancelled',
      outputs: { outcome: 'aborted', reason: 'The run was cancelled.' },
      post: { conclusion: 'success' },
    });
    await expectTakenBack(busy, result, 'v2');
    await expectOriginal(busy.scene, 'aborted');
  });

  busy('by post, after the process was killed', async (busy) => {
    const action = busy.start({ images: `web=${IMAGE.v2}`, 'bake-time': '20s' });
    await usersMeet('v2', busy, action);
    action.kill('SIGKILL');
    const result = await action.done;
    expect(result).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
    await expectTakenBack(busy, result, 'v2');
    await expectOriginal(busy.scene, 'aborted');
  });
});

describe('a release in whose bake somebody else sets a broken image', () => {
  busy('fails, and the next run takes it back and releases', async (busy) => {
    const { scene } = busy;
    const action = busy.start({ images: `web=${IMAGE.v2}`, 'bake-time': '20s' });
    await usersMeet('v2', busy, action);
    const theirs = await scene.api.patch(
      `${paths.deployments(scene.namespace, 'web')}?fieldManager=kubectl-set`,
      { spec: { template: { spec: { containers: [{ name: 'web', image: IMAGE.crash }] } } } },
      'strategic-merge-patch',
    );
    const result = await action.done;
    expectFailure(
      result,
      'failed',
      /kubectl-set at .* changed the pod template of web .*web:v2 → registry\.test\/web:crash/,
    );
    const candidate = await scene.hash(IMAGE.v2);
    expect(normalised(await scene.deployment())).toEqual(normalised(theirs));
    await expectForeignStanding(scene, candidate);
    const [there, back] = await Promise.all([busy.wrote('select candidate'), busy.wrote('back to stable')]);

    const times = { 'bake-time': '3s', 'drain-time': '3s' };
    const next = await busy.run({ images: `web=${IMAGE.v3}`, ...times });
    expectSuccess(next);
    expect(next.displayedLog).toMatch(/found release \S+ of web, begun .* unfinished; it is taken back first/);
    const switched = await busy.wrote('select candidate', 2);
    const traffic = await busy.end(`${took(result)}, then ${took(next)}`);
    expect([...traffic.report.versions.keys()]).toEqual(['v1', 'v2', 'v3']);
    expectVisited(traffic, 'v2', there, back);
    expect(traffic.answers('v3', 0, switched)).toEqual([]);
    expectMoved(traffic, 'v1', switched);
    for (const [version, hash] of [
      ['v1', scene.stable.hash],
      ['v2', candidate],
    ] as const)
      expect(traffic.answers(version, traffic.lastGone(hash), FOREVER)).toEqual([]);
    await expectPromoted(scene, { image: IMAGE.v3 });
    expect((await scene.record()).past.map(({ outcome }) => outcome)).toEqual(['promoted', 'rolled-back']);
  });
});

/** Only stable ever answered, and the failure was shown soon after the first certain sign. */
async function expectUnseen(
  busy: BusyScene,
  result: RunResult,
  what: string,
  isCertain: (pod: Pod) => boolean,
): Promise<void> {
  const traffic = await busy.end(took(result));
  expectShown(busy, traffic, traffic.first(what, isCertain));
  expect([...traffic.report.versions.keys()]).toEqual(['v1']);
  await expectOriginal(busy.scene);
}

/** @param sign when a person who looks at the cluster could have known (epoch ms) */
function expectShown(busy: BusyScene, traffic: Traffic, sign: number): void {
  const shown = busy.told(/^::group::Go back$/) - sign;
  say(`failure in the log ${shown} ms after the first certain sign`);
  expect(shown).toBeLessThan(strained(SHOWN, traffic.strain(sign - 1000, sign + SHOWN)));
}

/** Users were on the candidate between the two moves and at no other time. */
async function expectTakenBack(busy: BusyScene, result: RunResult, version: string): Promise<Traffic> {
  const [there, back] = await Promise.all([busy.wrote('select candidate'), busy.wrote('back to stable')]);
  const candidate = await busy.scene.hash(`${REPOSITORY}:${version}`);
  const closed = await busy.wrote('close on stable');
  const traffic = await busy.end(took(result));
  expect([...traffic.report.versions.keys()]).toEqual(['v1', version]);
  expectVisited(traffic, version, there, back);
  // Before its pods were told to leave: whatever the data plane took, it was less than the settle time.
  expect(traffic.answers(version, closed, FOREVER, 'fresh')).toEqual([]);
  expect(traffic.answers(version, traffic.lastGone(candidate), FOREVER)).toEqual([]);
  return traffic;
}

function expectVisited(traffic: Traffic, version: string, there: number, back: number): void {
  expect(traffic.answers(version, 0, there)).toEqual([]);
  expect(traffic.answers(version, there, back).length).toBeGreaterThan(0);
  expectMoved(traffic, version, back);
}

/** After the PATCH at `moved` new connections go to that version no longer than kube-proxy needs; says how long. */
function expectMoved(traffic: Traffic, version: string, moved: number): void {
  const late = traffic.answers(version, moved, FOREVER, 'fresh');
  const last = (late.at(-1)?.at ?? moved) - moved;
  say(`${late.length} new connections to ${version} after the PATCH, the last ${last} ms after it`);
  expectBack(traffic, moved, last, { within: BACK_AFTER_CHANGE });
}

/** Users are on stable; stable and candidate stand, whole; the template is what somebody else made of it, and has come to no pod. */
async function expectForeignStanding(scene: Scene, candidate: string): Promise<void> {
  expect(await scene.users()).toEqual(scene.stable.pods);
  expect(await scene.podsOf(candidate)).toHaveLength(3);
  await expect(scene.hash(IMAGE.crash)).rejects.toThrow('0 ReplicaSets run');
  const { spec } = await scene.deployment();
  expect(spec).toMatchObject({ paused: true, minReadySeconds: HELD_SECONDS });
  expect(spec?.template.spec?.containers[0]?.image).toBe(IMAGE.crash);
  expect(await scene.record()).toMatchObject({ isOpen: true });
  expect((await scene.objects()).leases).toEqual([]);
}

/**
 * As long as it takes until users are on the candidate, and its pods have answered them for a second: kube-proxy, which writes its rules
 * once a second at most, may be that far behind what the action has seen.
 */
async function usersMeet(version: string, busy: BusyScene, action: RunningAction): Promise<void> {
  await action.line(/waiting: users are on the candidate/);
  await until(`${version} answers users`, 10_000, () => busy.report().of('fresh').versions.has(version));
  await pause(1000);
}

/** Two crashes may be a race at the start; the third is certain. */
function crashedForTheThirdTime(pod: Pod): boolean {
  const status = pod.status?.containerStatuses?.[0];
  return (status?.restartCount ?? 0) >= 2 && status?.state?.running === undefined;
}

function cannotBePulled(pod: Pod): boolean {
  return /^(ErrImagePull|ImagePullBackOff)$/.test(pod.status?.containerStatuses?.[0]?.state?.waiting?.reason ?? '');
}

/** A pod of that version was Ready and is not any more. Ask about all of its states in their order. */
function losesReadiness(version: string): (pod: Pod) => boolean {
  const wasReady = new Set<string>();
  return (pod) => {
    const { name = '', labels } = pod.metadata ?? {};
    if (labels?.['pod-template-hash'] !== version) return false;
    if (isReady(pod)) wasReady.add(name);
    return wasReady.has(name) && !isReady(pod);
  };
}

function took(result: RunResult): string {
  const post = result.post === undefined ? '' : ` and post ${(result.post.durationMs / 1000).toFixed(1)} s`;
  return `run ${(result.durationMs / 1000).toFixed(1)} s${post}`;
}

function say(text: string): void {
  process.stderr.write(`    ${text}\n`);
}

function resultOf(result: RunResult): unknown {
  return JSON.parse(result.outputs.result ?? '');
}
