import { describe, expect, test } from '@jest/globals';
import { goalOf } from '../../src/release/history.ts';
import type { Ending } from '../../src/release/action.ts';
import type { KnativePlan } from '../../src/release/knative/plan.ts';
import { resumed } from '../../src/release/knative/resumption.ts';
import { turnBack } from '../../src/release/progress.ts';
import { BEGINNING, type State } from '../../src/release/state.ts';
import { observe } from '../../src/engine/knative/observe.ts';
import { versionsOf } from '../../src/engine/knative/versions.ts';
import { type Revision, templateMetadataOf } from '../../src/workload/knative-service.ts';
import { candidateTemplate, Model, type ModelOptions, NEW, OLD, planBack, planOf, Process } from './model.ts';

/* Back to a Revision from before: users first, by one write, and its template when they are there. */

const KINDS: readonly (readonly [string, ModelOptions])[] = [
  ['without traffic', {}],
  ['with traffic of its own', { traffic: [{ latestRevision: true, percent: 100, tag: 'current' }] }],
  ['with names of its own', { template: { name: 'web-old' } }],
  ['with a slow Configuration', { pace: { make: 3_000, ready: 200, route: 100 } }],
  ['with a slow Route', { pace: { make: 100, ready: 100, route: 4_000 } }],
];

const RAMP: KnativePlan['steps'] = [
  { share: 0, stay: 0 },
  { share: 5_000, stay: 1_000 },
  { share: 10_000, stay: 0 },
];

const FLIPPED = [{ [NEW]: 100 }, { [OLD]: 100 }];

/** Released to the new image, and about to go back. */
function begin(options: ModelOptions, more: Partial<KnativePlan> = {}) {
  const model = new Model(options);
  const first = model.service.spec;
  const forward = planOf(model);
  const ending = new Process(model, forward, candidateTemplate(model, forward.knative.candidateName)).run();
  expect(ending).toEqual({ outcome: 'promoted', stable: 'retired' });
  model.tick(1_000);
  model.reached.splice(0, model.reached.length - 1);
  const plan = planBack(model, more);
  return { model, first, before: model.service.spec, plan, process: new Process(model, plan, null) };
}

/** Another process, which knows the plan and the objects alone. */
function another(model: Model, plan: KnativePlan, state: State): { ending: Ending | null; process: Process } {
  const process = new Process(model, plan, null, state);
  return { ending: process.run(), process };
}

function takenBack(model: Model, cause: 'resumed' | 'aborted'): State {
  return turnBack({ ...BEGINNING, marks: { backSwitched: model.now } }, { at: model.now, cause, reason: 'a test' });
}

function goneOn(model: Model, plan: KnativePlan): State {
  const known = { turned: null, told: null, toldTemplate: null, toldRoutes: {}, stood: null };
  return resumed(plan, observe(plan, model.snapshot()), known, model.now);
}

describe.each(KINDS)('a Knative Service %s', (_, options) => {
  test('goes back by one write of the traffic; then its template is as it was, and users follow the latest', () => {
    const { model, first, process } = begin(options);
    expect(process.run()).toEqual({ outcome: 'promoted', stable: 'retired' });
    expect(process.writes).toEqual(['switch', 'open', 'close']);
    expect(model.service.spec).toEqual(first);
    expect(model.reached).toEqual(FLIPPED);
    model.tick(20_000);
    expect(model.reached).toEqual(FLIPPED);
  });

  test('goes back in steps, if that is asked for', () => {
    const { model, first, process } = begin(options, { strategy: 'canary', steps: RAMP });
    expect(process.run()).toEqual({ outcome: 'promoted', stable: 'retired' });
    expect(process.writes).toEqual(['route', 'route', 'switch', 'open', 'close']);
    expect(model.reached).toEqual([{ [NEW]: 100 }, { [NEW]: 50, [OLD]: 50 }, { [OLD]: 100 }]);
    expect(model.service.spec).toEqual(first);
  });

  test('can be taken back, or gone on with, after every single action, by a process that remembers nothing', () => {
    const { process: whole } = begin(options);
    whole.run();
    expect(whole.actions.length).toBeGreaterThan(5);
    for (let at = 0; at <= whole.actions.length; at += 1)
      for (const then of ['resumed', 'aborted', 'resume', 'finish'] as const) {
        const { model, first, before, plan, process } = begin(options);
        process.run(at);
        const isThere = model.service.spec?.traffic?.some(
          ({ revisionName }) => revisionName === model.revisions[0]?.metadata?.name,
        );
        const isOver = process.writes.includes('close');
        if (then === 'finish' && isThere !== true && !isOver) continue;
        const state =
          then === 'resume'
            ? goneOn(model, plan)
            : then === 'finish'
              ? { ...BEGINNING, finishing: { warm: false, stopped: null } }
              : takenBack(model, then);
        const { ending } = another(model, plan, state);
        model.tick(20_000);
        const isGoal = then === 'resume' || then === 'finish' || (isOver && then === 'resumed');
        expect({ at, then, outcome: ending?.outcome }).toEqual({
          at,
          then,
          outcome: isGoal ? 'promoted' : then === 'aborted' ? 'aborted' : 'rolled-back',
        });
        expect(model.service.spec).toEqual(isGoal ? first : before);
        expect(model.reached.at(-1)).toEqual({ [isGoal ? OLD : NEW]: 100 });
        for (const users of model.reached) expect(FLIPPED).toContainEqual(users);
        // Once there and once back, at most.
        expect(model.reached.length).toBeLessThanOrEqual(isGoal ? 2 : 3);
      }
  });
});

