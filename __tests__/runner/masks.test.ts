import { describe, expect, test } from '@jest/globals';
import { SecretMasker } from './masks.ts';

function masker(...secrets: string[]): SecretMasker {
  const result = new SecretMasker();
  for (const secret of secrets) result.add(secret);
  return result;
}

describe('SecretMasker', () => {
  test.each([
    ['s3cret', 'a s3cret b', 'a *** b'],
    ['s3cret', 's3crets3cret', '***'],
    ['aa', 'aaa', '***'],
    ['one\ntwo', 'one, two', '***, ***'],
    ['q"uote', String.raw`{"a":"q\"uote"}`, '{"a":"***"}'],
    ['a b/c', 'x=a%20b%2Fc', 'x=***'],
    ['a<b', '<x>a&lt;b</x>', '<x>***</x>'],
    ["it's", "'it''s'", "'***'"],
    ['"long-enough"', 'long-enough', '***'],
    ['', 'text', 'text'],
    ['  \n', 'two  blanks', 'two  blanks'],
  ])('%j in %j', (secret, text, expected) => {
    expect(masker(secret).mask(text)).toBe(expected);
  });

  test.each(['', 'x', 'xy', 'user:'])('finds the secret in Base64 after %j', (before) => {
    const encoded = Buffer.from(`${before}correct horse battery`).toString('base64');
    expect(masker('correct horse battery').contains(encoded)).toBe(true);
  });

  test('merges secrets that overlap', () => {
    expect(masker('abc', 'cde').mask('xabcdey')).toBe('x***y');
  });

  test('says whether a text holds a secret', () => {
    expect(masker('s3cret').contains('no')).toBe(false);
    expect(masker('s3cret').contains('a s3cret')).toBe(true);
  });
});
