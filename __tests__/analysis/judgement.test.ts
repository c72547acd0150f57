import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Arms } from '../../src/analysis/arms.ts';
import { addTick, beginStep, type Judgement, newJudgement, verdictsOf } from '../../src/analysis/judgement.ts';
import { JUDGEMENT_DEFAULTS, type JudgedMetric, type JudgementPlan } from '../../src/analysis/judgement-plan.ts';
import type { Judged, JudgedByMetric } from '../../src/analysis/verdicts.ts';
import { seeded, tick } from './ticks.ts';

const ERRORS: JudgedMetric = { name: 'errors', kind: 'requests', objective: null };
const SLOW: JudgedMetric = { name: 'slow', kind: 'requests', objective: null };
const RESTARTS: JudgedMetric = { name: 'restarts', kind: 'pod-seconds', objective: null };

function planOf(of: Partial<JudgementPlan> = {}): JudgementPlan {
  return {
    ...JUDGEMENT_DEFAULTS,
    metrics: [ERRORS],
    evidence: 'ticks',
    steps: 1,
    minRequests: 50,
    tickMs: 5_000,
    staleMs: 60_000,
    ...of,
  };
}

/** A step that has seen these ticks of one metric, 5 s apart. */
function played(plan: JudgementPlan, ticks: readonly (Arms | null)[], from = start(plan)): Judgement {
  const [metric] = plan.metrics;
  let judgement = from;
  for (const arms of ticks)
    judgement = addTick(plan, judgement, {
      at: (judgement.lookedAt ?? 0) + 5_000,
      arms: { [metric?.name ?? '']: arms },
    });
  return judgement;
}

function start(plan: JudgementPlan): Judgement {
  return beginStep(plan, newJudgement(plan), 1);
}

function repeated(arms: Arms, times: number): Arms[] {
  return Array.from({ length: times }, () => arms);
}

function only({ metrics }: Judged): JudgedByMetric {
  const [metric] = metrics;
  if (metric === undefined || metrics.length > 1) throw new Error(`${metrics.length} metrics`);
  return metric;
}

const BAD = tick(5, 100, 1, 900);
const GOOD = tick(1, 100, 9, 900);

