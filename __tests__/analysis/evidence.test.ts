import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alphaOfOne, lnThreshold } from '../../src/analysis/alpha.ts';
import type { Arms } from '../../src/analysis/arms.ts';
import { mirrored, mirroredTolerance } from '../../src/analysis/certificate.ts';
import { addToCountTest, FRESH_COUNT_TEST } from '../../src/analysis/count-test.ts';
import { type Bets, lnEvidence } from '../../src/analysis/evidence.ts';
import {
  addToOneArmCountTest,
  addToOneArmTickTest,
  FRESH_ONE_ARM_COUNT_TEST,
  FRESH_ONE_ARM_TICK_TEST,
} from '../../src/analysis/one-arm-test.ts';
import { addToTickTest, FRESH_TICK_TEST, fewestTicks, STAKES } from '../../src/analysis/tick-test.ts';
import { toleratedShare } from '../../src/analysis/tolerated-share.ts';
import { seeded, tick } from './ticks.ts';

const SEQUENCE = [tick(3, 60, 0, 540), tick(1, 10, 1, 90), tick(0, 50, 0, 450), tick(0, 50, 4, 450)];

/** ln E after each tick. */
function course(start: Bets, add: (bets: Bets, arms: Arms) => Bets, ticks: readonly Arms[]): number[] {
  let bets = start;
  return ticks.map((arms) => {
    bets = add(bets, arms);
    return lnEvidence(bets);
  });
}

const byCounts = (tolerance: number) => (bets: Bets, arms: Arms) => addToCountTest(bets, arms, tolerance, 1);
const byTicks = (tolerance: number) => (bets: Bets, arms: Arms) => addToTickTest(bets, arms, tolerance);

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries())
    expect(Math.abs((found[index] ?? Number.NaN) - value)).toBeLessThan(1e-9);
}

describe('worked values', () => {
  test('count test', () => {
    const wanted = [5.953741741460262, 6.080554287289054, 6.080554287289054, 2.3516577612924783];
    expectClose(course(FRESH_COUNT_TEST, byCounts(1), SEQUENCE), wanted);
  });

  test('tick test', () => {
    const wanted = [1.3862943611198904, 2.3389608540150952, 2.3389608540150952, 1.1112592503688772];
    expectClose(course(FRESH_TICK_TEST, byTicks(1.5), SEQUENCE), wanted);
    expectClose(course(FRESH_TICK_TEST, byTicks(1), [tick(30, 100, 20, 900)]), [1.252762968495368]);
  });

  test('count test that tolerates and tempers', () => {
    const first = addToCountTest(FRESH_COUNT_TEST, tick(5, 100, 2, 900), 1.5, 1);
    const second = addToCountTest(first, tick(4, 100, 1, 900), 1.5, 0.5);
    expectClose([lnEvidence(first), lnEvidence(second)], [4.88807732484794, 7.4357008896106205]);
  });

  test.each([
    ['no stable traffic', tick(5, 100, 0, 0)],
    ['no candidate traffic', tick(0, 0, 5, 100)],
    ['no errors', tick(0, 100, 0, 900)],
  ])('%s compares nothing', (_, arms) => {
    expect(addToCountTest(FRESH_COUNT_TEST, arms, 1.5, 1)).toBe(FRESH_COUNT_TEST);
    expect(addToTickTest(FRESH_TICK_TEST, arms, 1.5)).toBe(FRESH_TICK_TEST);
  });
});

test('evidence neither overflows nor vanishes', () => {
  expect(lnEvidence([5_000, 5_000])).toBe(5_000);
  expect(lnEvidence([-5_000, -5_000])).toBe(-5_000);
  expect(lnEvidence([5_000, -5_000])).toBeCloseTo(5_000 - Math.LN2, 9);
  expect(lnEvidence([])).toBe(0);
});

test('α is split over steps and metrics', () => {
  const tests = { falseAlarms: 0.01, steps: 5, metrics: 2 };
  expect(alphaOfOne(tests)).toBeCloseTo(0.001, 12);
  expect(lnThreshold(tests)).toBeCloseTo(Math.log(1_000), 12);
});

/** Ticks of any size, errors no more than requests. */
const arms = fc
  .tuple(fc.nat(200), fc.nat(2_000), fc.nat(100), fc.nat(100))
  .map(([nc, ns, xc, xs]) => tick(Math.min(xc, nc), nc, Math.min(xs, ns), ns));

