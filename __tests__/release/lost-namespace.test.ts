import { describe, expect, test } from '@jest/globals';
import { decide } from '../../src/release/decide.ts';
import { decide as decideKnative } from '../../src/release/knative/decide.ts';
import type { KnativeObservation } from '../../src/release/knative/observation.ts';
import type { KnativePlan } from '../../src/release/knative/plan.ts';
import { isBereft, type LostNamespace } from '../../src/release/lost-namespace.ts';
import type { Observation } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { BEGINNING, type State } from '../../src/release/state.ts';

// Whatever the rest of plan and observation says: nothing of it is read.
const PLAN = {} as Plan;
const LEAVING: LostNamespace = { name: 'shop', is: 'leaving' };

const BACK: State = { ...BEGINNING, back: { at: 0, cause: 'unhealthy', reason: 'no ready endpoint is left.' } };
const PHASES: readonly (readonly [string, State])[] = [
  ['nothing was written', BEGINNING],
  ['the candidate starts', { ...BEGINNING, marks: { paused: 1, pinned: 1, opened: 1, frozen: 1 } }],
  ['in a step', { ...BEGINNING, step: 1, marks: { opened: 1, frozen: 1, ready: 1, routed: 1, stepReached: 1 } }],
  ['in the bake', { ...BEGINNING, marks: { opened: 1, ready: 1, switched: 1 } }],
  ['in the drain', { ...BEGINNING, marks: { opened: 1, switched: 1, baked: 1 } }],
  ['in the close', { ...BEGINNING, marks: { switched: 1, baked: 1, closing: 1 } }],
  ['with the Deployment’s own fields back', { ...BEGINNING, marks: { closing: 1, restored: 1 } }],
  ['on the way back, for another reason', BACK],
  ['at the end of a kept-warm stable', { ...BEGINNING, finishing: { warm: true, stopped: null } }],
];

describe('a namespace that is being deleted ends the release, with its own reason and without another write', () => {
  const ended = (reason: RegExp) => ({
    do: 'finish',
    outcome: { outcome: 'failed', left: 'gone', reason: expect.stringMatching(reason) },
  });

  test.each(PHASES)('%s', (_, state) => {
    const seen = { lostNamespace: LEAVING, lost: 'deployment' } as Observation;
    expect(decide(PLAN, state, seen, 0)).toEqual(
      ended(/^Namespace shop is being deleted, .* nothing can be made in it any more\. Who deleted it .* audit log/),
    );
    const revision = { lostNamespace: LEAVING, lost: true } as KnativeObservation;
    expect(decideKnative({} as KnativePlan, state, revision, 0)).toEqual(ended(/^Namespace shop is being deleted, /));
  });

  test('also when it is gone altogether', () => {
    const seen = { lostNamespace: { name: 'shop', is: 'gone' }, lost: 'deployment' } as Observation;
    expect(decide(PLAN, BEGINNING, seen, 0)).toEqual(ended(/^Namespace shop is gone, with every object in it/));
  });
});

describe('whether the namespace is asked after', () => {
  const pods = (terminating: boolean): unknown => ({ pods: [{ terminating }, { terminating }] });
  const seen = (parts: object): Observation =>
    ({
      lost: null,
      deployment: { replicas: 2 },
      stable: pods(false),
      candidate: pods(false),
      others: [],
      ...parts,
    }) as unknown as Observation;

  test.each<[string, object, boolean]>([
    ['both versions are up', {}, false],
    ['one version leaves', { candidate: pods(true) }, false],
    ['the other does', { stable: pods(true) }, false],
    ['both leave', { stable: pods(true), candidate: pods(true) }, true],
    ['both leave, and somebody else’s comes', { stable: pods(true), candidate: null, others: [pods(false)] }, false],
    ['there is no pod', { stable: null, candidate: { pods: [] } }, true],
    ['no pod is wanted', { deployment: { replicas: 0 }, stable: { pods: [] }, candidate: null }, false],
    ['the Deployment is gone', { lost: 'deployment' }, true],
    ['the live Service is gone', { lost: 'service' }, true],
  ])('%s', (_, parts, isAsked) => {
    expect(isBereft(seen(parts))).toBe(isAsked);
  });
});