describe('what is said', () => {
  const said = (plan: JudgementPlan, ticks: readonly (Arms | null)[], from?: Judgement): [string, string] => {
    const { verdict, sentence } = verdictsOf(plan, played(plan, ticks, from));
    return [verdict, sentence];
  };
  const counts = planOf({ evidence: 'counts' });

  test('of a candidate that is worse', () => {
    expect(said(counts, [tick(41, 800, 7, 7_200)])).toEqual([
      'unhealthy',
      'candidate 41 errors in 800 requests, stable 7 in 7,200: at least 12 times worse; chance of a false alarm under 1 %',
    ]);
    expect(said(planOf({ evidence: 'counts', falseAlarms: 0.001 }), [tick(8, 200, 2, 2_000)])).toEqual([
      'unhealthy',
      'candidate 8 errors in 200 requests, stable 2 in 2,000: at least 2.3 times worse; chance of a false alarm under 0.1 %',
    ]);
    expect(said(planOf(), repeated(tick(1, 100, 0, 900), 20))).toEqual([
      'unhealthy',
      'candidate 20 errors in 2,000 requests, stable 0 in 18,000: at least 20 times worse; chance of a false alarm under 1 %',
    ]);
  });

  test('of a candidate that is not', () => {
    expect(said(planOf(), [tick(1, 100, 12, 1_900)])).toEqual([
      'healthy',
      'candidate 1 error in 100 requests, stable 12 in 1,900: no sign that the candidate is worse',
    ]);
    expect(said(planOf(), [tick(0, 1_000_000, 0, 9_000_000)])).toEqual([
      'healthy',
      'candidate 0 errors in 1,000,000 requests, stable 0 in 9,000,000: no sign that the candidate is worse',
    ]);
    expect(said(planOf(), repeated(GOOD, 60))).toEqual([
      'healthy',
      'candidate 60 errors in 6,000 requests, stable 540 in 54,000: certified, at most 3 times worse; chance of an error under 1 %',
    ]);
  });

  test('of a candidate of which too little is known', () => {
    expect(said(planOf(), [])).toEqual(['inconclusive', 'no data on errors']);
    expect(said(planOf(), [null, null])).toEqual(['inconclusive', 'no data on errors']);
    expect(said(planOf(), [tick(0, 0, 3, 900)])).toEqual(['inconclusive', 'no requests reached the candidate']);
    expect(said(planOf(), [tick(9, 900, 0, 0)])).toEqual([
      'inconclusive',
      'no requests reached stable: there is nothing to compare the candidate with',
    ]);
    expect(said(planOf({ minRequests: 1_200 }), [tick(0, 12, 0, 100)])).toEqual([
      'inconclusive',
      'too few requests reached the candidate: 12 of 1,200 wanted',
    ]);
    expect(said(planOf({ metrics: [] }), [])).toEqual(['inconclusive', 'no metric is judged']);
  });

  test('of slow requests, restarts, and what the user measures', () => {
    expect(said(planOf({ metrics: [SLOW] }), [tick(1, 100, 3, 900)])[1]).toBe(
      'candidate 1 slow request in 100 requests, stable 3 in 900: no sign that the candidate is worse',
    );
    const restarts = planOf({ metrics: [RESTARTS] });
    expect(said(restarts, [tick(1, 20_400, 0, 183_600)])).toEqual([
      'healthy',
      'candidate 1 restart in 340 pod-minutes, stable 0 in 3,060: no sign that the candidate is worse',
    ]);
    // No request is wanted of what has none.
    expect(said(restarts, [tick(0, 30, 0, 270)])[0]).toBe('healthy');
    expect(said(restarts, [tick(6, 60, 0, 240)])).toEqual([
      'unhealthy',
      'candidate 6 restarts in 1 pod-minute, stable 0 in 4: at least 2.3 times worse; chance of a false alarm under 1 %',
    ]);
    expect(said(restarts, [tick(0, 90, 0, 0)])).toEqual([
      'inconclusive',
      'no pod of stable ran long enough to count its restarts',
    ]);
    const own = planOf({ metrics: [{ name: 'checkout', kind: 'requests', objective: null }] });
    expect(said(own, [tick(1, 100, 2, 900)])[1]).toBe(
      'candidate 1 bad request (checkout) in 100 requests, stable 2 in 900: no sign that the candidate is worse',
    );
    expect(said(own, [])[1]).toBe('no data on bad requests (checkout)');
  });

  test('of several metrics: those that decided', () => {
    const plan = planOf({ metrics: [ERRORS, SLOW], evidence: 'counts' });
    const judgement = addTick(plan, start(plan), { at: 1, arms: { errors: GOOD, slow: tick(30, 100, 3, 900) } });
    expect(verdictsOf(plan, judgement)).toMatchObject({
      verdict: 'unhealthy',
      condemned: true,
      sentence:
        'candidate 30 slow requests in 100 requests, stable 3 in 900: at least 16 times worse; chance of a false alarm under 1 %',
    });
    expect(verdictsOf(plan, addTick(plan, start(plan), { at: 1, arms: { errors: GOOD, slow: null } }))).toMatchObject({
      verdict: 'inconclusive',
      sentence: 'no data on slow requests',
    });
    expect(verdictsOf(plan, addTick(plan, start(plan), { at: 1, arms: { errors: GOOD, slow: GOOD } }))).toMatchObject({
      verdict: 'healthy',
      certified: false,
    });
  });
});

describe('data that stops', () => {
  test('is no proof of health, even of a certified candidate', () => {
    const certified = played(planOf(), repeated(GOOD, 60));
    expect(verdictsOf(planOf(), certified)).toMatchObject({ verdict: 'healthy', certified: true });
    const quiet = played(
      planOf(),
      repeated(GOOD, 1).map(() => null),
      certified,
    );
    expect(verdictsOf(planOf(), quiet)).toMatchObject({ verdict: 'healthy', certified: true });
    const stopped = played(
      planOf(),
      Array.from({ length: 30 }, () => null),
      certified,
    );
    expect(verdictsOf(planOf(), stopped)).toMatchObject({
      verdict: 'inconclusive',
      certified: false,
      sentence: 'no new data on errors for 2 min',
    });
    expect(verdictsOf(planOf(), played(planOf(), [GOOD], stopped)).verdict).toBe('healthy');
  });

  test('changes no evidence', () => {
    const judgement = played(planOf(), repeated(BAD, 3));
    const silent = played(planOf(), [null, null], judgement);
    expect(silent.evidence).toEqual(judgement.evidence);
    expect(silent.stable).toEqual(judgement.stable);
  });

  test('numbers that no counter gives are no data', () => {
    for (const arms of [tick(Number.NaN, 10, 0, 10), tick(1, -1, 0, 10), tick(1, Number.POSITIVE_INFINITY, 0, 10)])
      expect(played(planOf(), [arms]).evidence).toEqual(start(planOf()).evidence);
  });
});

