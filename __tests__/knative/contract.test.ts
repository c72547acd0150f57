import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { patched } from '../../src/cluster/json-patch.ts';
import { effectOf, observe } from '../../src/engine/knative/observe.ts';
import { ALL } from '../../src/release/route.ts';
import { fitnessOf } from '../../src/workload/knative-fitness.ts';
import { type KnativeService, split, trafficAsBefore, trafficBack } from '../../src/workload/knative-service.ts';
import type { Target } from './objects.ts';
import { Model, planOf } from './model.ts';

/*
 * The contract of the routers, as far as it applies to a Knative Service, in memory; on the simulator and on a real API server its scenes
 * are in `contract/knative.ts`. Points that do not apply: 9 and 10 (there are no header overrides), 16 (there is one object).
 * 6 (the way back after a crash at any point) is in `decisions.test.ts`; 12 (values out of range) is in the tests of the inputs;
 * 14 (no CRD, no permission) and 17 (dry run) are scenes; 18: every path has the namespace, and Revisions are chosen by its label in it.
 */

const CANDIDATE = 'web-00002';

/** Entries of the user's own, as the webhook stores them or as they were written. */
const traffic = fc
  .tuple(
    fc.constantFrom<Target>({ percent: 100 }, { latestRevision: true, percent: 100 }, { percent: 100, tag: 'current' }),
    fc.array(
      fc.constantFrom<Target>(
        { revisionName: 'web-00001', tag: 'first' },
        { latestRevision: true, percent: 0, tag: 'next' },
      ),
      {
        maxLength: 1,
      },
    ),
    fc.boolean(),
  )
  .map(([users, tags, first]) => (first ? [users, ...tags] : [...tags, users]));
const given = fc.option(traffic, { nil: undefined });
const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent * 100);

/** A Service whose candidate is there. */
function scene(its: readonly Target[] | undefined) {
  const model = new Model(its === undefined ? {} : { traffic: its });
  const plan = planOf(model);
  const template = { spec: { containers: [{ name: 'web', image: 'shop/web:2' }] } };
  model.edit({ spec: { ...model.service.spec, template } });
  model.tick(5_000);
  const service = (): KnativeService => ({ ...model.snapshot().service });
  return { model, plan, service, seen: () => observe(plan, model.snapshot()) };
}

test('1, 2, 19: what is written is read again; the same wish twice is the same request, and changes nothing', () => {
  fc.assert(
    fc.property(given, share, (its, wanted) => {
      const { model, plan, service, seen } = scene(its);
      const request = split(service(), plan, wanted, CANDIDATE);
      expect(split(service(), plan, wanted, CANDIDATE)).toEqual(request);
      model.apply(request);
      expect(seen().traffic).toEqual({ is: 'ours', share: wanted, tagged: true });
      const again = split(service(), plan, wanted, CANDIDATE);
      if (again.verb !== 'patch') throw new Error('a patch is wanted');
      expect(patched(service(), again.changes)).toEqual(service());
    }),
    { numRuns: 60 },
  );
});

test('3, 4: one PATCH, of the traffic alone; entries without users stay; the percents are 100 and name Revisions', () => {
  fc.assert(
    fc.property(given, share, (its, wanted) => {
      const { plan, service } = scene(its);
      const request = split(service(), plan, wanted, CANDIDATE);
      if (request.verb !== 'patch') throw new Error('a patch is wanted');
      expect(request.changes.map(({ path }) => path)).toEqual(['/spec/traffic']);
      const [change] = request.changes;
      const targets = (change !== undefined && 'value' in change ? change.value : []) as readonly Target[];
      expect(targets.reduce((sum, { percent = 0 }) => sum + percent, 0)).toBe(100);
      for (const target of targets.filter(({ percent = 0 }) => percent > 0))
        expect(target).toMatchObject({ revisionName: expect.any(String), latestRevision: false });
      const kept = (its ?? []).filter(({ percent = 0 }) => percent === 0);
      expect(targets).toEqual(expect.arrayContaining(kept));
      const tags = targets.flatMap(({ tag }) => tag ?? []);
      expect(new Set(tags).size).toBe(tags.length);
      expect(tags).toEqual(expect.arrayContaining((its ?? []).flatMap(({ tag }) => tag ?? [])));
    }),
    { numRuns: 60 },
  );
});

