import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, LONGEST_DURATION, parseDuration } from '../../src/action/durations.ts';

describe('parseDuration', () => {
  test.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1m500ms', 60_500],
    ['0', 0],
    ['0s', 0],
    ['90m', 5_400_000],
    ['120h', LONGEST_DURATION],
  ])('%s', (given, value) => {
    expect(parseDuration(given)).toEqual({ ok: true, value });
  });

  test.each([
    ['5 m', 'Did you mean 5m?'],
    ['5M', 'Did you mean 5m?'],
    ['5min', 'Did you mean 5m?'],
    ['2 hours 30 minutes', 'Did you mean 2h30m?'],
    ['10 seconds', 'Did you mean 10s?'],
    ['300', 'Did you mean 300s?'],
    ['2d', 'Did you mean 48h?'],
    ['-5m', 'negative'],
    ['1.5m', 'Fractions'],
    ['30s5m', 'not a duration'],
    ['5m5m', 'not a duration'],
    ['m', 'not a duration'],
    ['', 'not a duration'],
    ['1e3s', 'not a duration'],
    ['121h', 'longer than 120h'],
    [`${'9'.repeat(400)}h`, 'longer than 120h'],
  ])('refuses %j', (given, problem) => {
    expect(parseDuration(given)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  test('reads back what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LONGEST_DURATION }), (value) => {
        expect(parseDuration(formatDuration(value))).toEqual({ ok: true, value });
      }),
    );
  });

  test('never throws, and takes no text with a space or a sign', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(' ', '-', '+'), fc.string(), (before, wrong, after) => {
        expect(parseDuration(before + wrong + after).ok).toBe(false);
      }),
    );
  });
});

test.each([
  [0, '0s'],
  [74_200, '1m14s200ms'],
  [3_600_000, '1h'],
  [5_400_000, '1h30m'],
])('formatDuration(%d)', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