describe('steps', () => {
  test('what is condemned stays so in its step; the next one begins anew and remembers', () => {
    const plan = planOf({ steps: 2 });
    const condemned = played(plan, [...repeated(BAD, 20), ...repeated(tick(0, 100, 20, 900), 100)]);
    expect(only(verdictsOf(plan, condemned)).lnEvidence).toBeLessThan(0);
    expect(verdictsOf(plan, condemned).verdict).toBe('unhealthy');
    const next = beginStep(plan, condemned, 2);
    expect(verdictsOf(plan, next).verdict).toBe('inconclusive');
    const { step, verdict, sentence } = verdictsOf(plan, condemned);
    expect(next.past).toMatchObject([{ step, verdict, sentence }]);
    expect(beginStep(plan, next, 2)).toBe(next);
  });

  test.each(['ticks', 'counts'] as const)('%s: what was proven of its ratio stays proven', (evidence) => {
    const plan = planOf({ evidence });
    const proven = (judgement: Judgement): string =>
      verdictsOf(plan, judgement).sentence.replace(/^.*: (at least .*) times.*$/, '$1');
    const worse = played(plan, repeated(tick(9, 100, 1, 900), 10));
    const better = played(plan, repeated(tick(0, 100, 20, 900), 60), worse);
    expect(Number(proven(worse).replace('at least ', ''))).toBeGreaterThan(5);
    expect(proven(better)).toBe(proven(worse));
  });

  test('of steps that are over a coarser picture is kept', () => {
    const plan = planOf({ steps: 2 });
    const long = played(plan, repeated(GOOD, 400));
    const [past] = beginStep(plan, long, 2).past;
    const points = past?.metrics[0]?.trace ?? [];
    expect(points.length).toBeLessThanOrEqual(60);
    expect(points.at(-1)).toEqual(only(verdictsOf(plan, long)).trace.at(-1));
  });

  test('a late regression is not hidden behind a long good past', () => {
    const plan = planOf({ steps: 2 });
    const regress = (judgement: Judgement): number => {
      let now = judgement;
      for (let ticks = 1; ; ticks++) {
        now = played(plan, [BAD], now);
        if (verdictsOf(plan, now).condemned) return ticks;
      }
    };
    const past = played(plan, repeated(tick(0, 100, 1, 900), 100));
    expect(regress(beginStep(plan, past, 2))).toBeLessThan(regress(past) / 3);
  });

  test('α is divided among steps and metrics', () => {
    const one = only(verdictsOf(planOf(), start(planOf()))).threshold;
    const plan = planOf({ steps: 5, metrics: [ERRORS, SLOW] });
    expect(one).toBeCloseTo(Math.log(100), 9);
    expect(verdictsOf(plan, start(plan)).metrics.map(({ threshold }) => threshold)).toEqual([
      expect.closeTo(Math.log(1_000), 9),
      expect.closeTo(Math.log(1_000), 9),
    ]);
  });

  test('ticks of stable alone, before the first step, are no step', () => {
    const before = played(planOf(), repeated(tick(0, 0, 9, 900), 40), newJudgement(planOf()));
    expect(beginStep(planOf(), before, 1).past).toEqual([]);
    expect(before.stable.errors?.series.ticks).toBe(40);
  });
});

