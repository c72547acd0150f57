import { describe, expect, test } from '@jest/globals';
import { observe } from '../../src/engine/knative/observe.ts';
import type { Ending } from '../../src/release/action.ts';
import type { KnativePlan } from '../../src/release/knative/plan.ts';
import { turnBack } from '../../src/release/progress.ts';
import { BEGINNING } from '../../src/release/state.ts';
import { candidateTemplate, Model, type ModelOptions, NEW, OLD, planOf, Process } from './model.ts';

const KINDS: readonly (readonly [string, ModelOptions])[] = [
  ['without traffic', {}],
  ['with traffic of its own', { traffic: [{ latestRevision: true, percent: 100, tag: 'current' }] }],
  [
    'with names of its own',
    {
      template: { name: 'web-old' },
      traffic: [
        { latestRevision: true, percent: 100 },
        { revisionName: 'web-old', percent: 0, tag: 'old' },
      ],
    },
  ],
  ['with a slow Configuration', { pace: { make: 3_000, ready: 200, route: 100 } }],
  ['with a slow Route', { pace: { make: 100, ready: 100, route: 4_000 } }],
];

const PROVED = [{ [OLD]: 100 }, { [OLD]: 90, [NEW]: 10 }, { [OLD]: 50, [NEW]: 50 }, { [NEW]: 100 }];

function begin(options: ModelOptions, more: Partial<KnativePlan> = {}) {
  const model = new Model(options);
  const before = model.service.spec;
  const plan = planOf(model, more);
  const template = candidateTemplate(model, plan.knative.candidateName);
  return { model, before, plan, process: new Process(model, plan, template) };
}

/** Another process, which knows the plan and the objects alone. */
function takeBack(
  model: Model,
  plan: KnativePlan,
  cause: 'resumed' | 'aborted',
): { ending: Ending | null; process: Process } {
  const marks = { backSwitched: model.now };
  const state = turnBack({ ...BEGINNING, marks }, { at: model.now, cause, reason: 'a test' });
  const process = new Process(model, plan, null, state);
  return { ending: process.run(), process };
}

describe.each(KINDS)('a Knative Service %s', (_, options) => {
  test('is released step by step, and its spec is as before but for the image', () => {
    const { model, before, process } = begin(options);
    expect(process.run()).toEqual({ outcome: 'promoted', stable: 'retired' });
    expect(process.writes).toEqual(['pin', 'open', 'route', 'route', 'route', 'switch', 'close']);
    expect(model.reached).toEqual(PROVED);
    expect(model.service.spec?.traffic).toEqual(before?.traffic);
    // Nothing that comes later moves anybody.
    model.tick(20_000);
    expect(model.reached).toEqual(PROVED);
  });

  test('can be taken back after every single action, by a process that remembers nothing', () => {
    const { process: whole } = begin(options);
    whole.run();
    for (let at = 0; at <= whole.actions.length; at += 1) {
      for (const cause of ['resumed', 'aborted'] as const) {
        const { model, before, plan, process } = begin(options);
        process.run(at);
        const { ending } = takeBack(model, plan, cause);
        const isOver = model.service.spec?.template?.spec?.containers[0]?.image === NEW;
        expect(ending?.outcome).toBe(isOver ? 'promoted' : cause === 'aborted' ? 'aborted' : 'rolled-back');
        if (isOver) expect(process.writes).toContain('close');
        else expect(model.service.spec).toEqual(before);
        model.tick(20_000);
        expect(model.reached.at(-1)).toEqual({ [isOver ? NEW : OLD]: 100 });
        for (const users of model.reached) expect(PROVED).toContainEqual(users);
        const shares = model.reached.map((users) => users[NEW] ?? 0);
        const top = shares.indexOf(Math.max(...shares));
        // Up in steps, and down at once.
        expect(shares.slice(top + 1).every((share) => share === 0)).toBe(true);
      }
    }
  });

  test('can be taken back by one that dies after every single action, too', () => {
    for (let at = 3; at < 12; at += 1)
      for (let second = 0; second < 5; second += 1) {
        const { model, before, plan, process } = begin(options);
        process.run(at);
        const state = turnBack(BEGINNING, { at: model.now, cause: 'aborted', reason: 'a test' });
        new Process(model, plan, null, state).run(second);
        expect(takeBack(model, plan, 'aborted').ending).toEqual({ outcome: 'aborted' });
        expect(model.service.spec).toEqual(before);
        for (const users of model.reached) expect(PROVED).toContainEqual(users);
      }
  });

  test('whose close Knative has not yet seen is completed, by a process that remembers nothing', () => {
    const { process: whole } = begin(options);
    whole.run();
    const closed = whole.actions.findIndex((action) => action.do === 'write' && action.write === 'close') + 1;
    const { model, plan, process } = begin(options);
    const dies = (actions: number): void => {
      if (actions === closed) throw new Error('killed');
    };
    expect(() => process.run(undefined, dies)).toThrow('killed');
    expect(model.service.status?.observedGeneration).not.toBe(model.service.metadata?.generation);
    const { ending, process: next } = takeBack(model, plan, 'resumed');
    expect(ending?.outcome).toBe('promoted');
    expect(next.writes).toEqual([]);
    expect(model.reached).toEqual(PROVED);
  });

  test('whose candidate is sick gives it nobody, and is as before', () => {
    const { model, before, process } = begin({ ...options, sick: 'ErrImagePull' });
    expect(process.run()).toEqual({ outcome: 'rolled-back' });
    expect(process.state.back?.reason).toMatch(/^Revision web-\w+: ErrImagePull: it said so$/);
    expect(model.service.spec).toEqual(before);
    model.tick(20_000);
    expect(model.reached).toEqual([{ [OLD]: 100 }]);
  });

  test('whose candidate crashes at its start has more time than one whose image is missing', () => {
    const took = (sick: string): number => {
      const { model, process } = begin({ ...options, sick });
      const started = model.now;
      process.run();
      return (process.state.back?.at ?? 0) - started;
    };
    expect(took('ExitCode1') - took('ErrImagePull')).toBe(20_000);
  });
});

