import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { Deployment, Service } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { deploymentManifest } from '../kubernetes/app.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import { RAMP, weigh, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectServed, expectSuccess } from './endings.ts';
import { type HttpRoute, routePath } from './gateway.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

/** What somebody else does, and the words in which the release names it. What was decided for each: docs/guarantees.md. */
interface Edit {
  readonly deed: (scene: Scene) => Promise<unknown>;
  readonly named: RegExp;
}

const OLD_MANIFEST: Edit = {
  deed: applyOld,
  named: /kubectl-client-side-apply at .* changed the pod template of web during the release: back to the old version/,
};
const PIN: Edit = {
  deed: (scene) => select(scene, { 'pod-template-hash': null }),
  named: /kubectl-edit at .* changed pod-template-hash in the selector of Service web to \(none\)/,
};
const LABEL: Edit = {
  deed: (scene) => select(scene, { tier: 'front' }),
  named: /kubectl-edit at .* changed the selector of Service web/,
};
/** The label stays: it comes last. */
const EDITS = [OLD_MANIFEST, PIN, LABEL];

const WEIGHTS = /changed the weights of httproute\/web/;

/** Edits by which somebody else undoes a release by hand, one after the other on the same app, while users are on the old version. */
export function foreignEdits(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('somebody else edits selector, manifest or weights', () => {
    scenario('while the candidate starts: each is named, and the release goes back', TIERED, async (scene) => {
      scene.judge = expectServed;
      for (const { deed, named } of EDITS) {
        const action = scene.start({ images: `web=${IMAGE.neverReady}` });
        await action.line(/waiting: 0\/2 candidate pods Ready/);
        await deed(scene);
        await expectBack(scene, await action.done, named);
      }
      await expectLabelled(scene);
    });

    scenario('at a pause: the run that is to promote names each, and goes back', TIERED, async (scene) => {
      scene.judge = expectServed;
      for (const { deed, named } of EDITS) {
        expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
        await deed(scene);
        await expectBack(scene, await scene.run({ action: 'promote' }), named);
      }
      await expectLabelled(scene);
    });

    scenario('weights, in a step and at a pause: stands, named, and the next run puts them back', FOUR, (scene) =>
      withGateway(scene, async () => {
        const before = await routeOf(scene);
        const action = scene.start({ ...RAMP, steps: '20% 30s' });
        await action.line(/waiting: 20 % of the users/);
        await weigh(scene, 70, 30);
        await expectWeighed(scene, await action.done, before);
        expectSuccess(await scene.run({ ...RAMP, 'pause-at': '20%' }), 'paused');
        await weigh(scene, 60, 40);
        await expectWeighed(scene, await scene.run({ action: 'promote' }), before);
      }),
    );

    scenario('weights, while the candidate starts: of what there is on, a share for it stands', FOUR, (scene) =>
      withGateway(scene, async () => {
        const before = await routeOf(scene);
        const starting = async (image: string, deed: () => Promise<unknown>): Promise<RunResult> => {
          const action = scene.start({ ...RAMP, steps: '20% 1s', images: `web=${image}` });
          await action.line(/waiting: 0\/1 candidate pods Ready/);
          await deed();
          return action.done;
        };
        await expectWeighed(scene, await starting(IMAGE.neverReady, () => weigh(scene, 70, 30)), before);
        const weight = { op: 'add', path: '/spec/rules/0/backendRefs/0/weight', value: 70 };
        const path = `${routePath(scene.namespace, 'web')}?fieldManager=kubectl-edit`;
        expectSuccess(await starting(IMAGE.slow, () => scene.api.patch(path, [weight])));
        expect(withoutWeights(await routeOf(scene))).toEqual(withoutWeights(before));
      }),
    );
  });
}

const FOUR = { replicas: 4 } as const;
/** With a second label, that there is one to be added to the selector. */
const TIERED = { podLabels: { tier: 'front' } };

async function expectBack(scene: Scene, result: RunResult, named: RegExp): Promise<void> {
  expectFailure(result, 'rolled-back', named);
  const { deployment, services, leases } = await scene.objects();
  expect({ deployment, leases }).toEqual({ deployment: scene.before.deployment, leases: [] });
  expect(services).toHaveLength(scene.before.services.length);
  expect(await scene.record()).toMatchObject({ isOpen: false });
  await until('users are on stable', 30_000, async () => isDeepStrictEqual(await scene.users(), scene.stable.pods));
}

async function expectLabelled(scene: Scene): Promise<void> {
  const service = await scene.api.get<Service>(serviceOf(scene));
  expect(service.spec?.selector).toEqual({ app: 'web', tier: 'front' });
}

async function expectWeighed(scene: Scene, result: RunResult, before: HttpRoute): Promise<void> {
  expectFailure(result, 'failed', WEIGHTS);
  expect(await scene.users()).toEqual(scene.stable.pods);
  expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
  expect((await routeOf(scene)).spec).toEqual(before.spec);
  expect((await scene.objects()).deployment).toEqual(scene.before.deployment);
}

/** As most manifests are, without a strategy: a hold's fields and a pause stay. */
function applyOld(scene: Scene): Promise<unknown> {
  // The manifest is ours; its type is that of what the API server makes of it.
  const { spec = {} } = deploymentManifest(scene.app) as { spec?: { strategy?: unknown } };
  const { strategy: _, ...written } = spec;
  const path = `${paths.deployments(scene.namespace, scene.app.name)}?fieldManager=kubectl-client-side-apply`;
  return scene.api.patch<Deployment>(path, { spec: written }, 'strategic-merge-patch');
}

function select(scene: Scene, selector: Readonly<Record<string, string | null>>): Promise<unknown> {
  return scene.api.patch(`${serviceOf(scene)}?fieldManager=kubectl-edit`, { spec: { selector } });
}

function serviceOf(scene: Scene): string {
  return paths.core(scene.namespace, 'services', scene.app.name);
}

/** Of a rule that leads to one Service the weight says nothing. */
function withoutWeights({ spec }: HttpRoute): unknown {
  return JSON.parse(JSON.stringify(spec, (key, value: unknown) => (key === 'weight' ? undefined : value)));
}

function routeOf(scene: Scene): Promise<HttpRoute> {
  return scene.api.get<HttpRoute>(routePath(scene.namespace, 'web'));
}
