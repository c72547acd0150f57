import { expect, test } from '@jest/globals';
import { shown } from '../../src/action/input-errors.ts';

test.each([
  ['blue "green"', '"blue \\"green\\""'],
  ['a\nb\u0000', '"a\\nb\\u0000"'],
  ['\u007f\u0085\u009b31m', '"\\u007f\\u0085\\u009b31m"'],
])('what is shown of %j has no control character', (given, wanted) => {
  expect(shown(given)).toBe(wanted);
});
