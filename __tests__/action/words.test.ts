import { describe, expect, test } from '@jest/globals';
import { nearest, parseBoolean, parseWord } from '../../src/action/words.ts';

test.each([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])('parseBoolean(%s)', (given, value) => {
  expect(parseBoolean(given)).toEqual({ ok: true, value });
});

test.each([
  ['yes', 'Did you mean true?'],
  ['1', 'Did you mean true?'],
  ['off', 'Did you mean false?'],
  ['tRUE', 'Did you mean true?'],
  ['flase', 'neither true nor false'],
  ['perhaps', 'neither true nor false.'],
])('parseBoolean refuses %s', (given, problem) => {
  expect(parseBoolean(given)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
});

describe('parseWord', () => {
  const WORDS = ['blue-green', 'canary', 'rolling'] as const;

  test('takes a word only as it is written', () => {
    expect(parseWord('canary', WORDS)).toEqual({ ok: true, value: 'canary' });
    expect(parseWord('Canary', WORDS).ok).toBe(false);
    expect(parseWord('', WORDS).ok).toBe(false);
  });

  test.each([
    ['blue-gren', 'blue-green'],
    ['bluegreen', 'blue-green'],
    ['Blue/Green', 'blue-green'],
    ['BLUE_GREEN', 'blue-green'],
    ['rollin', 'rolling'],
    ['recreate', null],
    ['', null],
    ['x'.repeat(100_000), null],
  ])('nearest to %.20s is %s', (given, word) => {
    expect(nearest(given, WORDS)).toBe(word);
  });
});
