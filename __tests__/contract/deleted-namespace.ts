import { expect } from '@jest/globals';
import { paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectSuccess, GOOD_RELEASE } from './endings.ts';
import { describe } from './group.ts';
import { type Inputs, type Scene, scenariosOn } from './scene.ts';

/** Milliseconds from the deletion to the word of it; bake, drain and timeout would take a minute and more. */
const SOON = 40_000;

interface Moment {
  readonly title: string;
  readonly inputs: Inputs;
  readonly line: RegExp;
  /** The last write before it. */
  readonly last: string;
}

const MOMENTS: readonly Moment[] = [
  {
    title: 'while the candidate starts',
    inputs: { images: `web=${IMAGE.neverReady}` },
    line: /waiting: \d\/2 candidate pods Ready/,
    last: 'create services web-candidate',
  },
  {
    title: 'in the bake',
    inputs: { images: `web=${IMAGE.v2}`, 'bake-time': '60s' },
    line: /waiting: users are on the candidate/,
    last: 'select candidate',
  },
  {
    title: 'while the old version drains',
    inputs: { images: `web=${IMAGE.v2}`, 'drain-time': '60s' },
    line: /waiting: open connections to stable’s pods to end/,
    last: 'select candidate',
  },
];

/** Somebody deletes the namespace of a release: nothing can be made in it any more, and everything that is there goes. */
export function deletedNamespaces(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a namespace that is deleted', () => {
    for (const { title, inputs, line, last } of MOMENTS)
      scenario(`${title}: the run ends, and names it`, {}, async (scene) => {
        const action = scene.start({ timeout: '2m', ...inputs });
        await action.line(line);
        const at = Date.now();
        await removeNamespace(scene);
        await action.line(LOST);
        expect(Date.now() - at).toBeLessThan(SOON);
        const result = await action.done;
        expectLost(result);
        expect(result.displayedLog).not.toMatch(/Go back|are stable pods again/);
        const [given, ...more] = (await scene.writes()).slice(GOOD_RELEASE.indexOf(last) + 1);
        expect([given, more]).toEqual([expect.stringMatching(/^release lock/), []]);
      });

    scenario('in a step of a ramp', { replicas: 4 }, async (scene) => {
      const action = scene.start({ strategy: 'canary', steps: '50% 60s', images: `web=${IMAGE.v2}`, timeout: '2m' });
      await action.line(/waiting: 50 % of the users/);
      await removeNamespace(scene);
      expectLost(await action.done);
    });

    scenario('and the step is killed: post says the same, and promises no way back', {}, async (scene) => {
      const action = scene.start({ images: `web=${IMAGE.v2}`, 'bake-time': '60s', timeout: '2m' });
      await action.line(/waiting: users are on the candidate/);
      await removeNamespace(scene);
      action.kill();
      const { post } = await action.done;
      expect(post).toMatchObject({
        conclusion: 'failure',
        outputs: { outcome: 'failed', reason: expect.stringMatching(LOST) },
      });
      expect(post?.annotations).toMatchObject([{ kind: 'error', message: expect.stringMatching(LOST) }]);
      expect(post?.summary).toMatch(/Users reach neither version/);
      expect(post?.displayedLog).not.toMatch(/Take back|taken back/);
    });

    scenario('with a release that stands at a pause, whatever comes then', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
      const letGo = await hold(scene);
      await removeNamespace(scene);
      const operations = ['promote', 'abort', 'resume', 'finish', 'rollback'];
      const written = (await scene.writes()).length;
      const runs = [...operations.map((action) => ({ action })), { images: `web=${IMAGE.v3}` }];
      for (const result of await Promise.all(runs.map((inputs) => scene.run(inputs)))) expectLost(result);
      const refused = runs.map(() => 'take lock (403)');
      expect((await scene.writes()).slice(written)).toEqual(refused);
      await until('its pods leave', 30_000, async () => (await scene.users()).length === 0);
      const status = await scene.run({ action: 'status' });
      expectSuccess(status, 'unchanged');
      expect(status.summary).toMatch(LOST);
      expect(status.summary).toContain('Nothing: all of it goes with the namespace.');
      expect(status.outputs).toMatchObject({ status: 'paused', possible: '', 'rollback-possible': 'false' });
      await letGo();
    });

    scenario('before a release, and when it is gone', {}, async (scene) => {
      await removeNamespace(scene);
      const wish = { images: `web=${IMAGE.v2}` };
      const [deploy, plan] = await Promise.all([scene.run(wish), scene.run({ action: 'plan', ...wish })]);
      expectLost(deploy);
      expect(plan.outputs).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(LOST) });
      expect(await scene.writes()).toEqual([]);
      await gone(scene);
      const operations = [wish, { action: 'plan', ...wish }, { action: 'status' }, { action: 'rollback' }];
      for (const result of await Promise.all(operations.map((inputs) => scene.run(inputs))))
        expectFailure(
          result,
          'failed',
          /Wanted Deployment web in namespace contract-\d+; there is no such namespace\. Check inputs namespace and context\./,
        );
      // As after a release that stood at a pause: nothing of it is left.
      const [promote, abort] = await Promise.all([scene.run({ action: 'promote' }), scene.run({ action: 'abort' })]);
      expectFailure(promote, 'failed', /none is in progress\. Check inputs deployment, namespace and context\./);
      expectSuccess(abort, 'unchanged');
      expect(await scene.writes()).toEqual([]);
    });
  });
}

const LOST = /Namespace contract-\d+ (is being deleted|is gone), with every object/;

/** Failed, with the namespace for its reason and no word of users who are on a version. */
function expectLost(result: RunResult): void {
  expectFailure(result, 'failed', LOST);
  expect(result.summary).toMatch(/Users reach neither version/);
  expect(result.summary).not.toMatch(/Users are (on|back)|users are where they were/i);
}

/** Users cannot be anywhere from here on: nobody judges where they are. */
async function removeNamespace(scene: Scene): Promise<void> {
  scene.judge = () => undefined;
  await scene.api.remove(paths.namespace(scene.namespace));
}

/** Pods go first: while one is kept, everything else stays. */
async function hold(scene: Scene): Promise<() => Promise<unknown>> {
  const pod = paths.core(scene.namespace, 'pods', scene.stable.pods[0]);
  await scene.api.patch(pod, { metadata: { finalizers: ['example.test/hold'] } });
  return () => scene.api.patch(pod, { metadata: { finalizers: null } });
}

async function gone(scene: Scene): Promise<void> {
  await until('the namespace is gone', 60_000, async () => {
    return (await scene.api.find(paths.namespace(scene.namespace))) === undefined;
  });
}
