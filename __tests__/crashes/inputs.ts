import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readRequest } from '../../src/action/inputs.ts';
import type { Request } from '../../src/action/request.ts';
import { NAMESPACE } from './cluster.ts';

export type Inputs = Readonly<Record<string, string>>;

const ACTION = join(import.meta.dirname, '../../action.yml');

const DEFAULTS = new Map(
  // The file is the project's own: its inputs are a mapping of mappings.
  Object.entries((parse(readFileSync(ACTION, 'utf8')) as { inputs: Record<string, { default?: string }> }).inputs).map(
    ([name, { default: value = '' }]) => [name, String(value)],
  ),
);

/** Waits as short as can be told apart in the order of what happens; they cost nothing here. */
const QUICK: Inputs = {
  deployment: 'web',
  namespace: NAMESPACE,
  'bake-time': '2s',
  'drain-time': '1s',
  'settle-time': '1s',
  timeout: '10m',
  'lock-timeout': '2m',
};

/** What a user asks for by inputs, with the action's own defaults. Throws as the action does. */
export function requestOf(inputs: Inputs): Promise<Request> {
  return readRequest((name) => inputs[name] ?? QUICK[name] ?? DEFAULTS.get(name) ?? '');
}
