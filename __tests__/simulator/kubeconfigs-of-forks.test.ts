import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exec, Kubeconfigs, path, tried } from './kubeconfigs.ts';

let here: Kubeconfigs;
beforeAll(async () => {
  here = await Kubeconfigs.start();
});
afterAll(() => here?.stop());

const REPOSITORY = 'octo-org/app';
const FORK = { full_name: 'mallory/app' };

describe('a plugin of somebody else is not run', () => {
  let workspace: string;
  let good: string;
  beforeAll(async () => {
    workspace = join(here.folder, 'workspace');
    await mkdir(workspace);
    good = await here.plugin(`echo '{"status":{"token":"${here.cluster.token}"}}'`);
  });

  async function ran(
    event: { name: string; payload: object },
    where: { inWorkspace: boolean; program?: string; allowExec?: 'auto' | 'true' | 'false' },
  ): Promise<string> {
    const text = here.text({ user: exec(where.program ?? good) });
    const env = {
      PATH: process.env.PATH,
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: await here.file(JSON.stringify(event.payload)),
    };
    const name = here.newName();
    const given = path(await here.file(text, where.inWorkspace ? join('workspace', name) : name));
    return (await tried(given, { env, allowExec: where.allowExec ?? 'auto' })).message;
  }

  const fork = { name: 'pull_request_target', payload: { pull_request: { head: { repo: FORK } } } };
  const REFUSED =
    /run its exec plugin .* lies in the workspace of a run that a pull request of a fork started\. .*allow-exec: true/;

  test.each([
    ['pull_request', { pull_request: { head: { repo: FORK } } }],
    ['pull_request_target', { pull_request: { head: { repo: null } } }],
    ['pull_request_review', { pull_request: { head: { repo: FORK } } }],
    ['workflow_run', { workflow_run: { head_repository: FORK } }],
    ['issue_comment', { issue: { pull_request: {} } }],
  ])('of a fork, by %s', async (name, payload) => {
    expect(await ran({ name, payload }, { inWorkspace: true })).toMatch(REFUSED);
  });

  test.each([
    ['push', {}],
    ['pull_request', { pull_request: { head: { repo: { full_name: 'Octo-Org/App' } } } }],
    ['workflow_run', { workflow_run: { head_repository: { full_name: REPOSITORY } } }],
    ['issue_comment', { issue: {} }],
  ])('of nobody else, by %s', async (name, payload) => {
    expect(await ran({ name, payload }, { inWorkspace: true })).toBe('connected');
  });

  test('of a fork, with kubeconfig and program elsewhere, or when it is allowed', async () => {
    expect(await ran(fork, { inWorkspace: false })).toBe('connected');
    expect(await ran(fork, { inWorkspace: true, allowExec: 'true' })).toBe('connected');
  });

  test('a program in the workspace is the fork’s, whoever names it', async () => {
    const program = join(workspace, 'token.sh');
    await writeFile(program, `#!/bin/sh\ntouch ${join(here.folder, 'ran')}`, { mode: 0o755 });
    expect(await ran(fork, { inWorkspace: false, program })).toMatch(REFUSED);
  });

  test('never, when that is asked for', async () => {
    expect(await ran({ name: 'push', payload: {} }, { inWorkspace: false, allowExec: 'false' })).toMatch(
      /its exec plugin .* may not be run \(input allow-exec: false\)/,
    );
  });

  test('nor is a file read whose name a fork’s kubeconfig gives', async () => {
    const text = here.text({ user: { tokenFile: '/etc/hostname' } });
    const env = {
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_EVENT_NAME: fork.name,
      GITHUB_EVENT_PATH: await here.file(JSON.stringify(fork.payload)),
    };
    const { message } = await tried(path(await here.file(text, join('workspace', 'k'))), { env });
    expect(message).toMatch(/it would read the token of another file, and the kubeconfig .* lies in the workspace/);
  });
});
