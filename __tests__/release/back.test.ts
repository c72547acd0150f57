import { describe, expect, test } from '@jest/globals';
import { back, strangeRoutes } from '../../src/release/back.ts';
import type { Observation } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { BEGINNING, type State, type Turn } from '../../src/release/state.ts';

// Parts of plan, turn and observation: nothing else is read.
const PLAN = {
  strategy: 'canary',
  switch: 'cut',
  onFailure: 'rollback',
  stable: { hash: 'a' },
  routes: [],
  steps: [{ share: 5_000 }, { share: 10_000 }],
  times: { settle: 0 },
} as unknown as Plan;
const TURN = { at: 0, cause: 'foreign' } as unknown as Turn;
const STATE: State = { ...BEGINNING, marks: { opened: 0 } };

interface Situation {
  /** Of stable's four pods. */
  readonly wanted?: number;
  readonly ready?: number;
  readonly pin?: string | null;
  readonly strangers?: number;
  readonly paused?: boolean;
}

/** In a ramp: somebody else’s template has taken the place of the candidate’s pods, to the last one. */
function replaced({ wanted = 4, ready = 4, pin = null, strangers = 0, paused = true }: Situation): Observation {
  const pods = (count: number): unknown[] =>
    Array.from({ length: count }, () => ({ ready: true, terminating: false, sign: null }));
  return {
    lost: null,
    current: true,
    deployment: { template: 'foreign', templateDigest: 'x', held: true, replicas: 4, fields: { paused } },
    stable: { hash: 'a', size: wanted, refused: null, pods: pods(ready) },
    candidate: { hash: 'b', size: 0, refused: null, pods: [] },
    others: [{ hash: 'c', size: 4, refused: null, pods: pods(strangers) }],
    live: { pin, selectorIntact: true, endpoints: { stable: ready, candidate: 0, other: strangers } },
    candidateService: { state: 'candidate', pinned: true, endpoints: { stable: 0, candidate: 0, other: 0 } },
    routes: [],
  } as unknown as Observation;
}

const LEFT_STANDING = { do: 'finish', outcome: { outcome: 'failed', left: 'standing' } };
const TRAFFIC_BACK = { do: 'write', write: 'traffic-back' };

describe('pods of somebody else’s template have replaced the candidate’s', () => {
  const next = (situation: Situation, state = STATE) => back(PLAN, state, TURN, replaced(situation), 1_000);

  test('users of all pods would reach them as soon as they are Ready: they go to stable first', () => {
    expect(next({})).toMatchObject(TRAFFIC_BACK);
    expect(next({ paused: false })).toMatchObject(TRAFFIC_BACK);
    expect(next({ strangers: 4 })).toMatchObject(TRAFFIC_BACK);
  });

  test('users of the candidate alone would reach nobody: they go to stable, however many pods it has', () => {
    expect(next({ pin: 'b' })).toMatchObject(TRAFFIC_BACK);
    expect(next({ pin: 'b', wanted: 1, ready: 1 })).toMatchObject(TRAFFIC_BACK);
  });

  test('then it is seen that none of them is left behind the live Service, and both versions stand', () => {
    const moved: State = { ...STATE, marks: { ...STATE.marks, backSwitched: 500 } };
    expect(next({ pin: 'a', strangers: 4 }, moved)).toMatchObject({ do: 'wait', wait: { for: 'endpoints' } });
    expect(next({ pin: 'a' }, moved)).toEqual({ do: 'mark', mark: 'backVerified' });
    const seen: State = { ...moved, marks: { ...moved.marks, backVerified: 600 } };
    expect(next({ pin: 'a', paused: false }, seen)).toMatchObject({ do: 'write', write: 'freeze' });
    expect(next({ pin: 'a' }, seen)).toEqual(LEFT_STANDING);
  });

  test('what is left of a stable that gave pods away is not to carry all users: who serves goes on', () => {
    expect(next({ wanted: 1, ready: 1 })).toEqual(LEFT_STANDING);
  });

  test('a stable that serves nobody gets no users', () => {
    expect(next({ ready: 0, strangers: 4 })).toEqual(LEFT_STANDING);
  });
});

describe('somebody puts stable’s template back while the close takes its pods', () => {
  /** Its last pod is on its way out, and its size may be news of before. */
  const closing = (current: boolean, size: number): Observation => {
    const pod = { ready: true, terminating: false, sign: null };
    return {
      ...replaced({ pin: 'b' }),
      current,
      deployment: { template: 'stable', held: false, replicas: 4, fields: { paused: true } },
      stable: { hash: 'a', size, refused: null, pods: [{ ...pod, terminating: true }] },
      candidate: { hash: 'b', size: 4, refused: null, pods: [pod, pod, pod, pod] },
      others: [],
    } as unknown as Observation;
  };
  const next = (current: boolean, size: number) => back(PLAN, STATE, TURN, closing(current, size), 1_000);

  test('how large stable is to be is asked again before anything is decided', () => {
    expect(next(false, 4)).toMatchObject({ do: 'wait', wait: { for: 'controller' } });
  });

  test('it gets its pods back when it has lost them', () => {
    expect(next(true, 0)).toMatchObject({ do: 'write', write: 'regrow' });
  });

  test('one that is whole, and whose pods serve nobody, gets no users', () => {
    expect(next(true, 4)).toEqual(LEFT_STANDING);
  });
});

