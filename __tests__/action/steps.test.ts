import { describe, expect, test } from '@jest/globals';
import { formatSteps, parseSteps } from '../../src/action/steps.ts';

const MINUTE = 60_000;

describe('steps of a ramp', () => {
  test.each([
    ['5% 2m, 20% 5m, 50% 5m', '5% 2m, 20% 5m, 50% 5m'],
    ['5% 2m\n20% 5m\r\n# not this\n50% 30s', '5% 2m, 20% 5m, 50% 30s'],
    ['0.5% 1h, 12.25% 500ms', '0.5% 1h, 12.25% 500ms'],
    ['20% 1m, 100%', '20% 1m'],
    ['linear 25% every 1m', '25% 1m, 50% 1m, 75% 1m'],
    ['linear 30% every 1m', '30% 1m, 60% 1m, 90% 1m'],
    ['exponential 1% x2 every 2m', '1% 2m, 2% 2m, 4% 2m, 8% 2m, 16% 2m, 32% 2m, 64% 2m'],
    ['exponential 10% x2.5 every 0s', '10% 0s, 25% 0s, 62.5% 0s'],
  ])('%j is %s', (given, meant) => {
    const parsed = parseSteps(given);
    expect(parsed.ok && formatSteps(parsed.value)).toBe(meant);
  });

  test('are basis points and milliseconds', () => {
    expect(parseSteps('5% 2m')).toEqual({ ok: true, value: [{ share: 500, stay: 2 * MINUTE }] });
  });

  test.each([
    ['20% 1m, 5% 1m', '5% comes after 20%; shares have to rise.'],
    ['20% 1m, 20% 1m', '20% comes after 20%; shares have to rise.'],
    ['120% 1m', '"120% 1m": 120%: It is more than 100%.'],
    ['20 1m', '"20 1m": 20: It is not a percentage. Did you mean 20%?'],
    ['20%', '"20%" does not say how long to stay, for example 20% 2m.'],
    ['20% 5', '"20% 5": 5: A unit is missing. Did you mean 5s?'],
    ['20% 5 m', '"20% 5 m" is not a share and a time.'],
    ['0% 1m', '"0% 1m": no user is moved by it. To stop before the first step use pause-at: 0%.'],
    ['100% 5m', '"100% 5m": at 100% users stay for bake-time. Leave it out, 100% follows by itself.'],
    ['0.001% 1m', '"0.001% 1m": 0.001%: It is finer than a hundredth of a percent, the finest share there is.'],
    [',', 'It names no step.'],
    ['linear 10%', 'It is not written as linear 10% every 1m.'],
    ['linear 0.1% every 1m', 'It has 101 steps; 100 are the most.'],
    ['exponential 1% x1 every 1m', 'x1 does not make it rise; write a number above 1, such as x2.'],
  ])('%j: %s', (given, problem) => {
    expect(parseSteps(given)).toEqual({ ok: false, problem });
  });
});
