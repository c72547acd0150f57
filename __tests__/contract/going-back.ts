import { expect } from '@jest/globals';
import type { ReplicaSet } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  expectUntouched,
  GOOD_RELEASE,
} from './endings.ts';
import { FORWARD } from './gate.ts';
import { describe } from './group.ts';
import { PROCESS, type Scene, scenariosOn } from './scene.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** `action: rollback`: to a version from before, while it is there still, or by a release of its own. */
export function rollbacks(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a rollback', () => {
    scenario('goes one version further back each time, and says when there is none', {}, async (scene) => {
      await release(scene, IMAGE.v2, IMAGE.v3);
      const first = await scene.run({ action: 'rollback' }, PROCESS);
      expectSuccess(first, 'rolled-back');
      await expectVersion(scene, IMAGE.v2);
      expect(first.outputs).toMatchObject({
        images: expect.stringContaining(IMAGE.v2),
        'previous-images': expect.stringContaining(IMAGE.v3),
        'rollback-possible': 'true',
      });
      expect(first.summary).toContain('Users are back on the version that was wanted.');
      expect((await scene.writes()).slice(-GOOD_RELEASE.length)).toEqual(GOOD_RELEASE);
      expect((await scene.record()).past[0]).toMatchObject({ outcome: 'rolled-back', rollback: true });
      expectSuccess(await scene.run({ action: 'rollback' }), 'rolled-back');
      await expectVersion(scene, IMAGE.v1);
      const writes = await scene.writes();
      expectFailure(await scene.run({ action: 'rollback' }), 'failed', /has no version before the one that it runs/);
      expect(await scene.writes()).toEqual(writes);
    });

    scenario('passes over a version that a release failed to bring', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      expectFailure(await scene.run({ images: `web=${IMAGE.crash}` }), 'rolled-back', /panic|exit code 3|Error/);
      expectSuccess(await scene.run({ action: 'rollback' }), 'rolled-back');
      await expectVersion(scene, IMAGE.v1);
      expectFailure(
        await scene.run({ action: 'rollback', to: 'crash' }),
        'failed',
        /users never had it for good \(rolled-back: .*Possible in input to are: release r-/,
      );
    });

    scenario('to a tag, a revision, a release; and refuses what names none', {}, async (scene) => {
      await release(scene, IMAGE.v2, IMAGE.v3);
      const [third, second] = (await scene.record()).past;
      expectFailure(
        await scene.run({ action: 'rollback', to: 'v9' }),
        'failed',
        /to: v9 is no release, revision, image/,
      );
      expectSuccess(await scene.run({ action: 'rollback', to: third?.release ?? '' }), 'unchanged');
      await expectVersion(scene, IMAGE.v3);
      expectSuccess(await scene.run({ action: 'rollback', to: 'v1' }), 'rolled-back');
      await expectVersion(scene, IMAGE.v1);
      expectSuccess(await scene.run({ action: 'rollback', to: second?.release ?? '' }), 'rolled-back');
      await expectVersion(scene, IMAGE.v2);
      const revision = await revisionOf(scene, IMAGE.v3);
      expectSuccess(
        await scene.run({ action: 'rollback', to: revision, strategy: 'canary', steps: '50% 0s' }),
        'rolled-back',
      );
      await expectVersion(scene, IMAGE.v3);
    });

    scenario('that fails its checks leaves users where they are, and the step fails', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      const result = await scene.run({ action: 'rollback', 'smoke-command': 'exit 7' });
      expectFailure(result, 'failed', /smoke-command “exit 7” failed/);
      expect(result.summary).toContain('Users are still on the version that they were to leave.');
      await expectVersion(scene, IMAGE.v2);
      expect((await scene.record()).past[0]).toMatchObject({ outcome: 'failed', rollback: true });
      expectSuccess(await scene.run({ action: 'rollback' }), 'rolled-back');
      await expectVersion(scene, IMAGE.v1);
    });

    scenario(
      'of a Deployment that was never released goes by its revisions, and takes the change-cause along',
      {},
      async (scene) => {
        await apply(scene, IMAGE.v1, 'the first');
        await apply(scene, IMAGE.v2, 'the second');
        const result = await scene.run({ action: 'rollback' });
        expectSuccess(result, 'rolled-back');
        expect(result.displayedLog).toContain(
          'no release on record went before, so it is the Deployment’s own previous revision',
        );
        const { metadata } = await scene.deployment();
        expect(metadata?.annotations?.[CHANGE_CAUSE]).toBe('the first');
        const causes = (await replicaSets(scene)).map(({ metadata }) => metadata?.annotations?.[CHANGE_CAUSE]);
        expect(causes.sort()).toEqual(['the first', 'the second']);
      },
    );

    scenario('after somebody else’s change goes to what users had by a release', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      await apply(scene, IMAGE.v3, 'by hand');
      const result = await scene.run({ action: 'rollback' });
      expectSuccess(result, 'rolled-back');
      expect(result.displayedLog).toContain('what Deployment web runs now came by other means');
      expect(await imageOf(scene)).toBe(IMAGE.v2);
    });

    scenario('is told by a dry run, which writes nothing', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      const writes = await scene.writes();
      expectSuccess(await scene.run({ action: 'rollback', 'dry-run': 'true' }), 'unchanged');
      expect(await scene.writes()).toEqual(writes);
      await expectVersion(scene, IMAGE.v2);
    });

    scenario('of a release in progress takes that back, and the step succeeds', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
      const result = await scene.run({ action: 'rollback' });
      expectSuccess(result, 'rolled-back');
      expect(result.outputs.images).toContain(IMAGE.v1);
      await expectOriginal(scene);
    });

    scenario(
      'of a release that a run is at work on has that run take it back, and goes no further',
      {},
      async (scene) => {
        await release(scene, IMAGE.v2);
        const action = scene.follow({ images: `web=${IMAGE.v3}`, 'bake-time': '60s', timeout: '2m' });
        await action.line(/waiting: users are on the candidate/);
        const result = await scene.run({ action: 'rollback' });
        expectSuccess(result, 'rolled-back');
        expect(result.outputs.reason).toMatch(/has brought users there: Another run asked for it \(action: rollback/);
        expectFailure(await action.done, 'aborted', /Another run asked for it \(action: rollback/);
        await expectVersion(scene, IMAGE.v2);
      },
    );

    scenario(
      'killed in its bake is ended by post where a person wanted it; cancelled there, it is undone',
      {},
      async (scene) => {
        await release(scene, IMAGE.v2);
        const cancelled = scene.follow({ action: 'rollback', 'bake-time': '30s' });
        await cancelled.line(/users are on the candidate/);
        cancelled.cancel();
        expect(await cancelled.done).toMatchObject({ conclusion: 'cancelled', outputs: { outcome: 'aborted' } });
        await expectVersion(scene, IMAGE.v2);
        const killed = scene.start({ action: 'rollback', 'bake-time': '30s' });
        await killed.line(/users are on the candidate/);
        killed.kill();
        expect(await killed.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
        await expectVersion(scene, IMAGE.v1);
        expect((await scene.record()).past[0]).toMatchObject({ outcome: 'rolled-back', rollback: true });
      },
    );

    scenario('with nothing before it at all is refused', {}, async (scene) => {
      expectFailure(await scene.run({ action: 'rollback' }), 'failed', /has no version before the one that it runs/);
      await expectUntouched(scene);
    });
  });
}

