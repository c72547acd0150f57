import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { type ActionStep, CANCEL_LADDER, type RunResult, runAction, startAction } from './runner.ts';

const PROBE = fileURLToPath(new URL('./testdata/probe', import.meta.url));

function probe(scenario: string, step: Omit<ActionStep, 'action'> = {}): ActionStep {
  return { ...step, action: PROBE, inputs: { scenario, ...step.inputs } };
}

function run(scenario: string, step: Omit<ActionStep, 'action'> = {}): Promise<RunResult> {
  return runAction(probe(scenario, step));
}

/** What the probe's post printed. */
function seenByPost(result: RunResult): unknown {
  return JSON.parse(/^POST (.*)$/m.exec(result.post?.log ?? '')?.[1] ?? 'null');
}

function messages(result: RunResult, kind: 'error' | 'warning' | 'notice'): string[] {
  return result.annotations.filter((annotation) => annotation.kind === kind).map((annotation) => annotation.message);
}

describe('the process', () => {
  test('runs on Node.js 24 in the workspace, with closed input and the variables of a runner', async () => {
    const workspace = await realpath(await mkdtemp(join(tmpdir(), 'workspace-')));
    try {
      const result = await run('environment', {
        workspace,
        env: { EXTRA: '1', GITHUB_REF: 'not mine to set' },
        event: { ref: 'refs/tags/v1.2', repository: 'acme/shop', payload: { number: 7 } },
        inputs: { 'KUBE-context': 'prod', 'two words': 'x' },
        token: 'ghs_token',
      });
      expect(result).toMatchObject({ exitCode: 0, conclusion: 'success' });
      expect(result.log).toContain(`CWD ${workspace} NODE v24.`);
      expect(result.log).toContain('STDIN ""');
      expect(result.log).toContain('EVENT {"number":7}');
      const env: unknown = JSON.parse(/^ENV (.*)$/m.exec(result.log)?.[1] ?? '');
      expect(env).toMatchObject({
        CI: 'true',
        EXTRA: '1',
        GITHUB_ACTIONS: 'true',
        GITHUB_REF: 'refs/tags/v1.2',
        GITHUB_REF_NAME: 'v1.2',
        GITHUB_REF_TYPE: 'tag',
        GITHUB_REPOSITORY_OWNER: 'acme',
        GITHUB_WORKSPACE: workspace,
        INPUT_SCENARIO: 'environment',
        'INPUT_KUBE-CONTEXT': 'prod',
        INPUT_TWO_WORDS: 'x',
        'INPUT_OLD-NAME': '',
        INPUT_TOKEN: 'ghs_token',
        'INPUT_JOB-STATUS': 'success',
        INPUT_RUN: 'acme/shop#1658821493/7',
        RUNNER_OS: 'Linux',
      });
      for (const name of ['KUBECONFIG', 'NODE_OPTIONS', 'JEST_WORKER_ID']) expect(env).not.toHaveProperty(name);
    } finally {
      await rm(workspace, { recursive: true });
    }
  });

  test('passes a default on as it is written in action.yml', async () => {
    const { log } = await run('environment');
    expect(log).toContain('"INPUT_TWO_WORDS":"1.0"');
  });

  test('warns about inputs that the action does not declare, and about deprecated ones', async () => {
    const result = await run('groups', { inputs: { contxt: 'prod', 'old-name': 'x' } });
    expect(messages(result, 'warning')).toEqual([
      "Input 'old-name' has been deprecated with message: use scenario",
      "Unexpected input(s) 'contxt', valid inputs are ['scenario', 'kube-context', 'two words', 'old-name', 'token', 'job-status', 'run']",
    ]);
  });

  test('fails with the exit code, not with an error annotation', async () => {
    const failed = await run('fail');
    expect(failed).toMatchObject({ exitCode: 3, conclusion: 'failure' });
    expect(seenByPost(failed)).toMatchObject({ status: 'failure' });
    expect(await run('annotations')).toMatchObject({ exitCode: 0, conclusion: 'success' });
  });

  test('reports the memory that the process had at most', async () => {
    expect((await run('memory')).peakMemoryMiB).toBeGreaterThan(200);
  });

  test('refuses a folder without an action', async () => {
    await expect(runAction({ action: join(PROBE, '..') })).rejects.toThrow('has no action.yml');
  });
});

