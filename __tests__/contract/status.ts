import { expect } from '@jest/globals';
import type { Status } from '../../src/engine/status.ts';
import { paths } from '../kubernetes/api.ts';
import type { RunResult } from '../runner/runner.ts';
import { RAMP, withGateway } from './canary.ts';
import { IMAGE, type TestCluster } from './cluster.ts';
import { expectFailure, expectResizesOnly, expectSuccess, expectUntouched } from './endings.ts';
import { describe } from './group.ts';
import { knativeScenariosOn } from './knative-scene.ts';
import { personaWith } from './permissions.ts';
import { PROCESS, type Inputs, type Scene, scenariosOn } from './scene.ts';

const FOUR = { replicas: 4 } as const;
/** What somebody has who may look: neither Leases nor a verb that writes. */
const READING = [
  ['apps', 'deployments'],
  ['apps', 'replicasets'],
  ['', 'pods'],
  ['', 'services'],
  ['', 'configmaps'],
  ['discovery.k8s.io', 'endpointslices'],
].flatMap(([group = '', resource = '']) => ['get', 'list'].map((verb) => ({ group, resource, verb })));

/** `action: status` at every point where a workload can stand. It never writes. */
export function statuses(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('status', () => {
    scenario('of a Deployment that was never released', {}, async (scene) => {
      const { result, status } = await lookAt(scene);
      expect(result.outputs).toMatchObject({
        status: 'idle',
        share: '0',
        possible: 'deploy',
        release: '',
        images: `web=${IMAGE.v1}`,
        'previous-images': '',
        'stable-hash': scene.stable.hash,
        'candidate-hash': '',
        'rollback-possible': 'false',
      });
      expect(status.tracks).toMatchObject([{ role: 'stable', wanted: 2, ready: 2, share: 10_000 }]);
      expect(result.summary).toContain('No release is open, and there is none on record.');
      await expectUntouched(scene);
    });

    scenario('of one that a release would be refused of: paused, scaled to zero', {}, async (scene) => {
      const path = paths.deployments(scene.namespace, 'web');
      await scene.api.patch(path, { spec: { paused: true } });
      const paused = await lookAt(scene);
      expect(paused.result.outputs).toMatchObject({ status: 'idle', possible: '' });
      expect(paused.status.notes).toEqual([expect.stringMatching(/^Deployment web is paused: /)]);
      await scene.api.patch(path, { spec: { paused: false, replicas: 0 } });
      const empty = await lookAt(scene);
      expect(empty.result.outputs).toMatchObject({ status: 'idle', possible: '' });
      expect(empty.status.notes).toEqual([expect.stringMatching(/^Deployment web is scaled to zero: /)]);
    });

    scenario('of one that does not exist', {}, async (scene) => {
      const result = await scene.run({ action: 'status', deployment: 'wbe' }, PROCESS);
      expectFailure(result, 'failed', /Wanted Deployment wbe in namespace \S+; it has: web/);
      expect(result.outputs).toMatchObject({ status: '', possible: '' });
      expect(result.summary).toContain('❌ No status');
      await expectUntouched(scene);
    });

    scenario('of a canary that stands still, by numbers of pods', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      expectSuccess(await scene.run({ ...RAMP, 'pause-at': '20%' }), 'paused');
      const { result, status } = await lookAt(scene);
      expect(result.outputs).toMatchObject({
        status: 'paused',
        share: '20',
        possible: 'promote abort rollback deploy',
        images: `web=${IMAGE.v1}`,
        'previous-images': `web=${IMAGE.v1}`,
        'stable-hash': scene.stable.hash,
        'candidate-hash': await scene.hash(IMAGE.v2),
        'rollback-possible': 'true',
      });
      expect(result.outputs.release).toMatch(/^r-/);
      expect(status).toMatchObject({
        open: { pausedAt: 2000, strategy: 'canary' },
        lock: null,
        tracks: [
          { role: 'stable', ready: 4, share: 8000 },
          { role: 'candidate', ready: 1, share: 2000 },
        ],
      });
      expect(status.ways).toContain(
        'Service web: it selects every version; ready endpoints: 4 of stable, 1 of the candidate.',
      );
      expect(result.displayedLog).toContain('action: promote: It goes on from 20 %.');
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
    });

    scenario('of a canary that stands still, by a route', FOUR, (scene) =>
      withGateway(scene, async () => {
        expectSuccess(await scene.run({ ...RAMP, 'pause-at': '20%' }), 'paused');
        const { result, status } = await lookAt(scene);
        expect(result.outputs).toMatchObject({ status: 'paused', share: '20' });
        expect(status.ways).toEqual([
          'Service web: pinned to stable; ready endpoints: 4 of stable.',
          'Service web-candidate: ready endpoints: 1 of the candidate.',
          'httproute/web: 20 % to Service web-candidate.',
        ]);
        expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
      }),
    );

    scenario('after releases: which can be gone back to, and which the cluster does not keep', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}` }));
      expectFailure(await scene.run({ images: `web=${IMAGE.crash}` }), 'rolled-back', /./);
      const { result, status } = await lookAt(scene);
      expect(status.past).toMatchObject([
        { outcome: 'rolled-back', version: 'never-had' },
        { outcome: 'promoted', version: 'now' },
      ]);
      expect(result.summary).toContain('no: users never had it for good');
      const refused = await scene.run({ action: 'rollback', to: status.past[0]?.release ?? '' });
      expectFailure(refused, 'failed', /users never had it for good/);
      expect(result.outputs).toMatchObject({
        status: 'idle',
        release: status.past[1]?.release,
        images: `web=${IMAGE.v2}`,
        'previous-images': `web=${IMAGE.v1}`,
        'rollback-possible': 'true',
      });
      expectSuccess(await scene.run({ images: `web=${IMAGE.v3}` }));
      expect((await lookAt(scene)).status.past).toMatchObject([{ version: 'now' }, {}, { version: 'kept' }]);
      expectSuccess(await scene.run({ action: 'rollback' }), 'rolled-back');
      for (const image of [IMAGE.v1, IMAGE.v3]) await removeReplicaSet(scene, await scene.hash(image));
      const later = await lookAt(scene);
      expect(later.result.outputs).toMatchObject({ 'rollback-possible': 'false' });
      expect(later.status.past.map(({ version }) => version)).toEqual(['now', 'gone', 'never-had', 'now']);
      expect(later.result.summary).toContain('no: the cluster does not keep it any more');
    });

    scenario('while a run is at work, and after it was lost', {}, async (scene) => {
      const action = scene.start({ images: `web=${IMAGE.v2}`, 'bake-time': '50s', timeout: '2m' });
      await action.line(/::group::Bake/);
      const during = await lookAt(scene);
      expect(during.result.outputs).toMatchObject({ status: 'in-progress', share: '100', possible: 'abort' });
      expect(during.result.outputs.images).toBe(`web=${IMAGE.v2}`);
      expect(during.status.lock).toMatchObject({ isStale: false, holder: expect.stringContaining('/actions/runs/') });
      action.loseRunner();
      await action.done;
      await lateBy(scene, 15_000);
      const after = await lookAt(scene);
      expect(after.result.outputs).toMatchObject({
        status: 'unfinished',
        share: '100',
        possible: 'resume abort finish rollback deploy',
      });
      expect(after.status.lock).toMatchObject({ isStale: true });
      expect(after.result.summary).toContain('it is stale, and the next run takes it over');
      await scene.expireLock();
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
    });

    scenario('of a promoted release whose old version is kept warm', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'keep-warm': 'true' }));
      const { result, status } = await lookAt(scene);
      expect(result.outputs).toMatchObject({
        status: 'kept-warm',
        share: '100',
        possible: 'finish rollback deploy',
        images: `web=${IMAGE.v2}`,
        'rollback-possible': 'true',
      });
      expect(status.tracks).toMatchObject([
        { role: 'stable', ready: 2, share: 0 },
        { role: 'candidate', ready: 2 },
      ]);
      const plan = await scene.run({ action: 'plan', images: `web=${IMAGE.v3}` });
      expect(plan.outputs).toMatchObject({ plan: 'open-first' });
      expect(plan.summary).toContain('A deploy lets that old version go first');
      expectSuccess(await scene.run({ action: 'finish' }));
    });

    scenario('of both versions left standing', {}, async (scene) => {
      const failing = { images: `web=${IMAGE.v2}`, 'smoke-command': 'exit 3', 'on-failure': 'hold' };
      expectFailure(await scene.run(failing), 'failed', /exit code 3/);
      const { result } = await lookAt(scene);
      expect(result.outputs).toMatchObject({
        status: 'standing',
        share: '0',
        possible: 'resume abort rollback deploy',
      });
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
    });

    scenario('for a user who may only look, and for one who may not', {}, async (scene) => {
      const kubeconfig = await personaWith(scene, READING, READING);
      const { result, status } = await lookAt(scene, { kubeconfig });
      expect(result.outputs).toMatchObject({ status: 'idle', possible: 'deploy' });
      expect(status.notes).toEqual([
        'Whether a run is at work is not known: the user may not get leases.coordination.k8s.io.',
      ]);
      const without = READING.filter(({ resource }) => resource !== 'configmaps');
      const refused = await scene.run({ action: 'status', kubeconfig: await personaWith(scene, without, READING) });
      expectFailure(refused, 'failed', /its user may not: .*configmaps "crossfade\.web" is forbidden/);
      await expectUntouched(scene);
    });

    scenario('when the Deployment was deleted under its release', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
      scene.judge = () => undefined;
      await scene.api.request('DELETE', paths.deployments(scene.namespace, 'web'));
      const { result, status } = await lookAt(scene);
      expect(result.outputs).toMatchObject({ status: 'paused', 'stable-hash': scene.stable.hash });
      expect(status.notes).toContain('Deployment web was deleted under the release.');
    });
  });
}

/** The same of Knative Services. */
export function knativeStatuses(cluster: () => TestCluster): void {
  const scenario = knativeScenariosOn(cluster);
  const step = { strategy: 'canary', steps: '20% 1s', images: `web=${IMAGE.v2}` };

  scenario('status at rest, at a pause, and after it', {}, async (scene) => {
    const look = async (): Promise<RunResult> => {
      const before = await scene.writes();
      const result = await scene.run({ action: 'status' });
      expectSuccess(result, 'unchanged');
      expect(await scene.writes()).toEqual(before);
      return result;
    };
    expect((await look()).outputs).toMatchObject({ status: 'idle', possible: 'deploy', images: `web=${IMAGE.v1}` });
    expectSuccess(await scene.run({ ...step, 'pause-at': '20%' }), 'paused');
    const paused = await look();
    expect(paused.outputs).toMatchObject({
      status: 'paused',
      share: '20',
      possible: 'promote abort rollback deploy',
      'stable-hash': 'web-00001',
      'candidate-hash': 'web-00002',
    });
    expect(paused.summary).toContain('Users are at: 80 % web-00001, 20 % web-00002');
    expectSuccess(await scene.run({ action: 'promote' }));
    expect((await look()).outputs).toMatchObject({
      status: 'idle',
      possible: 'rollback deploy',
      images: `web=${IMAGE.v2}`,
      'previous-images': `web=${IMAGE.v1}`,
      'rollback-possible': 'true',
    });
  });

  scenario('status of a Knative Service that does not exist', {}, async (scene) => {
    const result = await scene.run({ action: 'status', 'knative-service': 'wbe' });
    expectFailure(result, 'failed', /Wanted Knative Service wbe in namespace \S+; it has: web/);
  });
}

/** Looks, and sees that nothing was written for it. */
async function lookAt(scene: Scene, inputs: Inputs = {}): Promise<{ result: RunResult; status: Status }> {
  const before = await scene.mutations();
  const result = await scene.run({ action: 'status', ...inputs });
  expectSuccess(result, 'unchanged');
  const written = (await scene.mutations()).slice(before.length).filter(({ userAgent }) => userAgent === 'crossfade');
  // Renewals of another run's lock are that run's.
  expect(written.filter(({ resource }) => resource !== 'leases')).toEqual([]);
  const { status } = JSON.parse(result.outputs.result ?? '{}') as { status: Status };
  return { result, status };
}

/** The last renewal of a lock that nobody holds any more was so long ago: not long enough for it to be taken over. */
async function lateBy(scene: Scene, ms: number): Promise<void> {
  const renewTime = new Date(Date.now() - ms).toISOString().replace('Z', '000Z');
  await scene.api.patch(paths.leases(scene.namespace, 'crossfade.web'), { spec: { renewTime } });
}

async function removeReplicaSet(scene: Scene, hash: string): Promise<void> {
  const { items } = await scene.api.list<{ metadata?: { name?: string; labels?: Record<string, string> } }>(
    paths.replicaSets(scene.namespace),
  );
  const name = items.find(({ metadata }) => metadata?.labels?.['pod-template-hash'] === hash)?.metadata?.name;
  await scene.api.request('DELETE', `${paths.replicaSets(scene.namespace)}/${name}`);
}
