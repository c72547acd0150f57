import { expect } from '@jest/globals';
import type { Deployment } from '../../src/cluster/wire.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  deploymentOf,
  pause,
  RESTARTED,
  recordOf,
  restart,
  resume,
  serviceOf,
  setImage,
  withImage,
  write,
} from './deeds.ts';
import { expectFailure, expectSuccess, GOOD_RELEASE, HAS_ENDED } from './endings.ts';
import { FORWARD } from './gate.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

/** What somebody else does as the next write of a release is on its way, and what was decided for that (docs/guarantees.md). */
interface Moment {
  readonly title: string;
  /** The write of `GOOD_RELEASE` before which it is done: the first of that name, or the one that is counted. */
  readonly before: string;
  readonly nth?: 2;
  readonly deed: (scene: Scene) => Promise<unknown>;
  readonly end: (scene: Scene, result: RunResult) => void | Promise<void>;
}

const MOMENTS: readonly Moment[] = [
  { title: 'set image, nothing begun', before: 'pause', deed: setImage, end: theirs(IMAGE.v3, /kubectl-set at /) },
  { title: 'set image, frozen', before: 'select candidate', deed: setImage, end: stands(/kubectl-set at /) },
  { title: 'set image, the old pods gone', before: 'unpin', deed: setImage, end: waits },
  { title: 'rollout pause, nothing begun', before: 'pause', deed: pause, end: pausedByThem },
  {
    title: 'rollout resume, paused',
    before: 'pin',
    deed: resume,
    end: back(/(Somebody|kubectl-rollout at .*) resumed/),
  },
  { title: 'rollout resume, closing', before: 'web-candidate: select stable', deed: resume, end: on },
  {
    title: 'rollout undo, opening',
    before: 'pause',
    nth: 2,
    deed: applyOld('kubectl-rollout'),
    end: back(/kubectl-rollout at /),
  },
  { title: 'rollout restart, over', before: 'delete services web-candidate', deed: restart, end: after },
  { title: 'apply of the new manifest, paused', before: 'open', deed: applyNew, end: on },
  {
    title: 'apply of the strategy, switched',
    before: 'close',
    deed: applyStrategy,
    end: back(/argocd-controller at .* changed the strategy of web/),
  },
  { title: 'scale, switched', before: 'close', deed: scale, end: scaled },
  { title: 'candidate Service deleted, switched', before: 'close', deed: removeService('web-candidate'), end: on },
  {
    title: 'live Service deleted, frozen',
    before: 'create services web-candidate',
    deed: removeService('web'),
    end: deletedService,
  },
  { title: 'Deployment deleted, opening', before: 'pause', nth: 2, deed: removeDeployment, end: gone },
  { title: 'record deleted, closing', before: 'restore', deed: removeRecord, end: on },
  { title: 'lock deleted, opening', before: 'open', deed: (scene) => scene.removeLock(), end: on },
];

/** By real field managers, at every phase of a blue/green release; every kind and every moment of them all: `npm test -- others`. */
export function foreignMoments(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('somebody else writes as a write of the release is on its way', () => {
    for (const { title, before, nth = 1, deed, end } of MOMENTS)
      scenario(`${title} (before “${before}”)`, {}, async (scene) => {
        // What Kubernetes does with what they wrote is theirs, but that nobody is served.
        scene.judge = (violations) => {
          const lost = violations.filter(
            ({ rule, ms = Number.POSITIVE_INFINITY }) => rule === 'empty' && ms > HAS_ENDED,
          );
          if (!/deleted/.test(title)) expect(lost).toEqual([]);
        };
        const indices = [...GOOD_RELEASE.keys()].filter((at) => GOOD_RELEASE[at] === before);
        const count = (indices[nth - 1] ?? -1) + 1;
        expect(count).toBeGreaterThan(0);
        let isDone = false;
        const gate = await scene.gate(async (passing) => {
          if (isDone || passing.kind !== 'write' || passing.count !== count) return FORWARD;
          isDone = true;
          await deed(scene);
          return FORWARD;
        });
        const result = await scene.run({ images: `web=${IMAGE.v2}`, 'bake-time': '1s', kubeconfig: gate.kubeconfig });
        expect(isDone).toBe(true);
        await end(scene, result);
      });
  });
}

function theirs(image: string, who: RegExp) {
  return async (scene: Scene, result: RunResult): Promise<void> => {
    expectFailure(result, 'rolled-back', who);
    await allOn(scene, image);
    expect(await scene.record()).toMatchObject({ isOpen: false });
  };
}