/** `keep-warm`, and what ends it. */
export function keptWarm(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('an old version that is kept warm', () => {
    scenario('stays beside the new one, and users are back on it by one write', {}, async (scene) => {
      const result = await keepWarm(scene);
      expect(result.summary).toContain('Promoted, the old version kept warm');
      expect(result.outputs['rollback-possible']).toBe('true');
      await expectWarm(scene);
      const before = (await scene.writes()).length;
      const back = await scene.run({ action: 'rollback' });
      expectSuccess(back, 'rolled-back');
      expect(back.outputs.images).toContain(IMAGE.v1);
      expect((await scene.writes()).slice(before)).toEqual([
        'take lock',
        'note the turn',
        'back to stable',
        'close on stable',
        'unpin',
        'restore',
        'delete services web-candidate',
        'close record',
        'release lock',
      ]);
      await expectOriginal(scene);
      // It was rolled back from: what ran before the first release is gone, too.
      expectFailure(await scene.run({ action: 'rollback' }), 'failed', /has no version before/);
    });

    scenario('goes with finish, once', {}, async (scene) => {
      await keepWarm(scene);
      const before = (await scene.writes()).length;
      expectSuccess(await scene.run({ action: 'finish' }, PROCESS));
      expect((await scene.writes()).slice(before)).toEqual([
        'take lock',
        ...GOOD_RELEASE.slice(GOOD_RELEASE.indexOf('close')),
      ]);
      await expectPromoted(scene);
      expectSuccess(await scene.run({ action: 'finish' }), 'unchanged');
    });

    scenario('is finished by the next release', {}, async (scene) => {
      await keepWarm(scene);
      expectSuccess(await scene.run({ images: `web=${IMAGE.v3}` }));
      await expectPromoted(scene, { image: IMAGE.v3 });
      expect((await scene.record()).past.map(({ outcome }) => outcome)).toEqual(['promoted', 'promoted']);
    });

    scenario('is finished first when another version is wanted back', {}, async (scene) => {
      await release(scene, IMAGE.v2);
      await keepWarm(scene, IMAGE.v3);
      expectSuccess(await scene.run({ action: 'rollback', to: 'v3' }), 'unchanged');
      expectSuccess(await scene.run({ action: 'rollback', to: 'v1' }), 'rolled-back');
      await expectVersion(scene, IMAGE.v1);
    });

    scenario('is nothing for abort, promote and resume, which say what is', {}, async (scene) => {
      await keepWarm(scene);
      const writes = await scene.writes();
      for (const action of ['abort', 'promote', 'resume'])
        expectFailure(
          await scene.run({ action }),
          'failed',
          /was promoted already, and its old version is kept warm.*action: rollback.*action: finish/,
        );
      const without = (all: readonly string[]): string[] => all.filter((write) => !write.endsWith(' lock'));
      expect(without(await scene.writes())).toEqual(without(writes));
      await expectWarm(scene);
    });

    scenario(
      'a template that somebody sets meanwhile reaches no pod, and is named before it is replaced',
      {},
      async (scene) => {
        await keepWarm(scene);
        await scene.api.patch(paths.deployments(scene.namespace, 'web'), template(IMAGE.v3), 'strategic-merge-patch');
        const refused = await scene.run({ action: 'finish' });
        expectFailure(refused, 'failed', /changed the pod template of web while it was paused: .*v2 → .*v3/);
        expect(await scene.users()).toEqual((await scene.podsOf(await scene.hash(IMAGE.v2))).sort());
        expect((await scene.podsOf(scene.stable.hash)).sort()).toEqual(scene.stable.pods);
        expectSuccess(await scene.run({ action: 'finish' }));
        await expectPromoted(scene);
      },
    );

    scenario(
      'a finish that is killed after its close is completed by post; before it, nothing has changed',
      {},
      async (scene) => {
        await keepWarm(scene);
        let kill = (): void => undefined;
        // The lock, the close.
        const gate = await scene.gate(({ kind, count }) => {
          if (kind !== 'write' || count !== 2) return FORWARD;
          kill();
          return { do: 'reset' };
        });
        const early = scene.start({ action: 'finish', kubeconfig: gate.kubeconfig });
        kill = () => early.kill('SIGKILL');
        expect(await early.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
        await expectWarm(scene);
        const second = await scene.gate(({ kind, count }) =>
          kind === 'write' && count === 2 ? { do: 'forward-and-reset', first: () => kill() } : FORWARD,
        );
        const late = scene.start({ action: 'finish', kubeconfig: second.kubeconfig });
        kill = () => late.kill('SIGKILL');
        expect(await late.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
        await expectPromoted(scene);
      },
    );

    scenario('a rollback that is killed on the way is completed by post', {}, async (scene) => {
      await keepWarm(scene);
      let kill = (): void => undefined;
      // The lock, the note, the users.
      const gate = await scene.gate(({ kind, count }) =>
        kind === 'write' && count === 3 ? { do: 'forward-and-reset', first: () => kill() } : FORWARD,
      );
      const action = scene.start({ action: 'rollback', kubeconfig: gate.kubeconfig });
      kill = () => action.kill('SIGKILL');
      expect(await action.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
      await expectOriginal(scene);
    });

    scenario('is kept by a promotion, too; below 100 % there is nothing to finish', { replicas: 4 }, async (scene) => {
      const ramp = { strategy: 'canary', steps: '20% 0s', 'pause-at': '20%', images: `web=${IMAGE.v2}` };
      expectSuccess(await scene.run(ramp), 'paused');
      const refused = await scene.run({ action: 'finish' });
      expectFailure(refused, 'failed', /is not at its end: 20 % of the users.*action: promote/);
      expect(refused.annotations[0]?.message).not.toContain('run the job again');
      expect(await scene.users()).toHaveLength(5);
      scene.judge = expectResizesOnly;
      expectSuccess(await scene.run({ action: 'promote', 'keep-warm': 'true' }));
      await expectWarm(scene);
      expectSuccess(await scene.run({ action: 'finish' }));
      await expectPromoted(scene);
    });

    scenario('is refused where no whole old version would be left', { replicas: 4 }, async (scene) => {
      const ramp = { strategy: 'canary', steps: '75% 0s', images: `web=${IMAGE.v2}`, 'keep-warm': 'true' };
      expectFailure(await scene.run(ramp), 'failed', /keep-warm.*beyond 50 %.*stable is not whole at the end/);
      await expectUntouched(scene);
    });
  });
}

async function release(scene: Scene, ...images: readonly string[]): Promise<void> {
  for (const image of images) expectSuccess(await scene.run({ images: `web=${image}` }));
}

async function keepWarm(scene: Scene, image: string = IMAGE.v2): Promise<RunResult> {
  const result = await scene.run({ images: `web=${image}`, 'keep-warm': 'true' });
  expectSuccess(result);
  return result;
}

/** Users are on the whole new version; stable never lost a pod, and everything is frozen. */
async function expectWarm(scene: Scene): Promise<void> {
  const { spec } = await scene.deployment();
  expect(spec?.paused).toBe(true);
  const candidates = (await scene.podsOf(await scene.hash(IMAGE.v2))).sort();
  expect(candidates).toHaveLength(spec?.replicas ?? 1);
  expect(await scene.users()).toEqual(candidates);
  expect((await scene.podsOf(scene.stable.hash)).sort()).toEqual(scene.stable.pods);
  expect(await scene.record()).toMatchObject({ isOpen: true });
  expect((await scene.objects()).leases).toEqual([]);
}

/** At rest on this version: all is as before but for the image. */
async function expectVersion(scene: Scene, image: string): Promise<void> {
  const pods = (await scene.podsOf(await scene.hash(image))).sort();
  const { spec } = await scene.deployment();
  expect(spec).toMatchObject({ replicas: pods.length });
  expect(await scene.users()).toEqual(pods);
  expect(await imageOf(scene)).toBe(image);
  const { deployment: _before, ...before } = scene.before;
  expect(await scene.objects()).toMatchObject({ ...before, configMaps: ['crossfade.web'], leases: [] });
  expect(spec?.paused ?? false).toBe(false);
  expect(await scene.record()).toMatchObject({ isOpen: false });
}

async function imageOf(scene: Scene): Promise<string | undefined> {
  return (await scene.deployment()).spec?.template.spec?.containers[0]?.image;
}

async function replicaSets(scene: Scene): Promise<readonly ReplicaSet[]> {
  return (await scene.api.list<ReplicaSet>(paths.replicaSets(scene.namespace))).items;
}

async function revisionOf(scene: Scene, image: string): Promise<string> {
  const found = (await replicaSets(scene)).find(({ spec }) => spec?.template?.spec?.containers[0]?.image === image);
  return found?.metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? '';
}

function template(image: string): object {
  return { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
}

/** As kubectl would, with a change-cause, and until Kubernetes has rolled that out. */
async function apply(scene: Scene, image: string, cause: string): Promise<void> {
  const path = paths.deployments(scene.namespace, 'web');
  // Both versions serve while that lasts, and nothing is paused.
  scene.judge = (violations) => {
    for (const { rule } of violations) expect(['exposed', 'stranger']).toContain(rule);
  };
  const body = { metadata: { annotations: { [CHANGE_CAUSE]: cause } }, ...template(image) };
  await scene.api.patch(path, body, 'strategic-merge-patch');
  await until(`the Deployment runs ${image}`, 30_000, async () => {
    const pods = await scene.podsOf(await scene.hash(image).catch(() => ''));
    const all = await replicaSets(scene);
    const isAlone = all.every(
      ({ spec, status }) => (spec?.replicas ?? 0) === 0 || (status?.readyReplicas ?? 0) === pods.length,
    );
    return pods.length > 0 && isAlone && all.filter(({ spec }) => (spec?.replicas ?? 0) > 0).length === 1;
  });
}