describe('its template cannot be set back', () => {
  const ROUTED = { revisionName: 'web-00001', latestRevision: false, percent: 100, tag: 'candidate' };

  test('because its Revision is not Ready: users stay where they were wanted, by its name', () => {
    const { model, plan, process } = begin({ neverReady: 'web-00003' });
    const ending = process.run();
    expect(ending).toMatchObject({ outcome: 'failed', left: 'as-it-was' });
    expect(ending !== null && 'reason' in ending ? ending.reason : '').toMatch(
      /^All users are on Revision web-00001, as was wanted, and stay pinned there by its name: Revision web-00003: ErrImagePull/,
    );
    model.tick(20_000);
    expect(model.reached).toEqual(FLIPPED);
    expect(model.service.spec?.traffic).toContainEqual(ROUTED);
    // It waits as long, and moves nobody, however often it is tried; a person may still take it back.
    const times = { ...plan.times, deadline: model.now + 5_000 };
    const finishing = { ...BEGINNING, finishing: { warm: false, stopped: null } };
    expect(another(model, { ...plan, times }, finishing).ending).toMatchObject({ left: 'as-it-was' });
    expect(model.reached).toEqual(FLIPPED);
    expect(another(model, plan, takenBack(model, 'aborted')).ending).toEqual({ outcome: 'aborted' });
    expect(model.reached).toEqual([...FLIPPED, { [NEW]: 100 }]);
  });

  test('in the time of the run: the same', () => {
    const { model, plan } = begin({ pace: { make: 5_000, ready: 200, route: 100 } });
    const short = { ...plan, times: { ...plan.times, deadline: model.now + 4_000 } };
    expect(another(model, short, BEGINNING).ending).toMatchObject({
      outcome: 'failed',
      left: 'as-it-was',
      reason: expect.stringContaining('Knative has made no Revision of the old template'),
    });
    expect(model.reached).toEqual(FLIPPED);
  });
});

describe('somebody else', () => {
  const LATEST = [{ latestRevision: true, percent: 100 }];
  const spec = (model: Model) => model.service.spec ?? {};

  /** Writes when this is so for the first time. */
  function foreign(when: (process: Process) => boolean, edit: (model: Model) => void) {
    const scene = begin({});
    let done = false;
    const ending = scene.process.run(undefined, () => {
      if (done || !when(scene.process)) return;
      done = true;
      edit(scene.model);
    });
    expect(done).toBe(true);
    return { ...scene, ending };
  }

  test.each([
    ['before the template is set back', 'switch'],
    ['after that, before its Revision is there', 'open'],
  ])('leads users to the latest Revision %s: it says so, and never changes a template that users follow', (_, last) => {
    const { model, before, process, ending } = foreign(
      ({ writes }) => writes.at(-1) === last,
      (there) => there.edit({ spec: { ...spec(there), traffic: LATEST } }),
    );
    expect(ending).toEqual({ outcome: 'rolled-back' });
    expect(process.state.back).toMatchObject({
      cause: 'conflict',
      reason: expect.stringContaining('changed the traffic'),
    });
    expect(model.service.spec?.template).toEqual(before?.template);
    expect(model.reached.at(-1)).toEqual({ [NEW]: 100 });
  });

  test.each([
    ['something else, before it is set back', 'switch', 'shop/web:3', 'container web: image shop/web:1 → shop/web:3'],
    ['something else, after that', 'open', 'shop/web:3', 'container web: image shop/web:1 → shop/web:3'],
    ['the one that was left, after that', 'open', NEW, 'back to the version that was left'],
  ])('makes the template %s: nobody is moved, and only a run that was told of it replaces it', (_, last, image, told) => {
    const template = { spec: { containers: [{ name: 'web', image }] } };
    const { model, first, plan, ending } = foreign(
      ({ writes }) => writes.at(-1) === last,
      (there) => there.edit({ spec: { ...spec(there), template } }),
    );
    expect(ending).toMatchObject({
      outcome: 'failed',
      left: 'as-it-was',
      reason: expect.stringContaining(`Somebody changed the template of web meanwhile (${told})`),
    });
    model.tick(20_000);
    expect(model.reached).toEqual(FLIPPED);
    expect(model.service.spec?.template).toEqual(template);
    const toldTemplate = ending !== null && 'toldTemplate' in ending ? ending.toldTemplate : null;
    expect(another(model, plan, { ...goneOn(model, plan), toldTemplate }).ending).toMatchObject({
      outcome: 'promoted',
    });
    expect(model.reached).toEqual(FLIPPED);
    expect(model.service.spec).toEqual(first);
  });

  test.each([
    ['before users are on it', 0],
    ['with users on it', 1],
  ])('deletes the Revision %s: they are where they were', (_, writes) => {
    const { model, process, ending } = foreign(
      (there) => there.writes.length === writes,
      (there) => {
        there.revisions = there.revisions.filter(({ metadata }) => metadata?.name !== 'web-00001');
      },
    );
    expect(ending).toEqual({ outcome: 'rolled-back' });
    expect(process.state.back?.reason).toContain('Revision of the candidate was deleted');
    expect(model.reached.at(-1)).toEqual({ [NEW]: 100 });
  });
});

