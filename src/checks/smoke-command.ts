import { formatDuration } from '../action/durations.ts';
import type { Clock } from '../engine/clock.ts';
import { type ChildOptions, type Ended, runChild } from './child-process.ts';
import type { CheckResult } from './result.ts';

/** What the command is told of the release. */
export interface SmokeCommandContext {
  readonly namespace: string;
  readonly deployment: string;
  readonly service: string;
  readonly candidateService: string;
  readonly release: string;
  readonly stableHash: string;
  readonly candidateHash: string;
  /** Image by container. */
  readonly images: Readonly<Record<string, string>>;
  /** Path of the kubeconfig that the release uses; null: the command finds the cluster as we do. */
  readonly kubeconfig: string | null;
}

export interface SmokeCommandPorts {
  readonly clock: Clock;
  /** The environment of this process. */
  readonly env: NodeJS.ProcessEnv;
  /** Gets each line of output as it comes. Untrusted text: it may look like a workflow command. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

const LAST_LINES = 20;
const LONGEST_QUOTED_LINE = 500;
const LONGEST_NAME = 100;

/**
 * Runs the user's command. Healthy: it ended with exit code 0 within `deadlineMs` milliseconds and nobody cancelled. Never rejects;
 * after a cancel or the deadline it resolves within about 2.5 seconds, when the command and all that it started are gone.
 */
export async function runSmokeCommand(
  command: string,
  context: SmokeCommandContext,
  { clock, env, onLine }: SmokeCommandPorts,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<CheckResult> {
  const started = clock.now();
  const lastLines: string[] = [];
  const result = (verdict: CheckResult['verdict'], detail: string): CheckResult => ({
    name: nameOf(command),
    kind: 'smoke-command',
    verdict,
    tries: 1,
    took: clock.now() - started,
    detail: [detail, ...lastLines].join('\n'),
  });
  if (signal.aborted) return { ...result('cancelled', 'cancelled before it was started'), tries: 0 };
  if (deadlineMs <= 0) return { ...result('unhealthy', 'no time was left to run it'), tries: 0 };

  const deadline = new AbortController();
  const ended = new AbortController();
  clock.sleep(deadlineMs, ended.signal).then(
    () => deadline.abort(),
    () => {}, // ended before its deadline
  );
  const how = await runInShell(command, {
    env: environment(env, context),
    signal: AbortSignal.any([signal, deadline.signal]),
    onLine: (line, stream) => {
      lastLines.push(line.slice(0, LONGEST_QUOTED_LINE));
      if (lastLines.length > LAST_LINES) lastLines.shift();
      onLine(line, stream);
    },
  });
  ended.abort();

  // In this order: a command that we end may still answer SIGTERM with exit code 0, which is no pass.
  if (signal.aborted) return result('cancelled', 'cancelled while it ran, and ended');
  if (deadline.signal.aborted) return result('unhealthy', `not done within ${formatDuration(deadlineMs)}, and ended`);
  if (how.how === 'not-started') return result('unhealthy', `it could not be started: ${how.message}`);
  if (how.how === 'signalled') return result('unhealthy', `ended by ${how.signal}`);
  return result(how.code === 0 ? 'healthy' : 'unhealthy', `exit code ${how.code}`);
}

interface Shell {
  readonly file: string;
  readonly args: (command: string) => string[];
}

/** As a `run:` step without `shell:` does it: the first of these that is installed. */
const POSIX_SHELLS: readonly Shell[] = [
  { file: 'bash', args: (command) => ['-e', '-o', 'pipefail', '-c', command] },
  { file: 'sh', args: (command) => ['-e', '-c', command] },
];
/** PowerShell ends with the exit code of the last program only when asked to. */
const WINDOWS_SHELLS: readonly Shell[] = ['pwsh', 'powershell'].map((file) => ({
  file,
  args: (command) => [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    `$ErrorActionPreference = 'stop'\n${command}\nif (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }`,
  ],
}));

async function runInShell(command: string, options: ChildOptions): Promise<Ended> {
  let ended: Ended = { how: 'not-started', code: 'ENOENT', message: 'there is no shell' };
  for (const { file, args } of process.platform === 'win32' ? WINDOWS_SHELLS : POSIX_SHELLS) {
    ended = await runChild(file, args(command), options);
    if (ended.how !== 'not-started' || ended.code !== 'ENOENT') return ended;
  }
  return ended;
}

function environment(env: NodeJS.ProcessEnv, context: SmokeCommandContext): NodeJS.ProcessEnv {
  // Our inputs are no business of the command, and the kubeconfig's content is among them.
  const inherited = Object.entries(env).filter(([name]) => !name.startsWith('INPUT_'));
  return {
    ...Object.fromEntries(inherited),
    CROSSFADE_NAMESPACE: context.namespace,
    CROSSFADE_DEPLOYMENT: context.deployment,
    CROSSFADE_SERVICE: context.service,
    CROSSFADE_CANDIDATE_SERVICE: context.candidateService,
    CROSSFADE_RELEASE: context.release,
    CROSSFADE_STABLE_HASH: context.stableHash,
    CROSSFADE_CANDIDATE_HASH: context.candidateHash,
    CROSSFADE_IMAGES: Object.entries(context.images)
      .map(([container, image]) => `${container}=${image}`)
      .join('\n'),
    ...(context.kubeconfig === null ? {} : { KUBECONFIG: context.kubeconfig }),
  };
}

/** The first line of the command, with `…` when that is not all of it. */
function nameOf(command: string): string {
  const first = command.trim().split(/\r?\n/, 1)[0] ?? '';
  const all = first === command.trim() && first.length <= LONGEST_NAME;
  return all ? first : `${first.slice(0, LONGEST_NAME - 1)}…`;
}
