import { describe, expect, test } from '@jest/globals';
import { parseCommand } from './workflow-command.ts';

const KNOWN = new Set(['error', 'group']);

function parsed(line: string) {
  const command = parseCommand(line, KNOWN);
  return command && { name: command.name, properties: Object.fromEntries(command.properties), data: command.data };
}

describe('parseCommand', () => {
  test.each([
    ['::error::text', { name: 'error', properties: {}, data: 'text' }],
    ['  ::ERROR::text', { name: 'error', properties: {}, data: 'text' }],
    ['::error::', { name: 'error', properties: {}, data: '' }],
    ['::error file=a.yml,line=3::t', { name: 'error', properties: { file: 'a.yml', line: '3' }, data: 't' }],
    ['::error endLine=4,title=::t', { name: 'error', properties: { endline: '4' }, data: 't' }],
    ['::error title=a%3Ab%2Cc=d%25::e%3Af', { name: 'error', properties: { title: 'a:b,c=d%' }, data: 'e%3Af' }],
    ['::error::a%0D%0Ab', { name: 'error', properties: {}, data: 'a\r\nb' }],
    ['::error::a%250Ab', { name: 'error', properties: {}, data: 'a%0Ab' }],
    ['text ##[error file=a;line=2]b%5D%3B', { name: 'error', properties: { file: 'a', line: '2' }, data: 'b];' }],
  ])('obeys %j', (line, expected) => {
    expect(parsed(line)).toEqual(expected);
  });

  test.each([
    'text ::error::x',
    ': :error::x',
    '::unknown::x',
    '::error',
    'error::x',
    '##[unknown]x',
    '##[error',
    '',
  ])('takes %j as text', (line) => {
    expect(parsed(line)).toBeUndefined();
  });
});
