import { expect } from '@jest/globals';
import { knativePermissions } from '../../src/cluster/permissions.ts';
import { type KnativeObject, knativePaths } from '../knative/objects.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectSuccess } from './endings.ts';
import { FORWARD } from './gate.ts';
import { describe } from './group.ts';
import { type KnativeScene, knativeScenariosOn } from './knative-scene.ts';
import { personaWith } from './permissions.ts';
import { PROCESS } from './scene.ts';

const FLIP = [
  'take lock',
  'open record',
  '100 % to the candidate',
  'template',
  'traffic as before',
  'close record',
  'release lock',
] as const;

const only = (image: string) => ({ [image]: 100 });
const LATEST = [{ latestRevision: true, percent: 100 }] as const;

/** `action: rollback` of a Knative Service, by the bundle as the runner runs it. */
export function knativeRollbacks(cluster: () => TestCluster, { moments }: { readonly moments: 'all' | 'few' }): void {
  const scenario = knativeScenariosOn(cluster);
  const deaths = [...FLIP.entries()].filter(([, write]) => moments === 'all' || /^100|^template/.test(write));

  describe('a rollback of a Knative Service', () => {
    scenario(
      'goes one version further back each time, by one write of the traffic, and says when there is none',
      {},
      async (scene) => {
        await release(scene, IMAGE.v2, IMAGE.v3);
        const status = await scene.run({ action: 'status' });
        expect(status.outputs).toMatchObject({ possible: 'rollback deploy', 'rollback-possible': 'true' });
        const first = await scene.run({ action: 'rollback' }, PROCESS);
        expectSuccess(first, 'rolled-back');
        expect((await scene.writes()).slice(-FLIP.length)).toEqual(FLIP);
        expect(scene.served.slice(-2)).toEqual([only(IMAGE.v3), only(IMAGE.v2)]);
        await expectVersion(scene, IMAGE.v2);
        expect(first.outputs).toMatchObject({
          images: `web=${IMAGE.v2}`,
          'previous-images': `web=${IMAGE.v3}`,
          'stable-hash': 'web-00003',
          'candidate-hash': 'web-00002',
          'rollback-possible': 'true',
        });
        expect(first.summary).toContain('Users are back on the version that was wanted.');
        expect(first.summary).toContain('Set the template back');
        expect((await scene.record()).past[0]).toMatchObject({ outcome: 'rolled-back', rollback: true });
        expectSuccess(await scene.run({ action: 'rollback' }), 'rolled-back');
        await expectVersion(scene, IMAGE.v1);
        expect((await scene.service()).spec).toEqual(scene.before.spec);
        const writes = await scene.writes();
        const none = await scene.run({ action: 'rollback' });
        expectFailure(
          none,
          'failed',
          /has no version before the one that it runs, neither on record nor by its Revisions/,
        );
        expect(await scene.writes()).toEqual(writes);
      },
    );

    scenario('to a tag, a Revision, its number, a release; and refuses what names none', {}, async (scene) => {
      await release(scene, IMAGE.v2, IMAGE.v3);
      const [third, second] = (await scene.record()).past;
      const to = (name: string): Promise<RunResult> => scene.run({ action: 'rollback', to: name });
      expectFailure(await to('v9'), 'failed', /to: v9 is no release, revision, image/);
      for (const name of [third?.release ?? '', '3', 'web-00003', 'v3']) expectSuccess(await to(name), 'unchanged');
      expectSuccess(await to('v1'), 'rolled-back');
      await expectVersion(scene, IMAGE.v1);
      expectSuccess(await to(second?.release ?? ''), 'rolled-back');
      await expectVersion(scene, IMAGE.v2);
      expectSuccess(await to('web-00003'), 'rolled-back');
      await expectVersion(scene, IMAGE.v3);
    });

    scenario('in steps, with a check before any user, if that is asked for', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      const ramp = { action: 'rollback', strategy: 'canary', steps: '20% 100ms' };
      const writes = await scene.writes();
      const bad = await scene.run({ ...ramp, 'smoke-command': 'echo "at $CROSSFADE_CANDIDATE_URL"; exit 7' });
      expectFailure(bad, 'failed', /smoke-command .* failed: exit code 7/);
      expect(bad.displayedLog).toContain('at http://candidate-web.example.com');
      expect(bad.summary).toContain('Users are still on the version that they were to leave.');
      expect((await scene.writes()).slice(writes.length)).not.toContain('template');
      expect(scene.served.at(-1)).toEqual(only(IMAGE.v2));
      expectSuccess(await scene.run(ramp), 'rolled-back');
      expect(scene.served.slice(-3)).toEqual([only(IMAGE.v2), { [IMAGE.v1]: 20, [IMAGE.v2]: 80 }, only(IMAGE.v1)]);
      await expectVersion(scene, IMAGE.v1);
    });

    scenario(
      'stands still at a step, goes on by promote, and is held there when it is cancelled so',
      {},
      async (scene) => {
        await release(scene, IMAGE.v2);
        const ramp = { action: 'rollback', strategy: 'canary', steps: '20% 40s' };
        const action = scene.follow({ ...ramp, 'on-cancel': 'hold' });
        await action.line(/waiting: 20 % of the users/);
        action.cancel();
        expect(await action.done).toMatchObject({ outputs: { outcome: 'paused' } });
        const share = { [IMAGE.v1]: 20, [IMAGE.v2]: 80 };
        expect(scene.served.at(-1)).toEqual(share);
        expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
        expect(scene.served.at(-1)).toEqual(only(IMAGE.v2));
        expectSuccess(await scene.run({ ...ramp, steps: '20% 0s', 'pause-at': '20%' }), 'paused');
        expectSuccess(await scene.run({ action: 'promote' }), 'rolled-back');
        expect(scene.served.slice(-3)).toEqual([only(IMAGE.v2), share, only(IMAGE.v1)]);
        await expectVersion(scene, IMAGE.v1);
      },
    );

    scenario(
      'brings names, labels and annotations of the old template back',
      {
        template: {
          name: 'web-first',
          labels: { team: 'shop' },
          annotations: { 'autoscaling.knative.dev/min-scale': '1' },
        },
        traffic: LATEST,
      },
      async (scene) => {
        const hand = { metadata: { name: 'web-second', labels: null, annotations: null } };
        await scene.foreign({ template: { ...hand, spec: { containers: [{ name: 'web', image: IMAGE.v2 }] } } });
        await scene.ready('web-second');
        const result = await scene.run({ action: 'rollback' });
        expectSuccess(result, 'rolled-back');
        expect(result.displayedLog).toContain('so it is the Knative Service’s own previous Revision');
        expect((await scene.service()).spec).toEqual(scene.before.spec);
        expect((await scene.service()).status?.latestReadyRevisionName).toBe('web-first');
        expect(scene.served).toEqual([only(IMAGE.v1), only(IMAGE.v2), only(IMAGE.v1)]);
      },
    );

    scenario('is told by a dry run, which writes nothing', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      const writes = await scene.writes();
      const result = await scene.run({ action: 'rollback', 'dry-run': 'true' });
      expectSuccess(result, 'unchanged');
      expect(result.summary).toContain('100 % of the users on Revision web-00001');
      expect(result.summary).toContain('the template of web-00001');
      expect(await scene.writes()).toEqual(writes);
    });

    scenario('of a release that stands still takes that back, and the step succeeds', {}, async (scene) => {
      const step = { strategy: 'canary', steps: '20% 1s', images: `web=${IMAGE.v2}`, 'pause-at': '20%' };
      expectSuccess(await scene.run(step), 'paused');
      const result = await scene.run({ action: 'rollback' });
      expectSuccess(result, 'rolled-back');
      expect(result.outputs.images).toBe(`web=${IMAGE.v1}`);
      await scene.expectAsBefore();
    });

    scenario('needs the permissions of a release, and no other', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      const needed = knativePermissions({ proxy: false });
      const result = await scene.run({ action: 'rollback', kubeconfig: await personaWith(scene, needed, needed) });
      expectSuccess(result, 'rolled-back');
    });
  });

  describe('a rollback of a Knative Service is refused', () => {
    scenario('when its Revision is gone', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      await scene.api.request('DELETE', knativePaths.revisions(scene.namespace, 'web-00001'));
      const writes = await scene.writes();
      const result = await scene.run({ action: 'rollback' });
      expectFailure(result, 'failed', /its Revision web-00001 is gone, and its template with it/);
      expect(await scene.writes()).toEqual(writes);
    });

    scenario('when its Revision is not Ready', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      await scene.fail('web-00001');
      const writes = await scene.writes();
      const result = await scene.run({ action: 'rollback' });
      expectFailure(
        result,
        'failed',
        /wanted to move users to Revision web-00001; it is not Ready \(ProgressDeadlineExceeded/,
      );
      expect(await scene.writes()).toEqual(writes);
    });
  });

  describe('a rollback of a Knative Service meets trouble', () => {
    scenario('its users leave a Revision that is not Ready any more', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      await scene.fail('web-00002');
      expectSuccess(await scene.run({ action: 'rollback' }), 'rolled-back');
      await expectVersion(scene, IMAGE.v1);
    });

    scenario(
      'the old template makes no Revision that is Ready: users stay where they were wanted, until it does',
      {},
      async (scene) => {
        await release(scene, IMAGE.v2);
        scene.sicken('web-00003');
        const result = await scene.run({ action: 'rollback', timeout: '10s' });
        expectFailure(result, 'failed', /All users are on Revision web-00001, as was wanted, .* Revision web-00003/);
        expect(result.summary).toContain('Users are back on the version that was wanted.');
        expect(result.summary).toContain('Rolled back, but not to its end');
        expect(result.summary).toContain('action: resume');
        const status = await scene.run({ action: 'status' });
        expect(status.outputs.possible).toBe('resume abort finish rollback deploy');
        const told = await scene.run({ action: 'rollback', 'dry-run': 'true' });
        expect(told.outputs.reason).toMatch(/brings users to where the unfinished release r-\S+ was to bring them/);
        const again = await scene.run({ action: 'rollback', timeout: '5s' });
        expectFailure(again, 'failed', /All users are on Revision web-00001, as was wanted, .* Revision web-00003/);
        expect(scene.served).toEqual([only(IMAGE.v1), only(IMAGE.v2), only(IMAGE.v1)]);
        expect(scene.served.at(-1)).toEqual(only(IMAGE.v1));
        expect((await scene.record()).isOpen).toBe(true);
        scene.heal('web-00003');
        expectSuccess(await scene.run({ action: 'resume' }), 'rolled-back');
        await expectVersion(scene, IMAGE.v1);
        expect(scene.served).toEqual([only(IMAGE.v1), only(IMAGE.v2), only(IMAGE.v1)]);
      },
    );

    scenario(
      'somebody else writes the traffic in the moment of the flip: it says who, and writes over nothing',
      {},
      async (scene) => {
        await release(scene, IMAGE.v2);
        const theirs = [{ revisionName: 'web-00002', latestRevision: false, percent: 100, tag: 'mine' }];
        const gate = await scene.gate(async ({ kind, body }) => {
          if (kind === 'write' && body.includes('/spec/traffic')) await scene.foreignOnce({ traffic: theirs });
          return FORWARD;
        });
        const result = await scene.run({ action: 'rollback', kubeconfig: gate.kubeconfig });
        expectFailure(result, 'failed', /kubectl-edit at .* changed the traffic of web during the release/);
        expect((await scene.service()).spec?.traffic).toEqual(theirs);
        expect(scene.served.at(-1)).toEqual(only(IMAGE.v2));
        expect((await scene.record()).isOpen).toBe(false);
      },
    );

    scenario(
      'somebody else leads users to the latest Revision after it: it says who, and no template follows',
      {},
      async (scene) => {
        await release(scene, IMAGE.v2);
        const action = scene.follow({ action: 'rollback', 'bake-time': '40s' });
        await action.line(/waiting: users are on the candidate/);
        await scene.foreign({ traffic: LATEST });
        expectFailure(await action.done, 'failed', /kubectl-edit at .* changed the traffic of web during the release/);
        expect(scene.served.at(-1)).toEqual(only(IMAGE.v2));
        expect((await scene.service()).spec?.template?.spec?.containers[0]?.image).toBe(IMAGE.v2);
      },
    );

    scenario(
      'somebody else changes the template meanwhile: nobody is moved, and the run after that replaces it',
      {},
      async (scene) => {
        await release(scene, IMAGE.v2);
        const action = scene.follow({ action: 'rollback', 'bake-time': '40s' });
        await action.line(/waiting: users are on the candidate/);
        await scene.foreign({ template: { spec: { containers: [{ name: 'web', image: IMAGE.v3 }] } } });
        const result = await action.done;
        expectFailure(result, 'failed', /kubectl-edit at .* changed the template of web meanwhile \(.*v1 → .*v3/);
        expect(result.summary).toContain('Rolled back, but not to its end');
        expect(scene.served).toEqual([only(IMAGE.v1), only(IMAGE.v2), only(IMAGE.v1)]);
        expectSuccess(await scene.run({ action: 'resume' }), 'rolled-back');
        expect(scene.served).toEqual([only(IMAGE.v1), only(IMAGE.v2), only(IMAGE.v1)]);
        await expectVersion(scene, IMAGE.v1);
      },
    );

    scenario('cancelled in its bake it is undone', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      const cancelled = scene.follow({ action: 'rollback', 'bake-time': '30s' });
      await cancelled.line(/waiting: users are on the candidate/);
      cancelled.cancel();
      expect(await cancelled.done).toMatchObject({ conclusion: 'cancelled', outputs: { outcome: 'aborted' } });
      expect(scene.served.at(-1)).toEqual(only(IMAGE.v2));
      expect((await scene.record()).past[0]).toMatchObject({ outcome: 'aborted', rollback: true });
    });

    for (const [at, write] of deaths)
      scenario(`killed after “${write}”: post ends it where users were wanted, or takes it back`, {}, async (scene) => {
        await release(scene, IMAGE.v2);
        let kill = (): void => undefined;
        const gate = await scene.gate((passing) =>
          passing.kind === 'write' && passing.count === at + 1
            ? { do: 'forward-and-reset', first: () => kill() }
            : FORWARD,
        );
        const action = scene.start({ action: 'rollback', kubeconfig: gate.kubeconfig });
        kill = () => action.kill('SIGKILL');
        expect(await action.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
        const isThere = at >= FLIP.indexOf('100 % to the candidate');
        expect(scene.served.slice(2)).toEqual(isThere ? [only(IMAGE.v1)] : []);
        if (isThere) await expectVersion(scene, IMAGE.v1);
        else expect((await scene.record()).isOpen).toBe(false);
      });
  });
}

async function release(scene: KnativeScene, ...images: readonly string[]): Promise<void> {
  for (const image of images) expectSuccess(await scene.run({ images: `web=${image}` }));
}

/** The spec is that of the first version but for the image, all users follow its latest Revision, and nothing is open. */
async function expectVersion(scene: KnativeScene, image: string): Promise<void> {
  const { spec, status }: KnativeObject = await scene.service();
  expect(spec?.traffic).toEqual(scene.before.spec?.traffic);
  expect(spec?.template?.spec?.containers[0]).toEqual({ ...scene.before.spec?.template?.spec?.containers[0], image });
  expect(scene.served.at(-1)).toEqual(only(image));
  expect(status?.latestReadyRevisionName).toBe(status?.latestCreatedRevisionName);
  const { isOpen, past } = await scene.record();
  expect({ isOpen, outcome: past[0]?.outcome }).toEqual({ isOpen: false, outcome: 'rolled-back' });
}
