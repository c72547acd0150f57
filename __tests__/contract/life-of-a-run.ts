import { expect } from '@jest/globals';
import { ASKED } from '../../src/cluster/lease.ts';
import { paths } from '../kubernetes/api.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectStanding,
  expectSuccess,
  GOOD_RELEASE,
} from './endings.ts';
import { describe } from './group.ts';
import { PROCESS, type Scene, scenariosOn } from './scene.ts';

const FIRST = { event: { runId: '111' } } as const;
const SECOND = { event: { runId: '222' } } as const;
const FIRST_URL = 'https://github.com/octo-org/app/actions/runs/111';

/** More than one run: at the same time, and after one that did not end. */
export function livesOfRuns(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('two runs at once', () => {
    scenario('the second waits, says for whom, and then works', {}, async (scene) => {
      // Long enough for the second to come to the lock, also on a machine with much to do.
      const first = scene.follow({ images: `web=${IMAGE.v2}`, 'bake-time': '15s' }, { ...FIRST, ...PROCESS });
      await first.line(/ is on record/);
      const second = scene.follow({ images: `web=${IMAGE.v3}` }, { ...SECOND, ...PROCESS });
      await second.line(new RegExp(`another run is releasing web: ${FIRST_URL}`));
      expectSuccess(await first.done);
      expectSuccess(await second.done);
      const writes = await scene.writes();
      expect(writes.filter((write) => write !== 'take lock (409)')).toEqual([...GOOD_RELEASE, ...GOOD_RELEASE]);
      await expectPromoted(scene, { image: IMAGE.v3 });
    });

    scenario('the second fails after its lock-timeout and names the first', {}, async (scene) => {
      const first = scene.follow({ images: `web=${IMAGE.v2}`, 'bake-time': '15s' }, FIRST);
      await first.line(/ is on record/);
      const second = await scene.run({ images: `web=${IMAGE.v3}`, 'lock-timeout': '0s' }, SECOND);
      expectFailure(second, 'failed', new RegExp(`it is held by ${FIRST_URL}`));
      expectSuccess(await first.done);
      const writes = await scene.writes();
      expect(writes.filter((write) => write !== 'take lock (409)')).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });

    scenario(
      'with the lock deleted under the first: no user is lost, and a third run puts all right',
      {},
      async (scene) => {
        const first = scene.follow({ images: `web=${IMAGE.v2}`, 'bake-time': '15s' }, FIRST);
        await first.line(/waiting: users are on the candidate/);
        await scene.removeLock();
        const second = scene.follow({ images: `web=${IMAGE.v3}` }, SECOND);
        const [one] = await Promise.all([first.done, second.done]);
        expect(one.outputs.outcome).not.toBe('promoted');
        await scene.removeLock();
        expectSuccess(await scene.run({ images: `web=${IMAGE.v2}` }));
        await expectPromoted(scene);
      },
    );

    scenario('the lock of a dead run is taken over when it is stale', {}, async (scene) => {
      await scene.api.create(paths.leases(scene.namespace), {
        metadata: { name: 'crossfade.web' },
        spec: { holderIdentity: 'gone', leaseDurationSeconds: 2, renewTime: '2026-01-01T00:00:00.000000Z' },
      });
      const result = await scene.run({ images: `web=${IMAGE.v2}` });
      expectSuccess(result);
      expect(result.displayedLog).toContain('another run is releasing web: gone');
      expect(result.displayedLog).toContain('taken for dead, for it no longer renewed its lock');
      expect(await scene.writes()).toEqual(['take lock (409)', 'take over lock', ...GOOD_RELEASE.slice(1)]);
      await expectPromoted(scene);
    });
  });

  describe('abort while another run is at work', () => {
    scenario('asks that run to take its release back, and it does, at once', {}, async (scene) => {
      const first = scene.follow({ images: `web=${IMAGE.v2}`, 'bake-time': '50s' }, FIRST);
      await first.line(/waiting: users are on the candidate/);
      const second = scene.follow({ action: 'abort' }, SECOND);
      const [told, done] = await Promise.all([first.done, second.done]);
      expectFailure(told, 'aborted', /Another run asked for it \(action: abort, .*runs\/222/);
      expectSuccess(done, 'aborted');
      expect(done.outputs.reason).toMatch(/The run that was at work on release \S+ took it back, as asked/);
      // After ten seconds it would have been taken for dead.
      expect(await msFromAsking(scene, 'back to stable')).toBeLessThan(10_000);
      await expectOriginal(scene, 'aborted');
    });

    scenario('that was lost with its runner does not wait for its lock to be stale', {}, async (scene) => {
      const first = scene.start({ images: `web=${IMAGE.v2}`, 'bake-time': '50s' }, FIRST);
      await first.line(/waiting: users are on the candidate/);
      first.loseRunner();
      await first.done;
      expectSuccess(await scene.run({ action: 'abort' }, SECOND), 'aborted');
      // It is stale when it has not moved for thirty seconds.
      expect(await msFromAsking(scene, 'take over lock')).toBeLessThan(25_000);
      await expectOriginal(scene, 'aborted');
    });
  });

  describe('an unfinished release', () => {
    scenario('is told by a dry run, which writes nothing', {}, async (scene) => {
      await scene.run({ images: `web=${IMAGE.crash}`, 'on-failure': 'hold' });
      const writes = await scene.writes();
      const dry = await scene.run({ images: `web=${IMAGE.v2}`, 'dry-run': 'true' });
      expectFailure(dry, 'failed', /release r-\S+ of web, begun .* is unfinished; a run without dry-run takes it back/);
      expect(await scene.writes()).toEqual(writes);
      await expectStanding(scene, IMAGE.crash);
    });

    scenario('is taken back even when the next one changes nothing', {}, async (scene) => {
      await scene.run({ images: `web=${IMAGE.crash}`, 'on-failure': 'hold' });
      const next = await scene.run({ images: `web=${IMAGE.v1}` });
      expectSuccess(next, 'unchanged');
      expect(await scene.objects()).toEqual({ ...scene.before, configMaps: ['crossfade.web'] });
      expect(await scene.users()).toEqual(scene.stable.pods);
    });
  });
}

/** Milliseconds from the write by which a run asks the holder of the lock to take its release back to another write. */
async function msFromAsking(scene: Scene, write: string): Promise<number> {
  const asked = (await scene.mutations()).find(
    ({ resource, body }) => resource === 'leases' && JSON.stringify(body).includes(ASKED),
  );
  if (asked === undefined) throw new Error('nobody was asked');
  return (await scene.wroteAt(write)) - asked.at;
}
