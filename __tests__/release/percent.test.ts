import { expect, test } from '@jest/globals';
import { percent } from '../../src/release/route.ts';

test.each([
  [0, '0 %'],
  [1_250, '12.5 %'],
  [10_000 / 3, '33.33 %'],
  [3_333, '33.33 %'],
  [0.1, '0.001 %'],
  [9_999.9, '99.999 %'],
  [10_000, '100 %'],
])('%p basis points are %s', (share, text) => {
  expect(percent(share)).toBe(text);
});
