import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';

/** A workflow as written, its expressions not yet evaluated. */
export interface Workflow {
  readonly name: string;
  /** By the name of the event; null where nothing more is said. */
  readonly on: Readonly<Record<string, Mapping | null>>;
  readonly permissions: unknown;
  readonly concurrency: unknown;
  readonly jobs: readonly Job[];
}

export interface Job {
  readonly id: string;
  readonly needs: readonly string[];
  readonly if?: string;
  readonly environment?: string;
  readonly timeoutMinutes?: number;
  /** Values of its `strategy.matrix` by name; empty without one. */
  readonly matrix: Readonly<Record<string, readonly string[]>>;
  readonly permissions: unknown;
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Step {
  /** For messages: its id, or else its place in the job. */
  readonly label: string;
  readonly id?: string;
  readonly if?: string;
  readonly env: Readonly<Record<string, string>>;
  /** `owner/name` and what stands behind the @; of the repository itself the path, such as `./`, and nothing. */
  readonly uses?: { readonly action: string; readonly ref: string };
  readonly with: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly timeoutMinutes?: number;
  /** The job goes on, and well, when it fails. */
  readonly mayFail: boolean;
}

export type Mapping = Readonly<Record<string, unknown>>;

const OF_WORKFLOW = ['name', 'on', 'permissions', 'concurrency', 'jobs'];
const OF_JOB = [
  ...[
    'name',
    'needs',
    'if',
    'strategy',
    'runs-on',
    'environment',
    'timeout-minutes',
    'permissions',
    'outputs',
    'steps',
  ],
];
const OF_STEP = ['id', 'name', 'if', 'uses', 'with', 'env', 'run', 'timeout-minutes', 'continue-on-error'];

/**
 * Reads a workflow.
 *
 * @throws {Error} on whatever this harness does not run as GitHub does, with the place of it: a workflow of which a part is passed over
 * would be proved by a test that never ran it.
 */
export function readWorkflow(path: string): Workflow {
  const file = basename(path);
  const workflow = mapping(parse(readFileSync(path, 'utf8')), file, OF_WORKFLOW);
  const jobs = Object.entries(mapping(workflow.jobs, `${file}: jobs`)).map(([id, job]) => jobOf(id, job, file));
  for (const { id, needs } of jobs) {
    const unknown = needs.find((need) => !jobs.some((job) => job.id === need));
    if (unknown !== undefined) throw new Error(`${file}: jobs.${id} needs ${unknown}, which does not exist`);
  }
  const on = mapping(workflow.on, `${file}: on`);
  return {
    name: text(workflow.name, `${file}: name`),
    on: Object.fromEntries(
      Object.entries(on).map(([event, filter]) => [
        event,
        // A schedule is a list of times: that it came is all that the workflow knows.
        filter === null || Array.isArray(filter) ? null : mapping(filter, `${file}: on.${event}`),
      ]),
    ),
    permissions: workflow.permissions,
    concurrency: workflow.concurrency,
    jobs,
  };
}

function jobOf(id: string, value: unknown, file: string): Job {
  const where = `${file}: jobs.${id}`;
  const job = mapping(value, where, OF_JOB);
  if (!Array.isArray(job.steps)) throw new Error(`${where}.steps is not a list`);
  return {
    id,
    needs: [job.needs ?? []].flat().map((need) => text(need, `${where}.needs`)),
    ...(job.if === undefined ? {} : { if: text(job.if, `${where}.if`) }),
    ...(job.environment === undefined ? {} : { environment: text(job.environment, `${where}.environment`) }),
    ...timeoutOf(job),
    matrix: matrixOf(job.strategy, `${where}.strategy`),
    permissions: job.permissions,
    outputs: texts(job.outputs, `${where}.outputs`),
    steps: job.steps.map((step: unknown, at) => stepOf(step, at, where)),
  };
}

function timeoutOf(from: Mapping): Pick<Job, 'timeoutMinutes'> {
  return typeof from['timeout-minutes'] === 'number' ? { timeoutMinutes: from['timeout-minutes'] } : {};
}

function matrixOf(value: unknown, where: string): Job['matrix'] {
  if (value === undefined) return {};
  const strategy = mapping(value, where, ['fail-fast', 'matrix']);
  return Object.fromEntries(
    Object.entries(mapping(strategy.matrix, `${where}.matrix`)).map(([name, values]) => {
      if (!Array.isArray(values)) throw new Error(`${where}.matrix.${name} is not a list`);
      return [name, values.map((one) => text(one, `${where}.matrix.${name}`))];
    }),
  );
}

function stepOf(value: unknown, at: number, job: string): Step {
  const where = `${job}.steps[${at}]`;
  const step = mapping(value, where, OF_STEP);
  if ((step.uses === undefined) === (step.run === undefined))
    throw new Error(`${where} has to have one of uses and run`);
  const uses = step.uses === undefined ? undefined : usedBy(text(step.uses, `${where}.uses`), where);
  const mayFail = step['continue-on-error'] ?? false;
  if (typeof mayFail !== 'boolean') throw new Error(`${where}.continue-on-error is neither true nor false`);
  return {
    label: step.id === undefined ? `step ${at + 1}` : text(step.id, `${where}.id`),
    ...(step.id === undefined ? {} : { id: text(step.id, `${where}.id`) }),
    ...(step.if === undefined ? {} : { if: text(step.if, `${where}.if`) }),
    env: texts(step.env, `${where}.env`),
    ...(uses === undefined ? {} : { uses }),
    with: texts(step.with, `${where}.with`),
    ...(step.run === undefined ? {} : { run: text(step.run, `${where}.run`) }),
    ...timeoutOf(step),
    mayFail,
  };
}

function usedBy(uses: string, where: string): Step['uses'] {
  const [action = '', ref] = uses.split('@');
  if (ref === undefined && !action.startsWith('./')) throw new Error(`${where}.uses says no version of ${uses}`);
  return { action, ref: ref ?? '' };
}

function mapping(value: unknown, where: string, known?: readonly string[]): Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is not a mapping`);
  const unknown = known && Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`${where}: the harness does not know ${unknown}`);
  return value as Mapping;
}

/** Scalars as the text that an action would get. */
function texts(value: unknown, where: string): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  return Object.fromEntries(
    Object.entries(mapping(value, where)).map(([name, scalar]) => [name, text(scalar, `${where}.${name}`)]),
  );
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where} is not text`);
}
