import { describe, expect, test } from '@jest/globals';
import type { ObjectMeta } from '../../src/cluster/wire.ts';
import { movedBackAt } from '../../src/engine/moved-back.ts';
import type { ClusterSnapshot } from '../../src/engine/snapshot.ts';
import { HOLD_MIN_READY_SECONDS } from '../../src/release/hold.ts';
import type { Plan } from '../../src/release/plan.ts';

const TEMPLATE = { spec: { containers: [{ name: 'web', image: 'v2' }] } };
// Nothing else of it is read.
const PLAN = { stable: { hash: 'aaa', digest: 'of v1' } } as unknown as Plan;

interface Written {
  /** What the Service selects; null: all pods of the app. */
  readonly pin: string | null;
  /** When, in seconds, and by whom. */
  readonly at: number;
  readonly by?: string;
}
interface Moment {
  readonly live: Written;
  readonly candidate?: Written;
  readonly deployment: { readonly at: number; readonly paused?: boolean; readonly held?: boolean };
}

const time = (at: number): string => new Date(at * 1000).toISOString();

function owned({ at, by = 'crossfade' }: Pick<Written, 'at' | 'by'>, field: string): ObjectMeta {
  const fieldsV1 = { 'f:spec': { [field]: {} } };
  return { managedFields: [{ manager: by, operation: 'Update', apiVersion: 'v1', time: time(at), fieldsV1 }] };
}

function service(written: Written): object {
  const selector = { app: 'web', ...(written.pin === null ? {} : { 'pod-template-hash': written.pin }) };
  return { metadata: owned(written, 'f:selector'), spec: { selector } };
}

function seen({ live, candidate, deployment }: Moment): number | null {
  const { at, paused = true, held = true } = deployment;
  const spec = { paused, template: TEMPLATE, minReadySeconds: held ? HOLD_MIN_READY_SECONDS : 0 };
  const snapshot = {
    deployment: { metadata: owned({ at }, 'f:paused'), spec },
    liveService: service(live),
    candidateService: candidate === undefined ? null : service(candidate),
  };
  return movedBackAt(PLAN, snapshot as unknown as ClusterSnapshot);
}

describe('that a way back has moved users is seen', () => {
  test('by a pin to stable that is later than the freeze', () => {
    expect(seen({ live: { pin: 'aaa', at: 60 }, deployment: { at: 12 } })).toBe(60_000);
  });

  test('by a candidate Service that leads to stable, however soon', () => {
    const live = { pin: 'aaa', at: 10 };
    expect(seen({ live, candidate: { pin: 'aaa', at: 12 }, deployment: { at: 12 } })).toBe(12_000);
  });
});

describe('of a release on its way forward nothing of that is seen', () => {
  const live = { pin: 'aaa', at: 10 };
  const candidate = { pin: 'bbb', at: 13 };
  test.each<[string, Moment]>([
    ['opened, and not frozen yet', { live, deployment: { at: 10, paused: false } }],
    ['frozen, before its candidate Service', { live, deployment: { at: 10 } }],
    ['with a clock that is a second ahead where the pin was written', { live, deployment: { at: 9 } }],
    ['before its first share', { live, candidate, deployment: { at: 12 } }],
    ['in a ramp, between a resize and its weight', { live, candidate, deployment: { at: 300, paused: false } }],
    ['in a ramp, at a share', { live, candidate, deployment: { at: 300 } }],
    ['by the numbers of pods', { live: { pin: null, at: 20 }, candidate, deployment: { at: 12 } }],
    ['switched', { live: { pin: 'bbb', at: 60 }, candidate, deployment: { at: 12 } }],
    [
      'closing',
      { live: { pin: 'bbb', at: 60 }, candidate: { pin: 'aaa', at: 70 }, deployment: { at: 65, held: false } },
    ],
  ])('%s', (_, moment) => {
    expect(seen(moment)).toBeNull();
  });
});

describe('what somebody else has written is no way back of ours', () => {
  test('a selector', () => {
    expect(seen({ live: { pin: 'aaa', at: 60, by: 'kubectl-edit' }, deployment: { at: 12 } })).toBeNull();
  });

  test('that of the candidate Service', () => {
    const candidate = { pin: 'aaa', at: 60, by: 'kubectl-edit' };
    expect(seen({ live: { pin: 'aaa', at: 10 }, candidate, deployment: { at: 12 } })).toBeNull();
  });
});
