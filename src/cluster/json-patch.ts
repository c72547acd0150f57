import type { JsonPatch, JsonPatchOperation } from './wire.ts';

type Json = Record<string, unknown> | unknown[];

/**
 * What a JSON Patch makes of a document; the document stays as it is. `test` operations are left out: this tells what would be
 * written, not whether it may be.
 * @throws {Error} when a path leads nowhere
 */
export function patched(document: object, patch: JsonPatch): object {
  const result = copyOf(document) as Json; // an object stays one
  for (const operation of patch) if (operation.op !== 'test') apply(result, operation);
  return result;
}

function apply(root: Json, operation: Exclude<JsonPatchOperation, { op: 'test' }>): void {
  const steps = operation.path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = steps.pop() ?? '';
  const parent = steps.reduce<unknown>((node, step) => (isJson(node) ? at(node, step) : undefined), root);
  if (!isJson(parent)) throw new Error(`nothing is at ${operation.path}`);
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (operation.op === 'remove') parent.splice(index, 1);
    else parent.splice(index, operation.op === 'replace' ? 1 : 0, copyOf(operation.value));
  } else if (operation.op === 'remove') delete parent[last];
  else parent[last] = copyOf(operation.value);
}

function at(node: Json, step: string): unknown {
  return Array.isArray(node) ? node[Number(step)] : node[step];
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

/** What comes from the API and goes there is JSON. */
function copyOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
