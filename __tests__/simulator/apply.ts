import { type JsonObject, copy, isObject } from './json.ts';
import { leavesOf, ownersIn } from './managed-fields.ts';
import { ApiError } from './status.ts';

/**
 * Server-side apply, as far as custom resources need it: lists are owned whole. What the manager has applied before and leaves out now
 * goes, unless somebody else has it, too. Throws 409 when somebody else has what is to be changed, and it is not forced.
 */
export function applied(current: JsonObject, config: JsonObject, manager: string, isForced: boolean): JsonObject {
  const owners = ownersIn(current);
  const [before, wanted] = [leavesOf(current), leavesOf(config)];
  const taken = owners.filter(
    ({ entry, path }) =>
      wanted.has(path) &&
      before.get(path) !== wanted.get(path) &&
      (entry.manager !== manager || entry.operation !== 'Apply'),
  );
  const [conflict] = taken;
  if (conflict !== undefined && !isForced) {
    const { entry, path } = conflict;
    const field = stepsOf(path).map((step) => `.${step}`);
    throw new ApiError(
      409,
      'Conflict',
      `Apply failed with ${taken.length} conflict${taken.length === 1 ? '' : 's'}: conflict with "${entry.manager}" using ${entry.apiVersion}: ${field.join('')}`,
    );
  }
  const result = merged(copy(current), config);
  for (const { entry, path } of owners) {
    const isLeftOut = entry.manager === manager && entry.operation === 'Apply' && !wanted.has(path);
    const isShared = owners.some((other) => other.path === path && other.entry !== entry);
    if (isLeftOut && !isShared) remove(result, stepsOf(path));
  }
  return result;
}

function merged(target: JsonObject, config: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(config)) {
    const old = target[key];
    target[key] = isObject(value) && isObject(old) ? merged(old, value) : copy(value);
  }
  return target;
}

/** `["f:spec","f:rules"]` → `spec`, `rules`. The map that an item is in is no field of its own. */
function stepsOf(path: string): string[] {
  const steps: unknown = JSON.parse(path);
  return (Array.isArray(steps) ? steps.map(String) : []).flatMap((step) => (step === '.' ? [] : step.slice(2)));
}

function remove(object: JsonObject, [step = '', ...rest]: readonly string[]): void {
  const inner = object[step];
  if (rest.length === 0) delete object[step];
  else if (isObject(inner)) remove(inner, rest);
}