describe('bursts', () => {
  /** Bursts of `size` errors on stable. `lasting` ticks each. */
  const ofStable = (lasting: number, size: number, seed: number): Arms[] => {
    const random = seeded(seed);
    let left = 0;
    return Array.from({ length: 120 }, () => {
      if (random() < 0.1) left = lasting;
      left--;
      return tick(0, 0, left >= 0 ? size : 0, 900);
    });
  };

  test('counts are tempered by stable’s own dispersion', () => {
    const counts = planOf({ evidence: 'counts' });
    const evidence = (stable: readonly Arms[]): number => {
      const seen = beginStep(counts, played(counts, stable, newJudgement(counts)), 1);
      return only(verdictsOf(counts, played(counts, [tick(10, 100, 0, 900)], seen))).lnEvidence;
    };
    const [calm, bursting] = [evidence([]), evidence(ofStable(1, 20, 1))];
    expect(bursting).toBeLessThan(calm / 5);
    expect(bursting).toBeGreaterThan(0);
  });

  test('ticks are merged where stable’s bursts outlast them, and it is said', () => {
    const seen = beginStep(planOf(), played(planOf(), ofStable(6, 5, 2), newJudgement(planOf())), 1);
    const judged = only(verdictsOf(planOf(), played(planOf(), repeated(BAD, 3), seen)));
    expect(judged).toMatchObject({ ticksPerTrial: expect.any(Number), lnEvidence: 0, candidate: { n: 300, x: 15 } });
    expect(judged.ticksPerTrial).toBeGreaterThanOrEqual(4);
    expect(judged.note).toContain('bursts longer than a tick of 5 s');
    const whole = only(verdictsOf(planOf(), played(planOf(), repeated(BAD, judged.ticksPerTrial), seen)));
    expect(whole.lnEvidence).toBeGreaterThan(0);
  });

  test('evidence from ticks that turn out too short is given up, a condemnation is not', () => {
    const plan = planOf();
    const long = ofStable(6, 5, 2).map(({ stable }) => ({ candidate: { n: 100, x: 0 }, stable }));
    const slight = played(plan, [...repeated(tick(1, 100, 1, 900), 2), ...long]);
    const judged = only(verdictsOf(plan, slight));
    expect(judged.ticksPerTrial).toBeGreaterThan(1);
    expect(judged.condemned).toBe(false);
    const condemned = played(plan, [...repeated(tick(9, 100, 0, 900), 8), ...long]);
    const { condemned: still, sentence } = only(verdictsOf(plan, condemned));
    expect(still).toBe(true);
    expect(sentence).toContain('at least 6 times worse');
  });
});

describe('all traffic on the candidate', () => {
  const alone = (plan: JudgementPlan, before: readonly Arms[], ticks: readonly Arms[]) =>
    verdictsOf(plan, played(plan, ticks, beginStep(plan, played(plan, before, newJudgement(plan)), 1, 'candidate')));
  const seen = repeated(tick(0, 0, 1, 1_000), 10);

  test('it is held to what stable had before', () => {
    expect(alone(planOf(), seen, repeated(tick(1, 1_000, 0, 0), 20))).toMatchObject({
      verdict: 'healthy',
      certified: false,
      sentence:
        'candidate 20 errors in 20,000 requests, 0.25 % allowed by stable before (10 in 10,000 requests, its upper 95 % bound 1.5 times): no sign that it is more than that',
    });
    expect(alone(planOf(), seen, repeated(tick(50, 1_000, 0, 0), 5))).toMatchObject({
      verdict: 'unhealthy',
      sentence:
        'candidate 250 errors in 5,000 requests, 0.25 % allowed by stable before (10 in 10,000 requests, its upper 95 % bound 1.5 times): more than that; chance of a false alarm under 1 % if stable’s rate from before still holds: an incident of both versions would look the same',
    });
  });

  test('or to the objective, stable seen or not', () => {
    const plan = planOf({ metrics: [{ ...ERRORS, objective: 0.01 }] });
    expect(alone(plan, [], repeated(tick(50, 1_000, 0, 0), 8))).toMatchObject({
      verdict: 'unhealthy',
      sentence:
        'candidate 400 errors in 8,000 requests, 1 % allowed by the objective: more than that; chance of a false alarm under 1 %, an incident of both versions aside: it would look the same',
    });
    expect(alone(plan, [], repeated(tick(9, 1_000, 0, 0), 8)).verdict).toBe('healthy');
  });

  test('bursts of stable say less of its rate than errors one by one: more is allowed', () => {
    const allowed = (ticks: readonly Arms[]): number => {
      const judgement = beginStep(planOf(), played(planOf(), ticks, newJudgement(planOf())), 1, 'candidate');
      return judgement.evidence.errors?.limit?.rate ?? Number.NaN;
    };
    const [calm, burst] = [
      repeated(tick(0, 0, 2, 1_000), 10),
      [...repeated(tick(0, 0, 0, 1_000), 9), tick(0, 0, 20, 1_000)],
    ];
    expect(allowed(burst)).toBeGreaterThan(1.5 * allowed(calm));
  });

  test('an objective of none: the first error is one too many', () => {
    const plan = planOf({ metrics: [{ ...ERRORS, objective: 0 }] });
    expect(alone(plan, [], [tick(0, 1_000, 0, 0)]).verdict).toBe('healthy');
    expect(alone(plan, [], [tick(1, 1_000, 0, 0)]).verdict).toBe('unhealthy');
  });

  test('counts and restarts, too', () => {
    const counts = planOf({ evidence: 'counts' });
    expect(alone(counts, seen, repeated(tick(50, 1_000, 0, 0), 1)).verdict).toBe('unhealthy');
    expect(alone(counts, seen, repeated(tick(1, 1_000, 0, 0), 20)).verdict).toBe('healthy');
    const restarts = planOf({ metrics: [RESTARTS] });
    const quiet = repeated(tick(0, 0, 0, 3_600), 10);
    expect(alone(restarts, quiet, [tick(3, 60, 0, 0)])).toMatchObject({
      verdict: 'unhealthy',
      sentence: expect.stringContaining(
        'candidate 3 restarts in 1 pod-minute, 0.0075 per pod-minute allowed by stable before (0 in 600 pod-minutes,',
      ),
    });
    expect(alone(restarts, quiet, [tick(0, 60, 0, 0)]).verdict).toBe('healthy');
  });

  test('nothing to hold it to: inconclusive', () => {
    expect(alone(planOf(), [], [tick(900, 1_000, 0, 0)])).toMatchObject({
      verdict: 'inconclusive',
      sentence:
        'candidate 900 errors in 1,000 requests: all traffic is on the candidate, stable was not seen before, and there is no objective to hold it to',
    });
  });
});

