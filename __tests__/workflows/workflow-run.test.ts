import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { runWorkflow, type WorkflowOptions } from './workflow-run.ts';

/** Runs jobs that are given as their YAML would give them. */
async function ran(
  jobs: Record<string, unknown>,
  options: Partial<WorkflowOptions> = {},
  on: unknown = { push: null },
) {
  const folder = await mkdtemp(join(tmpdir(), 'workflow-test-'));
  try {
    const file = join(folder, 'w.yml');
    const whole = Object.entries(jobs).map(([id, job]) => [id, { 'runs-on': 'ubuntu-latest', ...(job as object) }]);
    await writeFile(file, stringify({ name: 'W', on, jobs: Object.fromEntries(whole) }));
    return await runWorkflow({ file, event: { eventName: 'push' }, own: { folder, name: 'a/b' }, ...options });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const run = (script: string, more: object = {}) => ({ run: script, ...more });
const results = ({ jobs }: Awaited<ReturnType<typeof ran>>) =>
  Object.fromEntries(Object.entries(jobs).map(([id, { result }]) => [id, result]));

test('a job hands its outputs on, and gets them by expressions', async () => {
  const { jobs, conclusion } = await ran({
    second: {
      needs: 'first',
      outputs: { said: `\${{ steps.say.outputs.said }}` },
      steps: [
        run('echo "said=$WORD again" >> "$GITHUB_OUTPUT"', {
          id: 'say',
          env: { WORD: `\${{ needs.first.outputs.word }}` },
        }),
      ],
    },
    first: {
      outputs: { word: `\${{ steps.a.outputs.word }}` },
      steps: [run('echo word=yes >> "$GITHUB_OUTPUT"', { id: 'a' })],
    },
  });
  expect(jobs.second?.outputs).toEqual({ said: 'yes again' });
  expect(conclusion).toBe('success');
});

test('after a failure steps and jobs run only where their condition says so', async () => {
  const finished = await ran({
    a: { steps: [run('exit 3'), run('true'), run('true', { if: 'failure()' })] },
    b: { needs: 'a', steps: [run('true')] },
    c: { needs: 'b', if: `always() && needs.b.result == 'skipped'`, steps: [run('true')] },
    d: { needs: 'b', if: 'failure()', steps: [run('true')] },
  });
  expect(results(finished)).toEqual({ a: 'failure', b: 'skipped', c: 'success', d: 'success' });
  expect(finished.jobs.a?.steps.map(({ conclusion }) => conclusion)).toEqual(['failure', 'skipped', 'success']);
  expect(finished.conclusion).toBe('failure');
});

test('a step that may fail lets the job go on, and well', async () => {
  const finished = await ran({
    a: { steps: [run('exit 3', { 'continue-on-error': true }), run('true')] },
    b: { needs: 'a', steps: [run('true')] },
  });
  expect(results(finished)).toEqual({ a: 'success', b: 'success' });
  expect(finished.jobs.a?.steps.map(({ conclusion }) => conclusion)).toEqual(['failure', 'success']);
});

test('a job of a matrix is run by the combination that was chosen', async () => {
  const job = {
    strategy: { matrix: { os: ['x', 'y'] } },
    outputs: { os: `\${{ matrix.os }}` },
    steps: [run('true')],
  };
  expect((await ran({ a: job }, { matrix: { os: 'y' } })).jobs.a?.outputs).toEqual({ os: 'y' });
});

describe('an approval', () => {
  const jobs = {
    a: {
      environment: 'e',
      outputs: { x: `\${{ steps.s.outputs.x }}` },
      steps: [run('echo x=1 >> "$GITHUB_OUTPUT"', { id: 's' })],
    },
    b: { needs: 'a', if: `always() && needs.a.outputs.x != '1'`, steps: [run('true')] },
  };
  test.each([
    ['approved', { a: 'success', b: 'skipped' }, 'success'],
    ['refused', { a: 'failure', b: 'success' }, 'failure'],
    ['timed-out', { a: 'failure', b: 'success' }, 'failure'],
    ['run-cancelled', { a: 'cancelled', b: 'success' }, 'cancelled'],
  ] as const)('%s', async (answer, wanted, conclusion) => {
    const finished = await ran(jobs, { environments: { e: { review: () => answer } } });
    expect(results(finished)).toEqual(wanted);
    expect(finished.conclusion).toBe(conclusion);
  });
});

test('a secret belongs to its environment, and is handed to no other job', async () => {
  const job = (environment: string) => ({
    environment,
    outputs: { x: `\${{ steps.s.outputs.x }}` },
    steps: [run('echo "x=<$S>" >> "$GITHUB_OUTPUT"', { id: 's', env: { S: `\${{ secrets.S }}` } })],
  });
  const finished = await ran(
    { a: job('with'), b: job('without') },
    { environments: { with: { secrets: { S: 'hidden' } }, without: {} } },
  );
  expect(finished.jobs.a?.outputs).toEqual({});
  expect(finished.jobs.b?.outputs).toEqual({ x: '<>' });
});

describe('inputs of a workflow_dispatch', () => {
  const inputs = {
    to: { type: 'choice', options: ['x', 'y'], default: 'x' },
    tag: { type: 'string', required: true },
  };
  const jobs = {
    a: {
      outputs: { both: `\${{ inputs.to }} \${{ inputs.tag }}` },
      steps: [run('true')],
    },
  };
  const dispatched = (given: Record<string, string>) =>
    ran(jobs, { event: { eventName: 'workflow_dispatch', inputs: given } }, { workflow_dispatch: { inputs } });
  test('have their defaults', async () => {
    expect((await dispatched({ tag: 'v1' })).jobs.a?.outputs).toEqual({ both: 'x v1' });
  });
  test.each([
    [{}, "Required input 'tag' not provided"],
    [{ tag: 'v1', to: 'z' }, "Provided value 'z' for input 'to'"],
    [{ tag: 'v1', from: 'z' }, 'Unexpected inputs provided: from'],
  ])('%j is refused', async (given, message) => {
    await expect(dispatched(given)).rejects.toThrow(message);
  });
});

describe('what it does not play is an error', () => {
  test.each([
    ['a key of a job', { a: { container: {}, steps: [] } }, 'jobs.a: the harness does not know container'],
    ['a key of a step', { a: { steps: [run('true', { shell: 'sh' })] } }, 'the harness does not know shell'],
    ['a time limit of a script', { a: { steps: [run('true', { 'timeout-minutes': 1 })] } }, 'timeout-minutes of a run'],
    ['a matrix of which nothing is chosen', { a: { strategy: { matrix: { os: ['x'] } }, steps: [] } }, 'matrix.os (x)'],
    ['an action without a version', { a: { steps: [{ uses: 'c/d' }] } }, 'says no version of c/d'],
    [
      'an action that nothing stands in for',
      { a: { steps: [{ uses: 'c/d@1' }] } },
      'jobs.a: nothing stands in for c/d',
    ],
    ['an environment', { a: { environment: 'e', steps: [] } }, 'the test has no environment e'],
    ['a need', { a: { needs: 'b', steps: [] } }, 'jobs.a needs b, which does not exist'],
    ['a circle', { a: { needs: 'b', steps: [] }, b: { needs: 'a', steps: [] } }, 'in a circle'],
    ['a context', { a: { if: 'secrets.X', steps: [] } }, "Unrecognized named-value: 'secrets'"],
  ])('%s', async (_, jobs, message) => {
    await expect(ran(jobs)).rejects.toThrow(message);
  });

  test('an event that does not start it', async () => {
    await expect(ran({ a: { steps: [] } }, { event: { eventName: 'schedule' } })).rejects.toThrow('does not start W');
    const elsewhere = ran(
      { a: { steps: [] } },
      { event: { eventName: 'push', ref: 'refs/heads/x' } },
      { push: { branches: ['main'] } },
    );
    await expect(elsewhere).rejects.toThrow('push for x does not start W');
  });
});
