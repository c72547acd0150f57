import { describe, expect, test } from '@jest/globals';
import { judge } from '../../src/release/judge.ts';
import type { Observation } from '../../src/release/observation.ts';
import type { Plan } from '../../src/release/plan.ts';
import { GRACE, type Sign } from '../../src/release/signs.ts';
import { BEGINNING, type State } from '../../src/release/state.ts';

/* Pods of a rolling release that the API server does not let be made. */

const STATE: State = { ...BEGINNING, marks: { opened: 1 } };
const QUOTA = 'pods "web-b-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2';
const POLICY = 'pods "web-b-1" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true';

function refusal(message: string): Sign {
  const where = { pod: 'web-b', container: null };
  return { level: 'grave', ...where, reason: 'FailedCreate', message, exitCode: null, restarts: 0 };
}

/** A plain rolling update; `leaving`: a pod of stable is on its way out. */
function decided(message: string, now: number, signsSince: State['signsSince'] = {}, leaving = false) {
  const plan = {
    strategy: 'rolling',
    steps: [{ share: 0, stay: 0 }],
    stable: { hash: 'a' },
    deployment: { name: 'web' },
    judging: { restarts: 'any' },
    times: { startedAt: 0, deadline: 60_000 },
    original: { minReadySeconds: 0, progressDeadlineSeconds: null, paused: false, strategy: { type: 'RollingUpdate' } },
  } as unknown as Plan;
  // Parts of an observation: nothing else is read to judge a rolling update.
  const seen = {
    lost: null,
    evidence: null,
    deployment: { template: 'candidate', held: false, replicas: 2, pausedBy: null, strategyBy: null, fields: {} },
    stable: { hash: 'a', size: 2, refused: null, pods: [{ terminating: leaving }] },
    candidate: { hash: 'b', size: 1, refused: refusal(message), pods: [] },
    routes: [],
    live: { pin: null, selectorIntact: true, endpoints: { stable: 2, candidate: 0, other: 0 } },
  } as unknown as Observation;
  return judge(plan, { ...STATE, signsSince }, seen, now);
}

describe('pods that may not be made, in a rolling release', () => {
  test('a policy that refuses them is noticed as quickly as anywhere, whoever leaves', () => {
    for (const leaving of [false, true]) {
      expect(decided(POLICY, 1_000, {}, leaving)).toEqual({ do: 'note-signs', signsSince: { 'web-b/': 1_000 } });
      expect(decided(POLICY, 1_000 + GRACE, { 'web-b/': 1_000 }, leaving)).toMatchObject({
        do: 'turn-back',
        reason: expect.stringContaining('violates PodSecurity'),
      });
    }
  });

  test('a full quota may have room when the pod that makes way is gone, and its controller knows', () => {
    expect(decided(QUOTA, 1_000, {}, true)).toBeNull();
    expect(decided(QUOTA, 1_000)).toEqual({ do: 'note-signs', signsSince: { 'web-b/': 121_000 } });
  });

  test('whichever it is, the timeout names it', () => {
    for (const message of [QUOTA, POLICY])
      expect(decided(message, 60_000, { 'web-b/': 60_000 })).toMatchObject({
        do: 'turn-back',
        cause: 'deadline',
        reason: expect.stringContaining(
          `0/2 candidate pods were Ready (pod web-b: FailedCreate: ${message.slice(0, 30)}`,
        ),
      });
  });
});
