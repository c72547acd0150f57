import { spawn, type ChildProcess } from 'node:child_process';
import { OutputLines } from './output-lines.ts';
import { fromPathAlone, systemProgram } from './windows-programs.ts';

// Not `@actions/exec`: it gives no hold of the process that it starts, so neither a cancelled run nor a deadline could end it.
// Here a child leads a process group of its own, and a signal goes to the whole group: ending only the shell would leave what
// it started (curl, npm, a test runner) alive, still sending requests to the candidate.

export type Ended =
  | { readonly how: 'exited'; readonly code: number }
  /** By a signal that somebody sent: the kernel (out of memory), a person, or we. */
  | { readonly how: 'signalled'; readonly signal: string }
  | { readonly how: 'not-started'; readonly code: string; readonly message: string };

export interface ChildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Aborted: the group gets SIGTERM, and SIGKILL after `KILL_AFTER`. */
  readonly signal: AbortSignal;
  /** Told the child's process id, which on POSIX is its group's, too. */
  readonly onStart?: (pid: number) => void;
}

/** Milliseconds from SIGTERM to SIGKILL. */
const KILL_AFTER = 2_000;
/** Milliseconds that what a child leaves in the background may still write after its end, before that is ended too. */
const LINGER = 500;

/** Runs a program to its end. Resolves when it and its output have ended; never rejects. */
export function runChild(
  file: string,
  args: readonly string[],
  { env, onLine, signal, onStart }: ChildOptions,
): Promise<Ended> {
  const child = start(file, args, env);
  if ('how' in child) return Promise.resolve(child);
  if (child.pid !== undefined) onStart?.(child.pid);
  return new Promise((resolve) => {
    const streams = (['stdout', 'stderr'] as const).map((name) => {
      const lines = new OutputLines((line) => onLine(line, name));
      child[name]?.on('data', (bytes: Buffer) => lines.push(bytes));
      return lines;
    });
    let ended: Ended = { how: 'not-started', code: 'UNKNOWN', message: 'no reason given' };
    let kill: NodeJS.Timeout | undefined;
    const terminate = () => {
      signalGroup(child, 'SIGTERM');
      kill = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER);
    };
    const finish = () => {
      signal.removeEventListener('abort', terminate);
      clearTimeout(kill);
      // The child has obeyed; a descendant that did not, and writes nothing, would go unnoticed.
      if (signal.aborted) signalGroup(child, 'SIGKILL');
      for (const lines of streams) lines.end();
      resolve(ended);
    };
    if (signal.aborted) terminate();
    else signal.addEventListener('abort', terminate, { once: true });
    child.once('error', (error: NodeJS.ErrnoException) => {
      ended = { how: 'not-started', code: error.code ?? 'UNKNOWN', message: error.message };
      if (child.pid === undefined) finish();
    });
    child.once('exit', (code, by) => {
      ended = code === null ? { how: 'signalled', signal: by ?? 'unknown' } : { how: 'exited', code };
      // 'close' comes once nobody holds its output open; a background process that it left behind may do so for ever.
      const lingering = setTimeout(() => {
        signalGroup(child, 'SIGKILL');
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, LINGER);
      child.once('close', () => clearTimeout(lingering));
    });
    child.once('close', finish);
  });
}

/** `spawn` reports most failures by an event and some (arguments too long, for one) by throwing. */
function start(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess | Extract<Ended, { how: 'not-started' }> {
  try {
    return fromPathAlone(() =>
      spawn(file, args, {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        // On Windows this would open a console window, and `taskkill /T` finds descendants without it.
        detached: process.platform !== 'win32',
        windowsHide: true,
      }),
    );
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // Node documents it so for system errors
    return { how: 'not-started', code: code ?? 'UNKNOWN', message };
  }
}

function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawn(systemProgram('taskkill'), ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' }).on(
      'error',
      () => {},
    );
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: nobody of the group is left, which is what was wanted.
  }
}
