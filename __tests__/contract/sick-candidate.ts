import { expect } from '@jest/globals';
import type { Deployment, ResourceQuota } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { deploymentManifest } from '../kubernetes/app.ts';
import { until } from '../kubernetes/processes.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOneGap,
  expectOriginal,
  expectPromoted,
  expectStanding,
  expectSuccess,
  TAKEN_BACK,
  TAKEN_BACK_UNSEEN,
} from './endings.ts';
import { describe } from './group.ts';
import { PROCESS, type Scene, scenariosOn } from './scene.ts';

/** What the tier's pods can do beyond their images. */
export interface Abilities {
  /** A pod whose container takes a variable from a Secret that is not there does not start. */
  readonly secrets: boolean;
}

/** New versions that are ill, at once or later: users are back on stable, which never lost a pod. */
export function sickCandidates(cluster: () => TestCluster, { secrets }: Abilities): void {
  const scenario = scenariosOn(cluster);

  describe('a candidate that does not start', () => {
    scenario('crashes: taken back at once, with exit code and log', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.crash}` }, PROCESS);
      expectFailure(result, 'rolled-back', /container web of pod web-\S+: (CrashLoopBackOff|Error) \(exit code 3/);
      expect(result.summary).toContain('panic: no database');
      await expectTakenBackUnseen(scene);
    });

    scenario('cannot be pulled', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.missing}` });
      expectFailure(result, 'rolled-back', /container web of pod web-\S+: (ErrImagePull|ImagePullBackOff): .*missing/);
      await expectTakenBackUnseen(scene);
    });

    scenario('is refused by a quota', {}, async (scene) => {
      await limitCpu(scene, '1200m');
      const result = await scene.run({ images: `web=${IMAGE.v2}` });
      expectFailure(result, 'rolled-back', /FailedCreate.*exceeded quota: small/);
      await expectTakenBackUnseen(scene);
    });

    scenario('is never Ready: taken back at the deadline', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.neverReady}`, timeout: '12s' });
      expectFailure(result, 'rolled-back', /within its timeout of 12 s: 0\/2 candidate pods were Ready/);
      await expectTakenBackUnseen(scene);
    });

    if (secrets)
      scenario('misses a Secret', { spec: { template: withKeys() }, prepare: createKeys }, async (scene) => {
        await scene.api.remove(paths.core(scene.namespace, 'secrets', 'keys'));
        const result = await scene.run({ images: `web=${IMAGE.v2}` });
        expectFailure(result, 'rolled-back', /CreateContainerConfigError: secret "keys" not found/);
        await expectTakenBackUnseen(scene);
      });
  });

  // All pods of these versions fall ill within milliseconds of one another.
  describe('a candidate that falls ill under users', () => {
    scenario('crashes in the bake', {}, async (scene) => {
      scene.judge = expectOneGap;
      const result = await scene.run({ images: `web=${IMAGE.lateCrash}`, 'bake-time': '30s' });
      expectFailure(result, 'rolled-back', /pod web-\S+/);
      expect(await scene.writes()).toEqual(TAKEN_BACK);
      await expectOriginal(scene);
    });

    scenario('is not Ready any more in the bake', {}, async (scene) => {
      scene.judge = expectOneGap;
      const result = await scene.run({ images: `web=${IMAGE.unreadyLater}`, 'bake-time': '30s' });
      expectFailure(result, 'rolled-back', /pod web-\S+ of the candidate is no longer Ready while users are on it/);
      expect(await scene.writes()).toEqual(TAKEN_BACK);
      await expectOriginal(scene);
    });

    scenario('is not Ready any more in the drain', {}, async (scene) => {
      scene.judge = expectOneGap;
      const result = await scene.run({ images: `web=${IMAGE.unreadyLater}`, 'drain-time': '30s' });
      expectFailure(result, 'rolled-back', /is no longer Ready while users are on it/);
      expect(await scene.writes()).toEqual(TAKEN_BACK);
      await expectOriginal(scene);
    });

    scenario('goes back over both versions with switch: overlap', {}, async (scene) => {
      scene.judge = expectOneGap;
      const times = { 'bake-time': '30s', 'settle-time': '500ms' };
      const result = await scene.run({ images: `web=${IMAGE.unreadyLater}`, switch: 'overlap', ...times });
      expectFailure(result, 'rolled-back', /is no longer Ready/);
      expect(await scene.writes()).toEqual(
        TAKEN_BACK.flatMap((write) => {
          if (write === 'select candidate') return ['unpin', write];
          // From no pin at all, the way to stable reads as the pin it is.
          if (write === 'note the turn') return [];
          return write === 'back to stable' ? ['unpin', 'note the turn', 'pin'] : [write];
        }),
      );
      const [both, , stableAlone] = (await scene.told()).slice(TAKEN_BACK.indexOf('back to stable') + 1);
      expect((stableAlone?.write.at ?? 0) - (both?.write.at ?? 0)).toBeGreaterThanOrEqual(500);
      await expectOriginal(scene);
    });
  });

  describe('on-failure: hold', () => {
    const standing = (writes: readonly string[]): string[] =>
      writes.flatMap((write) => {
        if (HELD.includes(write)) return [];
        return write === 'release lock' ? ['note that it stands', write] : [write];
      });
    const HELD: readonly string[] = [
      'close on stable',
      'unpin',
      'restore',
      'delete services web-candidate',
      'close record',
    ];

    scenario('leaves both versions standing; the next run takes them back and releases', {}, async (scene) => {
      const inputs = { 'on-failure': 'hold' };
      const result = await scene.run({ ...inputs, images: `web=${IMAGE.crash}` });
      expectFailure(result, 'failed', /exit code 3/);
      await expectStanding(scene, IMAGE.crash);
      const next = await scene.run({ ...inputs, images: `web=${IMAGE.v2}` });
      expectSuccess(next);
      expect(next.displayedLog).toMatch(/found release \S+ of web, begun .* unfinished; it is taken back first/);
      // Nobody was to be moved back: the run ended where it stood.
      const first = TAKEN_BACK_UNSEEN.filter((write) => ![...HELD, 'note the turn'].includes(write));
      const both = [...first, 'take lock', 'note the turn', ...HELD];
      expect((await scene.writes()).slice(0, both.length)).toEqual(both);
      await expectPromoted(scene);
      expect((await scene.record()).past.map(({ outcome }) => outcome)).toEqual(['promoted', 'rolled-back']);
    });

    scenario('moves users back before it stands', {}, async (scene) => {
      scene.judge = expectOneGap;
      const inputs = { 'on-failure': 'hold', 'bake-time': '30s' };
      const result = await scene.run({ ...inputs, images: `web=${IMAGE.unreadyLater}` });
      expectFailure(result, 'failed', /is no longer Ready/);
      expect(await scene.writes()).toEqual(standing(TAKEN_BACK));
      await expectStanding(scene, IMAGE.unreadyLater);
    });
  });
}

async function expectTakenBackUnseen(scene: Scene): Promise<void> {
  expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
  await expectOriginal(scene);
}

/** A quota of processors, which no look at pod counts foretells: room for stable, not for the candidate beside it. */
async function limitCpu(scene: Scene, cpu: string): Promise<void> {
  const quota = { metadata: { name: 'small' }, spec: { hard: { 'limits.cpu': cpu } } };
  await scene.api.create(paths.core(scene.namespace, 'resourcequotas'), quota);
  await until('the quota is counted', 30_000, async () => {
    const { status } = await scene.api.get<ResourceQuota>(paths.core(scene.namespace, 'resourcequotas', 'small'));
    return status?.used?.['limits.cpu'] === '1';
  });
}

async function createKeys(api: Scene['api'], namespace: string): Promise<void> {
  await api.create(paths.core(namespace, 'secrets'), { metadata: { name: 'keys' }, stringData: { KEY: 'x' } });
}

/** The app's template with a variable from the Secret `keys`. */
function withKeys(): unknown {
  // The manifest is ours; its type is that of what the API server makes of it.
  const { spec } = deploymentManifest({ namespace: '', preStopSeconds: 1 }) as Deployment;
  const [container] = spec?.template.spec?.containers ?? [];
  const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'KEY' } } }];
  return { ...spec?.template, spec: { ...spec?.template.spec, containers: [{ ...container, env }] } };
}
