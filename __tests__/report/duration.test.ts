import { expect, test } from '@jest/globals';
import { formatDuration } from '../../src/report/duration.ts';

test.each([
  [-5, '0s'],
  [0, '0s'],
  [40, '0s'],
  [50, '0.1s'],
  [400, '0.4s'],
  [3_000, '3s'],
  [9_949, '9.9s'],
  [9_950, '10s'],
  [12_400, '12s'],
  [59_499, '59s'],
  [59_500, '1m00s'],
  [92_000, '1m32s'],
  [3_599_499, '59m59s'],
  [3_599_500, '1h00m'],
  [7_500_000, '2h05m'],
  [432_000_000, '120h00m'],
])('%d ms is %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
