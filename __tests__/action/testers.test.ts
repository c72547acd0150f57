import { expect, test } from '@jest/globals';
import { parseCookieLine, parseHeaderLine } from '../../src/action/testers.ts';

test.each([
  ['x-canary: true', { name: 'x-canary', value: 'true', kind: 'exact' }],
  ['X-Canary:always', { name: 'x-canary', value: 'always', kind: 'exact' }],
  ['x-team: ~^(red|blue)$', { name: 'x-team', value: '^(red|blue)$', kind: 'regex' }],
  ['x-time: 12:30', { name: 'x-time', value: '12:30', kind: 'exact' }],
])('header %j', (given, value) => {
  expect(parseHeaderLine(given)).toEqual({ ok: true, value });
});

test.each([
  ['x-canary', 'There is no ":" in it.'],
  ['x canary: true', '"x canary" is not the name of a header.'],
  ['x-canary:', 'There is no value after ":".'],
  ['x-canary: ~', 'There is no value after ":".'],
  ['x-canary: ~(', '"(" is not a regular expression.'],
])('header %j: %s', (given, problem) => {
  expect(parseHeaderLine(given)).toEqual({ ok: false, problem });
});

test.each([
  ['canary=always', { ok: true, value: { name: 'canary', value: 'always' } }],
  ['canary', { ok: false, problem: 'There is no "=" in it.' }],
  ['canary=a;b', { ok: false, problem: '"a;b" is not the value of a cookie.' }],
])('cookie %j', (given, parsed) => {
  expect(parseCookieLine(given)).toEqual(parsed);
});
