import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long the runner waits after each signal of its cancel ladder, in milliseconds. */
export const CANCEL_LADDER = { sigintMs: 7_500, sigtermMs: 2_500 } as const;

/** How long the runner reads on when the process has ended but a child of it still holds its output open, in milliseconds. */
export const ORPHANED_OUTPUT_MS = 5_000;
const MEMORY_SAMPLE_MS = 50;

export interface ProcessEnd {
  /** 128 + n after signal n, as a shell counts. */
  readonly exitCode: number;
  /** The signal that ended it, when one did. */
  readonly signal?: NodeJS.Signals;
  readonly durationMs: number;
  /** Highest resident memory seen, in MiB; absent when the process ended before the first look or /proc does not tell. */
  readonly peakMemoryMiB?: number;
}

/** What runs main or post of a step. */
export interface StepHost {
  readonly pid: number | undefined;
  /** Resolves when it has ended and its output is read. */
  readonly ended: Promise<ProcessEnd>;
  signal(name: NodeJS.Signals): void;
  /** In place of the runner's ladder of signals. */
  cancel?(): void;
}

export interface Where {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What the runner does when a job is cancelled or a step times out. */
export async function cancelStep(step: StepHost): Promise<void> {
  step.signal('SIGINT');
  if (await endsWithin(step, CANCEL_LADDER.sigintMs)) return;
  step.signal('SIGTERM');
  if (await endsWithin(step, CANCEL_LADDER.sigtermMs)) return;
  step.signal('SIGKILL');
}

async function endsWithin(step: StepHost, ms: number): Promise<boolean> {
  const stop = new AbortController();
  const timer = sleep(ms, false, { signal: stop.signal }).catch(() => false);
  const ended = await Promise.race([step.ended.then(() => true), timer]);
  stop.abort();
  return ended;
}

/** The one process of a step: standard input closed, output cut into lines. */
export class StepProcess implements StepHost {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[], where: Where, onLine: (line: string) => void) {
    this.#child = spawn(command, args, { cwd: where.cwd, env: where.env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin?.end();
    this.ended = this.#run(onLine);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a signal to this process alone; its children are not touched. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async #run(onLine: (line: string) => void): Promise<ProcessEnd> {
    const startedAt = performance.now();
    const output = [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null);
    const read = Promise.all(output.map((stream) => readLines(stream, onLine)));
    const memory = new PeakMemory(this.#child.pid);
    try {
      await once(this.#child, 'exit');
    } finally {
      memory.stop();
    }
    const durationMs = performance.now() - startedAt;
    const stop = new AbortController();
    await Promise.race([read, sleep(ORPHANED_OUTPUT_MS, undefined, { signal: stop.signal }).catch(() => undefined)]);
    stop.abort();
    for (const stream of output) stream.destroy();
    const { signalCode, exitCode } = this.#child;
    return {
      exitCode: exitCode ?? 128 + (signalCode === null ? 0 : constants.signals[signalCode]),
      ...(signalCode === null ? {} : { signal: signalCode }),
      durationMs,
      ...(memory.peakMiB === undefined ? {} : { peakMemoryMiB: memory.peakMiB }),
    };
  }
}

async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  stream.setEncoding('utf8');
  const lines = new Lines(onLine);
  stream.on('data', (chunk: string) => lines.push(chunk));
  await once(stream, 'close');
  lines.end();
}

/** Cuts a text that comes in pieces into lines. A carriage return alone ends a line, too: the runner's reader does so. */
export class Lines {
  readonly #onLine: (line: string) => void;
  #rest = '';
  #endedByReturn = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    // A line feed right after a carriage return belongs to it, even when a chunk ends between the two.
    const text = this.#endedByReturn && chunk.startsWith('\n') ? chunk.slice(1) : chunk;
    this.#endedByReturn = chunk.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
  }
}

/** Looks at the kernel's own high-water mark, so that only growth after the last look is missed. */
class PeakMemory {
  peakMiB: number | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #pid: number | undefined;

  constructor(pid: number | undefined) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), MEMORY_SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    try {
      const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
      const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
      if (kibibytes !== undefined) this.peakMiB = Number(kibibytes) / 1024;
    } catch {
      // The process has just ended, or this system has no /proc: the last look stands.
    }
  }
}
