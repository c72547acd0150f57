import { describe, expect, test } from '@jest/globals';
import { type Contexts, evaluate, fill, holds, type Status } from './expression.ts';

const CONTEXTS: Contexts = {
  github: { sha: 'abc', event: { number: 7, head: { fork: false } } },
  needs: { stage: { result: 'success', outputs: { outcome: 'paused' } } },
  inputs: { to: '' },
};
const WELL: Status = { success: true, failure: false, cancelled: false };
const FAILED: Status = { success: false, failure: true, cancelled: false };

describe('a text with expressions', () => {
  test.each([
    ['plain', 'plain'],
    [`web=a/b:\${{ github.sha }}`, 'web=a/b:abc'],
    [`\${{github.event.number}} and \${{ github.event.missing.deeper }}.`, '7 and .'],
    [`\${{ inputs.to || 'previous' }}`, 'previous'],
    [`\${{ needs.stage.outputs.outcome == 'PAUSED' && 'yes' || 'no' }}`, 'yes'],
    [`\${{ github.event.head }}`, '{\n  "fork": false\n}'],
  ])('%j', (text, filled) => {
    expect(fill(text, CONTEXTS)).toBe(filled);
  });
});

test.each([
  [`'it''s'`, `it's`],
  [`1 == '1'`, true],
  [`null == ''`, true],
  [`true == 1`, true],
  [`github.missing != 'x'`, true],
  [`!(1 == 2) && 'a'`, 'a'],
  [`false || 0`, 0],
  [`github.event == github.event`, true],
  [`github.event == 'x'`, false],
  [`needs.STAGE.Result`, 'success'],
])('%s', (expression, value) => {
  expect(evaluate(expression, CONTEXTS)).toBe(value);
});

describe('a condition', () => {
  test.each([
    [undefined, WELL, true],
    [undefined, FAILED, false],
    [`needs.stage.outputs.outcome == 'paused'`, WELL, true],
    [`needs.stage.outputs.outcome == 'paused'`, FAILED, false],
    [`always() && needs.stage.outputs.outcome == 'paused'`, FAILED, true],
    [`\${{ always() && needs.stage.outputs.outcome != 'paused' }}`, FAILED, false],
    ['failure() || cancelled()', FAILED, true],
    ['!success()', WELL, false],
    ['!cancelled()', FAILED, true],
  ] as const)('%s', (condition, status, runs) => {
    expect(holds(condition, CONTEXTS, status)).toBe(runs);
  });
});

describe('what the harness cannot evaluate is an error', () => {
  test.each([
    ['secrets.X', "Unrecognized named-value: 'secrets'"],
    [`contains(github.sha, 'a')`, 'cannot evaluate'],
    [`hashFiles()`, 'cannot evaluate hashFiles()'],
    ['always()', 'cannot evaluate always()'],
    ['github.sha ==', 'cannot evaluate its end'],
    ['github.sha github', "cannot evaluate 'github'"],
    ['github.event.*', 'cannot evaluate'],
    ['github[0]', 'cannot evaluate'],
    [`1 < 2`, 'cannot evaluate'],
  ])('%s', (expression, message) => {
    expect(() => evaluate(expression, CONTEXTS)).toThrow(message);
  });
});