describe('the files', () => {
  test('give outputs, state for post, variables and folders for later steps, and the summary', async () => {
    const result = await run('results');
    expect(result.outputs).toEqual({ plain: 'a=b', lines: 'one\n two\n', empty: '', odd: 'END' });
    expect(result.state).toEqual({ release: 'r-1' });
    expect(result.env).toEqual({ LATER: 'yes' });
    expect(result.path).toEqual(['/opt/second', '/opt/first']);
    expect(result.summary).toBe('# Done\n');
    expect(messages(result, 'error')).toEqual([
      "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.",
    ]);
    expect(seenByPost(result)).toEqual({
      status: 'success',
      release: 'r-1',
      later: 'yes',
      path: ['/opt/second', '/opt/first'],
    });
  });

  test('fail the step when malformed, and keep what stood before', async () => {
    const result = await run('malformed');
    expect(result).toMatchObject({ exitCode: 0, conclusion: 'failure', outputs: { kept: '1' } });
    expect(messages(result, 'error')).toEqual([
      "Unable to process file command 'output' successfully.",
      "Invalid value. Matching delimiter not found 'END'",
    ]);
  });

  test('show no summary beyond 1 MiB', async () => {
    const result = await run('large-summary');
    expect(result).toMatchObject({ conclusion: 'success', summary: '' });
    expect(messages(result, 'error')[0]).toContain('supports content up to a size of 1024k, got 1024k');
  });
});

describe('the log', () => {
  test('hides masked values and what they are encoded to', async () => {
    const result = await run('masks', { secrets: ['repository-secret'], env: { PASSWORD: 'repository-secret' } });
    expect(result.masks).toEqual(['s3cret-token', 'line one\nline two']);
    expect(result.displayedLog).not.toMatch(/s3cret|czNjcmV0|line two|repository-secret/);
    expect(result.displayedLog).toContain('plain ***, twice ***\n');
    expect(result.displayedLog).toContain('  PASSWORD: ***\n');
    expect(result.log).toContain('plain s3cret-token');
    expect(result.groups).toEqual([{ name: 'about ***', lines: ['in group ***'] }]);
    expect(result.annotations).toContainEqual({ kind: 'error', title: 'About s3cret-token', message: 'lost ***' });
    expect(messages(result, 'warning')).toEqual(["Can't add secret mask for empty string in ##[add-mask] command."]);
    expect(result.summary).toBe('summary ***\n***\n');
    expect(result.outputs).toEqual({ leak: 's3cret-token', fine: 'yes' });
    expect(result.maskedOutputs).toEqual(['leak']);
  });

  test('hides the token that the runner itself gives', async () => {
    const result = await run('groups', { token: 'ghs_very-secret' });
    expect(result.displayedLog).toContain('  token: ***\n');
    expect(result.displayedLog).not.toContain('very-secret');
  });

  test('obeys no command between stop-commands and its token', async () => {
    const result = await run('stop');
    expect(messages(result, 'error')).toEqual([
      'trusted',
      "Invoked ::stop-commands:: with the token 'error', which the runner does not allow",
    ]);
    expect(messages(result, 'notice')).toEqual(['still obeyed']);
    expect(result.displayedLog).toContain('::error::untrusted\nx ##[error]untrusted\n');
    expect(result.conclusion).toBe('failure');
  });

  test('keeps annotations as GitHub shows them', async () => {
    const result = await run('annotations');
    expect(result.annotations.slice(0, 2)).toEqual([
      {
        kind: 'error',
        message: 'first\nsecond %0A :: end',
        title: 'No: a, b\nc%',
        file: 'deploy/app.yml',
        line: 3,
        endLine: 4,
        column: 5,
      },
      { kind: 'warning', message: 'absolute', file: 'deploy/app.yml' },
    ]);
    expect(messages(result, 'error')[1]).toHaveLength(4096);
    expect(messages(result, 'notice')).toHaveLength(10);
    expect(result.annotationsDropped).toBe(3);
    expect(messages(result, 'warning').toSorted()).toEqual([
      'absolute',
      'bracket syntax',
      'indented',
      'on standard error',
    ]);
    expect(result.displayedLog).toContain('##[notice]after a carriage return\n');
    expect(result.displayedLog).toContain('text ::error::not at the start\n');
    expect(result.displayedLog).toContain('::nonsense::x\n');
    expect(result.displayedLog).not.toContain('quiet');
    expect((await run('annotations', { debug: true })).displayedLog).toContain('##[debug]quiet\n');
  });

  test('keeps groups, which do not nest', async () => {
    const lines: string[] = [];
    const result = await run('groups', { onLine: (line, stage) => lines.push(`${stage} ${line}`) });
    expect(result.groups).toEqual([
      { name: 'First', lines: ['a'] },
      { name: 'Second', lines: ['b'] },
    ]);
    expect(lines.slice(0, 3)).toEqual(['main before', 'main ::group::First', 'main a']);
    expect(lines.at(-1)).toMatch(/^post POST/);
  });
});

