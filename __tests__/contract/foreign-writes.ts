import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { Deployment, Service } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { deploymentManifest } from '../kubernetes/app.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOneGap,
  expectOriginal,
  expectPromoted,
  expectSuccess,
  GOOD_RELEASE,
  HAS_ENDED,
  TAKEN_BACK,
} from './endings.ts';
import { describe } from './group.ts';
import { type Inputs, type Scene, scenariosOn } from './scene.ts';
import { changesOf } from './writes.ts';

/** Somebody else writes while users are on the candidate: noticed, named, never overwritten; or none of our business. */
export function foreignWrites(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('somebody else in the bake, noticed', () => {
    scenario('sets another image: frozen, no pod changes; nothing is overwritten', {}, async (scene) => {
      const result = await disturbed(scene, async () => {
        await write(scene, 'kubectl-set', { spec: imageSpec(IMAGE.v3) });
      });
      expectFailure(
        result,
        'failed',
        /kubectl-set at \d\d:\d\d:\d\d UTC changed the pod template of web .*image registry\.test\/web:v2 → registry\.test\/web:v3/,
      );
      expect(await scene.users()).toEqual(scene.stable.pods);
      expect(await scene.podsOf(await scene.hash(IMAGE.v2))).toHaveLength(2);
      await expect(scene.hash(IMAGE.v3)).rejects.toThrow('0 ReplicaSets run');
      const { spec } = await scene.deployment();
      expect(spec?.paused).toBe(true);
      expect(spec?.template.spec?.containers[0]?.image).toBe(IMAGE.v3);
      expect(await scene.writes()).toEqual([...upTo('note the turn'), 'note that it stands', 'release lock']);
      expect(await scene.record()).toMatchObject({ isOpen: true });
    });

    scenario(
      'and when they have put their image back, the next run takes the rest back and releases',
      {},
      async (scene) => {
        await disturbed(scene, () => write(scene, 'kubectl-set', { spec: imageSpec(IMAGE.v3) }));
        await write(scene, 'kubectl-set', { spec: imageSpec(IMAGE.v1) });
        const next = await scene.run({ images: `web=${IMAGE.v3}` });
        expectSuccess(next);
        expect(next.displayedLog).toContain('it is taken back first');
        await expectPromoted(scene, { image: IMAGE.v3 });
      },
    );

    scenario('and when nobody has put it right, the run after the one that named it does', {}, async (scene) => {
      await disturbed(scene, () => write(scene, 'kubectl-set', { spec: imageSpec(IMAGE.v3) }));
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}` }));
      await expectPromoted(scene);
    });

    // A paused Deployment's controller finds stable complete then, and scales every other version to zero, the one that users are on among them.
    scenario('applies the old template again', {}, async (scene) => {
      scene.judge = expectOneGap;
      const result = await disturbed(scene, async () => {
        await write(scene, 'kubectl-client-side-apply', { spec: imageSpec(IMAGE.v1) });
      });
      expectFailure(
        result,
        'rolled-back',
        /kubectl-client-side-apply at .* changed the pod template of web during the release: back to the old version/,
      );
      expect(await scene.writes()).toEqual(TAKEN_BACK);
      await expectOriginal(scene);
    });

    scenario('applies the whole old manifest again, strategy and all', {}, async (scene) => {
      scene.judge = expectOneGap;
      const { spec } = deploymentManifest(scene.app) as Deployment;
      const result = await disturbed(scene, () => write(scene, 'kubectl-client-side-apply', { spec }));
      expectFailure(result, 'rolled-back', /kubectl-client-side-apply at .* changed the pod template/);
      const { deployment, services, leases } = await scene.objects();
      expect({ deployment, services, leases }).toEqual({
        deployment: scene.before.deployment,
        services: scene.before.services,
        leases: [],
      });
      expect(await scene.users()).toHaveLength(2);
    });

    scenario('resumes the Deployment', {}, async (scene) => {
      // For as long as it takes to bring users back they are on a version that the controller may touch: that is found, and ends.
      scene.judge = (violations) => {
        for (const violation of violations) {
          expect(violation).toMatchObject({ rule: 'exposed', ms: expect.any(Number) });
          expect(violation.ms).toBeLessThan(HAS_ENDED);
        }
        expect(violations).toHaveLength(1);
      };
      const result = await disturbed(scene, () => write(scene, 'kubectl-rollout', { spec: { paused: false } }));
      expectFailure(
        result,
        'rolled-back',
        /(Somebody|kubectl-rollout at .*) resumed \(unpaused\) web during the release/,
      );
      expect(await scene.writes()).toEqual(TAKEN_BACK);
      await expectOriginal(scene);
    });

    const TIERED = { spec: inTier('front') };
    scenario(
      'writes a selector that reaches both: it is theirs, and only stable is left behind it',
      TIERED,
      async (scene) => {
        const theirs = { tier: 'front', 'pod-template-hash': null };
        const result = await disturbed(scene, () => editSelector(scene, theirs));
        expectFailure(
          result,
          'rolled-back',
          /kubectl-edit at .* changed the selector of Service web during the release/,
        );
        const service = await scene.api.get<Service>(serviceOf(scene));
        expect(service.spec?.selector).toEqual({ app: 'web', tier: 'front' });
        expect((await scene.objects()).deployment).toEqual(scene.before.deployment);
        // Nobody waited for this Service: it is theirs now, and its endpoints follow the pods a moment later.
        await until('only stable is behind it', 30_000, async () =>
          isDeepStrictEqual(await scene.users(), scene.stable.pods),
        );
      },
    );

    scenario('adds a label to the selector, beside our pin: users go back, the label stays', TIERED, async (scene) => {
      const result = await disturbed(scene, () => editSelector(scene, { tier: 'front' }));
      expectFailure(result, 'rolled-back', /kubectl-edit at .* changed the selector of Service web during the release/);
      expect(await scene.writes()).toEqual(TAKEN_BACK);
      const service = await scene.api.get<Service>(serviceOf(scene));
      expect(service.spec?.selector).toEqual({ app: 'web', tier: 'front' });
      expect((await scene.objects()).deployment).toEqual(scene.before.deployment);
      expect(await scene.users()).toEqual(scene.stable.pods);
    });

    scenario('removes the pin: users go back to stable', {}, async (scene) => {
      const result = await disturbed(scene, () => editSelector(scene, { 'pod-template-hash': null }));
      expectFailure(
        result,
        'rolled-back',
        /kubectl-edit at .* changed pod-template-hash in the selector of Service web to \(none\)/,
      );
      // From no pin at all, the way to stable reads as the pin it is.
      expect(await scene.writes()).toEqual(TAKEN_BACK.map((write) => (write === 'back to stable' ? 'pin' : write)));
      await expectOriginal(scene);
    });

    scenario('deletes the Deployment: no pin is left behind', {}, async (scene) => {
      const result = await disturbed(scene, () => scene.api.remove(deploymentOf(scene)));
      expectFailure(result, 'failed', /Deployment web was deleted/);
      expect(result.summary).toContain(
        'Users reach neither version, now or in a moment: the pods of both go with the Deployment',
      );
      const service = await scene.api.get<Service>(serviceOf(scene));
      expect(service.spec?.selector).toEqual({ app: 'web' });
      await until('the candidate Service is gone', 30_000, async () => {
        return (await scene.api.find(paths.core(scene.namespace, 'services', 'web-candidate'))) === undefined;
      });
    });
  });

  describe('somebody else in the bake, and the release goes on', () => {
    scenario(
      'scales from 4 to 6: both versions grow, and replicas are never written',
      { replicas: 4 },
      async (scene) => {
        const result = await disturbed(scene, () => write(scene, 'kubectl-scale', { spec: { replicas: 6 } }), '4s');
        expectSuccess(result);
        expect(await scene.writes()).toEqual(GOOD_RELEASE);
        const written = (await scene.mutations()).flatMap(({ body }) => changesOf(body).map(({ path }) => path));
        expect(written).not.toContain('/spec/replicas');
        const { spec } = await scene.deployment();
        expect(spec?.replicas).toBe(6);
        expect(await scene.users()).toEqual((await scene.podsOf(await scene.hash(IMAGE.v2))).sort());
        expect(await scene.users()).toHaveLength(6);
      },
    );

    scenario('scales from 4 to 2', { replicas: 4 }, async (scene) => {
      const result = await disturbed(scene, () => write(scene, 'kubectl-scale', { spec: { replicas: 2 } }), '4s');
      expectSuccess(result);
      expect(await scene.users()).toEqual((await scene.podsOf(await scene.hash(IMAGE.v2))).sort());
      expect(await scene.users()).toHaveLength(2);
    });

    scenario('deletes a pod of the candidate', {}, async (scene) => {
      const result = await disturbed(
        scene,
        async () => {
          const [pod] = await scene.podsOf(await scene.hash(IMAGE.v2));
          await scene.api.remove(paths.core(scene.namespace, 'pods', pod));
        },
        '4s',
      );
      expectSuccess(result);
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });

    scenario('deletes a pod of stable', {}, async (scene) => {
      const result = await disturbed(
        scene,
        () => scene.api.remove(paths.core(scene.namespace, 'pods', scene.stable.pods[0])),
        '4s',
      );
      expectSuccess(result);
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });

    scenario('labels and annotates what we manage: all of it stays', {}, async (scene) => {
      const metadata = { labels: { team: 'shop' }, annotations: { 'example.test/note': 'x' } };
      const result = await disturbed(
        scene,
        async () => {
          await write(scene, 'kubectl-label', { metadata });
          await scene.api.patch(`${serviceOf(scene)}?fieldManager=kubectl-label`, { metadata });
        },
        '2s',
      );
      expectSuccess(result);
      expect((await scene.deployment()).metadata).toMatchObject(metadata);
      expect(await scene.api.get(serviceOf(scene))).toMatchObject({ metadata });
    });
  });
}

/** A release of v2 that somebody disturbs as soon as users are on the candidate. */
async function disturbed(
  scene: Scene,
  disturb: () => Promise<unknown>,
  bakeTime = '30s',
  inputs: Inputs = {},
): Promise<RunResult> {
  const action = scene.follow({ images: `web=${IMAGE.v2}`, 'bake-time': bakeTime, ...inputs });
  await action.line(/waiting: users are on the candidate/);
  await disturb();
  return action.done;
}

function upTo(last: string): string[] {
  return TAKEN_BACK.slice(0, TAKEN_BACK.indexOf(last) + 1);
}

function write(scene: Scene, manager: string, body: unknown): Promise<unknown> {
  return scene.api.patch(`${deploymentOf(scene)}?fieldManager=${manager}`, body, 'strategic-merge-patch');
}

function editSelector(scene: Scene, selector: Readonly<Record<string, string | null>>): Promise<unknown> {
  return scene.api.patch(`${serviceOf(scene)}?fieldManager=kubectl-edit`, { spec: { selector } });
}

function imageSpec(image: string): unknown {
  return { template: { spec: { containers: [{ name: 'web', image }] } } };
}

/** The app's template with one more label. */
function inTier(tier: string): Readonly<Record<string, unknown>> {
  // The manifest is ours; its type is that of what the API server makes of it.
  const { spec } = deploymentManifest({ namespace: '', preStopSeconds: 1 }) as Deployment;
  const { template } = spec ?? {};
  return { template: { ...template, metadata: { labels: { ...template?.metadata?.labels, tier } } } };
}

function deploymentOf(scene: Scene): string {
  return paths.deployments(scene.namespace, scene.app.name);
}

function serviceOf(scene: Scene): string {
  return paths.core(scene.namespace, 'services', scene.app.name);
}