test('5: as the user wrote it, to the last field; absent stays absent', () => {
  fc.assert(
    fc.property(given, share, (its, wanted) => {
      const { model, plan, service, seen } = scene(its);
      const before = service().spec;
      model.apply(split(service(), plan, wanted, CANDIDATE));
      model.apply(trafficBack(service(), plan, null));
      expect(seen().traffic).toEqual({ is: 'ours', share: 0, tagged: false });
      model.apply(trafficAsBefore(service(), plan));
      expect(service().spec).toEqual(before);
      expect(seen().traffic).toEqual({ is: 'original' });
    }),
    { numRuns: 60 },
  );
});

test('7: a write for what is no longer so is refused', () => {
  const { model, plan, service } = scene(undefined);
  const late = split(service(), plan, 1_000, CANDIDATE);
  model.edit({ spec: { ...model.service.spec, traffic: [{ revisionName: 'web-00001', percent: 100 }] } });
  expect(() => model.apply(late)).toThrow('422: /metadata/generation');
});

test('8: traffic of somebody else is told from ours, and whether it leads to the candidate', () => {
  const { model, seen } = scene(undefined);
  const found = (targets: readonly Target[]) => {
    model.edit({ spec: { ...model.service.spec, traffic: targets } });
    return seen().traffic;
  };
  const ours = { revisionName: 'web-00001', latestRevision: false, percent: 90 };
  const candidate = { revisionName: CANDIDATE, latestRevision: false, percent: 10 };
  expect(found([ours, candidate])).toMatchObject({ is: 'foreign', reachesCandidate: true });
  expect(found([{ ...ours, percent: 100, tag: 'x' }])).toMatchObject({ is: 'foreign', reachesCandidate: false });
  expect(found([{ revisionName: 'web-00001', percent: 90 }, { percent: 10 }])).toEqual({
    is: 'foreign',
    reachesCandidate: true,
    text: '90 % web-00001, 10 % latest',
  });
});

test('11: an absent percent is nobody, an absent latestRevision follows the latest, no traffic at all is the latest', () => {
  const { model, seen } = scene([{ latestRevision: true, percent: 100 }]);
  for (const same of [[{ percent: 100 }], [], [{ latestRevision: true, percent: 100 }]]) {
    model.edit({ spec: { ...model.service.spec, traffic: same } });
    expect(seen().traffic).toEqual({ is: 'original' });
  }
  model.edit({ spec: { ...model.service.spec, traffic: [{ percent: 100 }, { revisionName: CANDIDATE }] } });
  expect(seen().traffic).toMatchObject({ is: 'foreign', reachesCandidate: true });
});

describe('13: what Knative says of it', () => {
  const ready = { type: 'RoutesReady', status: 'True' };
  const base = {
    metadata: { name: 'web', generation: 4 },
    spec: {
      traffic: [
        { revisionName: 'a', percent: 60 },
        { revisionName: 'b', percent: 40, tag: 'candidate' },
      ],
    },
    status: {
      observedGeneration: 4,
      conditions: [ready],
      traffic: [
        { revisionName: 'a', percent: 60 },
        { revisionName: 'b', percent: 40, tag: 'candidate' },
      ],
    },
  };
  const status = (more: object): KnativeService => ({ ...base, status: { ...base.status, ...more } });

  test('yes, when all of it is so', () => {
    expect(effectOf(base)).toMatchObject({ is: 'yes', level: 'programmed' });
  });

  test('also of users who follow the latest Revision', () => {
    const spec = { traffic: [{ latestRevision: true, percent: 100 }] };
    const at = (revisionName: string) => ({
      latestReadyRevisionName: 'b',
      traffic: [{ revisionName, latestRevision: true, percent: 100 }],
    });
    expect(effectOf({ ...status(at('b')), spec })).toMatchObject({ is: 'yes' });
    expect(effectOf({ ...status(at('b')), spec: {} })).toMatchObject({ is: 'yes' });
    // Its own gradual rollout is under way.
    expect(effectOf({ ...status(at('a')), spec })).toMatchObject({ is: 'unknown' });
  });

  test.each([
    [
      'it has not seen this generation',
      { observedGeneration: 3 },
      'unknown',
      'at generation 4; its controller has seen 3',
    ],
    ['it has seen none', { observedGeneration: undefined }, 'unknown', 'has seen none'],
    [
      'users are elsewhere',
      { traffic: [{ revisionName: 'a', percent: 100 }] },
      'unknown',
      'has its users at 100 % a; wanted 60 % a, 40 % b',
    ],
    [
      'the tag is missing',
      {
        traffic: [
          { revisionName: 'a', percent: 60 },
          { revisionName: 'b', percent: 40 },
        ],
      },
      'unknown',
      'has its users',
    ],
    ['it says nothing', { conditions: [] }, 'unknown', 'RoutesReady is not there'],
    [
      'it is at work',
      { conditions: [{ ...ready, status: 'Unknown', reason: 'TrafficNotMigrated' }] },
      'unknown',
      'TrafficNotMigrated',
    ],
    [
      'it refuses',
      { conditions: [{ ...ready, status: 'False', reason: 'RevisionMissing', message: 'no b' }] },
      'no',
      'RoutesReady is False (RevisionMissing: no b)',
    ],
  ])('not yet or no, when %s', (_, more, is, reason) => {
    expect(effectOf(status(more))).toEqual({ is, level: 'stored', reasons: [expect.stringContaining(reason)] });
  });
});

