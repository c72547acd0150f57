import { afterAll, beforeAll, expect } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { expectPromoted, expectResizesOnly, expectUntouched } from '../contract/endings.ts';
import { type Scene, scenariosOn } from '../contract/scene.ts';
import { type Simulator, startSimulator } from '../simulator/cluster.ts';
import { runExample, story } from './examples.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

const scenario = scenariosOn(() => cluster);

const night = (scene: Scene) =>
  runExample(scene, cluster, 'nightly.yml', {
    event: { eventName: 'schedule' },
    environments: { 'production-canary': {} },
  });

scenario('with nothing to do it is content', {}, async (scene) => {
  const run = await night(scene);
  expect(story(run)).toEqual(['finish success unchanged', 'status success unchanged']);
  expect(run.jobs.status?.steps[0]?.own?.outputs).toMatchObject({ status: 'idle' });
  await expectUntouched(scene);
});

scenario('an old version that was kept warm goes', {}, async (scene) => {
  await scene.run({ images: `web=${IMAGE.v2}`, 'keep-warm': 'true' });
  expect(await scene.podsOf(scene.stable.hash)).toHaveLength(2);
  const run = await night(scene);
  expect(story(run)).toEqual(['finish success promoted', 'status success unchanged']);
  await expectPromoted(scene);
});

scenario('a release that was forgotten at its pause stays, and makes the run red', {}, async (scene) => {
  scene.judge = expectResizesOnly;
  await scene.run({ images: `web=${IMAGE.v2}`, strategy: 'canary', steps: '50% 0s', 'pause-at': '50%' });
  const users = await scene.users();
  const run = await night(scene);
  expect(story(run)).toEqual(['finish failure failed', 'status failure unchanged']);
  expect(run.jobs.status?.steps[1]?.shell?.annotations[0]?.message).toMatch(
    /^A release of web is paused\. What can be done now: .*promote.*abort/,
  );
  expect(await scene.users()).toEqual(users);
});