describe('what is kept between runs', () => {
  const anyArms = fc
    .tuple(fc.nat(100), fc.nat(900), fc.nat(20), fc.nat(20))
    .map(([nc, ns, xc, xs]) => tick(Math.min(xc, nc), nc, Math.min(xs, ns), ns));
  const anyTicks = fc.array(fc.option(anyArms, { freq: 8 }), { maxLength: 60 });

  test.each(['ticks', 'counts'] as const)('%s: JSON of it goes on exactly as it would have', (evidence) => {
    fc.assert(
      fc.property(anyTicks, anyTicks, fc.boolean(), (first, second, next) => {
        const plan = planOf({ evidence, steps: 2 });
        const judgement = played(plan, first);
        // What parse gives back is compared with what was written.
        const kept = JSON.parse(JSON.stringify(judgement)) as Judgement;
        expect(kept).toEqual(judgement);
        const on = (from: Judgement) => played(plan, second, next ? beginStep(plan, from, 2, 'candidate') : from);
        expect(on(kept)).toEqual(on(judgement));
        expect(verdictsOf(plan, on(kept))).toEqual(verdictsOf(plan, on(judgement)));
      }),
    );
  });

  test('an hour of ticks is no more than ten minutes of them', () => {
    const plan = planOf({ metrics: [ERRORS, SLOW, RESTARTS] });
    const random = seeded(11);
    let judgement = start(plan);
    let early = 0;
    for (let at = 5_000; at <= 3_600_000; at += 5_000) {
      const arms = tick(Math.floor(random() * 3), 100, Math.floor(random() * 12), 900);
      judgement = addTick(plan, judgement, { at, arms: { errors: arms, slow: arms, restarts: arms } });
      if (at === 600_000) early = JSON.stringify(judgement).length;
    }
    expect(judgement.evidence.errors?.trace.points.length).toBeLessThanOrEqual(120);
    expect(judgement.evidence.errors?.trace.points.at(-1)?.at).toBeGreaterThan(3_500_000);
    expect(JSON.stringify(judgement).length).toBeLessThan(1.15 * early);
    expect(JSON.stringify(judgement).length).toBeLessThan(60_000);
  });

  test('a tick of three metrics is judged well within the time of one', () => {
    const plan = planOf({ metrics: [ERRORS, SLOW, RESTARTS] });
    let judgement = start(plan);
    const began = performance.now();
    for (let at = 0; at < 200; at++) {
      judgement = addTick(plan, judgement, { at, arms: { errors: BAD, slow: BAD, restarts: BAD } });
      verdictsOf(plan, judgement);
    }
    expect((performance.now() - began) / 200).toBeLessThan(20);
  });
});
