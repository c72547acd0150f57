import { afterAll, beforeAll, expect } from '@jest/globals';
import { expectOriginal, expectPromoted, expectResizesOnly, expectUntouched } from '../contract/endings.ts';
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
const FOUR = { replicas: 4 } as const;
const V2 = 'ghcr.io/acme/web:v2';

/** Runs the example; a person looks at users while it waits, and answers. */
function released(
  scene: Scene,
  answer: Answer,
  { tag = 'v2', whileItWaits }: { tag?: string; whileItWaits?: () => Promise<void> } = {},
): Promise<FinishedWorkflow> {
  const review = async (job: string): Promise<Answer> => {
    expect(job).toBe('promote');
    // 20 % of five: one new pod beside the four.
    expect(await scene.users()).toHaveLength(5);
    expect(await scene.podsOf(await scene.hash(`ghcr.io/acme/web:${tag}`))).toHaveLength(1);
    await whileItWaits?.();
    return answer;
  };
  return runExample(scene, cluster, 'canary.yml', {
    event: { eventName: 'workflow_dispatch', inputs: { tag } },
    environments: { 'production-canary': {}, production: { review } },
    quicker: { steps: '5% 0s, 20% 0s, 50% 0s' },
  });
}

scenario('approved: everybody is on the new version', FOUR, async (scene) => {
  scene.judge = expectResizesOnly;
  const run = await released(scene, 'approved');
  expect(story(run)).toEqual(['stage success paused', 'promote success promoted', 'take-back skipped']);
  expect(run.conclusion).toBe('success');
  await expectPromoted(scene, { image: V2 });
});

for (const [answer, result, conclusion] of [
  ['refused', 'failure', 'failure'],
  ['timed-out', 'failure', 'failure'],
  ['run-cancelled', 'cancelled', 'cancelled'],
] as const) {
  scenario(`${answer}: everybody is back on the old version`, FOUR, async (scene) => {
    scene.judge = expectResizesOnly;
    const run = await released(scene, answer);
    expect(story(run)).toEqual(['stage success paused', `promote ${result}`, 'take-back success aborted']);
    expect(run.conclusion).toBe(conclusion);
    await expectOriginal(scene, 'aborted');
  });
}

scenario('approved, and then taken back by itself: nothing is left to abort', FOUR, async (scene) => {
  scene.judge = expectResizesOnly;
  const run = await released(scene, 'approved', {
    // Somebody resumes the frozen Deployment by hand: the promotion goes back.
    whileItWaits: async () => {
      await scene.api.patch(`/apis/apps/v1/namespaces/${scene.namespace}/deployments/web`, { spec: { paused: false } });
    },
  });
  expect(story(run)).toEqual(['stage success paused', 'promote failure rolled-back', 'take-back success unchanged']);
  await expectOriginal(scene);
});

scenario('one that crashes is taken back, and nobody is asked', FOUR, async (scene) => {
  const run = await released(scene, 'approved', { tag: 'crash' });
  expect(story(run)).toEqual(['stage failure rolled-back', 'promote skipped', 'take-back skipped']);
  await expectOriginal(scene);
});

scenario('one that runs already needs no approval', { ...FOUR, image: V2 }, async (scene) => {
  const run = await released(scene, 'refused');
  expect(story(run)).toEqual(['stage success unchanged', 'promote skipped', 'take-back skipped']);
  expect(run.conclusion).toBe('success');
  await expectUntouched(scene);
});

scenario('one that cannot begin has nothing that could be taken back', FOUR, async (scene) => {
  // Its owner is at something: there may be another release, which is none of this run's.
  await scene.api.patch(`/apis/apps/v1/namespaces/${scene.namespace}/deployments/web`, { spec: { paused: true } });
  const run = await released(scene, 'approved');
  expect(story(run)).toEqual(['stage failure failed', 'promote skipped', 'take-back skipped']);
  expect(run.jobs.stage?.steps[0]?.own?.outputs.reason).toMatch(/is paused/);
  expect(await scene.users()).toEqual(scene.stable.pods);
});
