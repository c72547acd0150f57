import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Finished {
  /** Exit code; 128 + n is not used: a program ended by a signal has code -1. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @throws Error when it cannot be started; a non-zero code is the caller's to judge. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number; input?: string } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {
      // The program ended without reading its input: its exit code tells more.
    });
    child.stdin.end(options.input ?? '');
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/** Runs a program that must succeed. @throws Error with its last words when it does not. */
export async function must(
  program: string,
  args: readonly string[],
  options?: Parameters<typeof run>[2],
): Promise<string> {
  const finished = await run(program, args, options);
  if (finished.code === 0) return finished.stdout;
  throw new Error(`${program} ${args.join(' ')}: exit code ${finished.code}: ${finished.stderr.trim()}`);
}

/**
 * Reads "+ PID" and "- PID" and ends what is left when its input closes, whatever closed it: an orderly stop, an exception,
 * Ctrl-C or a SIGKILL of the test process. No handler inside that process can promise as much (and jest hands tests a copy
 * of `process` whose exit handlers never run). It kills process groups, so that children of children go too.
 */
const GUARDIAN = `
pids=
while read -r sign pid; do
  case $sign in
    +) pids="$pids $pid" ;;
    -) kept=; for p in $pids; do [ "$p" = "$pid" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
for p in $pids; do kill -s KILL -- "-$p" 2>/dev/null; done
[ -n "$2" ] || rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
`;

/** A program of the cluster is gone: waiting for anything is pointless. */
export class ProgramEnded extends Error {}

/** The long-running programs of one cluster, with a folder of their own for data and output; both are gone after `stop`. */
export class Processes {
  readonly folder: string;
  readonly #guardian: ChildProcess;
  readonly #running = new Map<string, { child: ChildProcess; ended: Promise<void> }>();
  readonly #leaving = new Set<string>();
  #stopping = false;
  #died: string | undefined;

  /** @param keep leave the folder behind, to look at the output of a failed run */
  constructor(name: string, keep = process.env.CROSSFADE_E2E_KEEP === '1') {
    this.folder = mkdtempSync(join(tmpdir(), `crossfade-${name}-`));
    this.#guardian = spawn('sh', ['-c', GUARDIAN, 'guardian', this.folder, keep ? 'keep' : ''], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#guardian.unref();
    // An open pipe would keep a test process alive whose suite forgot to stop the cluster; closing it is just what must happen then.
    const pipe = this.#guardian.stdin;
    if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  }

  /** Starts a program detached from our terminal and pipes; its output goes to `<name>.log` in the folder. */
  start(name: string, program: string, args: readonly string[], env: Record<string, string> = {}): number {
    const log = openSync(this.#log(name), 'a');
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
      cwd: this.folder,
    });
    closeSync(log);
    const { pid } = child;
    const ended = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.#died ??= `${name} could not be started: ${error.message}`;
        resolve();
      });
      child.once('exit', (code, signal) => {
        if (!this.#stopping && !this.#leaving.has(name))
          this.#died ??= `${name} ended (${signal ?? `exit code ${code}`})`;
        if (pid !== undefined) this.#guardian.stdin?.write(`- ${pid}\n`);
        this.#running.delete(name);
        resolve();
      });
    });
    if (pid === undefined) throw new Error(`${name} could not be started: is ${program} there?`);
    this.#guardian.stdin?.write(`+ ${pid}\n`);
    child.unref();
    this.#running.set(name, { child, ended });
    return pid;
  }

  /** @throws Error, with the end of its output, when one of the programs has ended by itself. */
  check(): void {
    if (this.#died === undefined) return;
    const name = this.#died.split(' ', 1)[0] ?? '';
    throw new ProgramEnded(
      `${this.#died}; the end of its output:\n${this.output(name).split('\n').slice(-15).join('\n')}`,
    );
  }

  /** What a program has written so far. */
  output(name: string): string {
    return readFileSync(this.#log(name), 'utf8');
  }

  /** Asks one program to end (SIGTERM) and waits until it has; what it still says is in `output`. */
  async end(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    this.#leaving.add(name);
    running.child.ref();
    running.child.kill('SIGTERM');
    await running.ended;
  }

  /** Ends everything, newest first, and removes the folder. Can be called again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { child, ended } of [...this.#running.values()].reverse()) {
      // The group, because a program may have children; SIGKILL, because nothing here is worth a slow goodbye.
      child.ref();
      if (child.pid !== undefined) killGroup(child.pid);
      await ended;
    }
    if (this.#guardian.exitCode !== null) return;
    this.#guardian.ref();
    const gone = new Promise<void>((resolve) => this.#guardian.once('exit', () => resolve()));
    this.#guardian.stdin?.end();
    await gone;
  }

  #log(name: string): string {
    return join(this.folder, `${name}.log`);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port'));
      server.close(() => resolve(address.port));
    });
  });
}

/** Repeats `attempt` until it gives something. @throws Error naming `what` after `timeoutMs`, with the last error if there was one. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
  everyMs = 50,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      if (error instanceof ProgramEnded) throw error;
      last = error;
    }
    if (Date.now() > deadline) {
      const why = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`${what}: not within ${timeoutMs / 1000} s${why}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
