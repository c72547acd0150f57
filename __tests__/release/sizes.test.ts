import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../src/release/plan.ts';
import { holdFor, nextSizes, podsForRatio, ratio, type Sizes, sizesFor, sizesOf } from '../../src/release/sizes.ts';

/** What the numbers of pods depend on. */
function plan(of: Partial<Pick<Plan, 'routes' | 'candidateReplicas' | 'leastPods' | 'strategy'>> = {}): Plan {
  const shares = [0, 500, 2_000, 5_000, 10_000];
  const app = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
  const route = { router: 'httproute/web', app, paths: [], originalShare: 0, journal: null };
  return {
    strategy: 'canary',
    steps: shares.map((share) => ({ share, stay: 0 })),
    routes: [route],
    candidateReplicas: null,
    leastPods: 1,
    ...of,
    // A part of a plan: nothing else is read.
  } as unknown as Plan;
}

const pods = (of: Plan, replicas: number): number[] =>
  [0, 1, 2, 3, 4].map((step) => sizesFor(of, step, replicas).candidate);

describe('candidate pods at 0, 5, 20, 50 and 100 %', () => {
  test.each([
    ['by a route', plan(), 4, [1, 1, 1, 2, 4]],
    ['by a route, many', plan(), 100, [5, 5, 20, 50, 100]],
    ['by a route that wants two', plan({ leastPods: 2 }), 4, [2, 2, 2, 2, 4]],
    ['by a route that wants two of one', plan({ leastPods: 2 }), 1, [1, 1, 1, 1, 1]],
    ['as many as the user says', plan({ candidateReplicas: 3 }), 4, [3, 3, 3, 3, 4]],
    ['never more than stable', plan({ candidateReplicas: 9 }), 4, [4, 4, 4, 4, 4]],
    ['by numbers of pods', plan({ routes: [] }), 4, [1, 1, 1, 4, 4]],
    ['by numbers of pods, many', plan({ routes: [] }), 100, [5, 5, 25, 100, 100]],
    ['blue/green', plan({ strategy: 'blue-green' }), 4, [4, 4, 4, 4, 4]],
  ])('%s', (_, of, replicas, wanted) => {
    expect(pods(of, replicas)).toEqual(wanted);
  });
});

test.each([
  [2_000, 4, 1, 2_000],
  [500, 4, 1, 2_000],
  [2_500, 4, 1, 2_000],
  [3_000, 4, 2, 3_333],
  [3_333, 10, 5, 3_333],
  [5_000, 7, 7, 5_000],
])('the nearest to %d of %d pods is %d: %d', (share, replicas, candidate, real) => {
  expect(podsForRatio(share, replicas)).toBe(candidate);
  expect(ratio(candidate, replicas)).toBe(real);
});

test('the hold has as many pods as the step, and stays a percentage when that is all of them', () => {
  const hold = (step: number) => holdFor(sizesFor(plan(), step, 10), 10).rollingUpdate;
  expect(hold(2)).toEqual({ maxSurge: 2, maxUnavailable: 0 });
  expect(hold(4)).toEqual({ maxSurge: '100%', maxUnavailable: 0 });
});

/** Every size on the way through the steps, each as candidate:stable; `;` between the steps. */
function way(of: Plan, replicas: number): string {
  let now = sizesFor(of, 0, replicas);
  const told = [[text(now)]];
  for (const [step] of of.steps.entries()) {
    if (step === 0) continue;
    const waves: string[] = [];
    for (let next = nextSizes(of, step, replicas, now); next !== null; next = nextSizes(of, step, replicas, now)) {
      // What the hold asks of the controller is what was wanted.
      expect(sizesOf(holdFor(next, replicas), replicas)).toEqual(next);
      waves.push(text(next));
      now = next;
    }
    told.push(waves);
  }
  return told.map((waves) => waves.join(' ')).join('; ');
}

const text = ({ candidate, stable }: Sizes): string => `${candidate}:${stable}`;

function rolling(
  batches: readonly (number | `${number}%`)[],
  maxSurge: number | string,
  maxUnavailable: number | string,
): Plan {
  const steps = batches.map((batch) =>
    typeof batch === 'number' ? { share: 0, pods: batch, stay: 0 } : { share: Number.parseFloat(batch) * 100, stay: 0 },
  );
  const original = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } };
  // Only what the numbers of pods depend on.
  return {
    strategy: 'rolling',
    steps: [{ share: 0, stay: 0 }, ...steps, { share: 10_000, stay: 0 }],
    routes: [],
    original,
  } as unknown as Plan;
}

describe('candidate:stable in place', () => {
  test.each([
    [
      'a quarter may be missing: the batches of the issue',
      rolling([1, '25%', '50%'], '25%', '25%'),
      4,
      '1:3; ; ; 2:2; 3:1 4:0',
    ],
    ['of ten', rolling([1, '25%', '50%'], '25%', '25%'), 10, '1:9; ; 3:7; 5:5; 7:3 9:1 10:0'],
    [
      'none may be missing: each surges, then takes its place',
      rolling([1, '50%'], 1, 0),
      4,
      '1:4; 1:3; 2:3 2:2; 3:2 3:1 4:1 4:0',
    ],
    ['none may be missing, two may surge', rolling(['50%'], 2, 0), 4, '2:4; 2:2; 4:2 4:0'],
    ['both', rolling(['50%'], 1, 1), 4, '1:3; 2:2; 3:1 4:0'],
    ['percentages that come to nothing: the surge, rounded up', rolling([1], '25%', '25%'), 2, '1:2; 1:1; 2:1 2:0'],
    ['one pod', rolling(['50%'], '25%', '25%'), 1, '1:1; 1:0; '],
    ['no limits that mean anything', rolling(['50%'], '0%', '10%'), 4, '1:3; 2:2; 3:1 4:0'],
    ['more than there are', rolling([7], 0, 2), 4, '2:2; 4:0; '],
  ])('%s', (_, of, replicas, wanted) => {
    expect(way(of, replicas)).toBe(wanted);
  });

  test('a strategy without limits: a quarter at a time', () => {
    const of = rolling(['50%'], 0, 1);
    const recreate = { ...of, original: { ...of.original, strategy: { type: 'Recreate' } } };
    expect(way(recreate, 8)).toBe('2:6; 4:4; 6:2 8:0');
  });
});

describe('candidate:stable by the numbers of pods, shares above one half', () => {
  const shares = (...all: number[]): Plan => ({
    ...plan({ routes: [] }),
    steps: [{ share: 0, stay: 0 }, ...all.map((share) => ({ share, stay: 0 })), { share: 10_000, stay: 0 }],
  });
  test.each([
    ['all of the candidate first, then fewer of stable', shares(2_500, 7_500), 4, '1:4; ; 4:4 4:1; '],
    ['from the start', shares(8_000), 4, '4:4; 4:1; '],
    ['step by step', shares(5_000, 6_000, 9_000), 10, '10:10; ; 10:7; 10:1; '],
    ['up to one half stable stays whole', shares(2_500, 5_000), 4, '1:4; ; 4:4; '],
  ])('%s', (_, of, replicas, wanted) => {
    expect(way(of, replicas)).toBe(wanted);
  });
});
