import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../src/release/plan.ts';
import { climb, holdFor, podsFor, podsForRatio, ratio } from '../../src/release/ramp.ts';
import type { Observation } from '../../src/release/observation.ts';
import { afterAction } from '../../src/release/progress.ts';
import { BEGINNING } from '../../src/release/state.ts';

/** What `podsFor` looks at. */
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

const pods = (of: Plan, replicas: number): number[] => [0, 1, 2, 3, 4].map((step) => podsFor(of, step, replicas));

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

test('a controller has its time from this step on, also when the answer to our write was lost', () => {
  const verdict = { is: 'unknown', level: 'stored', reasons: ['not seen yet'] } as const;
  const route = { share: 2_000, testers: false, mirror: 0, home: false, verdict };
  // Only what a step with a route looks at.
  const seen = { candidate: { hash: 'b', pods: [] }, live: { pin: 'a' }, routes: [route] } as unknown as Observation;
  const of = { ...plan(), testers: { headers: [], cookies: [] }, mirror: 0 };
  const before = { ...BEGINNING, step: 1, marks: { ready: 0, routed: 10, stepReady: 5, stepReached: 20 } };
  const next = afterAction(before, { do: 'next-step' }, 600_000);
  expect(next).toMatchObject({ step: 2, marks: { ready: 0 } });
  const state = { ...next, marks: { ...next.marks, stepReady: 600_000 } };
  const wait = { for: 'route', text: 'not seen yet' };
  expect(climb(of, state, seen, 600_001)).toEqual({ do: 'wait', wait, until: 720_000 });
  expect(climb(of, state, seen, 720_000)).toMatchObject({ do: 'turn-back', cause: 'unhealthy' });
});

test('the hold has as many pods as the step, and stays a percentage when that is all of them', () => {
  expect(holdFor(plan(), 2, 10).rollingUpdate).toEqual({ maxSurge: 2, maxUnavailable: 0 });
  expect(holdFor(plan(), 4, 10).rollingUpdate).toEqual({ maxSurge: '100%', maxUnavailable: 0 });
});
