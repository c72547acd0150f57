import { expect, test } from '@jest/globals';
import type { Pod } from '../../src/cluster/wire.ts';
import { describeSign, signOf } from '../../src/release/signs.ts';

type Status = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

function pod(status: Partial<Status>, init = false): Pod {
  const full = { name: 'web', image: 'a:1', imageID: '', ready: false, restartCount: 0, ...status };
  return {
    metadata: { name: 'web-1' },
    status: init ? { initContainerStatuses: [full] } : { containerStatuses: [full] },
  };
}

const crashed = (exitCode: number, reason = 'Error') => ({ terminated: { exitCode, reason } });

test.each<[string, Partial<Status>, string | null]>([
  ['starting', { state: { waiting: { reason: 'ContainerCreating' } } }, null],
  ['running', { ready: true, state: { running: {} } }, null],
  ['an image name that is none', { state: { waiting: { reason: 'InvalidImageName' } } }, 'fatal'],
  ['an image that must not be pulled', { state: { waiting: { reason: 'ErrImageNeverPull' } } }, 'fatal'],
  ['a pull that fails', { state: { waiting: { reason: 'ErrImagePull' } } }, 'grave'],
  ['a pull that waits', { state: { waiting: { reason: 'ImagePullBackOff' } } }, 'grave'],
  ['a Secret that is not there', { state: { waiting: { reason: 'CreateContainerConfigError' } } }, 'grave'],
  ['the first crash', { restartCount: 0, state: crashed(1) }, 'warning'],
  [
    'the second crash',
    { restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: crashed(1) },
    'warning',
  ],
  ['the third crash', { restartCount: 2, state: crashed(1) }, 'fatal'],
  [
    'the third crash, waiting',
    { restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: crashed(1) },
    'fatal',
  ],
  ['running again after crashes', { restartCount: 3, state: { running: {} }, lastState: crashed(1) }, null],
  ['memory that is not there', { restartCount: 0, state: crashed(137, 'OOMKilled') }, 'fatal'],
  ['an end without error', { restartCount: 5, state: crashed(0, 'Completed') }, null],
])('%s', (_, status, level) => {
  expect(signOf(pod(status))?.level ?? null).toBe(level);
  // Init containers keep pods from starting in the same ways.
  expect(signOf(pod(status, true))?.level ?? null).toBe(level);
});

test('a pod that is told to go has no sign', () => {
  const going = pod({ state: { waiting: { reason: 'InvalidImageName' } } });
  expect(signOf({ ...going, metadata: { name: 'web-1', deletionTimestamp: '2026-01-01T00:00:00Z' } })).toBeNull();
});

test('a pod without a node is only warned of: an autoscaler may bring one', () => {
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: '0/3 nodes are available',
  };
  expect(signOf({ metadata: { name: 'web-1' }, status: { conditions: [condition] } })).toMatchObject({
    level: 'warning',
    reason: 'Unschedulable',
  });
});

test('a sign reads as a sentence for a tired person', () => {
  const sign = signOf(
    pod({
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s' } },
      lastState: crashed(3),
    }),
  );
  expect(sign === null ? '' : describeSign(sign)).toBe(
    'container web of pod web-1: CrashLoopBackOff (exit code 3, 2 restarts): back-off 20s',
  );
});
