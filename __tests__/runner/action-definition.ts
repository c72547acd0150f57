import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ActionInput {
  readonly name: string;
  /** As written, expressions not yet evaluated; empty when the action gives none. */
  readonly default: string;
  readonly deprecationMessage?: string;
}

/** What the runner reads from `action.yml`. */
export interface ActionDefinition {
  readonly inputs: readonly ActionInput[];
  /** Absolute paths. */
  readonly main: string;
  readonly post?: string;
  /** Condition of `post`; the runner's default is `always()`. */
  readonly postIf: string;
}

/**
 * Reads `action.yml` (or `action.yaml`) in `folder`.
 *
 * @throws {Error} when there is none, when it is not a JavaScript action for Node 24, or when a script it names does not exist.
 */
export function readAction(folder: string): ActionDefinition {
  const file = ['action.yml', 'action.yaml'].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${folder} has no action.yml`);
  // The failsafe schema keeps every scalar as written: the runner passes `default: 1.0` on as the text `1.0`.
  const document: unknown = parse(readFileSync(file, 'utf8'), { schema: 'failsafe' });
  const action = mapping(document, file);
  const runs = mapping(action.runs, `${file}: runs`);
  if (runs.using !== 'node24') throw new Error(`${file}: runs.using is ${String(runs.using)}, the harness runs node24`);
  const script = (key: 'main' | 'post'): string | undefined => {
    const value = text(runs[key], `${file}: runs.${key}`);
    if (value === undefined) return undefined;
    const path = join(folder, value);
    if (!existsSync(path))
      throw new Error(`${file}: runs.${key} names ${value}, which does not exist; build the action first`);
    return path;
  };
  const main = script('main');
  if (main === undefined) throw new Error(`${file}: runs.main is missing`);
  const post = script('post');
  const inputs = action.inputs === undefined ? {} : mapping(action.inputs, `${file}: inputs`);
  return {
    inputs: Object.entries(inputs).map(([name, value]) => inputOf(name, value, file)),
    main,
    ...(post === undefined ? {} : { post }),
    postIf: text(runs['post-if'], `${file}: runs.post-if`) ?? 'always()',
  };
}

function inputOf(name: string, value: unknown, file: string): ActionInput {
  const where = `${file}: inputs.${name}`;
  // `name:` with nothing behind it declares an input, too.
  const input = value === '' ? {} : mapping(value, where);
  const deprecationMessage = text(input.deprecationMessage, `${where}.deprecationMessage`);
  return {
    name,
    default: text(input.default, `${where}.default`) ?? '',
    ...(deprecationMessage === undefined ? {} : { deprecationMessage }),
  };
}

function mapping(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (!isMapping(value)) throw new Error(`${where} is not a mapping`);
  return value;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, where: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new Error(`${where} is not text`);
}
