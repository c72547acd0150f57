import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { readyEndpoints } from '../kubernetes/app.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectSuccess,
  GOOD_RELEASE,
  TAKEN_BACK_UNSEEN,
} from './endings.ts';
import { describe } from './group.ts';
import { PROCESS, scenariosOn } from './scene.ts';

/** Smoke tests and commands: what they see, and what comes of their verdict. */
export function checks(cluster: () => TestCluster, { sockets }: { readonly sockets: boolean }): void {
  const scenario = scenariosOn(cluster);

  describe('a smoke command', () => {
    scenario('sees the candidate alone, while users are on stable', {}, async (scene) => {
      await inWorkspace(async (workspace) => {
        const command = [
          'echo "for $CROSSFADE_NAMESPACE $CROSSFADE_DEPLOYMENT $CROSSFADE_SERVICE $CROSSFADE_CANDIDATE_SERVICE"',
          'echo "from $CROSSFADE_STABLE_HASH to $CROSSFADE_CANDIDATE_HASH with $CROSSFADE_IMAGES by $KUBECONFIG"',
          'echo checking',
          'until [ -e seen ]; do sleep 0.05; done',
        ].join('\n');
        const inputs = { images: `web=${IMAGE.v2}`, 'smoke-command': command };
        // The command works in the folder that its process was started in.
        const action = scene.follow(inputs, { workspace, ...PROCESS });
        await action.line(/^ +checking$/);
        const candidate = await scene.hash(IMAGE.v2);
        expect(await scene.users()).toEqual(scene.stable.pods);
        expect(await readyEndpoints(scene.api, scene.namespace, 'web-candidate')).toEqual(
          (await scene.podsOf(candidate)).sort(),
        );
        await writeFile(join(workspace, 'seen'), '');
        const result = await action.done;
        expectSuccess(result);
        expect(result.log).toContain(` for ${scene.namespace} web web web-candidate\n`);
        const { kubeconfig } = scene.cluster;
        expect(result.log).toContain(
          ` from ${scene.stable.hash} to ${candidate} with web=${IMAGE.v2} by ${kubeconfig}\n`,
        );
        expect(await scene.writes()).toEqual(GOOD_RELEASE);
        await expectPromoted(scene);
      });
    });

    scenario('that fails takes the release back before any user saw it', {}, async (scene) => {
      const result = await scene.run(
        { images: `web=${IMAGE.v2}`, 'smoke-command': 'echo no such table; exit 7' },
        PROCESS,
      );
      expectFailure(result, 'rolled-back', /smoke-command “echo no such table; exit 7” failed: exit code 7/);
      expect(result.summary).toContain('no such table');
      expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
      await expectOriginal(scene);
    });

    scenario('that hangs is ended at the deadline of the release', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.v2}`, 'smoke-command': 'sleep 60', timeout: '12s' });
      expectFailure(result, 'rolled-back', /sleep 60|timeout of 12 s/);
      expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
      await expectOriginal(scene);
    });

    scenario('is not waited for when the candidate crashes meanwhile', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.lateCrash}`, 'smoke-command': 'sleep 60' });
      expectFailure(result, 'rolled-back', /pod web-\S+/);
      expect(result.durationMs).toBeLessThan(60_000);
      expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
      await expectOriginal(scene);
    });
  });

  if (!sockets) return;

  describe('a smoke test', () => {
    scenario('is answered by the candidate', {}, async (scene) => {
      const tests = 'GET / 200 contains="v2"\nHEAD /anything port=http\nGET /ready 200-299 port=80 within=5s';
      const result = await scene.run({ images: `web=${IMAGE.v2}`, 'smoke-test': tests });
      expectSuccess(result);
      expect(JSON.parse(result.outputs.result ?? '')).toMatchObject({
        checks: [{ verdict: 'healthy' }, { verdict: 'healthy' }, { verdict: 'healthy' }],
      });
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });

    scenario('that fails takes the release back', {}, async (scene) => {
      const smokeTest = 'GET / 200 contains="v9" within=1s';
      const result = await scene.run({ images: `web=${IMAGE.v2}`, 'smoke-test': smokeTest });
      expectFailure(result, 'rolled-back', /smoke-test “GET \/ 200 contains="v9" within=1s” failed: .*v2/);
      expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
      await expectOriginal(scene);
    });

    scenario('is followed by the command only when it passed', {}, async (scene) => {
      const both = { 'smoke-test': 'GET / 500 within=1s', 'smoke-command': 'echo the command ran' };
      const result = await scene.run({ images: `web=${IMAGE.v2}`, ...both });
      expectFailure(result, 'rolled-back', /GET \/ 500/);
      expect(result.log).not.toMatch(/^ +the command ran$/m);
      await expectOriginal(scene);
    });
  });
}

async function inWorkspace(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'workspace-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
