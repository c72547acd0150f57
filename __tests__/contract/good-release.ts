import { expect } from '@jest/globals';
import { paths } from '../kubernetes/api.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE, REPOSITORY } from './cluster.ts';
import { expectPromoted, expectSuccess, expectUntouched, GOOD_RELEASE } from './endings.ts';
import { describe } from './group.ts';
import { PROCESS, scenariosOn } from './scene.ts';

/** Releases that nothing stands in the way of. */
export function goodReleases(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a good release', () => {
    scenario('moves users to a new image, write by write', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.v2}` }, PROCESS);
      expectSuccess(result);
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
      expect(result.outputs).toMatchObject({
        release: expect.stringMatching(/^r-\d{8}-\d{6}-[0-9a-f]{4}$/),
        'stable-hash': scene.stable.hash,
        'candidate-hash': await scene.hash(IMAGE.v2),
        images: expect.stringContaining(IMAGE.v2),
        'previous-images': expect.stringContaining(IMAGE.v1),
        reason: '',
        'rollback-possible': 'true',
      });
      expect(JSON.parse(result.outputs.result ?? '')).toMatchObject({ outcome: 'promoted' });
      expect(result.summary).toContain(IMAGE.v2);
    });

    scenario('finds the containers of a repository', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `${REPOSITORY}:v2` }));
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });

    scenario('changes an environment value alone', { env: { MODEL: 'small-1' } }, async (scene) => {
      expectSuccess(await scene.run({ env: 'web.MODEL=large-3\nweb.NEW=a=b' }));
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene, { env: { MODEL: 'large-3', NEW: 'a=b' } });
    });

    scenario('uses a candidate Service of the user’s own and puts it back', {}, async (scene) => {
      await scene.api.create(paths.core(scene.namespace, 'services'), {
        metadata: { name: 'preview', labels: { team: 'shop' } },
        spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
      });
      const before = await scene.objects();
      const result = await scene.run({ images: `web=${IMAGE.v2}`, 'candidate-service': 'preview' });
      expectSuccess(result);
      const said = result.annotations.filter(({ message }) => message.includes('select the same pods'));
      expect(said).toEqual([]);
      expect(await scene.writes()).toEqual(
        GOOD_RELEASE.map((write) => {
          if (write === 'create services web-candidate') return 'preview: select candidate';
          if (write === 'delete services web-candidate') return 'preview: unpin';
          return write.replace('web-candidate:', 'preview:');
        }),
      );
      expect((await scene.objects()).services).toEqual(before.services);
    });

    scenario('lets both versions serve for a moment with switch: overlap', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, switch: 'overlap', 'settle-time': '500ms' }));
      const at = GOOD_RELEASE.indexOf('select candidate');
      expect(await scene.writes()).toEqual(GOOD_RELEASE.toSpliced(at, 0, 'unpin'));
      await expectPromoted(scene);
    });

    scenario('bakes and drains before stable leaves', {}, async (scene) => {
      const times = { 'bake-time': '1s', 'drain-time': '1s', 'settle-time': '500ms' };
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, ...times }));
      expect(await scene.between('select candidate', 'close')).toBeGreaterThanOrEqual(2000);
      await expectPromoted(scene);
    });

    describe('leaves the Deployment’s own fields as they were', () => {
      const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
      const unusual: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
        'minReadySeconds 2': { minReadySeconds: 2 },
        'strategy Recreate': { strategy: { type: 'Recreate' } },
        'maxSurge 1, maxUnavailable 0': { strategy: { type: 'RollingUpdate', rollingUpdate } },
        percentages: {
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '0%', maxUnavailable: '50%' } },
        },
        'progressDeadlineSeconds 120': { progressDeadlineSeconds: 120 },
        'revisionHistoryLimit 1': { revisionHistoryLimit: 1 },
      };
      for (const [name, spec] of Object.entries(unusual)) {
        scenario(name, { spec }, async (scene) => {
          expectSuccess(await scene.run({ images: `web=${IMAGE.v2}` }));
          expect(await scene.writes()).toEqual(GOOD_RELEASE);
          await expectPromoted(scene);
        });
      }
    });

    scenario('and the next, and back to the first: versions come and go', {}, async (scene) => {
      for (const image of [IMAGE.v2, IMAGE.v3, IMAGE.v1]) {
        expectSuccess(await scene.run({ images: `web=${image}` }));
        await expectPromoted(scene, { image });
      }
      expect((await scene.record()).past.map(({ outcome }) => outcome)).toEqual(['promoted', 'promoted', 'promoted']);
      expect(await scene.hash(IMAGE.v1)).toBe(scene.stable.hash);
    });
  });

  describe('nothing to do', () => {
    scenario('the same images: unchanged', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.v1}` });
      expectSuccess(result, 'unchanged');
      await expectUntouched(scene);
    });

    scenario('dry-run: everything listed, nothing changed', {}, async (scene) => {
      const before = await scene.deployment();
      const result = await scene.run({ images: `web=${IMAGE.v2}`, 'dry-run': 'true' });
      expect(result).toMatchObject({ conclusion: 'success', exitCode: 0 });
      await expectUntouched(scene);
      expect((await scene.deployment()).metadata?.resourceVersion).toBe(before.metadata?.resourceVersion);
      const told = result.displayedLog.split('\n').flatMap((line) => /^ +\d+\.\ds +→ (.*)$/.exec(line)?.[1] ?? []);
      expect(told).toHaveLength(GOOD_RELEASE.length);
      for (const words of [
        /take the lock/,
        /pause the Deployment/,
        /pin Service web/,
        /new template and hold/,
        /switch/,
      ])
        expect(told.join('\n')).toMatch(words);
    });
  });
}
