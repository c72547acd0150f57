import type { Figure } from './figures.ts';
import { table } from './table.ts';

/** Figures beside their targets, and which of them miss. */
export function printFigures(figures: readonly Figure[]): void {
  const rows = figures.map((row) => [
    row.figure,
    row.toReach,
    `${row.met ? '✓' : '✗ MISSED:'} ${row.measured}`,
    row.comparison,
  ]);
  console.log(`\n${table([['figure', 'to reach', 'measured (lowest–highest)', 'for comparison'], ...rows])}\n`);
  const missed = figures.filter(({ met }) => !met);
  console.log(
    missed.length === 0
      ? `All ${figures.length} figures reach their targets.\n`
      : `${missed.length} of ${figures.length} figures MISS their target: ${missed.map(({ figure }) => figure).join('; ')}.\n`,
  );
}