describe('its versions', () => {
  const known = (model: Model) => {
    const { service, revisions } = model.snapshot();
    if (service === null) throw new Error('it is there');
    return versionsOf(service, revisions);
  };

  test('Revisions that are alike are one, called by the one that users are on, or the newest that is ready', () => {
    const { model, process } = begin({ neverReady: 'web-00003' });
    expect(known(model)).toMatchObject({
      running: 'web-00002',
      kept: [
        { hash: 'web-00001', names: ['web-00001', '1'] },
        { hash: 'web-00002', names: ['web-00002', '2'] },
      ],
    });
    process.run();
    expect(known(model).kept[0]).toMatchObject({ hash: 'web-00001', names: ['web-00001', '1', 'web-00003', '3'] });
    const { model: other, process: good } = begin({});
    good.run();
    expect(known(other)).toMatchObject({ running: 'web-00003' });
    expect(known(other).known('web-00001')).toBe('web-00003');
    expect(known(other).known('web-00009')).toBe('web-00009');
  });

  test('of one that users were rolled back to by a new Revision, the record still says what was before', () => {
    const { model, process } = begin({});
    process.run();
    const { kept, running, known: name } = known(model);
    const image = (version: string) => ({ web: version });
    const move = { outcome: 'promoted', rollback: false, reason: null };
    const past = [
      {
        ...move,
        release: 'r-2',
        outcome: 'rolled-back',
        rollback: true,
        stableHash: 'web-00002',
        candidateHash: 'web-00001',
        from: image(NEW),
        to: image(OLD),
      },
      {
        ...move,
        release: 'r-1',
        stableHash: 'web-00001',
        candidateHash: 'web-00002',
        from: image(OLD),
        to: image(NEW),
      },
    ].map((each) => ({ ...each, stableHash: name(each.stableHash), candidateHash: name(each.candidateHash) }));
    const goal = (to: string | null) =>
      goalOf(to, { title: 'Knative Service web', past, kept, running: running ?? '' });
    expect(goal(null)).toMatchObject({ is: 'none', message: expect.stringContaining('nor by its Revisions') });
    for (const to of ['1', 'web-00001', 'web-00003', OLD]) expect(goal(to)).toMatchObject({ is: 'running' });
    for (const to of ['2', 'web-00002', NEW])
      expect(goal(to)).toEqual({
        is: 'version',
        version: expect.objectContaining({ hash: 'web-00002' }),
        told: 'release r-1 (shop/web:2, Revision web-00002)',
      });
  });

  test('that are gone, or only looked at by their number, are told in words of Knative', () => {
    const kept = [{ hash: 'web-00002', revision: 2, images: { web: NEW }, names: ['web-00002', '2'] }];
    const past = [
      {
        release: 'r-1',
        outcome: 'promoted',
        rollback: false,
        reason: null,
        stableHash: 'web-00001',
        candidateHash: 'web-00002',
        from: { web: OLD },
        to: { web: NEW },
      },
    ];
    const found = goalOf(null, { title: 'Knative Service web', past, kept, running: 'web-00002' });
    expect(found).toEqual({
      is: 'none',
      message:
        'The version (shop/web:1) is what to go back to; its Revision web-00001 is gone, and its template with it (Knative collects old Revisions, as ConfigMap config-gc says). Knative Service web has no other version to go back to.',
    });
  });

  test('without any release on record: the Revision before', () => {
    const { model } = begin({});
    const { kept, running } = known(model);
    expect(goalOf(null, { title: 'Knative Service web', past: [], kept, running: running ?? '' })).toEqual({
      is: 'version',
      version: expect.objectContaining({ hash: 'web-00001' }),
      told: 'Revision web-00001 (shop/web:1): no release on record went before, so it is the Knative Service’s own previous Revision',
    });
  });
});

test('of a Revision, everything but what Knative’s own controllers write is its template’s', () => {
  const revision = (labels: Record<string, string>, annotations: Record<string, string>): Revision => ({
    metadata: { name: 'web-00001', labels, annotations },
  });
  const own = { 'serving.knative.dev/service': 'web', 'serving.knative.dev/routingState': 'active' };
  const noted = { 'serving.knative.dev/creator': 'somebody', 'serving.knative.dev/routes': 'web' };
  expect(templateMetadataOf(revision(own, noted))).toBeNull();
  const annotations = { 'autoscaling.knative.dev/min-scale': '1', 'serving.knative.dev/progress-deadline': '60s' };
  expect(templateMetadataOf(revision({ ...own, team: 'shop' }, { ...noted, ...annotations }))).toEqual({
    labels: { team: 'shop' },
    annotations,
  });
});
