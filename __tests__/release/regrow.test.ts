import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { awaitStable, regrow } from '../../src/release/regrow.ts';
import { BEGINNING, type State, type Turn } from '../../src/release/state.ts';

// Parts of plan, turn and observation: nothing else is read.
const PLAN = { strategy: 'rolling', stable: { hash: 'a' }, steps: [{}, {}] } as unknown as Plan;
const TURN = { at: 0 } as unknown as Turn;
const STATE: State = { ...BEGINNING, marks: { regrowing: 1_000 } };

/** Stable has got its four pods back beside two of the candidate, frozen; so many are Ready, and so many listed. */
function seen(ready: number, listed: number, live: object = {}): Observation {
  const pods = (count: number, isReady = true): unknown[] =>
    Array.from({ length: count }, () => ({ ready: isReady, terminating: false, sign: null }));
  return {
    current: true,
    lost: null,
    deployment: { template: 'stable', held: true, replicas: 4, fields: { paused: true } },
    stable: { hash: 'a', size: 4, refused: null, pods: [...pods(ready), ...pods(4 - ready, false)] },
    candidate: { hash: 'b', size: 2, refused: null, pods: pods(2) },
    live: { pin: null, selectorIntact: true, endpoints: { stable: listed, candidate: 2, other: 0 }, ...live },
  } as unknown as Observation;
}

describe('users leave the candidate', () => {
  test('not before all pods of stable are Ready', () => {
    expect(regrow(PLAN, STATE, TURN, seen(3, 3), 2_000)).toMatchObject({ do: 'wait', wait: { for: 'pods' } });
  });

  test('not before the live Service’s endpoints list them', () => {
    expect(regrow(PLAN, STATE, TURN, seen(4, 3), 2_000)).toEqual({
      do: 'wait',
      wait: { for: 'endpoints', text: '1 more pods of stable in the live Service’s endpoints' },
      until: 121_000,
    });
  });

  test('when they do', () => {
    expect(regrow(PLAN, STATE, TURN, seen(4, 4), 2_000)).toBeNull();
  });

  test('when they have not in two minutes', () => {
    expect(regrow(PLAN, STATE, TURN, seen(4, 3), 121_000)).toBeNull();
  });

  test('at once where none is on it', () => {
    const endpoints = { stable: 3, candidate: 0, other: 0 };
    expect(regrow(PLAN, STATE, TURN, seen(4, 3, { endpoints }), 2_000)).toBeNull();
  });

  test('at once where somebody else wrote the selector', () => {
    expect(regrow(PLAN, STATE, TURN, seen(4, 3, { selectorIntact: false }), 2_000)).toBeNull();
  });
});

describe('the way back ends', () => {
  const ended = (ready: number, listed: number, now: number) =>
    awaitStable(PLAN, STATE, TURN, seen(ready, listed), now);

  test('when all pods of stable are Ready, and the live Service lists them', () => {
    expect(ended(3, 3, 2_000)).toMatchObject({ do: 'wait', wait: { for: 'pods' }, until: 121_000 });
    expect(ended(4, 3, 2_000)).toMatchObject({ do: 'wait', wait: { for: 'endpoints' }, until: 121_000 });
    expect(ended(4, 4, 2_000)).toBeNull();
  });

  test('when they are not in two minutes', () => {
    expect(ended(3, 3, 121_000)).toBeNull();
  });

  test('also in a run that did not ask for them itself, and not for a plan that never takes any', () => {
    expect(awaitStable(PLAN, BEGINNING, TURN, seen(3, 3), 2_000)).toMatchObject({ do: 'wait', until: 120_000 });
    const canary = { ...PLAN, strategy: 'canary', routes: [], steps: [{ share: 5_000 }, { share: 10_000 }] } as unknown;
    // A part of a plan, as above.
    expect(awaitStable(canary as Plan, BEGINNING, TURN, seen(3, 3), 2_000)).toBeNull();
  });
});
