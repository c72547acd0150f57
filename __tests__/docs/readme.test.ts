import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { tablesOf } from './inputs-table.ts';

const README = new URL('../../README.md', import.meta.url);
const ACTION = new URL('../../action.yml', import.meta.url);

/** `REWRITE=1 npm test -- docs` puts the tables of `action.yml` into the README. */
test.each(['inputs', 'outputs'] as const)('the README has the %s of action.yml', (section) => {
  const wanted = `\n\n${tablesOf(readFileSync(ACTION, 'utf8'))[section]}\n\n`;
  const readme = readFileSync(README, 'utf8');
  const begin = `<!-- ${section} -->`;
  const [before, found, after] = parted(readme, begin, `<!-- /${section} -->`);
  if (process.env.REWRITE === '1' && found !== wanted) {
    writeFileSync(README, `${before}${begin}${wanted}<!-- /${section} -->${after}`);
    return;
  }
  expect(found).toBe(wanted);
});

test('a cell keeps to its line and its column', () => {
  const { inputs, outputs } = tablesOf(
    'inputs: {a: {description: "One | two,\\nthree.\\n\\nFour.", required: true}, b: {description: B., default: x}}\noutputs: {c: {description: C.}}',
  );
  expect(inputs.split('\n')).toEqual([
    '| Input | Default | What it says |',
    '| --- | --- | --- |',
    '| `a` | **required** | One \\| two, three.<br><br>Four. |',
    '| `b` | `x` | B. |',
  ]);
  expect(outputs.split('\n').at(-1)).toBe('| `c` | C. |');
});

function parted(text: string, begin: string, end: string): [before: string, between: string, after: string] {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`README.md has no section between ${begin} and ${end}`);
  return [text.slice(0, from), text.slice(from + begin.length, to), text.slice(to + end.length)];
}
