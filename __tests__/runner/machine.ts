import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Contexts, JobStatus } from './expressions.ts';

/** What the workflow run knows of itself; every field has a default. */
export interface RunnerEvent {
  readonly actor?: string;
  readonly sha?: string;
  /** Full, e.g. `refs/heads/main` or `refs/tags/v1`. */
  readonly ref?: string;
  /** `owner/name`. */
  readonly repository?: string;
  readonly runId?: string;
  readonly runNumber?: string;
  readonly runAttempt?: string;
  readonly eventName?: string;
  readonly workflow?: string;
  readonly job?: string;
  readonly serverUrl?: string;
  readonly apiUrl?: string;
  /** The webhook's payload, read by the action from `GITHUB_EVENT_PATH`. */
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** What a machine needs to know of the step it runs; see `ActionStep`. */
export interface MachineOptions {
  readonly workspace?: string;
  readonly token?: string;
  readonly event?: RunnerEvent;
  readonly debug?: boolean;
}

const FILE_COMMANDS = ['output', 'state', 'env', 'path', 'step_summary'] as const;
export type FileCommand = (typeof FILE_COMMANDS)[number];

/** The files through which a step gives results, by the name of their variable without `GITHUB_`. */
export type Files = Readonly<Record<FileCommand, string>>;

/** The runner's own folders and variables for one job. */
export class Machine {
  readonly workspace: string;
  readonly token: string;
  readonly #root: string;
  readonly #github: Readonly<Record<string, string>>;
  readonly #payload: Readonly<Record<string, unknown>>;
  readonly #debug: boolean;

  private constructor(root: string, workspace: string, step: MachineOptions) {
    this.#root = root;
    this.workspace = workspace;
    this.token = step.token ?? `ghs_${randomUUID().replaceAll('-', '')}`;
    this.#payload = step.event?.payload ?? {};
    this.#debug = step.debug ?? false;
    this.#github = githubContext(step.event ?? {}, workspace, join(root, 'temp', '_github_workflow', 'event.json'));
  }

  static async prepare(root: string, step: MachineOptions): Promise<Machine> {
    const workspace = step.workspace === undefined ? join(root, 'work', 'app', 'app') : resolve(step.workspace);
    const folders = ['home', 'tools', join('temp', '_github_workflow'), join('temp', '_runner_file_commands')];
    for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
    if (step.workspace === undefined) await mkdir(workspace, { recursive: true });
    const machine = new Machine(root, workspace, step);
    await writeFile(machine.#github.event_path ?? '', JSON.stringify(machine.#payload));
    return machine;
  }

  async newFiles(): Promise<Files> {
    const suffix = randomUUID();
    const path = (command: FileCommand) => join(this.#root, 'temp', '_runner_file_commands', `${command}_${suffix}`);
    for (const command of FILE_COMMANDS) await writeFile(path(command), '');
    return {
      output: path('output'),
      state: path('state'),
      env: path('env'),
      path: path('path'),
      step_summary: path('step_summary'),
    };
  }

  contexts(status: JobStatus): Contexts {
    return {
      github: { ...this.#github, token: this.token, event: this.#payload },
      job: { status },
      runner: { os: 'Linux', arch: 'X64', temp: join(this.#root, 'temp'), ...(this.#debug ? { debug: '1' } : {}) },
    };
  }

  /** The machine's environment: a home of its own, so that no kubeconfig of the caller's is found. */
  get base(): Record<string, string> {
    return { HOME: join(this.#root, 'home'), USER: 'runner', SHELL: '/bin/bash', LANG: 'C.UTF-8' };
  }

  variables(files: Files): Record<string, string> {
    return {
      ...prefixed('GITHUB_', upperCased({ ...this.#github, ...files })),
      RUNNER_OS: 'Linux',
      RUNNER_ARCH: 'X64',
      RUNNER_NAME: 'GitHub Actions 1',
      RUNNER_ENVIRONMENT: 'github-hosted',
      RUNNER_TEMP: join(this.#root, 'temp'),
      RUNNER_TOOL_CACHE: join(this.#root, 'tools'),
      RUNNER_WORKSPACE: dirname(this.workspace),
      ...(this.#debug ? { RUNNER_DEBUG: '1' } : {}),
    };
  }
}

function githubContext(event: RunnerEvent, workspace: string, eventPath: string): Record<string, string> {
  const repository = event.repository ?? 'octo-org/app';
  const ref = event.ref ?? 'refs/heads/main';
  const sha = event.sha ?? '0123456789abcdef0123456789abcdef01234567';
  const actor = event.actor ?? 'octocat';
  const workflow = event.workflow ?? 'release';
  const server = event.serverUrl ?? 'https://github.com';
  const api = event.apiUrl ?? 'https://api.github.com';
  return {
    action: '__self',
    action_ref: '',
    action_repository: '',
    actor,
    actor_id: '583231',
    api_url: api,
    base_ref: '',
    event_name: event.eventName ?? 'push',
    event_path: eventPath,
    graphql_url: `${api}/graphql`,
    head_ref: '',
    job: event.job ?? 'release',
    ref,
    ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    ref_protected: 'false',
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository,
    repository_id: '1296269',
    repository_owner: repository.split('/')[0] ?? '',
    repository_owner_id: '9919',
    retention_days: '90',
    run_attempt: event.runAttempt ?? '1',
    run_id: event.runId ?? '1658821493',
    run_number: event.runNumber ?? '17',
    server_url: server,
    sha,
    triggering_actor: actor,
    workflow,
    workflow_ref: `${repository}/.github/workflows/${workflow}.yml@${ref}`,
    workflow_sha: sha,
    workspace,
  };
}

/** The same values under names with a prefix. */
export function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}

function upperCased(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.toUpperCase(), value]));
}
