import { expect, test } from '@jest/globals';
import { addToTrace, EMPTY_TRACE, MOST_POINTS } from '../../src/analysis/trace.ts';

function traced(ticks: number) {
  let trace = EMPTY_TRACE;
  for (let at = 1; at <= ticks; at++) trace = addToTrace(trace, { at, condemn: at / 7, certify: -0.0001 });
  return trace;
}

test('a short step keeps every tick', () => {
  expect(traced(5).points.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5]);
});

test.each([121, 500, 5_000])('%d ticks are thinned evenly, the newest among them', (ticks) => {
  const { points, stride } = traced(ticks);
  expect(points.length).toBeLessThanOrEqual(MOST_POINTS);
  expect(points.length).toBeGreaterThan(MOST_POINTS / 2 - 1);
  const gaps = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? 0));
  expect(new Set(gaps)).toEqual(new Set([stride]));
  expect(ticks - (points.at(-1)?.at ?? 0)).toBeLessThan(stride);
});

test('points survive JSON: no −0 among them', () => {
  expect(JSON.parse(JSON.stringify(traced(3)))).toEqual(traced(3));
});
