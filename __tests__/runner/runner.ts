import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ActionDefinition, readAction } from './action-definition.ts';
import { conditionHolds, type JobStatus } from './expressions.ts';
import { inputsOf } from './inputs.ts';
import { Machine, prefixed, type RunnerEvent } from './machine.ts';
import { SecretMasker } from './masks.ts';
import { type Annotation, type LogGroup, StepLog } from './step-log.ts';
import { cancelStep, type ProcessEnd, type StepHost, StepProcess, type Where } from './step-process.ts';
import { readResults, type StepFiles } from './step-results.ts';

/** See `shaken.ts`. */
const SHAKEN = process.env.SHAKEN ? ['--import', join(import.meta.dirname, '../shaken.ts')] : [];

export type { JobStatus } from './expressions.ts';
export type { RunnerEvent } from './machine.ts';
export type { Annotation, LogGroup } from './step-log.ts';
export { CANCEL_LADDER } from './step-process.ts';

/** When to do something to a running step: after some milliseconds, at the first line of output that matches, or when told. */
export type Trigger = { readonly afterMs: number } | { readonly whenLine: RegExp } | { readonly signal: AbortSignal };

export interface ActionStep {
  /** The folder with `action.yml`. */
  readonly action: string;
  /** The step's `with:`. Expressions (`${{ job.status }}`) are evaluated for main and again for post. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The step's `env:`. Nothing of the caller's environment reaches the action but PATH. As on GitHub, `GITHUB_*` cannot be set here. */
  readonly env?: Readonly<Record<string, string>>;
  readonly event?: RunnerEvent;
  /** Working folder of the action; a fresh one, removed afterwards, when absent. */
  readonly workspace?: string;
  /** `github.token`, masked as on GitHub. */
  readonly token?: string;
  /** Values of the repository's secrets: masked from the start. */
  readonly secrets?: readonly string[];
  /** The job's status before this step; `success` when absent. */
  readonly jobStatus?: JobStatus;
  /** The step's `if:`. A step with `always()` gets no signal when its job is cancelled. */
  readonly if?: 'success()' | 'always()';
  /** The step's `timeout-minutes`, in milliseconds; 5 minutes when absent. Ends in failure, by the same ladder as a cancel. */
  readonly timeoutMs?: number;
  /** As `timeoutMs`, for post. */
  readonly postTimeoutMs?: number;
  /** Cancels the job: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. */
  readonly cancel?: Trigger;
  /** Kills main at once: by itself, or with the runner, in which case post does not run either. */
  readonly kill?: Trigger & { readonly by?: NodeJS.Signals | 'loss-of-runner' };
  /** Step debug logging: `RUNNER_DEBUG=1`, `::debug::` shown. */
  readonly debug?: boolean;
  /** What runs main and post in place of a process of Node.js 24; undefined: a process does. */
  readonly host?: (where: Where, onLine: (line: string) => void, stage: Stage) => StepHost | undefined;
  /** Sees each line of main's and post's output as it comes, unmasked. */
  readonly onLine?: (line: string, stage: Stage) => void;
}

export type Stage = 'main' | 'post';

/** What GitHub knows of one step after it ended. */
export interface StepResult extends StepFiles {
  /** 128 + n after signal n. */
  readonly exitCode: number;
  /** The signal that ended the process, when one did. */
  readonly signal?: NodeJS.Signals;
  readonly conclusion: JobStatus;
  readonly annotations: readonly Annotation[];
  /** Annotations beyond ten of a kind, not shown by GitHub. */
  readonly annotationsDropped: number;
  /** Values registered by the action itself. */
  readonly masks: readonly string[];
  /** Everything the process wrote, unmasked. */
  readonly log: string;
  /** What GitHub shows, with the runner's own lines (inputs, environment, errors). */
  readonly displayedLog: string;
  /** Groups that the action opened, masked. */
  readonly groups: readonly LogGroup[];
  readonly durationMs: number;
  /** Highest resident memory seen, in MiB; absent when the process was too short to look at. */
  readonly peakMemoryMiB?: number;
}

export interface RunResult extends StepResult {
  /** Absent when the action has none, when its `post-if` does not hold, or when the runner was lost. */
  readonly post?: StepResult;
}

export interface RunningAction {
  /** Of main; its process has not started yet when undefined. */
  readonly pid: number | undefined;
  /** Cancels the job. A post that already runs goes on, as on GitHub. */
  cancel(): void;
  /** Sends a signal to main. */
  kill(signal?: NodeJS.Signals): void;
  /** Kills whatever runs; nothing runs after it. */
  loseRunner(): void;
  /** Resolves with the first line of main's output that matches, also when it is already there; rejects when main ends without it. */
  line(pattern: RegExp): Promise<string>;
  readonly done: Promise<RunResult>;
}

