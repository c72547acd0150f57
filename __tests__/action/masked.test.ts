import { expect, test } from '@jest/globals';
import { masked } from '../../src/action/masked.ts';

test('secrets are not shown, as they are and as HTML has them', () => {
  expect(masked('a s3cret<&> b s3cret&lt;&amp;&gt; c', ['s3cret<&>'])).toBe('a *** b *** c');
});

test('of several lines each is one, and a part of another leaves nothing of it', () => {
  expect(masked('one first-line two second-line', ['first-line\nsecond-line\n', 'first'])).toBe('one *** two ***');
});

test('a word of two letters is no secret', () => {
  expect(masked('it is', ['is', ''])).toBe('it is');
});
