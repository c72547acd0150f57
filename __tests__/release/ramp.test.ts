import { expect, test } from '@jest/globals';
import type { Observation } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { afterAction } from '../../src/release/progress.ts';
import { climb } from '../../src/release/ramp.ts';
import { BEGINNING } from '../../src/release/state.ts';

/** Only what `climb` looks at. */
const PLAN = {
  strategy: 'canary',
  steps: [0, 500, 2_000, 10_000].map((share) => ({ share, stay: 0 })),
  routes: [{ router: 'httproute/web' }],
  testers: { headers: [], cookies: [] },
  mirror: 0,
} as unknown as Plan;

test('a controller has its time from this step on, also when the answer to our write was lost', () => {
  const verdict = { is: 'unknown', level: 'stored', reasons: ['not seen yet'] } as const;
  const route = { share: 2_000, testers: false, mirror: 0, home: false, verdict };
  // Only what a step with a route looks at.
  const seen = { candidate: { hash: 'b', pods: [] }, live: { pin: 'a' }, routes: [route] } as unknown as Observation;
  const before = { ...BEGINNING, step: 1, marks: { ready: 0, routed: 10, stepReady: 5, stepReached: 20 } };
  const next = afterAction(before, { do: 'next-step' }, 600_000);
  expect(next).toMatchObject({ step: 2, marks: { ready: 0 } });
  const state = { ...next, marks: { ...next.marks, stepReady: 600_000 } };
  const wait = { for: 'route', text: 'not seen yet' };
  expect(climb(PLAN, state, seen, 600_001)).toEqual({ do: 'wait', wait, until: 720_000 });
  expect(climb(PLAN, state, seen, 720_000)).toMatchObject({ do: 'turn-back', cause: 'unhealthy' });
});

test('nobody is sent to the candidate before proxies had their time to know its pods', () => {
  const verdict = { is: 'yes', level: 'accepted', reasons: [] } as const;
  const route = { share: 0, testers: false, mirror: 0, home: true, verdict };
  const seen = { candidate: { hash: 'b', pods: [] }, live: { pin: 'a' }, routes: [route] } as unknown as Observation;
  const tested = { headers: [{ name: 'x-canary', value: 'true', kind: 'exact' as const }], cookies: [] };
  const times = { settle: 3_000 } as Plan['times'];
  for (const [step, testers] of [
    [0, tested],
    [1, { headers: [], cookies: [] }],
  ] as const) {
    const of = { ...PLAN, testers, times };
    const state = { ...BEGINNING, step, marks: { ready: 1_000, stepReady: 3_500 } };
    const waiting = { for: 'settle', text: 'proxies to know the candidate’s pods' };
    expect(climb(of, state, seen, 3_999)).toEqual({ do: 'wait', wait: waiting, until: 4_000 });
    expect(climb(of, state, seen, 4_000)).toEqual({ do: 'write', write: 'route', target: { route: 0, step } });
  }
});

test('a share by numbers of pods is reached when the pods that are to go have left the endpoints, however late they are told to', () => {
  const pod = (terminating: boolean) => ({ ready: true, terminating, sign: null });
  const plan = { ...PLAN, routes: [], steps: [{ share: 8_000, stay: 1_000 }], times: { settle: 0 } } as unknown as Plan;
  const state = { ...BEGINNING, marks: { overlapping: 1, stepReady: 1 } };
  // Only what a step without a route looks at: of stable's four pods one is to stay.
  const seen = (leaving: number, listed: number): Observation =>
    ({
      deployment: { replicas: 4 },
      stable: { hash: 'a', size: 1, pods: Array.from({ length: 4 }, (_, index) => pod(index < leaving)) },
      candidate: { hash: 'b', size: 4, pods: Array.from({ length: 4 }, () => pod(false)) },
      live: { pin: null, endpoints: { stable: listed, candidate: 4, other: 0 } },
      routes: [],
    }) as unknown as Observation;
  const waiting = {
    do: 'wait',
    wait: { for: 'endpoints', text: '3 pods of stable to leave the live Service’s endpoints' },
  };
  expect(climb(plan, state, seen(0, 4), 2)).toMatchObject(waiting);
  expect(climb(plan, state, seen(3, 4), 2)).toMatchObject(waiting);
  expect(climb(plan, state, seen(3, 1), 2)).toEqual({ do: 'mark', mark: 'stepReached' });
});