test('13: the share of everybody, and of nobody, is exact', () => {
  const { model, plan, service } = scene(undefined);
  model.apply(split(service(), plan, ALL, CANDIDATE));
  expect(service().spec?.traffic?.map(({ percent }) => percent)).toEqual([0, 100]);
});

describe('15: a Service is not fit for a release', () => {
  const reasonsAgainst = (change: (service: KnativeService) => KnativeService) => {
    const model = new Model();
    model.service = {
      ...model.service,
      status: { ...model.service.status, conditions: [{ type: 'Ready', status: 'True' }] },
    };
    const { service, revisions } = model.snapshot();
    if (service === null) throw new Error('it is there');
    const found = fitnessOf(change(service), revisions);
    return 'findings' in found ? found.findings.map(({ message }) => message) : [];
  };
  const owner = (apiVersion: string, kind: string) => ({ apiVersion, kind, name: 'x', uid: '1', controller: true });

  test('but as it is it would be', () => {
    expect(reasonsAgainst((service) => service)).toEqual([]);
  });

  test('not even when it is not Ready, if it is to go back; its Route has to be', () => {
    const reasons = (status: string) => {
      const { service, revisions } = new Model().snapshot();
      const conditions = [
        { type: 'Ready', status: 'False', reason: 'RevisionFailed' },
        { type: 'RoutesReady', status },
      ];
      const found = fitnessOf({ ...service, status: { ...service?.status, conditions } }, revisions, {
        from: 'history',
      });
      return 'findings' in found ? found.findings.map(({ message }) => message) : [];
    };
    expect(reasons('True')).toEqual([]);
    expect(reasons('Unknown')).toEqual([expect.stringContaining('Knative Service web is not Ready')]);
  });

  test.each<[string, (service: KnativeService) => KnativeService, RegExp]>([
    [
      'made by KServe',
      (it) => ({
        ...it,
        metadata: { ...it.metadata, ownerReferences: [owner('serving.kserve.io/v1beta1', 'InferenceService')] },
      }),
      /is made by InferenceService x/,
    ],
    [
      'driven by Flagger',
      (it) => ({ ...it, metadata: { ...it.metadata, annotations: { 'flagger.app/a': 'b' } } }),
      /is driven by Flagger/,
    ],
    [
      'being deleted',
      (it) => ({ ...it, metadata: { ...it.metadata, deletionTimestamp: '2026-11-21T12:00:00Z' } }),
      /is being deleted/,
    ],
    [
      'not Ready',
      (it) => ({
        ...it,
        status: { ...it.status, conditions: [{ type: 'Ready', status: 'False', reason: 'RevisionFailed' }] },
      }),
      /is not Ready \(RevisionFailed\)/,
    ],
    ['at work', (it) => ({ ...it, metadata: { ...it.metadata, generation: 9 } }), /still at work/],
    [
      'with a newer Revision that is not ready',
      (it) => ({ ...it, status: { ...it.status, latestCreatedRevisionName: 'web-00009' } }),
      /web-00009, is not the latest ready one/,
    ],
    [
      'with a template that is not its Revision’s',
      (it) => ({ ...it, spec: { template: { spec: { containers: [{ name: 'web', image: 'a' }] } } } }),
      /is not that of its latest Revision/,
    ],
    [
      'without any Revision',
      (it) => ({ ...it, status: { ...it.status, latestReadyRevisionName: 'x', latestCreatedRevisionName: 'x' } }),
      /has no ready Revision/,
    ],
  ])('%s', (_, change, reason) => {
    expect(reasonsAgainst(change)).toEqual([expect.stringMatching(reason)]);
  });
});