describe('what the user of a way back may not do', () => {
  /** Halfway up a ramp by two routes; the candidate Service leads to stable already. */
  const diverted = (homes: readonly boolean[]): Observation =>
    ({
      ...replaced({ pin: 'a' }),
      deployment: { template: 'candidate', held: true, replicas: 4, fields: { paused: true } },
      candidate: { hash: 'b', size: 2, refused: null, pods: [{ ready: true, terminating: false, sign: null }] },
      others: [],
      candidateService: { state: 'stable', pinned: true, endpoints: { stable: 4, candidate: 0, other: 0 } },
      routes: homes.map((home, at) => ({
        name: `httproute/${at}`,
        share: home ? 0 : 5_000,
        home,
        inDoubt: false,
        writtenBy: null,
      })),
    }) as unknown as Observation;
  const next = (homes: readonly boolean[], state: Partial<State>) =>
    back(PLAN, { ...STATE, ...state }, TURN, diverted(homes), 1_000);
  const VERIFIED = { marks: { opened: 0, backSwitched: 500, backVerified: 600 } };
  const LEFT_UNFINISHED = { do: 'finish', outcome: { outcome: 'failed', left: 'unfinished' } };

  test('a route that may not be written keeps no other one, and no proof that users are back, from its turn', () => {
    expect(next([false, false], {})).toMatchObject({ do: 'write', write: 'route-home', target: { route: 1 } });
    expect(next([false, false], { keptRoutes: [1] })).toMatchObject({ write: 'route-home', target: { route: 0 } });
    const moved = { keptRoutes: [1], marks: { opened: 0, backSwitched: 500 } };
    expect(next([true, false], moved)).toEqual({ do: 'mark', mark: 'backVerified' });
  });

  test('then the candidate’s pods and its Service stay: the route leads there', () => {
    expect(next([true, false], { keptRoutes: [1], ...VERIFIED })).toEqual(LEFT_UNFINISHED);
    expect(next([true, true], { keptRoutes: [1], ...VERIFIED })).toMatchObject({ do: 'write' });
  });

  test('without the record users are moved and found there, and what shows a later run where it stands is left', () => {
    expect(next([false], { unnoted: true })).toMatchObject({ write: 'route-home' });
    expect(next([true], { unnoted: true, marks: { opened: 0, backSwitched: 500 } })).toMatchObject({ do: 'mark' });
    expect(next([true], { unnoted: true, ...VERIFIED })).toEqual(LEFT_UNFINISHED);
  });
});

describe('a share of the route that is one of the release’s own steps, and was written by somebody else', () => {
  const RAMP = {
    ...PLAN,
    steps: [{ share: 0 }, { share: 2_000 }, { share: 5_000 }, { share: 10_000 }],
  } as unknown as Plan;
  const written = (share: number, writtenBy: string | null): Observation =>
    ({
      ...replaced({ pin: 'a' }),
      deployment: { template: 'candidate', held: true, replicas: 4, fields: { paused: true } },
      candidate: { hash: 'b', size: 2, refused: null, pods: [{ ready: true, terminating: false, sign: null }] },
      others: [],
      candidateService: { state: 'stable', pinned: true, endpoints: { stable: 4, candidate: 0, other: 0 } },
      routes: [{ name: 'httproute/web', share, home: false, inDoubt: false, writtenBy }],
    }) as unknown as Observation;
  const marks = { backSwitched: 500, backVerified: 600 };
  const next = (seen: Observation, state: Partial<State> = {}) =>
    back(RAMP, { ...BEGINNING, marks, ...state }, TURN, seen, 1_000);
  const HOME = { do: 'write', write: 'route-home' };

  test('it stands and is named, with users on stable, as any other share of theirs', () => {
    const seen = written(5_000, 'kubectl-edit at 12:03:22 UTC');
    expect(next(seen)).toEqual(LEFT_STANDING);
    expect(strangeRoutes(RAMP, seen)).toMatchObject([{ share: 5_000, writtenBy: 'kubectl-edit at 12:03:22 UTC' }]);
    expect(next(written(5_000, null))).toMatchObject(HOME);
  });

  test('the run that wrote another share knows that it is not its own', () => {
    const state = { step: 1, marks: { ...marks, opened: 0 } };
    expect(next(written(5_000, 'kubectl-edit at 12:03:22 UTC'), state)).toEqual(LEFT_STANDING);
  });

  test('what else somebody changes in the route, with the share as the run wrote it, is in nobody’s way', () => {
    const state = { step: 2, marks: { ...marks, opened: 0 } };
    expect(next(written(5_000, 'kubectl-edit at 12:03:22 UTC'), state)).toMatchObject(HOME);
  });

  test('weights of theirs that give the candidate Service nobody end as they were before the release', () => {
    expect(next(written(0, 'kubectl-edit at 12:03:22 UTC'))).toMatchObject(HOME);
  });

  test('the run after the one that named it replaces it', () => {
    const seen = written(5_000, 'kubectl-edit at 12:03:22 UTC');
    expect(next(seen, { toldRoutes: { 'httproute/web': 5_000 } })).toMatchObject(HOME);
    expect(next(seen, { toldRoutes: { 'httproute/web': 2_000 } })).toEqual(LEFT_STANDING);
  });
});
