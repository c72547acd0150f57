import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ConfigMap } from '../../src/cluster/wire.ts';
import {
  bookRequest,
  type OpenRelease,
  parseBook,
  type PastRelease,
  type RecordBook,
  RecordError,
} from '../../src/engine/record-store.ts';

const RUN = {
  url: 'https://github.com/o/r/actions/runs/1',
  id: '1',
  attempt: '1',
  actor: 'jane',
  repository: 'o/r',
  sha: null,
  ref: null,
  job: 'release',
};
const ROUTE = '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/web';

/** A release in the middle of a ramp, with everything that may be in a record. */
const OPEN: OpenRelease = {
  plan: {
    release: 'r-20261121-130102-4f1c',
    strategy: 'canary',
    steps: [
      { share: 0, stay: 0 },
      { share: 2000, stay: 60_000 },
      { share: 5000, stay: 60_000, pods: 2 },
    ],
    pauseAt: 2000,
    routes: [
      {
        router: 'httproute/web',
        app: { namespace: 'shop', live: 'web', candidate: 'web-candidate' },
        paths: [ROUTE],
        originalShare: 0,
        journal: { sources: [] },
      },
    ],
    testers: { headers: [{ name: 'x-test', value: '1', kind: 'exact' }], cookies: [{ name: 'test', value: '1' }] },
    mirror: 0,
    candidateReplicas: null,
    leastPods: 1,
    switch: 'cut',
    onFailure: 'rollback',
    keepWarm: true,
    rollback: false,
    deployment: { name: 'web', uid: 'u1' },
    service: { name: 'web', uid: 'u2', selector: { app: 'web' } },
    candidateService: { kind: 'ours', name: 'web-candidate' },
    original: { paused: false, minReadySeconds: 0, progressDeadlineSeconds: 600, strategy: { type: 'RollingUpdate' } },
    stable: { hash: 'aaa', digest: 'd1', images: { web: 'web:1' }, revision: '3' },
    candidate: { digest: 'd2', images: { web: 'web:2' } },
    times: { startedAt: 1, deadline: 2, bake: 3, drain: 4, settle: 5 },
    editors: ['kubectl'],
    owned: [{ of: 'route', path: ROUTE, owners: [] }],
    checks: 1,
    checkedBy: ['smoke-command'],
    checkAt: 'start',
    judging: { onInconclusive: 'pause', early: false, patience: 1, restarts: 'any' },
  },
  toldTemplate: null,
  toldRoutes: { 'httproute/web': 2000 },
  run: RUN,
  paused: { step: 1, marks: { paused: 1, pinned: 2 }, restarts: { 'web-aaa-x': 0 }, judgement: null },
  turned: { at: 1, cause: 'unhealthy', reason: 'it crashed' },
  stood: 5,
  warm: { step: 2, marks: { switched: 3, baked: 4 } },
  measured: null,
  told: { is: 'certain', share: 2000 },
};
const PAST: PastRelease = {
  release: 'r-1',
  outcome: 'promoted',
  rollback: false,
  reason: null,
  startedAt: '2026-11-21T13:01:02.000Z',
  finishedAt: '2026-11-21T13:02:02.000Z',
  stableHash: 'aaa',
  candidateHash: 'bbb',
  revision: '2',
  from: { web: 'web:0' },
  to: { web: 'web:1' },
  run: RUN,
};
const BOOK: RecordBook = { open: OPEN, past: [PAST], resourceVersion: '7' };

function written(book: RecordBook): ConfigMap {
  const { data } = bookRequest('shop', 'web', book, '').body;
  return { metadata: { name: 'crossfade.web', resourceVersion: '7' }, ...(data === undefined ? {} : { data }) };
}

const read = (map: ConfigMap): RecordBook => parseBook(map, 'shop', 'web');

/** The record with one field of the open release changed, as somebody does who knows the form and leaves no digest. */
function edited(path: readonly (string | number)[], value: unknown): ConfigMap {
  const open = structuredClone(OPEN) as unknown as Tree; // looked at as plain JSON
  let place = open;
  for (const key of path.slice(0, -1)) place = place[key] as Tree;
  place[path.at(-1) ?? ''] = value;
  return { metadata: { resourceVersion: '7' }, data: { schema: '1', open: JSON.stringify(open), past: '[]' } };
}
type Tree = { [key: string | number]: unknown };

