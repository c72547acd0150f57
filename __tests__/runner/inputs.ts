import type { ActionDefinition } from './action-definition.ts';
import { type Contexts, evaluate } from './expressions.ts';
import type { StepLog } from './step-log.ts';

/** The step's inputs with the action's defaults, in the runner's order; warns as the runner does. */
export function inputsOf(
  definition: ActionDefinition,
  given: Readonly<Record<string, string>>,
  contexts: Contexts,
  log: StepLog,
): (readonly [name: string, value: string])[] {
  const declared = new Map(definition.inputs.map((input) => [input.name.toLowerCase(), input]));
  const inputs = Object.entries(given).map(([name, value]) => [name, evaluate(value, contexts)] as const);
  const names = new Set(inputs.map(([name]) => name.toLowerCase()));
  for (const [name] of inputs) {
    const message = declared.get(name.toLowerCase())?.deprecationMessage;
    if (message !== undefined) log.annotate('warning', `Input '${name}' has been deprecated with message: ${message}`);
  }
  const unexpected = inputs.map(([name]) => name).filter((name) => !declared.has(name.toLowerCase()));
  if (unexpected.length > 0) {
    const valid = definition.inputs.map((input) => input.name);
    log.annotate(
      'warning',
      `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid.join("', '")}']`,
    );
  }
  const defaults = definition.inputs
    .filter((input) => !names.has(input.name.toLowerCase()))
    .map((input) => [input.name, evaluate(input.default, contexts)] as const);
  return [...inputs, ...defaults];
}
