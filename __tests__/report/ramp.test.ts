import { expect, test } from '@jest/globals';
import type { ReachedStep } from '../../src/engine/workload.ts';
import type { Story } from '../../src/report/story.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { PROMOTED, START, span } from './stories.ts';

const STEPS = [1000, 2000, 5000, 10_000].map((share) => ({ share, stay: 1_000 }));
const reached = (wanted: number): ReachedStep => ({
  wanted,
  real: wanted,
  candidatePods: 2,
  stablePods: 2,
  routes: [],
  at: START + 1_000,
});
const TAKEN_BACK = [span('Take back an unfinished release', 0, 10), span('Go back', 10, 20)];
const canary = (more: Partial<Story>): Story => ({ ...PROMOTED, strategy: 'canary', steps: STEPS, ...more });

/** Share and what is known of it, row by row; null: there is no such table. */
function known(story: Story): string[] | null {
  const [, table] = /### Ramp\n\n<table>\n<tr>.*\n([\s\S]*?)<\/table>/.exec(renderSummary(story)) ?? [];
  if (table === undefined) return null;
  const rows = table.trim().split('\n');
  return rows.map((row) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)]
      .flatMap(([, cell], at, all) => (at === 0 || at === all.length - 1 ? cell : []))
      .join(': '),
  );
}

test('steps behind the last one that the run reached were not reached', () => {
  const phases = [span('Open', 0, 5), span('Ramp', 5, 30), span('Go back', 30, 50)];
  expect(known(canary({ outcome: 'rolled-back', phases, ramp: [reached(1000)] }))).toEqual([
    '10 %: the live Service’s endpoints',
    '20 %: not reached',
    '50 %: not reached',
    '100 %: not reached',
  ]);
});

test('the last step is the switch of the live Service, also of a run that went back from there', () => {
  const phases = [span('Open', 0, 5), span('Ramp', 5, 30), span('Switch users', 30, 40), span('Go back', 40, 50)];
  const ramp = [1000, 2000, 5000].map(reached);
  expect(known(canary({ outcome: 'rolled-back', phases, ramp }))?.at(-1)).toBe('100 %: the live Service’s switch');
});

test('steps before the first of a run that went on were reached by another', () => {
  const phases = [span('Preflight', 0, 5), span('Ramp', 5, 30)];
  expect(known(canary({ action: 'promote', outcome: 'paused', phases, ramp: [reached(2000)] }))).toEqual([
    '10 %: reached by an earlier run',
    '20 %: the live Service’s endpoints',
    '50 %: not reached',
    '100 %: not reached',
  ]);
});

test('a run that went on from the last step to the end leaves the steps to another', () => {
  const phases = [span('Preflight', 0, 5), span('Switch users', 5, 30), span('Close', 30, 40)];
  expect(known(canary({ action: 'promote', phases, ramp: [] }))).toEqual([
    '10 %: reached by an earlier run',
    '20 %: reached by an earlier run',
    '50 %: reached by an earlier run',
    '100 %: the live Service’s switch',
  ]);
});

test('a run that takes the release of another back says nothing of the steps of that one', () => {
  expect(known(canary({ outcome: 'aborted', phases: TAKEN_BACK, ramp: [] }))).toBeNull();
});
