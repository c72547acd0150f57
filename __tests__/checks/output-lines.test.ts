import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OutputLines } from '../../src/checks/output-lines.ts';

function linesOf(...chunks: Buffer[]): string[] {
  const seen: string[] = [];
  const lines = new OutputLines((line) => seen.push(line));
  for (const chunk of chunks) lines.push(chunk);
  lines.end();
  return seen;
}

describe('OutputLines', () => {
  test.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\r\n\nb', ['a', '', 'b']],
  ])('%j', (text, lines) => {
    expect(linesOf(Buffer.from(text))).toEqual(lines);
  });

  test('it does not matter where the stream is cut, not even within a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'ä', '🙂', '\n', '\r\n') }), fc.nat(), (text, at) => {
        const bytes = Buffer.from(text);
        const cut = bytes.length === 0 ? 0 : at % bytes.length;
        expect(linesOf(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(linesOf(bytes));
      }),
    );
  });

  test('a line that does not end is told in pieces', () => {
    const chunk = Buffer.alloc(10_000, 'x');
    expect(linesOf(chunk, chunk, chunk, chunk).map(({ length }) => length)).toEqual([16_384, 16_384, 7_232]);
    expect(linesOf(Buffer.from(`${'x'.repeat(40_000)}\ny`)).map(({ length }) => length)).toEqual([
      16_384, 16_384, 7_232, 1,
    ]);
  });
});