function stands(who: RegExp) {
  return async (scene: Scene, result: RunResult): Promise<void> => {
    expectFailure(result, 'failed', who);
    expect(await scene.users()).toEqual(scene.stable.pods);
    const { spec } = await scene.deployment();
    expect(spec).toMatchObject({ paused: true });
    expect(imageOf(await scene.deployment())).toBe(IMAGE.v3);
    expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
    expect((await scene.objects()).deployment).toEqual(scene.before.deployment);
  };
}

async function waits(scene: Scene, result: RunResult): Promise<void> {
  expectFailure(result, 'failed', /kubectl-set at /);
  expect(imageOf(await scene.deployment())).toBe(IMAGE.v3);
  expect((await scene.deployment()).spec).toMatchObject({ paused: true });
  expect(await scene.users()).toEqual((await scene.podsOf(await scene.hash(IMAGE.v2))).sort());
  await scene.run({ action: 'abort' });
  await allOn(scene, IMAGE.v2);
  expect(await scene.record()).toMatchObject({ isOpen: false });
}

function back(who: RegExp) {
  return async (scene: Scene, result: RunResult): Promise<void> => {
    expectFailure(result, 'rolled-back', who);
    expect(imageOf(await scene.deployment())).toBe(IMAGE.v1);
    await allOn(scene, IMAGE.v1);
    expect(await scene.record()).toMatchObject({ isOpen: false });
  };
}

async function pausedByThem(scene: Scene, result: RunResult): Promise<void> {
  await back(/kubectl-rollout at .* paused web/)(scene, result);
  expect((await scene.deployment()).spec).toMatchObject({ paused: true });
}

async function on(scene: Scene, result: RunResult): Promise<void> {
  expectSuccess(result);
  await allOn(scene, IMAGE.v2);
  const { services, configMaps, leases } = await scene.objects();
  expect({ services, configMaps, leases }).toEqual({
    services: scene.before.services,
    configMaps: ['crossfade.web'],
    leases: [],
  });
}

async function scaled(scene: Scene, result: RunResult): Promise<void> {
  await on(scene, result);
  expect(await scene.users()).toHaveLength(3);
}

async function after(scene: Scene, result: RunResult): Promise<void> {
  expectSuccess(result);
  expect((await scene.deployment()).spec?.template.metadata?.annotations).toMatchObject(RESTARTED);
  expect((await scene.deployment()).spec?.paused ?? false).toBe(false);
  expect(await scene.record()).toMatchObject({ isOpen: false });
}

function deletedService(_: Scene, result: RunResult): void {
  expectFailure(result, 'rolled-back', /The live Service web was deleted/);
}

async function gone(scene: Scene, result: RunResult): Promise<void> {
  expectFailure(result, 'failed', /Deployment web was deleted/);
  expect(result.summary).toContain('the pods of both go with the Deployment');
  const { spec } = await scene.api.get<{ spec?: { selector?: object } }>(serviceOf(scene, 'web'));
  expect(spec?.selector).toEqual({ app: 'web' });
  expect(await scene.record()).toMatchObject({ isOpen: false });
}

/** Users are on all pods of a version, and on no other. */
async function allOn(scene: Scene, image: string): Promise<void> {
  await until(`all users are on ${image}`, 30_000, async () => {
    const { spec } = await scene.deployment();
    const pods = await scene.podsOf(await scene.hash(image));
    const users = await scene.users();
    return users.length === (spec?.replicas ?? 1) && users.join() === pods.sort().join();
  });
}

function imageOf({ spec }: Deployment): string | undefined {
  return spec?.template.spec?.containers[0]?.image;
}

function applyOld(manager: string) {
  return (scene: Scene): Promise<unknown> => write(scene, manager, withImage(IMAGE.v1));
}

function applyNew(scene: Scene): Promise<unknown> {
  return write(scene, 'kubectl-client-side-apply', withImage(IMAGE.v2));
}

function applyStrategy(scene: Scene): Promise<unknown> {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  return write(scene, 'argocd-controller', { ...withImage(IMAGE.v2), strategy });
}

function scale(scene: Scene): Promise<unknown> {
  return scene.api.patch(`${deploymentOf(scene)}/scale?fieldManager=kubectl`, { spec: { replicas: 3 } });
}

function removeService(name: string) {
  return (scene: Scene): Promise<unknown> => scene.api.remove(serviceOf(scene, name));
}

function removeDeployment(scene: Scene): Promise<unknown> {
  return scene.api.remove(deploymentOf(scene));
}

function removeRecord(scene: Scene): Promise<unknown> {
  return scene.api.remove(recordOf(scene));
}
