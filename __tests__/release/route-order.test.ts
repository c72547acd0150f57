import { expect, test } from '@jest/globals';
import { back } from '../../src/release/back.ts';
import { forward, tidyCandidateService } from '../../src/release/forward.ts';
import type { Observation, RouteView } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { bringRoutesHome, climb } from '../../src/release/ramp.ts';
import { BEGINNING, type State } from '../../src/release/state.ts';

/*
 * Several routes, as `router` names them: an edge route before the one it leads to, for example. Up they are written in that order, down
 * in the other one, so that nobody is led to where nothing leads on.
 */

const VERDICT = { is: 'yes', level: 'accepted', reasons: [] } as const;
const ROUTES = ['httproute/edge', 'httproute/inner', 'httproute/leaf'];
const STEPS = [0, 2_000, 10_000].map((share) => ({ share, stay: 0 }));

// Parts of plan and observation: nothing else is read.
const PLAN = {
  strategy: 'canary',
  steps: STEPS,
  pauseAt: null,
  routes: ROUTES.map((router) => ({ router, originalShare: 0 })),
  testers: { headers: [], cookies: [] },
  mirror: 0,
  stable: { hash: 'a' },
  candidateService: { kind: 'ours' },
  times: { settle: 0 },
} as unknown as Plan;

function seen(
  shares: readonly number[],
  original: readonly boolean[] = shares.map((share) => share === 0),
): Observation {
  const routes = shares.map(
    (share, at): RouteView => ({
      name: ROUTES[at] ?? '',
      share,
      testers: false,
      mirror: 0,
      original: original[at] ?? false,
      home: share === 0,
      verdict: VERDICT,
      editor: null,
      writtenBy: null,
      inDoubt: false,
    }),
  );
  const pod = { name: 'p', ready: true, terminating: false };
  return {
    lost: null,
    deployment: { template: 'candidate', held: true, fields: { paused: true } },
    stable: { hash: 'a', size: 1, pods: [pod] },
    candidate: { hash: 'b', size: 1, pods: [pod] },
    live: { pin: 'a', endpoints: { stable: 1, candidate: 0, other: 0 } },
    candidateService: { state: 'stable', pinned: true },
    routes,
  } as unknown as Observation;
}

/** Which routes are written, one after the other, while each write makes its route as it is to be. */
function order(shares: readonly number[], to: number, next: (now: Observation) => unknown, write: string): string[] {
  const now = [...shares];
  const written: string[] = [];
  for (let rounds = 0; rounds < 10; rounds += 1) {
    const action = next(seen(now)) as { write?: string; target?: { route?: number } } | null;
    if (action?.write !== write) return written;
    const route = action.target?.route ?? -1;
    written.push(ROUTES[route] ?? 'none');
    now[route] = to;
  }
  return written;
}

const REVERSED = [...ROUTES].reverse();

test('up: in the order in which they are named', () => {
  const state: State = { ...BEGINNING, step: 1 };
  expect(order([0, 0, 0], 2_000, (now) => climb(PLAN, state, now, 0), 'route')).toEqual(ROUTES);
});

test('home after the switch: the other way round', () => {
  const state: State = { ...BEGINNING, step: 2, marks: { switched: 0 } };
  const home = (now: Observation) => bringRoutesHome(PLAN, state, now, 0);
  expect(order([10_000, 10_000, 10_000], 0, home, 'route-home')).toEqual(REVERSED);
});

test('home on the way back: the other way round', () => {
  const turn = { at: 0, cause: 'unhealthy', reason: 'ill' } as const;
  const state: State = { ...BEGINNING, step: 1, back: turn };
  const home = (now: Observation) => back(PLAN, state, turn, now, 0);
  expect(order([2_000, 2_000, 2_000], 0, home, 'route-home')).toEqual(REVERSED);
});

test('what is left of a release that lost its Deployment, and the last of ours in a route: the other way round', () => {
  const tidy = (now: Observation) => tidyCandidateService(PLAN, now);
  expect(order([2_000, 2_000, 2_000], 0, tidy, 'route-home')).toEqual(REVERSED);
  const changed = [false, true, false];
  const restored: (number | undefined)[] = [];
  for (;;) {
    const now = { ...seen([0, 0, 0], changed), candidateService: { state: 'absent', pinned: false } };
    const action = tidyCandidateService(PLAN, now as Observation);
    if (action?.do !== 'write') break;
    expect(action.write).toBe('route-restore');
    restored.push(action.target.route);
    changed[action.target.route ?? -1] = true;
  }
  expect(restored).toEqual([2, 0]);
});

test('the user’s own shares before there is a candidate: the other way round', () => {
  const open = (now: Observation) =>
    forward(PLAN, BEGINNING, { ...now, deployment: { ...now.deployment, template: 'stable' } }, 0);
  expect(order([1_000, 1_000, 1_000], 0, open, 'route')).toEqual(REVERSED);
});
