import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Deployment, Lease } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { createApp, readyEndpoints } from '../kubernetes/app.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectPromoted, expectSuccess } from './endings.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

const MINUTES = 60_000;

/** Runs of other workloads, and holders of the lock whose clock is not ours. */
export function othersAtWork(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('two workloads of one namespace', () => {
    scenario('are released at the same time, and do not disturb each other', {}, async (scene) => {
      const shop = { namespace: scene.namespace, name: 'shop', replicas: 2, preStopSeconds: 1 };
      await createApp(scene.api, shop);
      const runs = [
        scene.run({ images: `web=${IMAGE.v2}`, 'bake-time': '2s' }),
        scene.run({ deployment: 'shop', images: `shop=${IMAGE.v3}`, 'bake-time': '2s' }),
      ];
      for (const result of await Promise.all(runs)) {
        expectSuccess(result);
        expect(result.displayedLog).not.toContain('another run is releasing');
      }
      const { spec } = await scene.api.get<Deployment>(paths.deployments(scene.namespace, 'shop'));
      expect(spec?.template.spec?.containers[0]?.image).toBe(IMAGE.v3);
      expect(await readyEndpoints(scene.api, scene.namespace, 'shop')).toHaveLength(2);
      expect((await scene.objects()).configMaps).toEqual(['crossfade.shop', 'crossfade.web']);
      expect((await scene.objects()).leases).toEqual([]);
      expect((await scene.deployment()).spec?.template.spec?.containers[0]?.image).toBe(IMAGE.v2);
    });
  });

  describe('a holder of the lock whose clock is wrong', () => {
    for (const [word, skew] of [
      ['ten minutes slow', -10 * MINUTES],
      ['ten minutes fast', 10 * MINUTES],
    ] as const) {
      scenario(`${word}, at work: it is not taken for dead`, {}, async (scene) => {
        await hold(scene, skew, 5);
        const end = new AbortController();
        const renewing = renew(scene, skew, end.signal);
        const result = await scene.run({ images: `web=${IMAGE.v2}`, 'lock-timeout': '12s' });
        end.abort();
        await renewing;
        expectFailure(result, 'failed', /it is held by another/);
        expect((await scene.writes()).filter((write) => write !== 'take lock (409)')).toEqual([]);
        await scene.removeLock();
        expect(await scene.objects()).toEqual(scene.before);
      });

      scenario(`${word}, dead: it is taken over when it has not moved for its time`, {}, async (scene) => {
        await hold(scene, skew, 2);
        const result = await scene.run({ images: `web=${IMAGE.v2}` });
        expectSuccess(result);
        expect(result.displayedLog).toContain('another run is releasing web: another');
        await expectPromoted(scene);
      });
    }
  });
}

/** By its own clock; it counts as stale when it has not moved for so many seconds of ours. */
async function hold(scene: Scene, skew: number, seconds: number): Promise<void> {
  await scene.api.create(paths.leases(scene.namespace), {
    metadata: { name: 'crossfade.web' },
    spec: { holderIdentity: 'another', leaseDurationSeconds: seconds, renewTime: timeOf(skew) },
  });
}

async function renew(scene: Scene, skew: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await scene.api.patch<Lease>(paths.leases(scene.namespace, 'crossfade.web'), { spec: { renewTime: timeOf(skew) } });
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}

function timeOf(skew: number): string {
  return new Date(Date.now() + skew).toISOString().replace('Z', '000Z');
}