describe('somebody else', () => {
  const foreign = (edit: (model: Model) => void) => {
    const { model, before, plan, process } = begin({});
    let done = false;
    const ending = process.run(undefined, () => {
      if (done || process.state.marks.stepReached === undefined || process.state.step !== 1) return;
      done = true;
      edit(model);
    });
    return { model, before, plan, process, ending };
  };
  const spec = (model: Model) => model.service.spec ?? {};

  test.each([
    ['the latest Revision', [{ latestRevision: true, percent: 100 }]],
    ['the candidate', [{ revisionName: 'web-00002', latestRevision: false, percent: 100 }]],
    ['a Revision that is not there', [{ revisionName: 'web-00009', percent: 100 }]],
    [
      'another share',
      [
        { revisionName: 'web-00001', percent: 60 },
        { revisionName: 'web-00002', percent: 40 },
      ],
    ],
  ])('leads users to %s: they are on stable again, and all is as before', (_, traffic) => {
    const { model, before, process, ending } = foreign((there) => there.edit({ spec: { ...spec(there), traffic } }));
    expect(ending).toEqual({ outcome: 'rolled-back' });
    expect(process.state.back).toMatchObject({
      cause: 'conflict',
      reason: expect.stringContaining('changed the traffic'),
    });
    expect(model.service.spec).toEqual(before);
    expect(model.reached.at(-1)).toEqual({ [OLD]: 100 });
  });

  test('leads users to stable: that stays as they wrote it', () => {
    const traffic = [{ revisionName: 'web-00001', latestRevision: false, percent: 100, tag: 'mine' }];
    const { model, before, ending } = foreign((there) => there.edit({ spec: { ...spec(there), traffic } }));
    expect(ending).toEqual({ outcome: 'rolled-back' });
    expect(model.service.spec).toEqual({ ...before, traffic });
  });

  test('changes the template: it stays for them, users on stable; told of it, the next run replaces it', () => {
    const template = { spec: { containers: [{ name: 'web', image: 'shop/web:3' }] } };
    const { model, before, plan, process, ending } = foreign((there) =>
      there.edit({ spec: { ...spec(there), template } }),
    );
    expect(ending).toEqual({ outcome: 'failed', left: 'standing' });
    expect(process.state.back?.reason).toContain('image shop/web:2 → shop/web:3');
    model.tick(20_000);
    expect(model.reached.at(-1)).toEqual({ [OLD]: 100 });
    expect(model.service.spec?.template).toEqual(template);
    const told = { ...BEGINNING, toldTemplate: 'unknown', marks: { backSwitched: model.now } };
    const turn = { at: model.now, cause: 'resumed', reason: 'a test' } as const;
    expect(new Process(model, plan, null, turnBack(told, turn)).run()).toEqual({ outcome: 'failed', left: 'standing' });
    model.tick(1_000);
    const again = { ...told, toldTemplate: observedDigest(model, plan) };
    expect(new Process(model, plan, null, turnBack(again, turn)).run()).toEqual({ outcome: 'rolled-back' });
    expect(model.service.spec).toEqual(before);
    expect(model.reached.some((users) => 'shop/web:3' in users)).toBe(false);
  });

  test('deletes it: nothing is left to be done', () => {
    const { ending } = foreign((there) => {
      there.service = { metadata: { name: 'web', uid: 'another' } };
    });
    expect(ending).toEqual({ outcome: 'failed', left: 'deleted' });
  });

  test('deletes the candidate’s Revision: users are on stable', () => {
    const { model, process, ending } = foreign((there) => {
      there.revisions = there.revisions.filter(({ metadata }) => metadata?.name !== 'web-00002');
    });
    expect(ending).toEqual({ outcome: 'rolled-back' });
    expect(process.state.back?.reason).toContain('Revision of the candidate was deleted');
    expect(model.reached.at(-1)).toEqual({ [OLD]: 100 });
  });
});

