import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { lnThreshold } from '../../src/analysis/alpha.ts';
import { fewestTicks } from '../../src/analysis/tick-test.ts';

const PAGE = readFileSync(new URL('../../docs/judgement.md', import.meta.url), 'utf8');

test.each([
  ['one step, one metric', 1, 1],
  ['five steps, one metric', 5, 1],
  ['five steps, three metrics', 5, 3],
])('the fewest ticks of the tick test are as the page says: %s', (row, steps, metrics) => {
  const shares = cellsOf('share of the candidate').map((cell) => Number.parseFloat(cell) / 100);
  const threshold = lnThreshold({ falseAlarms: 0.01, steps, metrics });
  expect(cellsOf(row)).toEqual(shares.map((share) => String(fewestTicks(share, 1.5, threshold))));
});

function cellsOf(heading: string): string[] {
  const line = PAGE.split('\n').find((each) => each.startsWith(`| ${heading} |`));
  if (line === undefined) throw new Error(`docs/judgement.md has no row ${heading}`);
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}
