import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/*
 * With `SHAKEN=1` in the environment the tests and the action that they run are held up at random, as on a crowded machine: a thread stands
 * still, between two looks at the clock as well, and a wait ends a millisecond early or late. What fails then, and not else, is a test
 * (or worse, a release) whose end is a matter of luck. Loaded by Jest before each suite, and before the action by the runner's harness.
 */

/** Milliseconds. */
const BEAT = 150;
const SHORT = 30;
const LONG = { least: 100, most: 300 };

const cell = new Int32Array(new SharedArrayBuffer(4));
const stand = (ms: number): void => {
  Atomics.wait(cell, 0, 0, ms);
};
const between = (least: number, most: number): number => least + Math.random() * (most - least);
const happens = (chance: number): boolean => Math.random() < chance;

/** A look at the clock may take some milliseconds. */
function slowly<T extends () => number>(look: T): T {
  return (() => {
    if (happens(0.03)) stand(between(1, 5));
    return look();
  }) as T;
}

Date.now = slowly(Date.now.bind(Date));
performance.now = slowly(performance.now.bind(performance));

setInterval(() => {
  if (happens(0.05)) stand(between(LONG.least, LONG.most));
  else if (happens(0.25)) stand(between(0, SHORT));
}, BEAT).unref();

const isShaken = Symbol.for('crossfade.shaken');
const wait = timers.setTimeout;
// Jest's suites share one module of timers.
if (!(isShaken in wait)) {
  const shaken: typeof wait = (ms = 1, value, options) => {
    const early = happens(0.2) && ms > 1;
    return wait(early ? ms - 1 : happens(0.1) ? ms + between(0, 100) : ms, value, options);
  };
  timers.setTimeout = Object.assign(shaken, { [isShaken]: true });
  syncBuiltinESMExports();
}
