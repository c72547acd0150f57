import { describe, expect, test } from '@jest/globals';
import { checksAhead } from '../../src/release/checks-ahead.ts';
import type { KnativeObservation } from '../../src/release/knative/observation.ts';
import { checksAhead as checksAheadOfKnative } from '../../src/release/knative/checks-ahead.ts';
import type { KnativePlan } from '../../src/release/knative/plan.ts';
import type { Observation } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { BEGINNING, type State, type Turn } from '../../src/release/state.ts';

/* Whoever goes on with a release is asked for its checks when they are still to be run, and not otherwise. */

const UP = { share: 0, stay: 0 };
const RAMP = [UP, { share: 2_000, stay: 0 }, { share: 5_000, stay: 0 }, { share: 10_000, stay: 0 }];
const CHECKED = { marks: { checked: 1 } };

/** Held, frozen, with users pinned to `pin`. */
function seen(pin: string | null, deployment: object = {}): Observation {
  return {
    lost: null,
    lostNamespace: null,
    deployment: { template: 'candidate', held: true, fields: { paused: true }, ...deployment },
    stable: { hash: 'a', size: 4, pods: [] },
    candidate: { hash: 'b', size: 4, pods: [{ ready: true }] },
    live: { pin },
  } as unknown as Observation; // parts of one: nothing else is read
}

function isAhead(plan: object, state: Partial<State>, looks: Observation): boolean {
  const given = { strategy: 'blue-green', steps: [UP], routes: [], checks: 1, checkAt: 'start', ...plan };
  return checksAhead(given as unknown as Plan, { ...BEGINNING, ...state }, looks);
}

describe('checks are ahead', () => {
  const ramp = { strategy: 'canary', steps: RAMP };
  const everyStep = { ...ramp, checkAt: 'every-step' };
  const plain = { strategy: 'rolling' };
  const byRoute = { ...everyStep, routes: [{}] };
  const closing = seen('b', { held: false });
  const turned = { back: { at: 0, cause: 'unhealthy', reason: 'it crashed' } satisfies Turn };

  test.each([
    ['before users come', true, {}, {}, seen('a')],
    ['not when there are none', false, { checks: 0 }, {}, seen('a')],
    ['not when they have passed', false, {}, CHECKED, seen('a')],
    ['not when users are there', false, {}, {}, seen('b')],
    ['not when it closes', false, {}, {}, closing],
    ['not on its way back', false, {}, turned, seen('a')],
    ['not when it was deleted', false, {}, {}, { ...seen('a'), lost: 'deployment' as const }],
    ['not in a step with users', false, ramp, { step: 1 }, seen(null)],
    ['in a step with users, where each has them', true, everyStep, { step: 1 }, seen(null)],
    ['in the steps after one where they have passed', true, everyStep, { step: 1, ...CHECKED }, seen(null)],
    ['not after the last of those', false, everyStep, { step: 2, ...CHECKED }, seen(null)],
    ['not by the numbers of pods at 100 %', false, everyStep, { step: 3 }, seen(null)],
    ['by a route at 100 %, before the switch', true, byRoute, { step: 3 }, seen('a')],
    ['not by a route after the switch', false, byRoute, { step: 3 }, seen('b')],
    ['whenever a plain rolling update has not had them', true, plain, {}, seen(null, { held: false })],
    ['not when it has', false, plain, CHECKED, seen(null, { held: false })],
  ] as const)('%s: %s', (_, wanted, plan, state, looks) => {
    expect(isAhead(plan, state, looks)).toBe(wanted);
  });
});

describe('of a Knative Service checks are ahead', () => {
  const look = (template: string, traffic: object): KnativeObservation =>
    ({
      lost: false,
      lostNamespace: null,
      template,
      traffic,
      candidate: null,
      current: true,
    }) as unknown as KnativeObservation;
  const ours = look('candidate', { is: 'ours', share: 0, tagged: true });
  const shown = look('candidate', { is: 'original' });

  test.each([
    ['before users come', true, {}, {}, ours],
    ['not when they have passed', false, {}, CHECKED, ours],
    ['in the steps, where each has them', true, { checkAt: 'every-step' }, { step: 1 }, ours],
    ['not in the last, which has all', false, { checkAt: 'every-step' }, { step: 3 }, ours],
    ['not on its way back', false, {}, { back: { at: 0, cause: 'aborted', reason: '' } satisfies Turn }, ours],
  ] as const)('%s: %s', (_, wanted, plan, state, looks) => {
    const given = { steps: RAMP, checks: 1, checkAt: 'start', ...plan } as unknown as KnativePlan;
    expect(checksAheadOfKnative(given, { ...BEGINNING, ...state }, looks)).toBe(wanted);
  });

  test('before its template was written, too', () => {
    const given = { steps: RAMP, checks: 1, checkAt: 'start' } as unknown as KnativePlan;
    expect(checksAheadOfKnative(given, BEGINNING, { ...shown, template: 'stable' })).toBe(true);
  });
});
