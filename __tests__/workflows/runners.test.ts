import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { story } from './examples.ts';
import { runWorkflow } from './workflow-run.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Twenty seconds of them are its own waits. */
jest.setTimeout(120_000);

/** What GitHub's runners do is theirs to show; that the workflow does what it says is shown here, as far as Linux goes. */
test('the workflow that releases on runners of all systems', async () => {
  const none = () => ({});
  const run = await runWorkflow({
    file: join(ROOT, '.github/workflows/runners.yml'),
    event: { eventName: 'push', ref: 'refs/heads/main' },
    own: { folder: process.env.CROSSFADE_ACTION ?? ROOT, name: './' },
    standIns: { 'actions/checkout': none, 'actions/setup-node': none },
    workspace: ROOT,
    done: ['npm ci'],
    matrix: { runner: 'ubuntu-24.04' },
    // Time enough for the canary to come to its 50 %.
    minuteMs: 8_000,
  });
  const said = run.jobs.releases?.steps.flatMap(({ shell }) => shell?.displayedLog.split('\n') ?? []);
  expect(said?.filter((line) => line.startsWith('##[error]'))).toEqual([]);
  expect(story(run)).toEqual(['releases success promoted rolled-back aborted unchanged rolled-back']);
});
