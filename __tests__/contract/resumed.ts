import { expect } from '@jest/globals';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOneGap,
  expectOriginal,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  expectUntouched,
  GOOD_RELEASE,
  TAKEN_BACK,
} from './endings.ts';
import { describe } from './group.ts';
import { until } from '../kubernetes/processes.ts';
import { interrupt, mortal } from './killed.ts';
import { type Inputs, PROCESS, type Scene, scenariosOn } from './scene.ts';

const V2 = { images: `web=${IMAGE.v2}` } as const;
const RAMP = { ...V2, strategy: 'canary', steps: '20% 0s, 50% 0s' } as const;

/** Releases whose runner was lost, and what other runs make of them. */
export function resumedRuns(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a release whose runner was lost', () => {
    for (const write of ['open record', 'pin', 'open', 'select candidate', 'close', 'unpin'])
      scenario(`after “${write}” is resumed, and ends as if nothing had been`, {}, async (scene) => {
        await lose(scene, V2, GOOD_RELEASE.indexOf(write));
        expectSuccess(await scene.run({ action: 'resume' }));
        await expectPromoted(scene);
        expect((await scene.record()).past.map(({ outcome }) => outcome)).toEqual(['promoted']);
      });

    scenario('is resumed at the share that its users had, and not below', { replicas: 4 }, async (scene) => {
      scene.judge = expectResizesOnly;
      const action = scene.start({ ...RAMP, steps: '20% 0s, 50% 30s' });
      await action.line(/waiting: 50 % of the users are on the candidate/);
      action.loseRunner();
      await action.done;
      await scene.expireLock();
      const before = (await scene.writes()).length;
      const resumed = scene.follow({ action: 'resume' });
      await resumed.line(/goes on with release .*it was at 50 %/);
      await resumed.line(/waiting: 50 % of the users are on the candidate/);
      expect((await scene.writes()).slice(before).filter((write) => !write.includes('lock'))).toEqual(['open record']);
      expect(await scene.users()).toHaveLength(8);
      resumed.cancel();
      await resumed.done;
      await expectOriginal(scene, 'aborted');
    });

    scenario('on its way back is resumed on its way back', {}, async (scene) => {
      const at = TAKEN_BACK.indexOf('note the turn');
      const { gate, die } = await mortal(scene, at, 'unheard');
      const action = scene.start({ ...V2, kubeconfig: gate.kubeconfig, 'bake-time': '30s' });
      die(action, 'the runner');
      await action.line(/waiting: users are on the candidate/);
      interrupt(action);
      await action.done;
      await scene.expireLock();
      expectFailure(await scene.run({ action: 'resume' }), 'aborted', /The run was cancelled/);
      await expectOriginal(scene, 'aborted');
    });

    for (const how of ['resume', 'a deploy with on-unfinished: resume'])
      scenario(`as users were moved back, and before that was noted: ${how} ends the way back`, {}, async (scene) => {
        const { gate, die } = await mortal(scene, TAKEN_BACK.indexOf('back to stable'), 'unheard');
        const action = scene.start({ ...V2, kubeconfig: gate.kubeconfig, 'bake-time': '30s' });
        die(action, 'the runner');
        await action.line(/waiting: users are on the candidate/);
        await untilSeen(scene);
        interrupt(action);
        await action.done;
        await scene.expireLock();
        expect((await scene.writes()).at(-1)).toBe('back to stable');
        const inputs = how === 'resume' ? { action: 'resume' } : { ...V2, 'on-unfinished': 'resume' };
        const result = await scene.run(inputs);
        expectFailure(result, 'rolled-back', /interrupted on its way back, before it could note why/);
        expect(result.displayedLog).toMatch(/goes on with release .*; it was on its way back/);
        await expectOriginal(scene);
      });

    scenario('is not resumed without what it was to start, which nobody has on record', {}, async (scene) => {
      const changes = { ...V2, env: 'web.MODE=new' };
      await lose(scene, changes, GOOD_RELEASE.indexOf('pin'));
      const refused = await scene.run({ action: 'resume' });
      expectFailure(refused, 'failed', /interrupted before its pods were started.*Give the same images and env/);
      expectSuccess(await scene.run({ ...changes, action: 'resume' }));
      await expectPromoted(scene, { image: IMAGE.v2, env: { MODE: 'new' } });
    });
  });

  describe('a release whose checks are still to be run', () => {
    const check = { 'smoke-command': 'true' };
    const wanted = /has its candidate checked by smoke-command .*Give input smoke-command as its deploy had it/;

    scenario('is not resumed without them: nothing is waited for, and nothing is written', {}, async (scene) => {
      const action = scene.start({ ...V2, 'smoke-command': 'echo checking; sleep 20' });
      await action.line(/^ +checking$/);
      action.loseRunner();
      await action.done;
      await scene.expireLock();
      const before = (await scene.writes()).length;
      for (const inputs of [{ action: 'resume' }, { ...V2, 'on-unfinished': 'resume' }]) {
        const refused = await scene.run(inputs);
        expectFailure(refused, 'failed', wanted);
        expect(refused.durationMs).toBeLessThan(20_000);
      }
      expectFailure(await scene.run({ action: 'resume', 'skip-analysis': 'true' }), 'failed', wanted);
      expect((await scene.writes()).slice(before).filter((write) => !write.includes('lock'))).toEqual([]);
      expectSuccess(await scene.run({ ...check, action: 'resume' }, PROCESS));
      await expectPromoted(scene);
    });

    scenario('at every step is not promoted without them', { replicas: 4 }, async (scene) => {
      scene.judge = expectResizesOnly;
      expectSuccess(await scene.run({ ...RAMP, ...check, 'check-at': 'every-step', 'pause-at': '20%' }), 'paused');
      const before = await scene.objects();
      expectFailure(await scene.run({ action: 'promote' }), 'failed', wanted);
      expect(await scene.objects()).toEqual(before);
      // One that stands after the last of them needs nothing.
      expectSuccess(await scene.run({ ...check, action: 'promote', to: '50%' }), 'paused');
      expectSuccess(await scene.run({ action: 'promote' }));
      await expectPromoted(scene);
    });

    scenario('before the first user needs them no more when it stands there', {}, async (scene) => {
      expectSuccess(await scene.run({ ...V2, ...check, 'pause-at': '0%' }), 'paused');
      expectSuccess(await scene.run({ action: 'promote' }));
      await expectPromoted(scene);
    });

    scenario('is resumed without them when all users are on the new version', {}, async (scene) => {
      await lose(scene, { ...V2, ...check }, GOOD_RELEASE.indexOf('select candidate'));
      expectSuccess(await scene.run({ action: 'resume' }));
      await expectPromoted(scene);
    });
  });

  describe('a release that stands after a failure', () => {
    scenario('is tried again by resume', {}, async (scene) => {
      const held = { ...V2, 'on-failure': 'hold', 'smoke-command': 'test -e "$GITHUB_WORKSPACE/ready"' };
      const failed = await scene.run(held);
      expectFailure(failed, 'failed', /smoke-command/);
      const ways = /action: abort<\/code> takes it back, and <code>action: resume<\/code> goes on with it once more/;
      expect(failed.summary).toMatch(ways);
      const before = await scene.objects();
      expectFailure(await scene.run({ action: 'resume' }), 'failed', /Give input smoke-command as its deploy had it/);
      expect(await scene.objects()).toEqual(before);
      expectSuccess(await scene.run({ action: 'resume', 'smoke-command': 'true' }, PROCESS));
      await expectPromoted(scene);
    });

    scenario('under its users is tried again, too: that way back has ended', {}, async (scene) => {
      scene.judge = expectOneGap;
      const sick = { images: `web=${IMAGE.unreadyLater}`, 'on-failure': 'hold', 'bake-time': '30s' };
      expectFailure(await scene.run(sick), 'failed', /is no longer Ready/);
      const before = (await scene.writes()).length;
      const resumed = scene.follow({ action: 'resume' });
      await resumed.line(/goes on with release .*; it was at 0 %/);
      resumed.cancel();
      await resumed.done;
      expect((await scene.writes()).slice(before)).not.toContain('back to stable');
      await expectOriginal(scene, 'aborted');
    });
  });

  describe('nothing to be resumed', () => {
    scenario('is no failure', {}, async (scene) => {
      expectSuccess(await scene.run({ action: 'resume' }), 'unchanged');
      await expectUntouched(scene);
    });

    scenario('is a pause, which waits for a person', {}, async (scene) => {
      expectSuccess(await scene.run({ ...V2, 'pause-at': '0%' }), 'paused');
      expectFailure(await scene.run({ action: 'resume' }), 'failed', /was not interrupted: it stands at 0 %.*promote/);
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
      await expectOriginal(scene, 'aborted');
    });
  });

  describe('a deploy that finds a release unfinished', () => {
    scenario('with on-unfinished: fail leaves it alone, and says how to go on', {}, async (scene) => {
      await lose(scene, V2, GOOD_RELEASE.indexOf('select candidate'));
      const before = await scene.writes();
      const next = await scene.run({ ...V2, 'on-unfinished': 'fail' });
      expectFailure(next, 'failed', /is unfinished, and on-unfinished: fail says not to touch it.*action: resume/);
      expect(await scene.writes()).toEqual(before);
      expectSuccess(await scene.run({ action: 'resume' }));
      await expectPromoted(scene);
    });

    scenario('with on-unfinished: resume goes on with the same version', {}, async (scene) => {
      await lose(scene, V2, GOOD_RELEASE.indexOf('select candidate'));
      const next = await scene.run({ ...V2, 'on-unfinished': 'resume' });
      expectSuccess(next);
      expect(next.displayedLog).toMatch(/goes on with release \S+ of web/);
      await expectPromoted(scene);
      expect((await scene.record()).past).toHaveLength(1);
    });

    scenario('with on-unfinished: resume takes another version back first', {}, async (scene) => {
      await lose(scene, V2, GOOD_RELEASE.indexOf('select candidate'));
      const next = await scene.run({ images: `web=${IMAGE.v3}`, 'on-unfinished': 'resume' });
      expectSuccess(next);
      expect(next.displayedLog).toContain('of another version; it is taken back first');
      await expectPromoted(scene, { image: IMAGE.v3 });
    });

    describe('leaves it alone when what it is to release cannot be released, and it', () => {
      const misfit = { images: `shop=${IMAGE.v3}` };

      scenario('stands at a pause', {}, async (scene) => {
        expectSuccess(await scene.run({ ...V2, 'pause-at': '0%' }), 'paused');
        const before = await scene.objects();
        const reason =
          /wanted a container named shop; found web .*Release \S+ of web.* stands at 0 %, and was left as it is/s;
        expectFailure(await scene.run(misfit), 'failed', reason);
        expect(await scene.objects()).toEqual(before);
        expectSuccess(await scene.run({ action: 'promote' }));
        await expectPromoted(scene);
      });

      scenario('is kept warm', {}, async (scene) => {
        expectSuccess(await scene.run({ ...V2, 'keep-warm': 'true' }));
        const before = await scene.objects();
        expectFailure(await scene.run(misfit), 'failed', /container named shop.* is kept warm, and was left as it is/s);
        expect(await scene.objects()).toEqual(before);
        expectSuccess(await scene.run({ action: 'finish' }));
        await expectPromoted(scene);
      });
    });

    scenario(
      'takes it back, for nobody looks after its users, also when what it is to release cannot be',
      {},
      async (scene) => {
        await lose(scene, V2, GOOD_RELEASE.indexOf('select candidate'));
        const next = await scene.run({ images: `shop=${IMAGE.v3}` });
        expectFailure(next, 'failed', /wanted a container named shop; found web/);
        expect(next.summary).toContain('Users are on the version they had before this release.');
        await expectOriginal(scene, 'rolled-back');
      },
    );

    scenario('with on-unfinished: resume leaves a pause where it is', {}, async (scene) => {
      expectSuccess(await scene.run({ ...V2, 'pause-at': '0%' }), 'paused');
      const again = await scene.run({ ...V2, 'pause-at': '0%', 'on-unfinished': 'resume' });
      expectSuccess(again, 'paused');
      expect(again.outputs.reason).toMatch(/stands at 0 % already/);
      expectSuccess(await scene.run({ action: 'promote' }));
      await expectPromoted(scene);
    });
  });
}

/** The runner is lost when this write was carried out, before the run hears of that. */
async function lose(scene: Scene, inputs: Inputs, write: number): Promise<void> {
  const { gate, die } = await mortal(scene, write, 'unheard');
  const action = scene.start({ ...inputs, kubeconfig: gate.kubeconfig });
  die(action, 'the runner');
  expect(await action.done).toMatchObject({ signal: 'SIGKILL' });
  await scene.expireLock();
}

/** Times in the objects are whole seconds: users have been on the new version for long enough that these tell of it. */
async function untilSeen(scene: Scene): Promise<void> {
  const since = await scene.wroteAt('select candidate');
  await until('users have been there for three seconds', 30_000, async () => Date.now() > since + 3_000);
}