test('the order of ticks does not matter', () => {
  fc.assert(
    fc.property(fc.array(arms, { maxLength: 30 }), fc.integer(), (ticks, seed) => {
      const random = seeded(seed);
      const shuffled = ticks
        .map((each) => ({ each, key: random() }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);
      for (const [start, add] of [
        [FRESH_COUNT_TEST, byCounts(1.5)],
        [FRESH_TICK_TEST, byTicks(1.5)],
      ] as const) {
        const [one, other] = [course(start, add, ticks).at(-1) ?? 0, course(start, add, shuffled).at(-1) ?? 0];
        expect(Math.abs(one - other)).toBeLessThan(1e-9 * Math.max(1, Math.abs(one)));
      }
    }),
  );
});

describe('under the null E is expected to be 1 at most', () => {
  const sizes = [1, 2, 3, 5, 8];

  test.each([1, 1.5, 3])('every split of up to 12 errors that are independent, tolerance %d', (tolerance) => {
    for (const nc of sizes)
      for (const ns of sizes)
        for (let errors = 1; errors <= 12; errors++)
          for (const worse of [tolerance, 0.6 * tolerance]) {
            const all = { candidate: { n: nc, x: 0 }, stable: { n: ns, x: 0 } };
            const chance = toleratedShare(all, worse);
            const expected = (add: (bets: Bets, arms: Arms) => Bets, start: Bets): number =>
              mean(errors, (xc) => [
                choose(errors, xc) * chance ** xc * (1 - chance) ** (errors - xc),
                lnEvidence(add(start, tick(xc, nc, errors - xc, ns))),
              ]);
            const limit = 1 + 1e-9;
            expect(expected(byCounts(tolerance), FRESH_COUNT_TEST)).toBeLessThanOrEqual(limit);
            expect(expected(byTicks(tolerance), FRESH_TICK_TEST)).toBeLessThanOrEqual(limit);
          }
  });

  test('every split of errors among requests that are alike (hypergeometric)', () => {
    for (const nc of sizes)
      for (const ns of sizes)
        for (let errors = 1; errors <= nc + ns; errors++) {
          const expected = mean(errors, (xc) => [
            (choose(nc, xc) * choose(ns, errors - xc)) / choose(nc + ns, errors),
            lnEvidence(addToCountTest(FRESH_COUNT_TEST, tick(xc, nc, errors - xc, ns), 1, 1)),
          ]);
          expect(expected).toBeLessThanOrEqual(1 + 1e-9);
        }
  });

  test('the certificate, of a candidate that is R times worse or more', () => {
    for (const nc of sizes)
      for (const ns of sizes)
        for (let errors = 1; errors <= 12; errors++)
          for (const ratio of [3, 10]) {
            const chance = toleratedShare(tick(0, nc, 0, ns), ratio);
            for (const [start, add] of [
              [FRESH_COUNT_TEST, byCounts(mirroredTolerance(3))],
              [FRESH_TICK_TEST, byTicks(mirroredTolerance(3))],
            ] as const) {
              const expected = mean(errors, (xc) => [
                choose(errors, xc) * chance ** xc * (1 - chance) ** (errors - xc),
                lnEvidence(add(start, mirrored(tick(xc, nc, errors - xc, ns)))),
              ]);
              expect(expected).toBeLessThanOrEqual(1 + 1e-9);
            }
          }
  });

  test('one arm, every number of bad requests', () => {
    for (const n of [1, 5, 20])
      for (const limit of [0.01, 0.2])
        for (const rate of [limit, limit / 2]) {
          const expected = (of: (x: number) => Bets): number =>
            mean(n, (x) => [choose(n, x) * rate ** x * (1 - rate) ** (n - x), lnEvidence(of(x))]);
          const limitOfMean = 1 + 1e-9;
          expect(
            expected((x) => addToOneArmCountTest(FRESH_ONE_ARM_COUNT_TEST, { n, x }, 'requests', limit, 1)),
          ).toBeLessThanOrEqual(limitOfMean);
          expect(expected((x) => addToOneArmTickTest(FRESH_ONE_ARM_TICK_TEST, { n, x }, limit))).toBeLessThanOrEqual(
            limitOfMean,
          );
        }
  });

  test('one arm, restarts in pod-seconds (Poisson)', () => {
    const limit = 0.001;
    for (const n of [100, 1_000, 5_000]) {
      let [expected, lnChance] = [0, -n * limit];
      for (let x = 0; x <= 3_000; x++) {
        const bets = addToOneArmCountTest(FRESH_ONE_ARM_COUNT_TEST, { n, x }, 'pod-seconds', limit, 1);
        expected += Math.exp(lnChance + lnEvidence(bets));
        lnChance += Math.log((n * limit) / (x + 1));
      }
      expect(expected).toBeLessThanOrEqual(1 + 1e-9);
      expect(expected).toBeGreaterThan(0.99);
    }
  });

  test.each([1, 5, 20, 50, 500])('tick test, errors in clusters of up to %d, by simulation', (largest) => {
    const random = seeded(largest);
    const runs = 4_000;
    const ticks = 20;
    let total = 0;
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      let bets = FRESH_TICK_TEST;
      let highest = 0;
      for (let index = 0; index < ticks; index++) {
        // Sizes and numbers as they like, each cluster on the candidate with just the tolerated chance.
        let [xc, xs] = [0, 0];
        const chance = toleratedShare(tick(0, 10_000, 0, 90_000), 1.5);
        for (let clusters = Math.floor(random() * 4); clusters > 0; clusters--) {
          const size = 1 + Math.floor(random() ** 3 * largest);
          if (random() < chance) xc += size;
          else xs += size;
        }
        bets = addToTickTest(bets, tick(xc, 10_000, xs, 90_000), 1.5);
        highest = Math.max(highest, lnEvidence(bets));
      }
      total += Math.min(1_000, Math.exp(lnEvidence(bets)));
      if (highest >= Math.log(100)) alarms++;
    }
    // Four standard errors of what at most 1 % of the runs do.
    expect(alarms / runs).toBeLessThan(0.01 + 4 * Math.sqrt(0.0099 / runs));
    expect(total / runs).toBeLessThan(1.25);
  });

  test('count test, errors in clusters: the promise does not hold, which is why it is not the default', () => {
    const random = seeded(7);
    let alarms = 0;
    for (let run = 0; run < 400; run++) {
      let bets = FRESH_COUNT_TEST;
      let highest = 0;
      for (let index = 0; index < 60; index++) {
        const onCandidate = random() < 0.1;
        bets = addToCountTest(bets, tick(onCandidate ? 20 : 0, 10_000, onCandidate ? 0 : 20, 90_000), 1.5, 1);
        highest = Math.max(highest, lnEvidence(bets));
      }
      if (highest >= Math.log(100)) alarms++;
    }
    expect(alarms / 400).toBeGreaterThan(0.05);
  });
});

