import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from '@jest/globals';
import type { Lease } from '../../src/cluster/wire.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  carriedOut,
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  GOOD_RELEASE,
  TAKEN_BACK_UNSEEN,
} from './endings.ts';
import { describe } from './group.ts';
import { mortal } from './killed.ts';
import { PROCESS, type Scene, scenariosOn, type Step } from './scene.ts';

const MINUTE = 60_000;
const CLOCKS = [
  ['ten minutes ahead', 10 * MINUTE],
  ['ten minutes behind', -10 * MINUTE],
] as const;

/** Clocks that differ by less (milliseconds) are taken for equal. */
const COARSENESS = 3_000;

const V2 = { images: `web=${IMAGE.v2}` } as const;

/**
 * Runs in processes whose machine has a clock that is wrong: nothing that they wait for takes longer or ends sooner, and nobody takes
 * another run for dead, or for alive, by the clock. `few`: a release alone, where the rest is gone through without processes (`network/clocks`).
 */
export function wrongClocks(cluster: () => TestCluster, { courses }: { readonly courses: 'all' | 'few' }): void {
  const scenario = scenariosOn(cluster);

  for (const [word, ahead] of CLOCKS)
    describe(`the runner’s clock is ${word}:`, () => {
      const wrong = by(ahead);

      scenario('a release takes its time, and no more', {}, async (scene) => {
        expectSuccess(await scene.run({ ...V2, 'bake-time': '2s', 'drain-time': '1s' }, wrong));
        await expectWrong(scene, ahead);
        expect(await scene.writes()).toEqual(GOOD_RELEASE);
        const took = await scene.between('select candidate', 'close');
        expect(took).toBeGreaterThanOrEqual(3_000);
        expect(took).toBeLessThan(MINUTE);
        await expectPromoted(scene);
      });

      if (courses === 'few') return;

      scenario('a version that is never Ready is taken back at its deadline', {}, async (scene) => {
        const result = await scene.run({ images: `web=${IMAGE.neverReady}`, timeout: '20s' }, wrong);
        expectFailure(result, 'rolled-back', /within its timeout of 20 s: 0\/2 candidate pods were Ready/);
        await expectWrong(scene, ahead);
        expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
        expect(await scene.between('take lock', 'note the turn')).toBeLessThan(MINUTE);
        await expectOriginal(scene);
      });

      for (const [who, first, second] of [
        ['it is at work, and another run waits for it', wrong, {}],
        ['it waits for another run that is at work', {}, wrong],
      ] as const)
        scenario(who, {}, async (scene) => {
          const work = await mkdtemp(join(tmpdir(), 'work-'));
          try {
            const command = `echo testing; while test -e ${work}; do sleep 0.1; done`;
            const one = scene.follow({ ...V2, 'smoke-command': command }, first);
            await one.line(/^ +testing$/);
            const other = scene.follow(V2, second);
            await other.line(/another run is releasing web/);
            await rm(work, { recursive: true });
            expectSuccess(await one.done);
            expectSuccess(await other.done, 'unchanged');
          } finally {
            await rm(work, { recursive: true, force: true });
          }
          // One after the other: nobody has taken anything over.
          expect(carriedOut(await scene.writes())).toEqual([...GOOD_RELEASE, 'take lock', 'release lock']);
          await expectPromoted(scene);
        });

      scenario('its runner is lost, and another run goes on', {}, async (scene) => {
        await lose(scene, wrong);
        const result = await scene.run({ action: 'resume' });
        expectSuccess(result);
        expect(result.displayedLog).toContain('another run is releasing web');
        await expectPromoted(scene);
      });

      scenario('it takes back the release of a runner that was lost', {}, async (scene) => {
        await lose(scene, {});
        const result = await scene.run({ action: 'abort' }, wrong);
        expectSuccess(result, 'aborted');
        expect(result.displayedLog).toContain('another run is releasing web');
        await expectOriginal(scene, 'aborted');
      });

      scenario('it stops at a pause, and another run promotes it in no time', {}, async (scene) => {
        scene.judge = expectResizesOnly;
        const ramp = { ...V2, strategy: 'canary', steps: '50% 1s', 'pause-at': '50%', 'bake-time': '1s' };
        expectSuccess(await scene.run(ramp, wrong), 'paused');
        await expectWrong(scene, ahead);
        const before = Date.now();
        expectSuccess(await scene.run({ action: 'promote' }));
        expect(Date.now() - before).toBeLessThan(MINUTE);
        await expectPromoted(scene);
      });

      scenario(
        'it keeps the old version warm, and another run has it drained as long as it should, and no longer',
        {},
        async (scene) => {
          const times = { 'bake-time': '1s', 'drain-time': '8s' };
          expectSuccess(await scene.run({ ...V2, ...times, 'keep-warm': 'true' }, wrong));
          await expectWrong(scene, ahead);
          expectSuccess(await scene.run({ action: 'finish' }));
          const took = await scene.between('select candidate', 'close');
          expect(took).toBeGreaterThanOrEqual(9_000 - COARSENESS);
          expect(took).toBeLessThan(MINUTE);
          await expectPromoted(scene);
        },
      );
    });
}

/** A process whose clock is so many milliseconds ahead. */
function by(ahead: number): Step {
  const module = `${pathToFileURL(join(import.meta.dirname, 'moved-clock.ts'))}?ahead=${ahead}`;
  return { ...PROCESS, env: { NODE_OPTIONS: `--import=${module}` } };
}

/** The first run had the clock that it was to have: it wrote that into its lock. */
async function expectWrong(scene: Scene, ahead: number): Promise<void> {
  const [taken] = await scene.mutations();
  // Its own creation of the Lease, as the server got it.
  const { spec } = taken?.body as Lease;
  expect(Math.abs(Date.parse(spec?.acquireTime ?? '') - (taken?.at ?? 0) - ahead)).toBeLessThan(MINUTE);
}

/** The runner is lost when users are on the candidate, before the run hears of that. */
async function lose(scene: Scene, step: Step): Promise<void> {
  const { gate, die } = await mortal(scene, GOOD_RELEASE.indexOf('select candidate'), 'unheard');
  const action = scene.start({ ...V2, kubeconfig: gate.kubeconfig }, step);
  die(action, 'the runner');
  expect(await action.done).toMatchObject({ signal: 'SIGKILL' });
  await scene.expireLock();
}
