import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine } from '../runner/machine.ts';
import { SecretMasker } from '../runner/masks.ts';
import { type JobStatus, type RunResult, runAction } from '../runner/runner.ts';
import { type Event, inputsFor } from './events.ts';
import { type Contexts, fill, holds, type Status } from './expression.ts';
import { runShell, type ShellResult } from './shell-step.ts';
import { type Job, readWorkflow, type Step, type Workflow } from './workflow-file.ts';

/** What came of a job that asks for an approval. `run-cancelled`: somebody cancelled the workflow run while it waited. */
export type Answer = 'approved' | 'refused' | 'timed-out' | 'run-cancelled';

export interface Environment {
  readonly secrets?: Readonly<Record<string, string>>;
  /** Asked before a job of this environment starts; without it, it starts at once. */
  readonly review?: (job: string) => Promise<Answer> | Answer;
}

/** Stands in for somebody else's action: gets its inputs, gives its outputs. */
export type StandIn = (inputs: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;

export interface WorkflowOptions {
  readonly file: string;
  readonly event: Event;
  /** Our own action: the folder with its `action.yml`, and how the file names it: `owner/name`, or `./`. */
  readonly own: { readonly folder: string; readonly name: string };
  /** What differs from the file for our own steps, times above all. Sees what the file gives. */
  readonly change?: (inputs: Readonly<Record<string, string>>, job: string) => Readonly<Record<string, string>>;
  /** By `owner/name`; an action that is named nowhere is an error. */
  readonly standIns?: Readonly<Record<string, StandIn>>;
  /** Scripts of `run:` that the test has seen to itself, by their whole text. */
  readonly done?: readonly string[];
  /** Every environment that the file names. */
  readonly environments?: Readonly<Record<string, Environment>>;
  readonly token?: string;
  /** The workspace of all jobs; a fresh one each when absent. */
  readonly workspace?: string;
  /** For jobs with a matrix: the one combination that is run. */
  readonly matrix?: Readonly<Record<string, string>>;
  /** Milliseconds of a minute of `timeout-minutes` of our own steps; those that really are when absent. */
  readonly minuteMs?: number;
}

export type JobResult = JobStatus | 'skipped';

export interface FinishedStep {
  readonly label: string;
  readonly conclusion: JobResult;
  /** Of our own action, or of a `run:`. */
  readonly own?: RunResult;
  readonly shell?: ShellResult;
}

export interface FinishedJob {
  readonly result: JobResult;
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly FinishedStep[];
}

export interface FinishedWorkflow {
  readonly conclusion: JobStatus;
  readonly jobs: Readonly<Record<string, FinishedJob>>;
}

/**
 * Runs a workflow as GitHub does: job after job in the order of `needs` (one at a time), with approvals, contexts and outputs. Time limits
 * are played for steps of our own action alone, whose post comes right after main; concurrency is not played, and `permissions` are not
 * enforced.
 *
 * @throws {Error} on whatever the harness does not know: it passes over nothing.
 */
export function runWorkflow(options: WorkflowOptions): Promise<FinishedWorkflow> {
  return new WorkflowRun(options).run();
}

const SKIPPED: FinishedJob = { result: 'skipped', outputs: {}, steps: [] };

class WorkflowRun {
  readonly #options: WorkflowOptions;
  readonly #workflow: Workflow;
  readonly #inputs: Readonly<Record<string, string>>;
  readonly #finished = new Map<string, FinishedJob>();
  readonly #token: string;
  #isCancelled = false;

  constructor(options: WorkflowOptions) {
    this.#options = options;
    this.#workflow = readWorkflow(options.file);
    this.#inputs = inputsFor(this.#workflow, options.event);
    this.#token = options.token ?? 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
  }

  async run(): Promise<FinishedWorkflow> {
    const waiting = [...this.#workflow.jobs];
    while (waiting.length > 0) {
      const at = waiting.findIndex(({ needs }) => needs.every((need) => this.#finished.has(need)));
      const [job] = at < 0 ? [] : waiting.splice(at, 1);
      if (job === undefined) throw new Error(`${this.#workflow.name}: its jobs need one another in a circle`);
      this.#finished.set(job.id, await this.#runJob(job));
    }
    const results = [...this.#finished.values()].map(({ result }) => result);
    const conclusion = results.includes('failure') ? 'failure' : 'success';
    return {
      conclusion: this.#isCancelled ? 'cancelled' : conclusion,
      jobs: Object.fromEntries(this.#finished),
    };
  }

  async #runJob(job: Job): Promise<FinishedJob> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'workflow-')));
    try {
      const event = { workflow: this.#workflow.name, ...this.#options.event, job: job.id };
      const { workspace } = this.#options;
      const machine = await Machine.prepare(root, {
        event,
        token: this.#token,
        ...(workspace === undefined ? {} : { workspace }),
      });
      const before = {
        github: machine.contexts('success').github,
        inputs: this.#inputs,
        needs: this.#needs(job),
        matrix: this.#combination(job),
      };
      if (!holds(job.if, before, this.#statusBefore(job))) return SKIPPED;
      const environment = this.#environment(job);
      const answer = (await environment.review?.(job.id)) ?? 'approved';
      if (answer === 'run-cancelled') this.#isCancelled = true;
      if (answer === 'run-cancelled') return { ...SKIPPED, result: 'cancelled' };
      if (answer !== 'approved') return { ...SKIPPED, result: 'failure' };
      return await new JobRun(job, this.#options, machine, { ...before, secrets: environment.secrets ?? {} }).run();
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }

  #environment(job: Job): Environment {
    if (job.environment === undefined) return {};
    const environment = this.#options.environments?.[job.environment];
    if (environment === undefined) throw new Error(`jobs.${job.id}: the test has no environment ${job.environment}`);
    return environment;
  }

  #combination({ id, matrix }: Job): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(matrix).map(([name, values]) => {
        const value = this.#options.matrix?.[name];
        if (value === undefined || !values.includes(value))
          throw new Error(`jobs.${id}: the test chooses none of matrix.${name} (${values.join(', ')})`);
        return [name, value];
      }),
    );
  }

  #needs(job: Job): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      job.needs.map((need) => {
        const { result, outputs } = this.#finished.get(need) ?? SKIPPED;
        return [need, { result, outputs }];
      }),
    );
  }

  /** `success()` and `failure()` of a job speak of all jobs before it, also of those that it does not name itself. */
  #statusBefore(job: Job): Status {
    const results = this.#before(job).map((id) => this.#finished.get(id)?.result);
    return {
      success: !this.#isCancelled && results.every((result) => result === 'success'),
      failure: results.includes('failure'),
      cancelled: this.#isCancelled,
    };
  }

  #before(job: Job): string[] {
    const named = this.#workflow.jobs.filter(({ id }) => job.needs.includes(id));
    return named.flatMap((need) => [need.id, ...this.#before(need)]);
  }
}

/** The steps of one job, on one machine. */
class JobRun {
  readonly #job: Job;
  readonly #options: WorkflowOptions;
  readonly #machine: Machine;
  readonly #contexts: Contexts;
  readonly #masker = new SecretMasker();
  readonly #outputs = new Map<string, Readonly<Record<string, string>>>();
  #status: JobStatus = 'success';

  constructor(job: Job, options: WorkflowOptions, machine: Machine, contexts: Contexts) {
    this.#job = job;
    this.#options = options;
    this.#machine = machine;
    this.#contexts = contexts;
    for (const secret of [machine.token, ...this.#secrets]) this.#masker.add(secret);
  }

  async run(): Promise<FinishedJob> {
    const steps: FinishedStep[] = [];
    for (const step of this.#job.steps) {
      const finished = await this.#runStep(step);
      if (finished.conclusion === 'failure' && !step.mayFail) this.#status = 'failure';
      steps.push(finished);
    }
    const outputs = Object.entries(this.#job.outputs)
      .map(([name, value]) => [name, fill(value, this.#now)] as const)
      // GitHub hands no output on in which it sees a secret.
      .filter(([, value]) => !this.#masker.contains(value));
    return { result: this.#status, outputs: Object.fromEntries(outputs), steps };
  }

  async #runStep(step: Step): Promise<FinishedStep> {
    const { label } = step;
    const status = { success: this.#status === 'success', failure: this.#status === 'failure', cancelled: false };
    const { secrets: _, ...forConditions } = this.#now;
    if (!holds(step.if, forConditions, status)) return { label, conclusion: 'skipped' };
    const env = this.#filled(step.env);
    const inputs = this.#filled(step.with);
    if (step.run !== undefined && this.#options.done?.includes(step.run)) return { label, conclusion: 'success' };
    if (step.run !== undefined && step.timeoutMinutes !== undefined)
      throw new Error(`jobs.${this.#job.id}: the harness does not know timeout-minutes of a run`);
    if (step.run !== undefined) {
      const shell = await runShell(fill(step.run, this.#now), env, this.#machine, this.#masker);
      this.#keep(step, shell.outputs);
      return { label, conclusion: shell.conclusion, shell };
    }
    const { own, standIns = {}, change = (given) => given, minuteMs = 60_000 } = this.#options;
    const name = step.uses?.action ?? '';
    if (name !== own.name) {
      const standIn = standIns[name];
      if (standIn === undefined) throw new Error(`jobs.${this.#job.id}: nothing stands in for ${name}`);
      this.#keep(step, standIn(inputs));
      return { label, conclusion: 'success' };
    }
    const result = await runAction({
      action: own.folder,
      inputs: change(inputs, this.#job.id),
      env,
      event: { ...this.#options.event, job: this.#job.id },
      workspace: this.#machine.workspace,
      token: this.#machine.token,
      secrets: this.#secrets,
      jobStatus: this.#status,
      ...(step.timeoutMinutes === undefined ? {} : { timeoutMs: step.timeoutMinutes * minuteMs }),
    });
    for (const mask of result.masks) this.#masker.add(mask);
    this.#keep(step, result.outputs);
    return { label, conclusion: result.conclusion, own: result };
  }

  get #secrets(): string[] {
    return Object.values(this.#contexts.secrets ?? {}).map(String);
  }

  /** What an expression in a step may name. */
  get #now(): Contexts {
    const steps = Object.fromEntries([...this.#outputs].map(([id, outputs]) => [id, { outputs }]));
    return { ...this.#contexts, steps, job: { status: this.#status } };
  }

  #filled(texts: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text, this.#now)]));
  }

  #keep(step: Step, outputs: Readonly<Record<string, string>>): void {
    if (step.id !== undefined) this.#outputs.set(step.id, outputs);
  }
}
