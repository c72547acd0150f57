import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { GitHubServer } from '../action/github-server.ts';
import { IMAGE } from '../contract/cluster.ts';
import { expectUntouched } from '../contract/endings.ts';
import { type Scene, scenariosOn } from '../contract/scene.ts';
import { type Simulator, startSimulator } from '../simulator/cluster.ts';
import { runExample, story } from './examples.ts';
import type { FinishedWorkflow } from './workflow-run.ts';

let cluster: Simulator;
let github: GitHubServer;
beforeAll(async () => {
  cluster = await startSimulator();
  github = await GitHubServer.start();
});
afterAll(async () => {
  await github?.stop();
  await cluster?.stop();
});

const scenario = scenariosOn(() => cluster);

/** A push to the branch of pull request 7; a tag of the test images stands in for the commit. */
function pushed(scene: Scene, sha: string, from = 'acme/shop'): Promise<FinishedWorkflow> {
  const head = { sha, repo: { full_name: from } };
  return runExample(scene, cluster, 'plan.yml', {
    event: {
      eventName: 'pull_request',
      repository: 'acme/shop',
      apiUrl: `${github.url}/api/v3`,
      payload: { pull_request: { number: 7, base: { ref: 'main' }, head } },
    },
    environments: { plan: { secrets: { KUBECONFIG_READ_ONLY: readFileSync(cluster.kubeconfig, 'utf8') } } },
  });
}

scenario('each commit keeps the one comment up to date, and nothing is written into the cluster', {}, async (scene) => {
  for (const tag of ['v2', 'v3']) {
    const run = await pushed(scene, tag);
    expect(story(run)).toEqual(['plan success unchanged']);
    expect(run.jobs.plan?.steps[0]?.own?.outputs).toMatchObject({ plan: 'release' });
    const ours = github.comments.filter(({ body }) => body.includes(scene.namespace));
    expect(ours).toHaveLength(1);
    expect(ours[0]?.body).toContain(`ghcr.io/acme/web:${tag}`);
  }
  await expectUntouched(scene);
});

scenario('what stands in the way fails the job', {}, async (scene) => {
  await scene.api.patch(`/apis/apps/v1/namespaces/${scene.namespace}/deployments/web`, { spec: { paused: true } });
  const run = await pushed(scene, 'v2');
  expect(story(run)).toEqual(['plan failure failed']);
  expect(run.jobs.plan?.steps[0]?.own?.outputs).toMatchObject({ plan: 'refused' });
});

scenario('a pull request from a fork is passed over', { image: IMAGE.v1 }, async (scene) => {
  expect(story(await pushed(scene, 'v2', 'somebody/shop'))).toEqual(['plan skipped']);
  await expectUntouched(scene);
});
