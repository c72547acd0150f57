import type { Clock } from '../engine/clock.ts';
import { type ChildOptions, type Ended, runChild } from './child-process.ts';

/** What every command of the user's is told of the release. */
export interface ReleaseNames {
  readonly namespace: string;
  readonly deployment: string;
  readonly service: string;
  readonly candidateService: string;
  readonly release: string;
}

export interface UserCommandPorts {
  readonly clock: Clock;
  /** The environment of this process. */
  readonly env: NodeJS.ProcessEnv;
  /** Gets each line of output as it comes. Untrusted text: it may look like a workflow command. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Told the id of the process (on POSIX: of its group) when it runs, and null when it has ended. */
  readonly onProcess?: (pid: number | null) => void;
}

/** How a command ended; `limit` and `cancelled`: we ended it. */
export type CommandEnded = (Ended | { readonly how: 'limit' } | { readonly how: 'cancelled' }) & {
  /** Of both streams, in the order in which they came, each cut off where it is too long. */
  readonly lastLines: readonly string[];
};

const LAST_LINES = 20;
const LONGEST_QUOTED_LINE = 500;

/**
 * Runs the user's command in a shell, with `variables` beside the inherited environment. Never rejects; after a cancel, or after
 * `limitMs` milliseconds, it resolves within about 2.5 seconds, when the command and all that it started are gone.
 */
export async function runUserCommand(
  command: string,
  variables: Readonly<Record<string, string>>,
  { clock, env, onLine, onProcess }: UserCommandPorts,
  limitMs: number,
  signal: AbortSignal,
): Promise<CommandEnded> {
  const lastLines: string[] = [];
  const limit = new AbortController();
  const ended = new AbortController();
  clock.sleep(limitMs, ended.signal).then(
    () => limit.abort(),
    () => {}, // ended before its limit
  );
  const how = await runInShell(command, {
    env: { ...inherited(env), ...variables },
    signal: AbortSignal.any([signal, limit.signal]),
    onLine: (line, stream) => {
      lastLines.push(line.slice(0, LONGEST_QUOTED_LINE));
      if (lastLines.length > LAST_LINES) lastLines.shift();
      onLine(line, stream);
    },
    onStart: (pid) => onProcess?.(pid),
  });
  ended.abort();
  onProcess?.(null);
  // In this order: a command that we end may still answer SIGTERM with exit code 0, which is no pass.
  if (signal.aborted) return { how: 'cancelled', lastLines };
  if (limit.signal.aborted) return { how: 'limit', lastLines };
  return { ...how, lastLines };
}

/** The variables that every command finds. `kubeconfig`: the path of the one that the release uses; null: as we find the cluster. */
export function releaseVariables(names: ReleaseNames, kubeconfig: string | null): Record<string, string> {
  return {
    CROSSFADE_NAMESPACE: names.namespace,
    CROSSFADE_DEPLOYMENT: names.deployment,
    CROSSFADE_SERVICE: names.service,
    CROSSFADE_CANDIDATE_SERVICE: names.candidateService,
    CROSSFADE_RELEASE: names.release,
    ...(kubeconfig === null ? {} : { KUBECONFIG: kubeconfig }),
  };
}

/** Our inputs are no business of the command, and the kubeconfig's content is among them. */
function inherited(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('INPUT_')));
}

interface Shell {
  readonly file: string;
  readonly args: (command: string) => string[];
  /** Beside the others. */
  readonly env: (command: string) => NodeJS.ProcessEnv;
}

/** Where the command's text travels: everybody on a machine may read the command lines of its processes, and it may hold secrets. */
const TEXT = 'CROSSFADE_COMMAND';
/** Shells of POSIX take the carriage return of a Windows line end for a part of the last word. */
const textFor = (command: string): NodeJS.ProcessEnv => ({ [TEXT]: command.replaceAll('\r\n', '\n') });
const RUN = `eval "unset ${TEXT}\n$${TEXT}"`;

/** As a `run:` step without `shell:` does it: the first of these that is installed. */
const POSIX_SHELLS: readonly Shell[] = [
  { file: 'bash', args: () => ['-e', '-o', 'pipefail', '-c', RUN], env: textFor },
  { file: 'sh', args: () => ['-e', '-c', RUN], env: textFor },
];
/** As we read what it writes. On a console of its own it would write in the letters of DOS. */
const UTF8 = 'try { [Console]::OutputEncoding = [Text.UTF8Encoding]::new($false) } catch { }';
/** PowerShell ends with the exit code of the last program only when asked to. */
const WINDOWS_SHELLS: readonly Shell[] = ['pwsh', 'powershell'].map((file) => ({
  file,
  args: (command) => [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    [
      "$ErrorActionPreference = 'stop'",
      UTF8,
      command,
      'if (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }',
    ].join('\n'),
  ],
  env: () => ({}),
}));

async function runInShell(command: string, options: ChildOptions): Promise<Ended> {
  let ended: Ended = { how: 'not-started', code: 'ENOENT', message: 'there is no shell' };
  for (const { file, args, env } of process.platform === 'win32' ? WINDOWS_SHELLS : POSIX_SHELLS) {
    ended = await runChild(file, args(command), { ...options, env: { ...options.env, ...env(command) } });
    if (ended.how !== 'not-started' || ended.code !== 'ENOENT') return ended;
  }
  return ended;
}
