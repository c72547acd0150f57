import type { RunnerEvent } from '../runner/machine.ts';
import type { Mapping, Workflow } from './workflow-file.ts';

/** What starts a workflow. */
export interface Event extends RunnerEvent {
  readonly eventName: string;
  /** Of `workflow_dispatch`, as somebody filled them in; the rest has its defaults. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/**
 * The context `inputs` of this run.
 *
 * @throws {Error} when the event does not start this workflow, or when GitHub would not accept its inputs.
 */
export function inputsFor(workflow: Workflow, event: Event): Readonly<Record<string, string>> {
  const filter = workflow.on[event.eventName];
  if (filter === undefined) throw new Error(`${event.eventName} does not start ${workflow.name}`);
  if (event.eventName === 'workflow_dispatch') return dispatched(filter?.inputs, event.inputs ?? {});
  if (event.inputs !== undefined) throw new Error(`${event.eventName} has no inputs`);
  const beyond = Object.keys(filter ?? {}).find((key) => key !== 'branches');
  if (beyond !== undefined) throw new Error(`The harness does not know on.${event.eventName}.${beyond}`);
  const branches = filter?.branches;
  if (Array.isArray(branches) && !branches.includes(branchOf(event)))
    throw new Error(`${event.eventName} for ${branchOf(event)} does not start ${workflow.name}`);
  return {};
}

/** The branch that is pushed to, or that the pull request is for. */
function branchOf(event: Event): string {
  const base = event.eventName === 'pull_request' ? baseOf(event.payload) : undefined;
  return base ?? (event.ref ?? 'refs/heads/main').replace(/^refs\/heads\//, '');
}

function baseOf(payload: RunnerEvent['payload']): string | undefined {
  const { pull_request: request } = (payload ?? {}) as { pull_request?: { base?: { ref?: string } } };
  return request?.base?.ref;
}

interface Field {
  readonly required?: boolean;
  readonly default?: string;
  readonly type?: string;
  readonly options?: readonly string[];
}

function dispatched(declared: unknown, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  // As written in the file; a field that is misspelt there is the linter's to find.
  const fields = Object.entries((declared ?? {}) as Readonly<Record<string, Field & Mapping>>);
  const unexpected = Object.keys(given).find((name) => !fields.some(([field]) => field === name));
  if (unexpected !== undefined) throw new Error(`Unexpected inputs provided: ${unexpected}`);
  return Object.fromEntries(
    fields.map(([name, field]) => {
      const value = given[name] ?? field.default ?? '';
      if (field.required === true && value === '') throw new Error(`Required input '${name}' not provided`);
      if (field.type === 'choice' && !field.options?.includes(value))
        throw new Error(`Provided value '${value}' for input '${name}' not in the list of allowed values`);
      if (field.type !== 'choice' && field.type !== 'string')
        throw new Error(`The harness does not know inputs of type ${field.type}`);
      return [name, value];
    }),
  );
}
