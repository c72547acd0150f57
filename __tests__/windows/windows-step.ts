import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lines, ORPHANED_OUTPUT_MS, type ProcessEnd, type StepHost, type Where } from '../runner/step-process.ts';
import { NODE, throughWine, windowsPath } from './wine.ts';

const FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'];
const SYSTEM_FOLDERS = ['C:\\windows\\system32', 'C:\\windows'];
/** What programs/runner ends a process with that it kills. */
const KILLED = 137;
/** What the runner of Windows does where that of Linux sends a signal. */
const ORDERS: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGINT: 'ctrl-c',
  SIGTERM: 'ctrl-break',
  SIGKILL: 'kill',
};

export interface WindowsStepParts {
  /** Path of the action's bundle. */
  readonly script: string;
  /** Path of programs/runner, built. */
  readonly runner: string;
  /** Folder with the shells that commands find. */
  readonly shells: string;
}

/** Main or post of the action by Node.js for Windows, which programs/runner starts, hears and stops there. */
export class WindowsStep implements StepHost {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;

  constructor({ script, runner, shells }: WindowsStepParts, { cwd, env }: Where, onLine: (line: string) => void) {
    const folder = mkdtempSync(join(tmpdir(), 'windows-step-'));
    const wanted = join(folder, 'step.json');
    const step = { File: windowsPath(NODE), Args: [windowsPath(script)], Cwd: windowsPath(cwd) };
    writeFileSync(wanted, JSON.stringify({ ...step, Env: environment(env, shells) }));
    this.#child = spawn(...throughWine(runner, [windowsPath(wanted)]), { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin?.on('error', () => {
      // It has ended, and cannot be told to.
    });
    this.ended = this.#run(env, onLine).finally(() => rmSync(folder, { recursive: true }));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  signal(name: NodeJS.Signals): void {
    const order = ORDERS[name];
    if (order === undefined) throw new Error(`Windows knows nothing like ${name}`);
    this.#child.stdin?.write(`${order}\n`);
  }

  async #run(env: Where['env'], onLine: (line: string) => void): Promise<ProcessEnd> {
    const startedAt = performance.now();
    const { stdout, stderr } = this.#child;
    let exitCode: number | undefined;
    const told: string[] = [];
    readLines(stdout, onLine);
    readLines(stderr, (line) => {
      const code = /^runner: ended (\d+)$/.exec(line)?.[1];
      if (code === undefined) told.push(line);
      else exitCode = Number(code);
    });
    const read = once(this.#child, 'close');
    await once(this.#child, 'exit');
    const stop = new AbortController();
    await Promise.race([read, sleep(ORPHANED_OUTPUT_MS, undefined, { signal: stop.signal }).catch(() => undefined)]);
    stop.abort();
    stdout?.destroy();
    stderr?.destroy();
    if (exitCode === undefined) throw new Error(`what plays the runner has failed:\n${told.join('\n')}`);
    readAsWindows(env);
    return {
      exitCode,
      ...(exitCode === KILLED ? { signal: 'SIGKILL' } : {}),
      durationMs: performance.now() - startedAt,
    };
  }
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  const lines = new Lines(onLine);
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => lines.push(text));
  stream?.on('end', () => lines.end());
}

/** Paths as Windows has them; `Path` is the name that it has there, and a step may set it. */
function environment({ PATH: _, ...given }: Where['env'], shells: string): Record<string, string> {
  const paths = Object.entries(given).map(([name, value]) => [
    name,
    value.startsWith(tmpdir()) ? windowsPath(value) : value,
  ]);
  const path = [windowsPath(shells), ...SYSTEM_FOLDERS].join(';');
  return { Path: path, ...Object.fromEntries(paths), RUNNER_OS: 'Windows' };
}

/** The runner of Windows takes the ends of lines there for what they are; the harness reads as the one of Linux. */
function readAsWindows(env: Where['env']): void {
  for (const name of FILES) {
    const file = env[`GITHUB_${name}`];
    if (file !== undefined) writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
  }
}
