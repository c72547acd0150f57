import { expect } from '@jest/globals';
import { paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOneGap,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  expectUntouched,
  expectWholeAgain,
} from './endings.ts';
import { describe } from './group.ts';
import { PROCESS, type Scene, scenariosOn } from './scene.ts';

const ROLLING = { strategy: 'rolling', images: `web=${IMAGE.v2}` } as const;
const BATCHES = { ...ROLLING, batches: '1, 50%', 'batch-time': '1s' } as const;

/** One pod of four may be missing at a time. */
const IN_PLACE = { replicas: 4, spec: limits(0, 1) } as const;
/** None may be missing: a wave surges first. */
const BY_SURGE = { replicas: 2, spec: limits(1, 0) } as const;
/** The old pods go before the first new one is Ready. */
const ONLY_POD = { replicas: 1, spec: { strategy: { type: 'Recreate' } } } as const;
const ALL_PODS = { replicas: 2, spec: limits(0, '100%') } as const;

/** Rolling releases: in batches, in the pods' own places, and Kubernetes' own rolling update, watched. */
export function rollingReleases(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a rolling release in batches', () => {
    scenario('replaces pods where they are, write by write', IN_PLACE, async (scene) => {
      scene.judge = expectResizesOnly;
      const result = await scene.run(BATCHES, PROCESS);
      expectSuccess(result);
      expect(await scene.writes()).toEqual([
        'take lock',
        'open record',
        'pause',
        'pin',
        'open',
        'pause',
        'create services web-candidate',
        // The first pod is up and checked; from here on users reach it, too.
        'unpin',
        ...['resize', 'pause'],
        ...['resize', 'pause'],
        ...['resize', 'pause'],
        'close',
        'restore',
        'delete services web-candidate',
        'close record',
        'release lock',
      ]);
      await expectPromoted(scene);
      expect(result.displayedLog).toContain('wanted 25 %; 1 of 4 pods are the candidate’s: 25 %');
      expect(result.displayedLog).toContain('wanted 50 %; 2 of 4 pods are the candidate’s: 50 %');
    });

    scenario('never has a pod less than the Deployment allows: it surges instead', BY_SURGE, async (scene) => {
      scene.judge = expectResizesOnly;
      const few: number[] = [];
      const action = scene.follow({ ...BATCHES, batches: '50%' });
      let isOver = false;
      const watched = (async () => {
        for (;;) {
          few.push((await scene.users()).length);
          if (isOver) return;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      expectSuccess(await action.done);
      isOver = true;
      await watched;
      expect(Math.min(...few)).toBe(2);
      await expectPromoted(scene);
    });

    scenario('falls ill in a batch: stable gets its pods back first', IN_PLACE, async (scene) => {
      scene.judge = expectResizesOnly;
      const inputs = { ...BATCHES, images: `web=${IMAGE.lateCrash}`, batches: '50% 30s' };
      expectFailure(await scene.run(inputs), 'rolled-back', /restarted after it had been Ready|no longer Ready|Error/);
      const writes = await scene.writes();
      expect(writes.slice(writes.indexOf('regrow'))).toEqual([
        'regrow',
        'note the turn',
        'pause',
        'pin',
        'close on stable',
        'unpin',
        'restore',
        'delete services web-candidate',
        'close record',
        'release lock',
      ]);
      await expectWholeAgain(scene);
    });

    scenario('its first pod never starts: no user was on it', IN_PLACE, async (scene) => {
      expectFailure(await scene.run({ ...BATCHES, images: `web=${IMAGE.missing}` }), 'rolled-back', /ImagePullBackOff/);
      const writes = await scene.writes();
      expect(writes.slice(0, writes.indexOf('regrow') + 1)).toEqual([
        ...['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate'],
        ...['note the turn', 'regrow'],
      ]);
      await expectWholeAgain(scene);
    });

    scenario('goes back where there is no room for both', IN_PLACE, async (scene) => {
      scene.judge = expectResizesOnly;
      await scene.api.create(paths.core(scene.namespace, 'resourcequotas'), {
        metadata: { name: 'four' },
        spec: { hard: { pods: '4' } },
      });
      // This way back is longer than the runner waits: post goes on with it.
      const action = scene.follow({ ...BATCHES, batches: '75% 50s' }, PROCESS);
      await action.line(/waiting: 75 % of the users/);
      action.cancel();
      expect(await action.done).toMatchObject({ conclusion: 'cancelled', post: { conclusion: 'success' } });
      await expectWholeAgain(scene, 'aborted');
    });

    scenario('stands still after the first pod; is promoted to the next batch; is aborted', IN_PLACE, async (scene) => {
      scene.judge = expectResizesOnly;
      const first = await scene.run({ ...BATCHES, 'pause-at': '1' });
      expectSuccess(first, 'paused');
      expect(await scene.podsOf(await scene.hash(IMAGE.v2))).toHaveLength(1);
      const misplaced = await scene.run({ action: 'promote', 'pause-at': '3' });
      expectFailure(misplaced, 'failed', /Wanted to pause at 3 \(input pause-at\); the steps that are left are 50 %/);
      expectSuccess(await scene.run({ action: 'promote', 'pause-at': '50%' }), 'paused');
      expect(await scene.users()).toHaveLength(4);
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
      await expectWholeAgain(scene, 'aborted');
    });

    scenario('stands still before any user, and is promoted to the end', IN_PLACE, async (scene) => {
      scene.judge = expectResizesOnly;
      expectSuccess(await scene.run({ ...BATCHES, 'pause-at': '0%' }), 'paused');
      expect((await scene.users()).every((pod) => scene.stable.pods.includes(pod))).toBe(true);
      expectSuccess(await scene.run({ action: 'promote' }));
      await expectPromoted(scene);
    });

    scenario(
      'killed when no pod of stable is left: the next run takes it back, and releases',
      IN_PLACE,
      async (scene) => {
        scene.judge = expectResizesOnly;
        const action = scene.start({ ...BATCHES, 'bake-time': '30s' });
        await action.line(/waiting: all pods are the candidate/);
        action.loseRunner();
        await action.done;
        await scene.expireLock();
        expectSuccess(await scene.run({ ...BATCHES, images: `web=${IMAGE.v3}` }));
        await expectPromoted(scene, { image: IMAGE.v3 });
      },
    );

    scenario('keeps its parts when replicas are doubled in a batch', IN_PLACE, async (scene) => {
      scene.judge = expectResizesOnly;
      const action = scene.follow({ ...BATCHES, batches: '50% 15s' });
      await action.line(/waiting: 50 % of the users/);
      await scene.api.patch(paths.deployments(scene.namespace, 'web'), { spec: { replicas: 8 } });
      const hash = await scene.hash(IMAGE.v2);
      await until('both have grown', 30_000, async () => {
        const sizes = await Promise.all([hash, scene.stable.hash].map((each) => scene.podsOf(each)));
        return sizes.every((pods) => pods.length === 4);
      });
      expectSuccess(await action.done);
      expect(await scene.podsOf(hash)).toHaveLength(8);
      expect(await scene.podsOf(scene.stable.hash)).toEqual([]);
      expect(JSON.stringify((await scene.mutations()).map(({ body }) => body))).not.toContain('/spec/replicas');
    });
  });

  describe('a rolling release whose first wave takes every pod', () => {
    const OF_ONE = { ...BATCHES, batches: '1' } as const;
    const OF_BOTH = { ...BATCHES, batches: '2' } as const;

    scenario('has users on the new pod as soon as it has passed its checks', ONLY_POD, async (scene) => {
      scene.judge = expectOneGap;
      const result = await scene.run({ ...OF_ONE, timeout: '20s', 'smoke-command': 'exit 0' });
      expectSuccess(result);
      expect(await scene.writes()).toEqual([
        ...['take lock', 'open record', 'pause', 'pin', 'open', 'pause', 'create services web-candidate'],
        ...['unpin', 'close', 'restore', 'delete services web-candidate', 'close record', 'release lock'],
      ]);
      await expectPromoted(scene);
      expect(gapsToldOf(result)).toEqual([
        'Users will reach no pod of Deployment web for as long as the new ones take to start and be checked: by its own strategy (Recreate) its only pod goes before the first new one is Ready. ' +
          'Where both versions may run at a time, use strategy: blue-green or canary, or give the Deployment maxSurge: 1 and maxUnavailable: 0.',
      ]);
    });

    scenario('may be all of several', ALL_PODS, async (scene) => {
      scene.judge = expectOneGap;
      const result = await scene.run({ ...OF_BOTH, timeout: '20s' });
      expectSuccess(result);
      await expectPromoted(scene);
      expect(gapsToldOf(result)).toEqual([
        expect.stringMatching(
          /strategy \(maxSurge 0, maxUnavailable 100%\) all 2 pods go .* begin with a batch of fewer/,
        ),
      ]);
    });

    scenario('does not begin where it would pause before any user', ONLY_POD, async (scene) => {
      const inputs = { ...OF_ONE, 'pause-at': '0%' } as const;
      const reason =
        /Wanted to pause at 0% .* users would reach no pod until somebody goes on: by its own strategy \(Recr/;
      const planned = await scene.run({ ...inputs, action: 'plan' });
      expectFailure(planned, 'failed', reason);
      expect(planned.outputs).toMatchObject({ plan: 'refused' });
      expectFailure(await scene.run(inputs), 'failed', reason);
      await expectUntouched(scene);
    });

    scenario('is not held, when it is cancelled, while users reach no pod', ONLY_POD, async (scene) => {
      scene.judge = expectOneGap;
      const action = scene.follow({ ...OF_ONE, images: `web=${IMAGE.neverReady}`, 'on-cancel': 'hold' });
      await action.line(/waiting: 0\/1 candidate pods Ready/);
      action.cancel();
      expect((await action.done).outputs).toMatchObject({ outcome: 'aborted' });
      await expectWholeAgain(scene, 'aborted');
    });

    scenario('whose new pod never starts goes back', ONLY_POD, async (scene) => {
      scene.judge = (violations) => expect(violations.filter(({ rule }) => rule !== 'empty')).toEqual([]);
      const result = await scene.run({ ...OF_ONE, images: `web=${IMAGE.missing}` });
      expectFailure(result, 'rolled-back', /ImagePullBackOff/);
      expect(result.summary).not.toContain('Users were on the new version');
      await expectWholeAgain(scene);
    });
  });

  describe('a canary by numbers of pods, beyond one half', () => {
    const STEPS = { strategy: 'canary', steps: '50% 1s, 80% 1s', images: `web=${IMAGE.v2}` } as const;

    scenario('shrinks stable only when all of the candidate is there', IN_PLACE, async (scene) => {
      scene.judge = expectResizesOnly;
      const result = await scene.run(STEPS);
      expectSuccess(result);
      expect(result.displayedLog).toContain('wanted 80 %; 4 of 5 pods are the candidate’s: 80 %');
      await expectPromoted(scene);
    });

    scenario('is taken back: stable is whole before users leave the candidate', IN_PLACE, async (scene) => {
      scene.judge = expectResizesOnly;
      const action = scene.follow({ ...STEPS, steps: '80% 30s' });
      await action.line(/waiting: 80 % of the users/);
      action.cancel();
      expect(await action.done).toMatchObject({ conclusion: 'cancelled', post: { conclusion: 'success' } });
      await expectWholeAgain(scene, 'aborted');
    });
  });

  describe('a rolling release without batches', () => {
    // Nothing is held: users reach old and new pods as Kubernetes replaces them. What counts is that there always are some.
    const neverEmpty: Scene['judge'] = (violations) =>
      expect(violations.filter(({ rule }) => rule === 'empty' || rule === 'pinned')).toEqual([]);

    scenario('is Kubernetes’ own, write by write', {}, async (scene) => {
      scene.judge = neverEmpty;
      expectSuccess(await scene.run(ROLLING));
      expect(await scene.writes()).toEqual(['take lock', 'open record', 'roll', 'close record', 'release lock']);
      await expectPromoted(scene);
    });

    scenario('says that users will reach no pod where the strategy has it so', ONLY_POD, async (scene) => {
      scene.judge = (violations) => expectOneGap(violations.filter(({ rule }) => rule !== 'exposed'));
      const told = [
        expect.stringMatching(/^Users will reach no pod of Deployment web .* start: by its own strategy \(Recr/),
      ];
      expect(gapsToldOf(await scene.run({ ...ROLLING, action: 'plan' }))).toEqual(told);
      const result = await scene.run(ROLLING);
      expectSuccess(result);
      expect(gapsToldOf(result)).toEqual(told);
      await expectPromoted(scene);
    });

    scenario('whose pods crash goes back by itself', {}, async (scene) => {
      scene.judge = neverEmpty;
      const result = await scene.run({ ...ROLLING, images: `web=${IMAGE.crash}` });
      expectFailure(result, 'rolled-back', /CrashLoopBackOff|exit code/);
      expect(result.summary).toContain(
        'Users are on the version they had before; no pod of the new one was seen Ready.',
      );
      const writes = await scene.writes();
      expect(writes.slice(writes.indexOf('roll'))).toEqual([
        'roll',
        'roll',
        'note the turn',
        'close record',
        'release lock',
      ]);
      await expectWholeAgain(scene);
    });

    scenario('leaves a template that somebody gives it meanwhile to roll out', { replicas: 4 }, async (scene) => {
      scene.judge = neverEmpty;
      const action = scene.follow({ ...ROLLING, images: `web=${IMAGE.neverReady}` });
      await action.line(/waiting: 0\/4 candidate pods Ready/);
      const container = { name: 'web', image: IMAGE.v3 };
      const path = `${paths.deployments(scene.namespace, 'web')}?fieldManager=kubectl-set`;
      const body = { spec: { template: { spec: { containers: [container] } } } };
      await scene.api.patch(path, body, 'strategic-merge-patch');
      const result = await action.done;
      expectFailure(result, 'failed', /kubectl-set at \d\d:\d\d:\d\d UTC changed the pod template of web/);
      expect(result.summary).toContain('Kubernetes rolls out what somebody else gave the Deployment.');
      expect(await scene.record()).toMatchObject({ isOpen: false, past: [{ outcome: 'failed' }] });
      await until('theirs has rolled out', 30_000, async () => {
        const users = await scene.users();
        return users.length === 4 && users.join() === (await scene.podsOf(await scene.hash(IMAGE.v3))).sort().join();
      });
    });

    scenario('killed on its way is taken back by post', { replicas: 4 }, async (scene) => {
      scene.judge = neverEmpty;
      const action = scene.start({ ...ROLLING, images: `web=${IMAGE.neverReady}` });
      await action.line(/waiting: 0\/4 candidate pods Ready/);
      action.kill();
      expect(await action.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
      await expectWholeAgain(scene, 'aborted');
    });
  });
}

function gapsToldOf({ annotations }: RunResult): string[] {
  return annotations.flatMap(({ kind, message }) =>
    kind === 'warning' && message.includes('reach no pod') ? [message] : [],
  );
}

function limits(maxSurge: number, maxUnavailable: number | string): Readonly<Record<string, unknown>> {
  return { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } };
}
