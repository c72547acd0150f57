import { describe, expect, test } from '@jest/globals';
import { back } from '../../src/release/back.ts';
import type { Observation } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { BEGINNING, type Marks, type State, type Turn } from '../../src/release/state.ts';

/* A switch that is taken back before the controller of endpoints has followed it: what it lists then may be from before the switch. */

const TURN: Turn = { at: 0, cause: 'conflict', reason: 'somebody wrote' };
const MOVED: Marks = { opened: 1, frozen: 1, switching: 1_000, backSwitched: 1_010 };
const SETTLING = { do: 'wait', wait: { for: 'settle' } };

/** Users are pinned to stable again, and both tracks are up; so many pods of each are listed. */
function seen(stable: number, candidate: number): Observation {
  const pods = (): unknown[] => Array.from({ length: 2 }, () => ({ ready: true, terminating: false, sign: null }));
  // Parts of an observation: nothing else is read on the way to the close.
  return {
    current: true,
    lost: null,
    deployment: { template: 'candidate', held: true, replicas: 2, fields: { paused: true } },
    stable: { hash: 'a', size: 2, refused: null, pods: pods() },
    candidate: { hash: 'b', size: 2, refused: null, pods: pods() },
    others: [],
    routes: [],
    candidateService: { state: 'candidate', endpoints: { stable: 0, candidate: 2, other: 0 } },
    live: { pin: 'a', selectorIntact: true, endpoints: { stable, candidate, other: 0 } },
  } as unknown as Observation;
}

function next(marks: Marks, looks: Observation, now: number, settle = 0) {
  const plan = { strategy: 'blue-green', switch: 'cut', onFailure: 'rollback', stable: { hash: 'a' } };
  const given = { ...plan, steps: [{ share: 10_000 }], routes: [], times: { settle } } as unknown as Plan;
  const state: State = { ...BEGINNING, back: TURN, marks };
  return back(given, state, TURN, looks, now);
}

describe('users are moved back before any list of endpoints has shown the switch', () => {
  test('the list from before it is no proof alone: a second later it still has to be so', () => {
    expect(next(MOVED, seen(2, 0), 1_020)).toEqual({ do: 'mark', mark: 'backVerified' });
    const verified = { ...MOVED, backVerified: 1_020 };
    expect(next(verified, seen(2, 0), 1_020)).toMatchObject({ ...SETTLING, until: 2_020 });
    expect(next(verified, seen(0, 2), 1_100)).toMatchObject({ do: 'wait', wait: { for: 'endpoints' } });
    expect(next(verified, seen(2, 0), 2_020)).toMatchObject({ do: 'write', write: 'close-back' });
  });

  test('no pod of the candidate is taken away as long as one is listed, however long that takes', () => {
    const verified = { ...MOVED, backVerified: 1_020 };
    expect(next(verified, seen(0, 2), 60_000)).toMatchObject({ do: 'wait', wait: { for: 'endpoints' } });
  });

  test('a longer settle time holds, too', () => {
    expect(next({ ...MOVED, backVerified: 1_020 }, seen(2, 0), 2_020, 3_000)).toMatchObject({
      ...SETTLING,
      until: 4_020,
    });
  });

  test('a switch that was seen needs no more than the settle time', () => {
    const shown = { ...MOVED, switched: 1_005, backVerified: 1_020 };
    expect(next(shown, seen(2, 0), 1_020)).toMatchObject({ do: 'write', write: 'close-back' });
  });
});
