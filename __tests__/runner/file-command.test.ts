import { describe, expect, test } from '@jest/globals';
import { readFileCommand } from './file-command.ts';

describe('readFileCommand', () => {
  test.each([
    ['', []],
    [
      'a=1\nb=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['\n\na=1\n\n', [['a', '1']]],
    ['a=1=2<<3\n', [['a', '1=2<<3']]],
    ['a=\n', [['a', '']]],
    ['a<<E\nE\n', [['a', '']]],
    ['a<<E\n\nE\n', [['a', '']]],
    ['a<<E\n\n\nE\n', [['a', '\n']]],
    ['a<<E\nx\ny\nE', [['a', 'x\ny']]],
    [
      'a<<E\n E\nE \nE\nb=2\n',
      [
        ['a', ' E\nE '],
        ['b', '2'],
      ],
    ],
    ['a<<b=c\nx\nb=c\n', [['a', 'x']]],
    ['a<<E\nx\r\nE\n', [['a', 'x\r']]],
  ])('reads %j', (text, expected) => {
    expect([...readFileCommand(text)]).toEqual(expected);
  });

  test.each([
    ['a', "Invalid format 'a'"],
    ['=1', 'Name must not be empty'],
    ['<<E\nE\n', 'Name must not be empty and delimiter must not be empty'],
    ['a<<\n\n', 'Name must not be empty and delimiter must not be empty'],
    ['a<<E\nx\n', "Matching delimiter not found 'E'"],
    ['a<<E\nx\r\nE\r\n', "Matching delimiter not found 'E'"],
    ['a<<E\nxE', 'EOF marker missing new line'],
  ])('refuses %j', (text, message) => {
    expect(() => [...readFileCommand(text)]).toThrow(message);
  });

  test('gives the entries before the malformed one', () => {
    const read = readFileCommand('a=1\nb\n');
    expect(read.next().value).toEqual(['a', '1']);
    expect(() => read.next()).toThrow("Invalid format 'b'");
  });
});