test('a share that Knative refuses for ten seconds is taken back', () => {
  const { model, process } = begin({});
  const ending = process.run(undefined, () => {
    if (process.state.step !== 1 || process.state.back !== null || process.state.marks.routed === undefined) return;
    const conditions = [{ type: 'RoutesReady', status: 'False', reason: 'RevisionMissing', message: 'not found' }];
    model.service = { ...model.service, status: { ...model.service.status, conditions } };
  });
  expect(ending).toEqual({ outcome: 'rolled-back' });
  expect(process.state.back?.reason).toContain('RoutesReady is False (RevisionMissing: not found)');
});

test('a release that pauses goes on from there', () => {
  const { model, plan, process } = begin({}, { pauseAt: 1_000 });
  expect(process.run()).toEqual({ outcome: 'paused', share: 1_000, because: { is: 'asked' } });
  model.tick(10_000);
  expect(model.reached.at(-1)).toEqual({ [OLD]: 90, [NEW]: 10 });
  const { step, marks } = process.state;
  const rest = new Process(model, { ...plan, pauseAt: null }, null, { ...BEGINNING, step, marks });
  expect(rest.run()).toEqual({ outcome: 'promoted', stable: 'retired' });
  expect(model.reached).toEqual(PROVED);
});

const ENOUGH = { condemned: null, certified: false, lacking: null };

describe('evidence', () => {
  test('that condemns takes users back to stable’s Revision', () => {
    const { model, process } = begin({});
    process.evidence = ENOUGH;
    const ending = process.run(Number.POSITIVE_INFINITY, () => {
      if (model.reached.at(-1)?.[NEW] !== undefined) process.evidence = { ...ENOUGH, condemned: 'HighErrorRate fires' };
    });
    expect(ending).toEqual({ outcome: 'rolled-back' });
    expect(process.state.back?.reason).toBe('HighErrorRate fires');
    expect(model.reached.at(-1)).toEqual({ [OLD]: 100 });
  });

  test('that is lacking pauses it where users are, and whoever promotes has seen that', () => {
    const { model, plan, process } = begin({});
    process.evidence = { ...ENOUGH, lacking: 'no data' };
    const share = plan.steps[1]?.share ?? 0;
    expect(process.run()).toEqual({ outcome: 'paused', share, because: { is: 'lacking', text: 'no data' } });
    const { step, marks } = process.state;
    const rest = new Process(model, plan, null, { ...BEGINNING, step, marks, approved: step });
    rest.evidence = ENOUGH;
    expect(rest.run()).toEqual({ outcome: 'promoted', stable: 'retired' });
  });
});

function observedDigest(model: Model, plan: KnativePlan): string {
  return observe(plan, model.snapshot()).templateDigest;
}
