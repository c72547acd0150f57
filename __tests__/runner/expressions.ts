/** `job.status` and, for a step, its conclusion. */
export type JobStatus = 'success' | 'failure' | 'cancelled';

/** The contexts an expression may name in an action's input default. */
export interface Contexts {
  readonly github: Readonly<Record<string, unknown>>;
  readonly job: { readonly status: JobStatus };
  readonly runner: Readonly<Record<string, unknown>>;
}

/**
 * Replaces each `${{ … }}` in `text` by its value. Understands a path into a context (`github.event.number`, `job.status`) and nothing
 * else; a property that does not exist is empty, as on GitHub.
 *
 * @throws {Error} on any other expression, and on contexts that an input default may not use (`vars`, `secrets`, `env`).
 */
export function evaluate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => lookUp(expression.trim(), contexts));
}

function lookUp(expression: string, contexts: Contexts): string {
  if (!/^[\w-]+(\.[\w-]+)*$/.test(expression))
    throw new Error(`The harness cannot evaluate the expression '${expression}'`);
  const [root = '', ...path] = expression.split('.');
  if (root !== 'github' && root !== 'job' && root !== 'runner') {
    throw new Error(`Unrecognized named-value: '${root}' in the expression '${expression}'`);
  }
  let value: unknown = contexts[root];
  for (const key of path) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  }
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/**
 * Whether a step with this `if` (or `post-if`) runs when the job has this status. Understands the status functions, `!`, `&&` and `||`.
 *
 * @throws {Error} on anything else.
 */
export function conditionHolds(condition: string, status: JobStatus): boolean {
  const bare = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1').trim();
  return bare
    .split('||')
    .some((alternative) => alternative.split('&&').every((term) => termHolds(term.trim(), status)));
}

function termHolds(term: string, status: JobStatus): boolean {
  if (term.startsWith('!')) return !termHolds(term.slice(1).trim(), status);
  switch (term) {
    case 'always()':
      return true;
    case 'success()':
      return status === 'success';
    case 'failure()':
      return status === 'failure';
    case 'cancelled()':
      return status === 'cancelled';
    default:
      throw new Error(`The harness cannot evaluate the condition '${term}'`);
  }
}
