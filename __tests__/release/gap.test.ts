import { describe, expect, test } from '@jest/globals';
import { gapWarning, whenUnsure, whyNoPause } from '../../src/release/gap.ts';
import type { Plan, RolloutStrategy, Step } from '../../src/release/plan.ts';

const RECREATE: RolloutStrategy = { type: 'Recreate' };
const limits = (maxSurge: number | string, maxUnavailable: number | string): RolloutStrategy => ({
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge, maxUnavailable },
});
const UP: Step = { share: 0, stay: 0 };
const BATCHES: Plan['steps'] = [UP, { share: 5_000, stay: 0 }, { share: 10_000, stay: 0 }];

function plan(of: Partial<Plan>, strategy: RolloutStrategy): Plan {
  // Only what a gap depends on.
  return {
    strategy: 'rolling',
    steps: BATCHES,
    pauseAt: null,
    checks: 0,
    routes: [],
    deployment: { name: 'web' },
    stable: { hash: 'old' },
    judging: { onInconclusive: 'pause' },
    original: { strategy },
    ...of,
  } as unknown as Plan;
}

describe('whether there is a gap', () => {
  const plain = { steps: [UP] } as const;
  test.each<[string, Plan, number, boolean]>([
    ['batches, Recreate of one pod', plan({}, RECREATE), 1, true],
    ['batches, Recreate of two: a quarter at a time', plan({}, RECREATE), 2, false],
    ['batches, one pod of one may be missing', plan({}, limits(0, 1)), 1, true],
    ['batches, limits that come to nothing, one pod', plan({}, limits(0, '25%')), 1, true],
    ['batches, one pod surges', plan({}, limits('25%', '25%')), 1, false],
    ['batches, all may be missing, the first takes half', plan({}, limits(0, '100%')), 4, false],
    ['batches, all may be missing, the first takes all', plan({}, limits(1, '100%')), 1, true],
    ['plain, Recreate', plan(plain, RECREATE), 4, true],
    ['plain, all may be missing', plan(plain, limits(0, '100%')), 4, true],
    ['plain, all may be missing, and a surge does not wait', plan(plain, limits(1, 1)), 1, true],
    ['plain, one of two may be missing', plan(plain, limits(0, 1)), 2, false],
    ['plain, the defaults', plan(plain, {}), 1, false],
    ['blue/green', plan({ strategy: 'blue-green', steps: [UP] }, RECREATE), 1, false],
    ['a canary by numbers of pods', plan({ strategy: 'canary' }, limits(0, '100%')), 2, false],
  ])('%s', (_, of, replicas, isThere) => {
    expect(gapWarning(of, replicas)).toHaveLength(isThere ? 1 : 0);
    // Elsewhere users stay on stable in the pause.
    expect(whyNoPause({ ...of, pauseAt: 0 }, replicas) !== null).toBe(isThere);
    expect(whyNoPause({ ...of, pauseAt: 5_000 }, replicas)).toBeNull();
    expect(whyNoPause(of, replicas)).toBeNull();
  });
});

test.each<[string, Plan, number, Plan['judging']['onInconclusive']]>([
  ['in place, none of stable’s pods left', plan({}, RECREATE), 0, 'rollback'],
  ['in place, one left', plan({}, RECREATE), 1, 'pause'],
  ['blue/green of a stable that has no pods', plan({ strategy: 'blue-green', steps: [UP] }, RECREATE), 0, 'pause'],
])('a pause for what is not certain: %s', (_, of, size, policy) => {
  const endpoints = { stable: 0, candidate: 0, other: 0 };
  const live = { pin: 'old', selectorIntact: true, editor: null, endpoints };
  const stable = { hash: 'old', size, pods: [], refused: null };
  expect(whenUnsure(of, { live, stable })).toBe(policy);
  // Users reach all pods by now.
  expect(whenUnsure(of, { live: { ...live, pin: null }, stable })).toBe('pause');
});
