import { describe, expect, test } from '@jest/globals';
import { type Contexts, conditionHolds, evaluate } from './expressions.ts';

const CONTEXTS: Contexts = {
  github: { token: 'ghs_1', event: { number: 7, draft: false, labels: ['a'] } },
  job: { status: 'failure' },
  runner: { os: 'Linux' },
};

describe('evaluate', () => {
  test.each([
    ['plain', 'plain'],
    [`\${{ github.token }}`, 'ghs_1'],
    [`\${{job.status}} on \${{ runner.os }}`, 'failure on Linux'],
    [`\${{ github.event.number }}`, '7'],
    [`\${{ github.event.draft }}`, 'false'],
    [`\${{ github.event.missing.deeper }}`, ''],
    [`\${{ github.constructor }}`, ''],
  ])('%j', (text, expected) => {
    expect(evaluate(text, CONTEXTS)).toBe(expected);
  });

  test.each([`\${{ vars.X }}`, `\${{ secrets.X }}`, `\${{ env.X }}`])('refuses %j', (text) => {
    expect(() => evaluate(text, CONTEXTS)).toThrow('Unrecognized named-value');
  });

  test('refuses what it does not understand', () => {
    expect(() => evaluate(`\${{ github.ref == 'x' }}`, CONTEXTS)).toThrow('cannot evaluate');
  });
});

describe('conditionHolds', () => {
  test.each([
    ['always()', 'cancelled', true],
    ['success()', 'failure', false],
    ['failure() || cancelled()', 'cancelled', true],
    [`\${{ !cancelled() && !success() }}`, 'failure', true],
    ['!cancelled()', 'cancelled', false],
  ] as const)('%s when %s', (condition, status, expected) => {
    expect(conditionHolds(condition, status)).toBe(expected);
  });

  test('refuses what it does not understand', () => {
    expect(() => conditionHolds('github.actor', 'success')).toThrow('cannot evaluate');
  });
});
