import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Story } from '../../src/report/story.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { BAKED_BACK, CRASHED, DRY_RUN, HELD, PROMOTED, REFUSED, UNCHANGED } from './stories.ts';

const EXPECTED: Readonly<Record<string, Story>> = {
  promoted: PROMOTED,
  'rolled-back-crash': CRASHED,
  'rolled-back-in-bake': BAKED_BACK,
  held: HELD,
  refused: REFUSED,
  unchanged: UNCHANGED,
  'dry-run': DRY_RUN,
};

// REWRITE=1 writes what is rendered now.
test.each(Object.keys(EXPECTED))('summary: %s', (name) => {
  const file = new URL(`testdata/${name}.md`, import.meta.url);
  const summary = renderSummary(EXPECTED[name] ?? PROMOTED);
  if (process.env.REWRITE === '1') writeFileSync(file, summary);
  expect(summary).toBe(readFileSync(file, 'utf8'));
});