const DEFAULT_TIMEOUT_MS = 5 * 60_000;

/** Runs an action's main and post as the GitHub runner does and resolves when both have ended. */
export function runAction(step: ActionStep): Promise<RunResult> {
  return startAction(step).done;
}

/**
 * Starts an action. Rejects through `done` when `action.yml` cannot be run at all; a failing action is a result, not a rejection.
 */
export function startAction(step: ActionStep): RunningAction {
  return new Job(step);
}

let checkedNode: string | undefined;

/** The Node.js 24 of the `node` package: the tests may run on another, actions do not. */
function node24(): string {
  if (checkedNode === undefined) {
    const path = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
    if (!version.startsWith('v24.')) throw new Error(`${path} is ${version}; actions run on Node.js 24`);
    checkedNode = path;
  }
  return checkedNode;
}

/** Why the runner ends a step early, when it does. */
type Ending = 'cancelled' | 'timed-out';

class Job implements RunningAction {
  readonly done: Promise<RunResult>;
  readonly #step: ActionStep;
  readonly #masker = new SecretMasker();
  readonly #stopTriggers = new AbortController();
  readonly #seen: string[] = [];
  readonly #watchers = new Set<(line: string) => void>();
  readonly #mainEnded: Promise<void>;
  #status: JobStatus;
  #stage: Stage = 'main';
  #process: StepHost | undefined;
  #ending: Ending | undefined;
  #lost = false;

