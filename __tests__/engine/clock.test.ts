import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/engine/clock.ts';

describe('systemClock', () => {
  test('tells the time in whole epoch milliseconds', () => {
    const now = systemClock.now();
    expect(Number.isInteger(now)).toBe(true);
    expect(Math.abs(now - Date.now())).toBeLessThan(5_000);
  });

  test('sleeps', async () => {
    const before = systemClock.now();
    await systemClock.sleep(30, new AbortController().signal);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(28);
  });

  test("a sleep ends with its signal, for the signal's reason", async () => {
    const reason = new Error('cancelled by the runner');
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const cancel = new AbortController();
    const slept = systemClock.sleep(60_000, cancel.signal);
    cancel.abort(reason);
    await expect(slept).rejects.toBe(reason);
  });
});
