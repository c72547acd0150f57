import { describe, expect, test } from '@jest/globals';
import { textOfBytes } from '../../src/cluster/text-file.ts';

const TEXT = 'name: Grüße\r\n';
const little = Buffer.from(`\uFEFF${TEXT}`, 'utf16le');

describe('the text of a file', () => {
  test.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a mark, as editors of Windows write it', Buffer.from(`\uFEFF${TEXT}`)],
    ['UTF-16, as Windows PowerShell writes it', little],
    ['UTF-16, the other way round', Buffer.from(little).swap16()],
  ])('%s', (_, bytes) => {
    expect(textOfBytes(bytes)).toBe(TEXT);
  });

  test('of an empty file, or of one letter', () => {
    expect(textOfBytes(Buffer.alloc(0))).toBe('');
    expect(textOfBytes(Buffer.from('a'))).toBe('a');
  });
});