describe('an early end', () => {
  test('a cancel is SIGINT first; the step is cancelled even when it then exits with 0', async () => {
    const result = await run('graceful', { cancel: { whenLine: /ready/ } });
    expect(result).toMatchObject({ exitCode: 0, conclusion: 'cancelled', outputs: { outcome: 'aborted' } });
    expect(messages(result, 'error')).toEqual(['The operation was canceled.']);
    expect(seenByPost(result)).toMatchObject({ status: 'cancelled' });
    expect(result.durationMs).toBeLessThan(CANCEL_LADDER.sigintMs);
  });

  test('after SIGINT come SIGTERM and SIGKILL, and what was written before is read', async () => {
    const [stubborn, deaf] = await Promise.all([
      run('stubborn', { cancel: { whenLine: /ready/ } }),
      run('deaf', { cancel: { whenLine: /ready/ } }),
    ]);
    expect(stubborn).toMatchObject({ exitCode: 9, conclusion: 'cancelled' });
    expect(stubborn.log).toBe('ready\ngot SIGINT\ngot SIGTERM\n');
    expect(stubborn.durationMs).toBeGreaterThanOrEqual(7_500);
    expect(deaf).toMatchObject({ exitCode: 137, signal: 'SIGKILL', conclusion: 'cancelled' });
    expect(deaf).toMatchObject({ outputs: { before: 'kill' }, summary: 'half way\n' });
    expect(deaf.durationMs).toBeGreaterThanOrEqual(10_000);
    expect(seenByPost(deaf)).toMatchObject({ status: 'cancelled', release: 'r-1' });
  }, 20_000);

  test('post runs after a kill, with the state that main had saved', async () => {
    const result = await run('deaf', { kill: { whenLine: /ready/ } });
    expect(result).toMatchObject({
      exitCode: 137,
      signal: 'SIGKILL',
      conclusion: 'failure',
      outputs: { before: 'kill' },
    });
    expect(seenByPost(result)).toMatchObject({ status: 'failure', release: 'r-1' });
  });

  test('nothing runs after the loss of the runner', async () => {
    const result = await run('deaf', { kill: { whenLine: /ready/, by: 'loss-of-runner' } });
    expect(result.exitCode).toBe(137);
    expect(result.post).toBeUndefined();
  });

  test('a timeout ends by the same ladder, as a failure', async () => {
    const result = await run('graceful', { timeoutMs: 2_500 });
    expect(result).toMatchObject({ conclusion: 'failure', outputs: { outcome: 'aborted' } });
    expect(messages(result, 'error')).toEqual(['The action has timed out.']);
    expect(seenByPost(result)).toMatchObject({ status: 'failure' });
  });

  test('a step that always runs gets no signal when its job is cancelled', async () => {
    const action = startAction(probe('graceful', { if: 'always()' }));
    await action.line(/ready/);
    action.cancel();
    const late = new Promise((resolve) => setTimeout(resolve, 300, 'still running'));
    expect(await Promise.race([action.done, late])).toBe('still running');
    action.kill('SIGTERM');
    expect(seenByPost(await action.done)).toMatchObject({ status: 'cancelled' });
  });

  test('signals reach the process alone, not its children', async () => {
    const action = startAction(probe('child'));
    const child = Number((await action.line(/^child/)).slice('child '.length));
    action.kill();
    await action.done;
    try {
      expect(process.kill(child, 0)).toBe(true);
    } finally {
      process.kill(child, 'SIGKILL');
    }
  });

  test('a line that never comes is an error that shows the lines that came', async () => {
    const action = startAction(probe('groups'));
    await expect(action.line(/never/)).rejects.toThrow('before\n::group::First');
    expect((await action.done).conclusion).toBe('success');
  });

  test('an aborted signal cancels, too', async () => {
    const stop = new AbortController();
    const action = startAction(probe('graceful', { cancel: { signal: stop.signal } }));
    await action.line(/ready/);
    stop.abort();
    expect(await action.done).toMatchObject({ conclusion: 'cancelled' });
  });
});
