import { expect } from '@jest/globals';
import type { Deployment } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  expectUntouched,
} from './endings.ts';
import { describe } from './group.ts';
import { PROCESS, scenariosOn } from './scene.ts';

const RAMP = { strategy: 'canary', steps: '20% 1s, 50% 1s', images: `web=${IMAGE.v2}` } as const;
const FOUR = { replicas: 4 } as const;

/** Releases that stop at a pause, and what another run makes of them. */
export function pauses(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a release that stands still', () => {
    scenario('at a step, and is promoted by another run', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      const first = await scene.run({ ...RAMP, 'pause-at': '20%' }, PROCESS);
      expectSuccess(first, 'paused');
      expect(first.summary).toContain('20 % of the users are on the new version');
      expect(await scene.users()).toHaveLength(5);
      expect(await scene.record()).toMatchObject({ isOpen: true });
      expectFailure(
        await scene.run({ action: 'promote', timeout: '1s' }),
        'failed',
        /timeout is 1s; the steps that are left take 1s/,
      );
      expect(await scene.users()).toHaveLength(5);
      expectSuccess(await scene.run({ action: 'promote' }, PROCESS));
      await expectPromoted(scene);
    });

    scenario('is promoted to the next pause, and then aborted', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      expectSuccess(await scene.run({ ...RAMP, 'pause-at': '20%' }), 'paused');
      expectSuccess(await scene.run({ action: 'promote', 'pause-at': '50%' }), 'paused');
      expect(await scene.users()).toHaveLength(8);
      expectSuccess(await scene.run({ action: 'abort' }, PROCESS), 'aborted');
      await expectOriginal(scene, 'aborted');
    });

    scenario('is promoted to a share, past its own pause, and then to the end', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      expectSuccess(await scene.run({ ...RAMP, 'pause-at': '0%' }), 'paused');
      expectFailure(
        await scene.run({ action: 'promote', to: '30%' }),
        'failed',
        /Wanted to pause at 30% \(input to\); the steps that are left are 20 %, 50 %/,
      );
      expectSuccess(await scene.run({ action: 'promote', to: '20%' }), 'paused');
      expect(await scene.users()).toHaveLength(5);
      expectSuccess(await scene.run({ action: 'promote', to: 'end' }));
      await expectPromoted(scene);
    });

    scenario('before any user, with blue/green', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
      expect(await scene.users()).toEqual(scene.stable.pods);
      expectSuccess(await scene.run({ action: 'promote' }));
      await expectPromoted(scene);
    });

    scenario('is taken back by a new release', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
      expectSuccess(await scene.run({ images: `web=${IMAGE.v3}` }));
      await expectPromoted(scene, { image: IMAGE.v3 });
    });

    scenario('is not, when there is none: abort is content, promote says so', {}, async (scene) => {
      expectSuccess(await scene.run({ action: 'abort' }), 'unchanged');
      expectFailure(await scene.run({ action: 'promote' }), 'failed', /stands at a pause: none is in progress/);
      await expectUntouched(scene);
    });

    scenario('is changed by somebody else meanwhile: promote notices, and goes back', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
      await scene.api.patch<Deployment>(paths.deployments(scene.namespace, 'web'), { spec: { paused: false } });
      expectFailure(await scene.run({ action: 'promote' }), 'rolled-back', /resumed \(unpaused\) web/);
      await expectOriginal(scene);
    });
  });
}
