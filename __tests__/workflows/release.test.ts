import { afterAll, beforeAll, expect } from '@jest/globals';
import { expectOriginal, expectPromoted } from '../contract/endings.ts';
import { scenariosOn } from '../contract/scene.ts';
import { type Simulator, startSimulator } from '../simulator/cluster.ts';
import { runExample, story } from './examples.ts';
import type { StandIn } from './workflow-run.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

const scenario = scenariosOn(() => cluster);

/** What the steps before ours were given. */
function builders() {
  const given: Record<string, Readonly<Record<string, string>>> = {};
  const noting =
    (name: string): StandIn =>
    (inputs) => {
      given[name] = inputs;
      return {};
    };
  const names = ['actions/checkout', 'docker/login-action', 'docker/build-push-action'];
  return { given, standIns: Object.fromEntries(names.map((name) => [name, noting(name)])) };
}

// A tag of the test images stands in for the commit: it says what the pods do.
const pushed = (tag: string) => ({ eventName: 'push', repository: 'Acme/Web', sha: tag }) as const;

scenario('a push to main is built, and its image released', {}, async (scene) => {
  const { given, standIns } = builders();
  const run = await runExample(scene, cluster, 'release.yml', {
    event: pushed('v2'),
    standIns,
    environments: { production: {} },
  });
  expect(story(run)).toEqual(['build success', 'release success promoted']);
  expect(run.conclusion).toBe('success');
  expect(given['docker/build-push-action']).toMatchObject({ tags: 'ghcr.io/acme/web:v2', push: 'true' });
  expect(run.jobs.release?.steps[0]?.own?.log).toContain('GET /healthz');
  await expectPromoted(scene, { image: 'ghcr.io/acme/web:v2' });
});

scenario('one that crashes fails the job, and users never left the old version', {}, async (scene) => {
  const run = await runExample(scene, cluster, 'release.yml', {
    event: pushed('crash'),
    standIns: builders().standIns,
    environments: { production: {} },
  });
  expect(story(run)).toEqual(['build success', 'release failure rolled-back']);
  expect(run.conclusion).toBe('failure');
  await expectOriginal(scene);
});
