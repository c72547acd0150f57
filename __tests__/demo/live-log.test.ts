import { expect, test } from '@jest/globals';
import { LiveLog } from './live-log.ts';

function shown(...lines: string[]): string[] {
  const log = new LiveLog();
  return lines.flatMap((line) => log.read(line)).map(({ kind, text }) => `${kind}: ${text}`);
}

test('groups are phases, fences are gone, annotations are lines', () => {
  expect(
    shown(
      '::group::Preflight',
      '   0.2s  all is well',
      '',
      '::endgroup::',
      '::stop-commands::abc',
      '         ::error::not ours',
      '::abc::',
      '::debug::noise',
      '::warning title=Crossfade::look%0Aout',
      '::error title=Taken back::Wanted: 100%25',
    ),
  ).toEqual([
    'phase: Preflight',
    'fact:    0.2s  all is well',
    'foreign:          ::error::not ours',
    'warning: look',
    'warning: out',
    'error: Taken back',
    'error: Wanted: 100%',
  ]);
});

test('secrets and what a terminal would obey are not shown', () => {
  expect(shown('::add-mask::hunter2', 'the word is hunter2', 'red \u001b[31mtext\u009b1m')).toEqual([
    'fact: the word is ***',
    'fact: red [31mtext1m',
  ]);
});
