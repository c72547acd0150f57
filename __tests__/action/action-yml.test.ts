import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { INPUTS } from '../../src/action/input-table.ts';
import { readRequest } from '../../src/action/inputs.ts';

interface Declared {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

const TEXT = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8');
// The failsafe schema keeps every scalar a text, as the runner hands it on.
const ACTION = parse(TEXT, { schema: 'failsafe' }) as {
  readonly inputs: Readonly<Record<string, Omit<Declared, 'required'> & { readonly required: string }>>;
  readonly outputs: Readonly<Record<string, Declared>>;
  readonly runs: Readonly<Record<string, string>>;
};

test('action.yml and the parser have the same inputs, defaults and duties, in the same order', () => {
  const declared = Object.entries(ACTION.inputs).map(([name, input]) => ({
    name,
    default: input.default ?? '',
    required: input.required === 'true',
  }));
  expect(declared).toEqual(INPUTS.map(({ name, default: value, required }) => ({ name, default: value, required })));
});

test('the defaults of action.yml mean the same as nothing', async () => {
  const least: Readonly<Record<string, string>> = { deployment: 'web', images: 'web=nginx:2' };
  const fromRunner = await readRequest((name) => least[name] ?? ACTION.inputs[name]?.default ?? '');
  expect(fromRunner).toEqual(await readRequest((name) => least[name] ?? ''));
});

test('the parser asks for no input that is not declared', async () => {
  const asked = new Set<string>();
  await readRequest((name) => {
    asked.add(name);
    return '';
  }).catch(() => {});
  expect([...asked].sort()).toEqual(
    INPUTS.map(({ name }) => name as string)
      .filter((name) => name !== 'job-status')
      .sort(),
  );
});

test('the outputs', () => {
  expect(Object.keys(ACTION.outputs).sort()).toEqual([
    'candidate-hash',
    'duration',
    'images',
    'outcome',
    'plan',
    'possible',
    'previous-images',
    'reason',
    'release',
    'result',
    'role',
    'rollback-possible',
    'share',
    'stable-hash',
    'status',
  ]);
});

test('what it runs', () => {
  expect(ACTION.runs).toEqual({ using: 'node24', main: 'dist/main.js', post: 'dist/main.js' });
});

test('every description is made of whole sentences, those of inputs with an example', () => {
  for (const { description } of [...Object.values(ACTION.inputs), ...Object.values(ACTION.outputs)])
    expect(description.trim()).toMatch(/^[A-Z`].*[.`]$/s);
  for (const [name, input] of Object.entries(ACTION.inputs))
    expect({ name, ...input }).toHaveProperty('description', expect.stringContaining('`'));
});

test('only two defaults are expressions: the runner refuses one in a description', () => {
  expect(TEXT.match(/\$\{\{.*\}\}/g)).toEqual([`\${{ github.token }}`, `\${{ job.status }}`]);
});