test.each([
  ['a release and what came before', BOOK],
  ['nothing', { open: null, past: [], resourceVersion: '7' }],
] satisfies [string, RecordBook][])('what was written is read again: %s', (_, book) => {
  expect(read(written(book))).toEqual(book);
});

test('a record of the first versions of its schema is read: what it does not say is not so', () => {
  const { turned: _turned, stood: _stood, warm: _warm, ...open } = OPEN;
  const { keepWarm: _keepWarm, rollback: _rollback, checkedBy: _checkedBy, ...plan } = OPEN.plan;
  const { rollback: _wasRollback, ...past } = PAST;
  const data = { schema: '1', open: JSON.stringify({ ...open, plan }), past: JSON.stringify([past]) };
  const read = parseBook({ metadata: { resourceVersion: '7' }, data }, 'shop', 'web');
  const before = {
    ...OPEN,
    turned: null,
    stood: null,
    warm: null,
    plan: { ...OPEN.plan, keepWarm: false, rollback: false, checkedBy: null },
  };
  expect(read).toEqual({ ...BOOK, open: before });
});

describe('a record that was changed by hand is refused, with what to do', () => {
  test.each([
    ['no schema', { data: {} }, /has schema \(none\)/],
    ['a newer schema', { data: { schema: '2' } }, /has schema 2; this version of Crossfade reads schema 1/],
    ['no JSON', { data: { schema: '1', open: '{' } }, /its data is not JSON/],
    ['another release', { data: { ...written(BOOK).data, open: '{}' } }, /its release is another than was written/],
    ['a list', { data: { schema: '1', open: '[]' } }, /open is no object/],
    ['null', { data: { schema: '1', open: 'null', past: 'null' } }, /past is no list/],
    ['a past of others', { data: { schema: '1', past: '[{}]' } }, /past\[0\]\.release is no text/],
    ['no plan', edited(['plan'], null), /open\.plan is no object/],
    ['no step', edited(['plan', 'steps'], []), /open\.plan\.steps has no step/],
    ['a share beyond all', edited(['plan', 'steps', 1, 'share'], 20_000), /open\.plan\.steps\[1\]\.share is no share/],
    ['a strategy of nobody', edited(['plan', 'strategy'], 'big-bang'), /is none of blue-green, canary, rolling/],
    ['another workload', edited(['plan', 'deployment', 'name'], 'api'), /its release is that of another workload/],
    [
      'an object of another namespace',
      edited(['plan', 'routes', 0, 'paths', 0], ROUTE.replace('shop', 'kube-system')),
      /paths\[0\] is no path of an object in namespace shop/,
    ],
    [
      'a path with a way out',
      edited(['plan', 'owned', 0, 'path'], `${ROUTE}/../../secrets/x`),
      /owned\[0\]\.path is no path of an object/,
    ],
    [
      'a name with a way out',
      edited(['plan', 'service', 'name'], '../configmaps/x'),
      /open\.plan\.service\.name is no name/,
    ],
    [
      'marks that are no times',
      edited(['paused', 'marks', 'pinned'], 'yes'),
      /a field of open\.paused\.marks is no number/,
    ],
  ] satisfies [string, ConfigMap, RegExp][])('%s', (_, map, message) => {
    expect(() => read(map)).toThrow(RecordError);
    expect(() => read(map)).toThrow(message);
    expect(() => read(map)).toThrow(
      /delete it \(kubectl delete configmap crossfade\.web --namespace shop\) and run again; else put back/,
    );
  });

  test('whatever it is that was changed: it is read, or refused by a RecordError', () => {
    const places = placesOf(OPEN);
    const change = fc.tuple(
      fc.constantFrom(...places),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined)),
    );
    fc.assert(
      fc.property(change, ([path, value]) => {
        try {
          const { open } = read(edited(path, value));
          // What is believed has all that is asked of it first of all.
          expect(open?.plan.steps.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError);
          expect(String(error).length).toBeLessThan(600);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('whatever stands in its data', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('schema', 'open', 'past', 'digest'),
          fc.oneof(fc.constant('1'), fc.json(), fc.string()),
        ),
        (data) => {
          try {
            read({ data });
          } catch (error) {
            expect(error).toBeInstanceOf(RecordError);
            expect(String(error).length).toBeLessThan(600);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Every place in a tree. */
function placesOf(tree: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => [[...path, key], ...placesOf(value, [...path, key])]);
}
