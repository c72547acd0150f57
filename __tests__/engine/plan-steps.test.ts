import { describe, expect, test } from '@jest/globals';
import { parseBatches } from '../../src/action/batches.ts';
import type { Request } from '../../src/action/request.ts';
import { batchFindings, pauseShare, stepsOf } from '../../src/engine/plan-steps.ts';

function rolling(batches: string | Request['batches'], pauseAt: Request['pauseAt'] = null): Request {
  const parsed = typeof batches === 'string' ? parseBatches(batches) : null;
  if (parsed?.ok === false) throw new Error(parsed.problem);
  // Only what steps are made of.
  return {
    strategy: 'rolling',
    batches: parsed === null ? batches : parsed.value,
    batchTime: 60_000,
    pauseAt,
  } as Request;
}

const shares = (request: Request, replicas: number): number[] => stepsOf(request, replicas).map(({ share }) => share);

describe('the steps of a rolling release', () => {
  test('batches, each as a share of the pods that there are', () => {
    expect(stepsOf(rolling('1 5m, 25%, 50%'), 10)).toEqual([
      { share: 0, stay: 0 },
      { share: 1_000, pods: 1, stay: 300_000 },
      { share: 2_500, stay: 60_000 },
      { share: 5_000, stay: 60_000 },
      { share: 10_000, stay: 0 },
    ]);
  });

  test('batches of one size', () => {
    expect(shares(rolling({ size: { share: 2_500 } }), 4)).toEqual([0, 2_500, 5_000, 7_500, 10_000]);
    expect(shares(rolling({ size: { share: 4_000 } }), 4)).toEqual([0, 4_000, 8_000, 10_000]);
    expect(shares(rolling({ size: { pods: 2 } }), 5)).toEqual([0, 4_000, 8_000, 10_000]);
    expect(shares(rolling({ size: { pods: 5 } }), 5)).toEqual([0, 10_000]);
  });

  test('none: the plain rolling update has the first step alone', () => {
    expect(shares(rolling(null), 4)).toEqual([0]);
  });
});

describe('what does not fit the pods that there are', () => {
  test.each([
    ['a percentage that is less than the number before it', rolling('3, 25%'), 4, /25% of 4 pods is less than 3/],
    ['too many', rolling({ size: { pods: 1 } }), 200, /makes 200 batches of 200 pods; 100 are the most/],
    [
      'a pause at none of them',
      rolling({ size: { pods: 2 } }, { pods: 3 }),
      6,
      /3 is no batch of 6 pods; they are 0%, 2, 4/,
    ],
    [
      'a pause when all have been replaced',
      rolling('1, 2', { pods: 2 }),
      2,
      /pause-at: 2 is all of 2 pods: users would/,
    ],
  ])('%s', (_, request, replicas, message) => {
    const [finding, ...more] = batchFindings(request, replicas);
    expect(finding?.message).toMatch(message);
    expect(more).toEqual([]);
  });

  test('the same number of pods twice is no fault: the second has its time', () => {
    expect(batchFindings(rolling('1, 25%, 50%'), 4)).toEqual([]);
  });
});

test('where to pause: by the number of pods, or by the share', () => {
  const steps = stepsOf(rolling('1, 50%'), 4);
  expect(pauseShare({ pods: 1 }, steps)).toBe(2_500);
  expect(pauseShare({ share: 5_000 }, steps)).toBe(5_000);
  expect(pauseShare({ share: 0 }, steps)).toBe(0);
  expect(pauseShare({ pods: 2 }, steps)).toBeNull();
});
