import { expect, test } from '@jest/globals';
import type { AuditedRequest } from '../contract/cluster.ts';
import type { Answer } from './crowd.ts';
import { faultsOf, totalsOf, verdictOf } from './findings.ts';
import { movesIn, type Traffic } from './traffic.ts';

function answer(version: string | null, at: number, connection: Answer['connection'] = 'fresh'): Answer {
  return { sentAt: at, at, connection, version, pod: null, error: version === null ? 'reset' : null };
}

function traffic(...answers: Answer[]): Traffic {
  return { answers, startedAt: 0, endedAt: 10_000 };
}

const WANTED = { from: 'v1', to: 'v2', outcome: 'promoted', meets: true };
const SEEN = { outcome: 'promoted', moves: [100], startedAt: 50, endedAt: 200 };

test('a release that went as expected has no faults', () => {
  expect(
    faultsOf(
      WANTED,
      SEEN,
      traffic(answer('v1', 60), answer('v2', 110), answer('v1', 150), answer('v2', 210), answer('v1', 220, 'kept')),
    ),
  ).toEqual([]);
});

test.each([
  ['another outcome', { ...SEEN, outcome: 'failed' }, [answer('v2', 110)], 'its outcome is failed, not promoted'],
  ['users too early', SEEN, [answer('v2', 99)], 'v2 answered 1 times before users were switched to it'],
  ['users never', SEEN, [answer('v1', 110)], 'no user ever met v2'],
  [
    'the old one stays',
    SEEN,
    [answer('v2', 110), answer('v1', 201)],
    'after its end, 1 requests on fresh connections were not answered by v2',
  ],
])('%s', (_, seen, answers, fault) => {
  expect(faultsOf(WANTED, seen, traffic(...answers))).toEqual([fault]);
});

test('totals tell when users met a version, fresh and kept connections apart', () => {
  const told = totalsOf(
    traffic(answer('v1', 100), answer('v2', 131), answer('v1', 110), answer('v1', 4_300, 'kept'), answer(null, 4_400)),
    [
      {
        ...{ title: '', from: 'v1', to: 'v2', outcome: 'promoted', reason: '', duration: '', page: '', faults: [] },
        ...{ startedAt: 0, endedAt: 200, moves: [100] },
      },
    ],
  );
  expect(told).toEqual([
    {
      version: 'v1',
      count: 3,
      met: 'last answer on a fresh connection 10 ms after the switch, on a kept one 4.2 s after',
    },
    { version: 'v2', count: 1, met: 'first answer 31 ms after the switch' },
  ]);
});

test('a failed request is shouted', () => {
  expect(verdictOf(traffic(answer('v1', 1)))).toBe('1 requests, 0 failed');
  expect(verdictOf(traffic(answer(null, 1)))).toBe('1 requests, 1 FAILED');
});

test('moves are the PATCHes from one version to another: no pin, no unpin, no dry run, no refused one', () => {
  const patch = (at: number, hash: string | null, other: Partial<AuditedRequest> = {}): AuditedRequest => ({
    ...{ at, verb: 'patch', uri: '/x?fieldManager=crossfade', resource: 'services', name: 'web', code: 200 },
    ...{ userAgent: 'crossfade', user: 'admin' },
    body: [
      { op: 'test', path: '/spec/selector', value: {} },
      {
        op: 'replace',
        path: '/spec/selector',
        value: { app: 'web', ...(hash === null ? {} : { 'pod-template-hash': hash }) },
      },
    ],
    ...other,
  });
  const audit = [
    patch(1, 'a', { uri: '/x?dryRun=All' }),
    patch(2, 'a'),
    patch(3, 'b', { code: 422 }),
    patch(4, 'b'),
    patch(5, 'c', { name: 'other' }),
    patch(6, 'a'),
    patch(7, null),
  ];
  expect(movesIn(audit, 'web')).toEqual([4, 6]);

  const ramp = [patch(1, 'a'), patch(2, null), patch(3, 'b'), patch(4, null)];
  expect(movesIn(ramp, 'web')).toEqual([2]);
  const rampTakenBack = [patch(1, 'a'), patch(2, null), patch(3, 'a'), patch(4, null)];
  expect(movesIn(rampTakenBack, 'web')).toEqual([2, 3]);
});
