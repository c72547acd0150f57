import { describe, expect, test } from '@jest/globals';
import { parseEnvLine, shownEnvLine } from '../../src/action/env.ts';

describe('parseEnvLine', () => {
  test.each([
    ['web.MODEL=large-3', { container: 'web', name: 'MODEL', value: 'large-3' }],
    ['web.EMPTY=', { container: 'web', name: 'EMPTY', value: '' }],
    ['web.FLAGS=a=b,c=d', { container: 'web', name: 'FLAGS', value: 'a=b,c=d' }],
    ['web.spring.profile=x.y', { container: 'web', name: 'spring.profile', value: 'x.y' }],
    ['web.A= two words ', { container: 'web', name: 'A', value: ' two words ' }],
    ['web.URL=https://a.test/?q=1#x', { container: 'web', name: 'URL', value: 'https://a.test/?q=1#x' }],
  ])('%s', (line, value) => {
    expect(parseEnvLine(line)).toEqual({ ok: true, value });
  });

  test.each([
    ['MODEL=large', 'which container'],
    ['web.MODEL', 'no "="'],
    ['web.MODEL =x', 'spaces before'],
    ['Web.MODEL=x', 'Did you mean web?'],
    ['.MODEL=x', 'not the name of a container'],
    ['web.=x', 'not the name of a variable'],
    ['web.1A=x', 'not the name of a variable'],
    ['web.A$B=x', 'not the name of a variable'],
  ])('refuses %j', (line, problem) => {
    expect(parseEnvLine(line)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});

test('a value is not shown', () => {
  expect(shownEnvLine('web.KEY=hunter2=x')).toBe('web.KEY=…');
  expect(shownEnvLine('web.KEY')).toBe('web.KEY');
});
