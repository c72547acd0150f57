import { afterAll, beforeAll, expect } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { expectResizesOnly, expectUntouched } from '../contract/endings.ts';
import { type Scene, scenariosOn } from '../contract/scene.ts';
import { type Simulator, startSimulator } from '../simulator/cluster.ts';
import { runExample, story } from './examples.ts';
import type { Answer, FinishedWorkflow } from './workflow-run.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

const scenario = scenariosOn(() => cluster);

function dispatched(
  scene: Scene,
  inputs: Readonly<Record<string, string>>,
  answer: Answer = 'approved',
): Promise<FinishedWorkflow> {
  return runExample(scene, cluster, 'rollback.yml', {
    event: { eventName: 'workflow_dispatch', inputs },
    environments: { production: { review: () => answer } },
  });
}

/** All pods of this version serve, and no others. */
async function expectUsersOn(scene: Scene, image: string): Promise<void> {
  const pods = await scene.podsOf(await scene.hash(image));
  expect(pods).toHaveLength(2);
  expect(await scene.users()).toEqual(pods.sort());
  expect(await scene.record()).toMatchObject({ isOpen: false });
}

scenario('without a target: users have what they had before', {}, async (scene) => {
  await scene.run({ images: `web=${IMAGE.v2}` });
  const run = await dispatched(scene, {});
  expect(story(run)).toEqual(['rollback success rolled-back']);
  expect(run.conclusion).toBe('success');
  await expectUsersOn(scene, IMAGE.v1);
});

scenario('to a tag that users once had', {}, async (scene) => {
  await scene.run({ images: `web=${IMAGE.v2}` });
  await scene.run({ images: `web=${IMAGE.v3}` });
  expect(story(await dispatched(scene, { to: 'v1' }))).toEqual(['rollback success rolled-back']);
  await expectUsersOn(scene, IMAGE.v1);
});

scenario('of a version whose predecessor is kept warm: the same pods as before', {}, async (scene) => {
  await scene.run({ images: `web=${IMAGE.v2}`, 'keep-warm': 'true' });
  expect(story(await dispatched(scene, {}))).toEqual(['rollback success rolled-back']);
  await expectUsersOn(scene, IMAGE.v1);
  expect(await scene.users()).toEqual(scene.stable.pods);
});

scenario('while a release waits for its approval: it is taken back', { replicas: 2 }, async (scene) => {
  scene.judge = expectResizesOnly;
  await scene.run({ images: `web=${IMAGE.v2}`, strategy: 'canary', steps: '50% 0s', 'pause-at': '50%' });
  expect(await scene.users()).not.toEqual(scene.stable.pods);
  expect(story(await dispatched(scene, {}))).toEqual(['rollback success rolled-back']);
  await expectUsersOn(scene, IMAGE.v1);
  expect(await scene.users()).toEqual(scene.stable.pods);
});

scenario('to a version that nobody knows: nothing changes', {}, async (scene) => {
  const run = await dispatched(scene, { to: 'v9' });
  expect(story(run)).toEqual(['rollback failure failed']);
  expect(run.jobs.rollback?.steps[0]?.own?.outputs.reason).toContain('v9');
  expect(await scene.objects()).toEqual(scene.before);
});

scenario('that is not approved does nothing', {}, async (scene) => {
  expect(story(await dispatched(scene, {}, 'refused'))).toEqual(['rollback failure']);
  await expectUntouched(scene);
});
