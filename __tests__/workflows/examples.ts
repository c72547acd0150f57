import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { TestCluster } from '../contract/cluster.ts';
import type { Inputs, Scene } from '../contract/scene.ts';
import type { Event } from './events.ts';
import { type Environment, type FinishedWorkflow, runWorkflow, type StandIn } from './workflow-run.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'examples/workflows');

/** Our action as the examples write it: the reader puts the owner and the commit there. */
export const OURS = { name: 'OWNER/crossfade', ref: '0'.repeat(40) } as const;

/** Paths of all examples. */
export function exampleFiles(): string[] {
  return readdirSync(FOLDER)
    .sort()
    .map((name) => join(FOLDER, name));
}

/** As the examples name the app; a scene has a namespace of its own. */
const NAMED = { namespace: 'shop', deployment: 'web' } as const;

/** Minutes that nobody waits for in a test. Shares, pauses and everything else are those of the example. */
const QUICK: Inputs = { 'bake-time': '0s', 'drain-time': '0s', 'settle-time': '0s' };

/** Runs an example in a scene, with the scene's kubeconfig as secret `KUBECONFIG` of each environment. */
export function runExample(
  scene: Scene,
  cluster: TestCluster,
  example: string,
  options: {
    readonly event: Event;
    readonly standIns?: Readonly<Record<string, StandIn>>;
    readonly environments: Readonly<Record<string, Environment>>;
    /** What a release waits less for; beside bake, drain and settle time, which are none. */
    readonly quicker?: Inputs;
  },
): Promise<FinishedWorkflow> {
  const secrets = { KUBECONFIG: readFileSync(cluster.kubeconfig, 'utf8') };
  const environments = Object.entries(options.environments).map(([name, environment]) => [
    name,
    { ...environment, secrets: { ...secrets, ...environment.secrets } },
  ]);
  return runWorkflow({
    file: join(FOLDER, example),
    event: options.event,
    own: { folder: process.env.CROSSFADE_ACTION ?? ROOT, name: OURS.name },
    environments: Object.fromEntries(environments),
    ...(options.standIns === undefined ? {} : { standIns: options.standIns }),
    change: (inputs) => {
      expect(inputs).toMatchObject(NAMED);
      const isRelease = inputs.action === undefined || inputs.action === 'rollback';
      const times = isRelease ? { ...QUICK, ...options.quicker } : {};
      return { ...inputs, ...times, namespace: scene.namespace };
    },
  });
}

/** The line of each job: its result, and the outcomes of our own steps in it. */
export function story(run: FinishedWorkflow): string[] {
  return Object.entries(run.jobs).map(([id, job]) =>
    [id, job.result, ...job.steps.flatMap(({ own }) => own?.outputs.outcome ?? [])].join(' '),
  );
}
