import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeedName } from './deeds.ts';
import type { Phase } from './phases.ts';

const PAGE = join(import.meta.dirname, '../../docs/guarantees.md');

/** What becomes of a release into which somebody else has written; the words of the tables. */
const DECISIONS = [
  'on',
  'back',
  'back or on',
  'back or stands',
  'stands',
  'waits',
  'theirs',
  'after',
  'gone',
  'lost',
  'lost or on',
  '–',
] as const;
export type Decision = (typeof DECISIONS)[number];

const TABLE = decided();

/** What the tables of docs/guarantees.md say: they are what is played. */
export function decisionOf(name: DeedName, phase: Phase): Decision {
  const found = TABLE.get(name)?.get(phase);
  if (found === undefined) throw new Error(`docs/guarantees.md does not say what “${name}” means in phase “${phase}”`);
  return found;
}

/** For each kind of write, what is decided for each phase. */
function decided(): ReadonlyMap<string, ReadonlyMap<Phase, Decision>> {
  const found = new Map<string, Map<Phase, Decision>>();
  for (const table of tables(readFileSync(PAGE, 'utf8').split('\n'))) {
    const [[, ...phases] = [], , ...rows] = table.map(cells);
    for (const [kind = '', ...words] of rows) {
      const row = found.get(kind) ?? new Map<Phase, Decision>();
      found.set(kind, row);
      // A phase that is none is never met, and its row lacks the one that it should be.
      for (const [at, phase] of phases.entries()) row.set(phase as Phase, decision(words[at]));
    }
  }
  return found;
}

/** Each from its head to the first line that is no row. */
function tables(lines: readonly string[]): readonly (readonly string[])[] {
  const heads = [...lines.keys()].filter((at) => lines[at]?.startsWith('| somebody else’s write |'));
  return heads.map((head) => {
    const rows = lines.slice(head);
    return rows.slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    );
  });
}

function cells(row: string): readonly string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('`', '').trim());
}

function decision(word: string | undefined): Decision {
  const found = DECISIONS.find((known) => known === word);
  if (found === undefined) throw new Error(`the table of what others write says “${word}”`);
  return found;
}