describe('the certificate is the test mirrored', () => {
  test('tick test: bets against a large part of the candidate', () => {
    const arms = tick(1, 100, 7, 900);
    const tolerated = toleratedShare(arms, 3);
    const wanted = STAKES.map((stake) => Math.log(1 - (stake / (1 - tolerated)) * (1 / 8 - tolerated)));
    expectClose(addToTickTest(FRESH_TICK_TEST, mirrored(arms), mirroredTolerance(3)), wanted);
  });

  test('count test: likelihood ratios of a grid from R/1.25 down to R/300', () => {
    const [xc, nc, xs, ns] = [1, 100, 7, 900];
    const share = nc / (nc + ns);
    const bets = addToCountTest(FRESH_COUNT_TEST, mirrored(tick(xc, nc, xs, ns)), mirroredTolerance(3), 1);
    const ofRatio = (ratio: number): number =>
      xc * Math.log(ratio / 3) + (xc + xs) * (Math.log(1 + share * 2) - Math.log(1 + share * (ratio - 1)));
    expectClose([bets[0] ?? 0, bets.at(-1) ?? 0], [ofRatio(3 / 1.25), ofRatio(3 / 300)]);
  });

  test('a good candidate is certified, a bad one is not', () => {
    const certified = (arms: Arms): number =>
      course(
        FRESH_TICK_TEST,
        byTicks(mirroredTolerance(3)),
        Array.from({ length: 40 }, () => mirrored(arms)),
      ).at(-1) ?? 0;
    expect(certified(tick(1, 100, 9, 900))).toBeGreaterThan(Math.log(100));
    expect(certified(tick(4, 100, 9, 900))).toBeLessThan(0);
  });
});

test.each([
  [0.1, 3],
  [0.5, 13],
])('at a share of %d even the worst candidate is condemned after %d ticks with errors', (share, wanted) => {
  expect(fewestTicks(share, 1.5, Math.log(100))).toBe(wanted);
});

test('more evidence is wanted of more ticks at a larger share; at a share of nearly all there is no end', () => {
  expect(fewestTicks(0.5, 1.5, Math.log(1_000))).toBeGreaterThan(fewestTicks(0.5, 1.5, Math.log(100)));
  expect(fewestTicks(0.9999999, 1.5, Math.log(100))).toBe(Number.POSITIVE_INFINITY);
});

test('one arm: twice the limit is condemned in time, the limit is not', () => {
  const after = (x: number): number =>
    course(
      FRESH_ONE_ARM_COUNT_TEST,
      (bets, { candidate }) => addToOneArmCountTest(bets, candidate, 'requests', 0.01, 1),
      Array.from({ length: 60 }, () => tick(x, 100, 0, 0)),
    ).at(-1) ?? 0;
  expect(after(2)).toBeGreaterThan(Math.log(100));
  expect(after(1)).toBeLessThan(0);
});

/** Σ chance · exp(ln E) over 0…most. */
function mean(most: number, of: (x: number) => readonly [chance: number, lnE: number]): number {
  let sum = 0;
  for (let x = 0; x <= most; x++) {
    const [chance, lnE] = of(x);
    if (chance > 0) sum += Math.exp(Math.log(chance) + lnE);
  }
  return sum;
}

function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  return Math.round(Math.exp(lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k)));
}

function lnFactorial(n: number): number {
  let sum = 0;
  for (let factor = 2; factor <= n; factor++) sum += Math.log(factor);
  return sum;
}
