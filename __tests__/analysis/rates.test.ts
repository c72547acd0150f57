import { describe, expect, test } from '@jest/globals';
import type { Arm } from '../../src/analysis/arms.ts';
import { addToSeries, correlationOf, EMPTY_SERIES } from '../../src/analysis/count-series.ts';
import { dispersionOf } from '../../src/analysis/dispersion.ts';
import { incompleteBeta, incompleteGamma, lnGamma } from '../../src/analysis/incomplete.ts';
import { rateInterval, upperRate } from '../../src/analysis/interval.ts';
import { addToTickLength, FRESH_TICK_LENGTH, whyMerged } from '../../src/analysis/tick-length.ts';
import { seeded } from './ticks.ts';

describe('incomplete functions', () => {
  test('ln Γ', () => {
    expect(lnGamma(1)).toBeCloseTo(0, 12);
    expect(lnGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
    expect(lnGamma(11)).toBeCloseTo(Math.log(3_628_800), 11);
  });

  test('beta: sums of binomial chances', () => {
    // P(Bin(10, 0.3) ≥ 4) = I_0.3(4, 7).
    expect(incompleteBeta(0.3, 4, 7)).toBeCloseTo(0.3503892816, 10);
    expect(incompleteBeta(0.7, 7, 4)).toBeCloseTo(1 - 0.3503892816, 10);
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
  });

  test('gamma: sums of Poisson chances', () => {
    // P(Poisson(2) ≥ 3) = P(3, 2) = 1 − 5e⁻².
    expect(incompleteGamma(2, 3)).toBeCloseTo(1 - 5 * Math.exp(-2), 12);
    expect(incompleteGamma(9, 3)).toBeCloseTo(1 - Math.exp(-9) * (1 + 9 + 40.5), 12);
  });
});

describe('intervals', () => {
  test('no errors: closed forms', () => {
    expect(upperRate({ n: 100, x: 0 }, 'requests', 0.95)).toBeCloseTo(1 - 0.05 ** 0.01, 10);
    expect(upperRate({ n: 100, x: 0 }, 'pod-seconds', 0.95)).toBeCloseTo(-Math.log(0.05) / 100, 10);
    expect(rateInterval({ n: 100, x: 0 }, 'requests').low).toBe(0);
  });

  test('some errors: values of the tables', () => {
    const requests = rateInterval({ n: 10, x: 3 }, 'requests');
    expect(requests.low).toBeCloseTo(0.0667, 4);
    expect(requests.high).toBeCloseTo(0.6525, 4);
    const podSeconds = rateInterval({ n: 1, x: 5 }, 'pod-seconds');
    expect(podSeconds.low).toBeCloseTo(1.6235, 4);
    expect(podSeconds.high).toBeCloseTo(11.6683, 4);
  });

  test.each([0.001, 0.02, 0.3])('it covers a rate of %d at least as often as it says', (rate) => {
    const n = 200;
    let covered = 0;
    let chance = (1 - rate) ** n;
    for (let x = 0; x <= n; x++) {
      const { low, high } = rateInterval({ n, x }, 'requests');
      if (low <= rate && rate <= high) covered += chance;
      chance *= ((n - x) / (x + 1)) * (rate / (1 - rate));
    }
    expect(covered).toBeGreaterThanOrEqual(0.95);
    expect(covered).toBeLessThan(1);
  });

  test('bursts make the bound wider', () => {
    const arm = { n: 10_000, x: 40 };
    expect(upperRate(arm, 'requests', 0.95, 20)).toBeGreaterThan(1.5 * upperRate(arm, 'requests', 0.95));
  });

  test('nothing seen: anything is possible', () => {
    expect(rateInterval({ n: 0, x: 0 }, 'requests')).toEqual({ low: 0, high: 1 });
    expect(rateInterval({ n: 0, x: 0 }, 'pod-seconds')).toEqual({ low: 0, high: Number.POSITIVE_INFINITY });
    expect(rateInterval({ n: 5, x: 5 }, 'requests').high).toBe(1);
  });

  test('many: quick and near the normal one', () => {
    const { low, high } = rateInterval({ n: 10_000_000, x: 20_000 }, 'requests');
    expect(low).toBeCloseTo(0.002 - 1.96 * Math.sqrt(0.002 / 1e7), 6);
    expect(high).toBeCloseTo(0.002 + 1.96 * Math.sqrt(0.002 / 1e7), 6);
  });
});

/** Errors of stable at `rate` of `n` requests a tick; each burst is `size` errors in each of `lasting` ticks in a row. */
function bursts(ticks: number, size: number, lasting: number, chance: number, seed: number, n = 1_000): Arm[] {
  const random = seeded(seed);
  const counts = Array.from({ length: ticks }, () => 0);
  for (const start of counts.keys())
    if (random() < chance)
      for (let tick = start; tick < Math.min(ticks, start + lasting); tick++) counts[tick] = (counts[tick] ?? 0) + size;
  return counts.map((x) => ({ n, x }));
}

const seriesOf = (arms: readonly Arm[]) => arms.reduce(addToSeries, EMPTY_SERIES);
const lengthOf = (arms: readonly Arm[]) => arms.reduce(addToTickLength, FRESH_TICK_LENGTH);

describe('dispersion', () => {
  test('Pearson’s, by the book', () => {
    const arms = [2, 0, 7, 3].map((x) => ({ n: 100, x }));
    const rate = 12 / 400;
    const squares = [2, 0, 7, 3].reduce((sum, x) => sum + (x - 3) ** 2, 0);
    expect(dispersionOf(seriesOf(arms), 'requests')).toBeCloseTo(squares / (3 * 100 * rate * (1 - rate)), 9);
  });

  test('about the size of a burst, and never below 1', () => {
    expect(dispersionOf(seriesOf(bursts(4_000, 20, 1, 0.05, 1)), 'requests')).toBeGreaterThan(17);
    expect(dispersionOf(seriesOf(bursts(4_000, 20, 1, 0.05, 1)), 'requests')).toBeLessThan(23);
    expect(dispersionOf(seriesOf([3, 3, 3].map((x) => ({ n: 100, x }))), 'requests')).toBe(1);
    expect(dispersionOf(EMPTY_SERIES, 'requests')).toBe(1);
  });

  test('traffic that grows is not taken for errors that burst', () => {
    const arms = Array.from({ length: 50 }, (_, index) => ({ n: 100 * (index + 1), x: index + 1 }));
    expect(dispersionOf(seriesOf(arms), 'requests')).toBe(1);
    expect(correlationOf(seriesOf(arms))).toBeLessThan(0.1);
  });
});

describe('tick length', () => {
  test.each([1, 5, 50])('bursts of one tick, of %d errors: ticks stay as they are, but for chance', (size) => {
    const lengths = Array.from({ length: 100 }, (_, seed) => lengthOf(bursts(240, size, 1, 0.1, seed * 7_919)).ticks);
    expect(lengths.filter((ticks) => ticks > 1).length).toBeLessThanOrEqual(4);
  });

  test.each([2, 3, 6])('bursts that last %d ticks: ticks become as long or longer, mostly', (lasting) => {
    const lengths = Array.from(
      { length: 100 },
      (_, seed) => lengthOf(bursts(120, 5, lasting, 0.1, seed * 7_919)).ticks,
    );
    expect(lengths.filter((ticks) => ticks > 1).length).toBeGreaterThanOrEqual(96);
  });

  test('bursts that last six ticks: eight ticks become one, and it says why', () => {
    const length = lengthOf(bursts(240, 5, 6, 0.03, 3));
    expect(length.ticks).toBe(8);
    expect(whyMerged(length, 5_000)).toMatch(
      /^Stable’s errors come in bursts longer than a tick of 5 s \(correlation 0\.\d\d from tick to tick\): 8 ticks, 40 s, count as one\.$/,
    );
  });

  test('too few ticks say nothing', () => {
    expect(lengthOf(bursts(19, 5, 6, 0.3, 3)).ticks).toBe(1);
    expect(whyMerged(FRESH_TICK_LENGTH, 5_000)).toBeNull();
  });

  test('a tick without traffic is passed over', () => {
    const arms = bursts(100, 5, 6, 0.1, 4);
    expect(lengthOf(arms.flatMap((arm) => [arm, { n: 0, x: 0 }]))).toEqual(lengthOf(arms));
  });
});
