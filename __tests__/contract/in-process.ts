import { constants } from 'node:os';
import { act } from '../../src/act.ts';
import { type ActionProcess, Runner } from '../../src/action/runner.ts';
import type { ActionStep, Stage } from '../runner/runner.ts';
import { Lines, type ProcessEnd, type StepHost, type Where } from '../runner/step-process.ts';
import type { TestCluster } from './cluster.ts';
import type { Step } from './scene.ts';

/**
 * Runs the action's own code here, with a process of its own only in what it sees: environment, log, files, cancel and exit code. That
 * takes a tenth of the CPU time of a process of Node.js that loads the bundle. What it cannot be is killed: it would go on unheard.
 */
export class InProcess implements StepHost {
  readonly pid = undefined;
  readonly ended: Promise<ProcessEnd>;
  readonly #listeners = new Map<NodeJS.Signals, () => void>();
  readonly #end = Promise.withResolvers<number>();
  #isOver = false;

  constructor({ cwd, env }: Where, onLine: (line: string) => void) {
    const startedAt = performance.now();
    const lines = new Lines((line) => {
      if (!this.#isOver) onLine(line);
    });
    const process: ActionProcess = {
      env: { ...env },
      stdout: { write: (text) => lines.push(text) },
      cwd: () => cwd,
      on: (signal, listener) => this.#listeners.set(signal, listener),
      exit: (code) => this.#end.reject(new Error(`exit code ${code}: ${NEEDS_PROCESS}`)),
    };
    act(new Runner(process)).then(() => this.#end.resolve(Number(process.exitCode ?? 0)), this.#end.reject);
    this.ended = this.#end.promise.then((exitCode) => {
      lines.end();
      this.#isOver = true;
      return { exitCode, durationMs: performance.now() - startedAt };
    });
  }

  /** By the first signal alone: however long the way back takes, nobody loses patience and leaves the rest of it to post. */
  cancel(): void {
    const listener = this.#listeners.get('SIGINT');
    if (listener === undefined) this.#end.reject(new Error(`SIGINT before it is listened for: ${NEEDS_PROCESS}`));
    else listener();
  }

  /** At the end of a scene, which wants to hear no more of it. */
  signal(name: NodeJS.Signals): void {
    this.#end.resolve(128 + constants.signals[name]);
  }
}

const NEEDS_PROCESS = 'only a process ends by that; give this run of the scene one (PROCESS)';

/** Where a cluster has these stages of a run in this process: not when another build is to be proved, nor when the scene wants processes. */
export function hostFor(
  { inProcess, host }: TestCluster,
  step: Step,
  stages: readonly Stage[],
): Pick<ActionStep, 'host'> {
  if (host !== undefined) return { host };
  const isKilled = [step.kill, step.timeoutMs, step.postTimeoutMs].some((end) => end !== undefined);
  if (inProcess !== true || isKilled || step.process === true || process.env.CROSSFADE_ACTION !== undefined) return {};
  return { host: (where, onLine, stage) => (stages.includes(stage) ? new InProcess(where, onLine) : undefined) };
}