  constructor(step: ActionStep) {
    this.#step = step;
    this.#status = step.jobStatus ?? 'success';
    const ended = Promise.withResolvers<void>();
    this.#mainEnded = ended.promise;
    this.done = this.#run(ended.resolve);
    // A caller that only waits for a line must not meet an unhandled rejection; whoever awaits `done` still sees it.
    this.done.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  cancel(): void {
    this.#status = 'cancelled';
    if (this.#stage === 'main' && this.#step.if !== 'always()') this.#end('cancelled');
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.#stage === 'main') this.#process?.signal(signal);
  }

  loseRunner(): void {
    this.#lost = true;
    this.#process?.signal('SIGKILL');
  }

  async line(pattern: RegExp): Promise<string> {
    const earlier = this.#seen.find((line) => matches(pattern, line));
    if (earlier !== undefined) return earlier;
    const found = Promise.withResolvers<string>();
    const watch = (line: string) => {
      if (matches(pattern, line)) found.resolve(line);
    };
    this.#watchers.add(watch);
    const ended = this.#mainEnded.then(() => {
      throw new Error(`The action ended without a line that matches ${pattern}:\n${this.#seen.join('\n')}`);
    });
    return Promise.race([found.promise, ended]).finally(() => this.#watchers.delete(watch));
  }

  async #run(mainEnded: () => void): Promise<RunResult> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'action-')));
    try {
      const definition = readAction(resolve(this.#step.action));
      const runner = await Machine.prepare(root, this.#step);
      this.#masker.add(runner.token);
      this.#masker.add(Buffer.from(`x-access-token:${runner.token}`, 'utf8').toString('base64'));
      for (const secret of this.#step.secrets ?? []) this.#masker.add(secret);
      this.#armTriggers();
      const none: Later = { state: {}, env: {}, path: [] };
      const main = await this.#runStage(definition, definition.main, runner, none);
      mainEnded();
      this.#stopTriggers.abort();
      if (main.conclusion === 'failure' && this.#status === 'success') this.#status = 'failure';
      this.#stage = 'post';
      if (definition.post === undefined || this.#lost || !conditionHolds(definition.postIf, this.#status)) return main;
      const post = await this.#runStage(definition, definition.post, runner, main);
      return this.#lost ? main : { ...main, post };
    } finally {
      mainEnded();
      this.#stopTriggers.abort();
      await rm(root, { recursive: true, force: true });
    }
  }

  async #runStage(definition: ActionDefinition, script: string, runner: Machine, before: Later): Promise<StepResult> {
    const stage = this.#stage;
    const log = new StepLog(this.#masker, runner.workspace, this.#step.debug ?? false);
    const files = await runner.newFiles();
    const inputs = inputsOf(definition, this.#step.inputs ?? {}, runner.contexts(this.#status), log);
    const shownEnv: Record<string, string> = {
      ...before.env,
      ...this.#step.env,
      ...prefixed('STATE_', before.state),
    };
    if (stage === 'main') showStep(log, inputs, shownEnv, this.#step.action);
    else log.write('Post job cleanup.');

    const env = {
      ...runner.base,
      ...shownEnv,
      PATH: [...before.path, shownEnv.PATH ?? process.env.PATH ?? ''].join(delimiter),
      ...Object.fromEntries(inputs.map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value])),
      ...runner.variables(files),
      GITHUB_ACTIONS: 'true',
      CI: this.#step.env?.CI ?? 'true',
    };
    this.#ending = undefined;
    const end = await this.#execute(script, { cwd: runner.workspace, env }, log);
    const ending = this.#reason();
    const results = await readResults(files, log, this.#masker);
    if (ending === 'cancelled') log.annotate('error', 'The operation was canceled.');
    if (ending === 'timed-out') log.annotate('error', 'The action has timed out.');
    return {
      exitCode: end.exitCode,
      ...(end.signal === undefined ? {} : { signal: end.signal }),
      conclusion: conclude(ending, end, log),
      ...results,
      state: { ...before.state, ...Object.fromEntries(log.state), ...results.state },
      annotations: log.annotations,
      annotationsDropped: log.annotationsDropped,
      masks: log.masks,
      log: log.raw,
      displayedLog: log.displayed,
      groups: log.groups,
      durationMs: end.durationMs,
      ...(end.peakMemoryMiB === undefined ? {} : { peakMemoryMiB: end.peakMemoryMiB }),
    };
  }

  async #execute(script: string, where: Where, log: StepLog): Promise<ProcessEnd> {
    const stage = this.#stage;
    const onLine = (line: string): void => {
      log.receive(line);
      this.#step.onLine?.(line, stage);
      if (stage !== 'main') return;
      this.#seen.push(line);
      for (const watch of [...this.#watchers]) watch(line);
    };
    this.#process =
      this.#step.host?.(where, onLine, stage) ?? new StepProcess(node24(), [...SHAKEN, script], where, onLine);
    // A job that was cancelled, or a runner that was lost, before the process was there.
    if (this.#lost) this.#process.signal('SIGKILL');
    else if (stage === 'main' && this.#status === 'cancelled' && this.#step.jobStatus !== 'cancelled') this.cancel();
    const limit = stage === 'main' ? this.#step.timeoutMs : this.#step.postTimeoutMs;
    const timer = setTimeout(() => this.#end('timed-out'), limit ?? DEFAULT_TIMEOUT_MS);
    try {
      return await this.#process.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  #end(ending: Ending): void {
    if (this.#process === undefined || this.#ending !== undefined) return;
    this.#ending = ending;
    if (this.#process.cancel === undefined) void cancelStep(this.#process);
    else this.#process.cancel();
  }

  // Read through a method: the compiler cannot see that `#end` may have run during an `await`.
  #reason(): Ending | undefined {
    return this.#ending;
  }

  #armTriggers(): void {
    const { cancel, kill } = this.#step;
    if (cancel !== undefined) this.#arm(cancel, () => this.cancel());
    if (kill !== undefined) {
      this.#arm(kill, () => (kill.by === 'loss-of-runner' ? this.loseRunner() : this.kill(kill.by)));
    }
  }

  #arm(trigger: Trigger, act: () => void): void {
    const stop = this.#stopTriggers.signal;
    if ('afterMs' in trigger) {
      const timer = setTimeout(act, trigger.afterMs);
      stop.addEventListener('abort', () => clearTimeout(timer));
    } else if ('whenLine' in trigger) {
      const watch = (line: string) => {
        if (!matches(trigger.whenLine, line)) return;
        this.#watchers.delete(watch);
        act();
      };
      this.#watchers.add(watch);
    } else if (trigger.signal.aborted) {
      act();
    } else {
      trigger.signal.addEventListener('abort', act, { once: true, signal: stop });
    }
  }
}

/** What a step leaves to the ones after it. */
type Later = Pick<StepResult, 'state' | 'env' | 'path'>;

function showStep(
  log: StepLog,
  inputs: readonly (readonly [string, string])[],
  env: Readonly<Record<string, string>>,
  action: string,
): void {
  log.write(`##[group]Run ./${basename(resolve(action))}`);
  log.write('with:');
  for (const [name, value] of inputs) if (value !== '') log.write(`  ${name}: ${value}`);
  if (Object.keys(env).length > 0) {
    log.write('env:');
    for (const [name, value] of Object.entries(env)) log.write(`  ${name}: ${value}`);
  }
  log.write('##[endgroup]');
}

function conclude(ending: Ending | undefined, end: ProcessEnd, log: StepLog): JobStatus {
  // A cancelled step is cancelled whatever its exit code says.
  if (ending === 'cancelled') return 'cancelled';
  return ending === 'timed-out' || end.exitCode !== 0 || log.failedByCommand ? 'failure' : 'success';
}

function matches(pattern: RegExp, line: string): boolean {
  // A pattern with the flag g or y would remember where it stopped in the line before.
  pattern.lastIndex = 0;
  return pattern.test(line);
}
