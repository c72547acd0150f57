import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { GateLook, WatchedGate } from '../../src/checks/watched-gate.ts';
import { type MeasuredPlan, judgementPlanOf } from '../../src/engine/measures.ts';
import { type Counted, Measuring, type Stage } from '../../src/engine/measuring.ts';
import { type Counter, type CounterSource, MetricsError, type Reading } from '../../src/metrics/source.ts';

const TICK = 5_000;
const STEP: Stage = { index: 1, name: '10 %', sides: 'both', isReached: true, isPassing: false };
const BEFORE: Stage = { index: 0, name: 'mirror', sides: 'both', isReached: false, isPassing: false };
const BAKE: Stage = { index: 3, name: 'bake', sides: 'candidate', isReached: true, isPassing: false };
const SWITCH: Stage = { index: 2, name: '100 %', sides: 'candidate', isReached: true, isPassing: true };

/** A clock that is moved by hand; whoever sleeps wakes when its time has come. */
class HandClock {
  #now = 1_000_000;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      if (signal.aborted) reject(signal.reason);
      this.#sleepers.push({ at: this.#now + ms, wake: resolve });
    });
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await nextTurn();
      const next = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = end;
    await nextTurn();
  }
}

/** A source whose counters grow by what both tracks do in a tick. */
class Traffic implements CounterSource {
  readonly name = 'the counters of the test';
  readonly queries = ['sum(requests)'];
  rates = { stable: { n: 450, x: 0 }, candidate: { n: 50, x: 0 } };
  failing: Error | null = null;
  stuck = false;
  closed = 0;
  readonly #sums = { stable: { n: 1_000, x: 10 }, candidate: { n: 0, x: 0 } };
  #at = 0;
  readonly #clock: HandClock;

  constructor(clock: HandClock) {
    this.#clock = clock;
  }

  read(): Promise<Reading> {
    if (this.failing !== null) return Promise.reject(this.failing);
    for (const track of ['stable', 'candidate'] as const) {
      this.#sums[track].n += this.rates[track].n;
      this.#sums[track].x += this.rates[track].x;
    }
    if (!this.stuck) this.#at = this.#clock.now();
    const counters = (['stable', 'candidate'] as const).map((track): Counter => {
      const { n, x } = this.#sums[track];
      return { metric: 'errors', track, instance: `${track}-0`, total: n, bad: x, at: this.#at };
    });
    return Promise.resolve({ counters, note: null });
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

const PODS: Counted['pods'] = {
  stable: [{ name: 'web-s-0', restarts: 0 }],
  candidate: [{ name: 'web-c-0', restarts: 0 }],
};

function counted(pods = PODS): Counted {
  return {
    tracks: {
      namespace: 'shop',
      deployment: 'web',
      stable: { hash: 's', pods: ['web-s-0'] },
      candidate: { hash: 'c', pods: ['web-c-0'] },
      service: { name: 'web', leadsTo: 'stable' },
      candidateService: 'web-candidate',
    },
    pods,
  };
}

interface Options {
  readonly gates?: readonly WatchedGate[];
  readonly restarts?: boolean;
  readonly counts?: boolean;
  readonly minRequests?: number;
}

class Bench {
  readonly clock = new HandClock();
  readonly traffic = new Traffic(this.clock);
  readonly told: string[] = [];
  readonly measuring: Measuring;
  rung = 0;

  constructor({ gates = [], restarts = false, counts = true, minRequests = 50 }: Options = {}) {
    const judging = {
      evidence: 'ticks',
      tick: TICK,
      tolerance: 1.5,
      atMostWorse: 3,
      falseAlarms: 0.01,
      objective: null,
      restarts: restarts ? 'compare' : 'any',
      minRequests,
      patience: 0,
      onInconclusive: 'pause',
      early: false,
    } as const;
    const plan: MeasuredPlan['judgement'] = judgementPlanOf(
      judging,
      {
        steps: [
          { share: 0, stay: 0 },
          { share: 1_000, stay: 60_000 },
        ],
      },
      counts ? [{ name: 'errors', counts: 'errors' }] : [],
    );
    const nothing = (): void => undefined;
    const teller = {
      phase: nothing,
      fact: (text: string) => this.told.push(text),
      waiting: nothing,
      wrote: nothing,
      foreign: nothing,
      warning: nothing,
    };
    const looks = { source: counts ? this.traffic : null, gates: () => gates };
    this.measuring = new Measuring({ clock: this.clock, teller, looks, plan, known: null });
    this.measuring.onChange = () => {
      this.rung += 1;
    };
    this.measuring.start();
  }

  /** Some ticks of stable alone, as before every ramp, then the stage. */
  async reach(stage: Stage): Promise<void> {
    this.measuring.follow(counted(), BEFORE);
    await this.clock.advance(3 * TICK);
    this.measuring.follow(counted(), stage);
  }
}

test('a candidate that fails is condemned, and whoever waits is told at once', async () => {
  const bench = new Bench();
  await bench.reach(STEP);
  bench.traffic.rates = { stable: { n: 450, x: 0 }, candidate: { n: 50, x: 3 } };
  await bench.clock.advance(12 * TICK);
  const { condemned, certified } = bench.measuring.view();
  expect(condemned).toMatch(/^candidate \d+ errors in [\d,]+ requests, stable 0 in [\d,]+: at least .* worse/);
  expect(certified).toBe(false);
  expect(bench.rung).toBeGreaterThan(0);
  expect(bench.told.filter((line) => line.startsWith('evidence is gathering'))).toHaveLength(1);
});

test('a candidate that is as good as stable is certified in time, and nothing is lacking', async () => {
  const bench = new Bench();
  await bench.reach(STEP);
  bench.traffic.rates = { stable: { n: 450, x: 9 }, candidate: { n: 50, x: 0 } };
  await bench.clock.advance(60 * TICK);
  expect(bench.measuring.view()).toEqual({ condemned: null, certified: true, lacking: null });
  expect(bench.told.filter((line) => line.startsWith('the candidate is certified'))).toHaveLength(1);
});

test('before users are on it, what the candidate answers to smoke tests is no evidence', async () => {
  const bench = new Bench();
  bench.measuring.follow(counted(), BEFORE);
  bench.traffic.rates = { stable: { n: 450, x: 0 }, candidate: { n: 5, x: 5 } };
  await bench.clock.advance(20 * TICK);
  expect(bench.measuring.view().condemned).toBeNull();
  expect(bench.measuring.measured().stages).toEqual([]);
});

test('too few requests are lacking, with their number', async () => {
  const bench = new Bench({ minRequests: 500 });
  await bench.reach(STEP);
  await bench.clock.advance(3 * TICK);
  expect(bench.measuring.view().lacking).toMatch(/1?\d0 of 500/);
  await bench.clock.advance(10 * TICK);
  expect(bench.measuring.view().lacking).toBeNull();
});

describe('a source', () => {
  test('that fails is lacking, said once, and is well again when it answers', async () => {
    const bench = new Bench();
    await bench.reach(STEP);
    await bench.clock.advance(5 * TICK);
    expect(bench.measuring.view().lacking).toBeNull();
    bench.traffic.failing = new MetricsError('Prometheus at http://p: connection refused');
    await bench.clock.advance(6 * TICK);
    expect(bench.measuring.view().lacking).toMatch(
      /^counters cannot be read for \d+s: Prometheus at http:..p: connection refused$/,
    );
    expect(bench.told.filter((line) => line.startsWith('counters cannot be read'))).toHaveLength(1);
    bench.traffic.failing = null;
    await bench.clock.advance(2 * TICK);
    expect(bench.measuring.view().lacking).toBeNull();
    expect(bench.told.at(-1)).toMatch(/^counters are read again, after \d+s$/);
  });

  test('that shows the same samples for ever is lacking', async () => {
    const bench = new Bench();
    await bench.reach(STEP);
    await bench.clock.advance(5 * TICK);
    bench.traffic.stuck = true;
    await bench.clock.advance(20 * TICK);
    expect(bench.measuring.view().lacking).toMatch(/^no new counters for 1m\d\ds$|no new/);
  });

  test('whose own code fails never brings the release down', async () => {
    const bench = new Bench();
    await bench.reach(STEP);
    bench.traffic.failing = new TypeError('undefined is not a function');
    await bench.clock.advance(4 * TICK);
    expect(bench.measuring.view().lacking).toContain('undefined is not a function');
    await bench.measuring.close();
  });

  test('is given up once, however often it is ended', async () => {
    const bench = new Bench();
    await bench.reach(STEP);
    await bench.clock.advance(2 * TICK);
    await Promise.all([bench.measuring.close(), bench.measuring.close()]);
    await bench.measuring.close();
    expect(bench.traffic.closed).toBe(1);
    bench.measuring.follow(counted(), BAKE);
    expect(bench.measuring.measured().stages.map(({ name }) => name)).toEqual(['10 %']);
  });
});

test('each stage is judged by itself, the bake by what stable had before', async () => {
  const bench = new Bench();
  await bench.reach(STEP);
  bench.traffic.rates = { stable: { n: 450, x: 4 }, candidate: { n: 50, x: 0 } };
  await bench.clock.advance(20 * TICK);
  bench.measuring.follow(counted(), BAKE);
  bench.traffic.rates = { stable: { n: 0, x: 0 }, candidate: { n: 500, x: 60 } };
  await bench.clock.advance(20 * TICK);
  expect(bench.measuring.view().condemned).toMatch(/errors in [\d,]+ requests/);
  const { stages } = bench.measuring.measured();
  expect(stages.map(({ name, metrics }) => [name, metrics[0]?.verdict])).toEqual([
    ['10 %', 'healthy'],
    ['bake', 'unhealthy'],
  ]);
});

describe('gates', () => {
  const gate = (kind: WatchedGate['kind'], look: () => GateLook): WatchedGate => ({
    name: 'HighErrorRate',
    kind,
    look: () => Promise.resolve(look()),
  });

  test('an alert that fires condemns, users or not', async () => {
    let verdict: GateLook['verdict'] = 'healthy';
    const bench = new Bench({
      counts: false,
      gates: [gate('alert', () => ({ verdict, detail: 'fires since 12:00' }))],
    });
    bench.measuring.follow(counted(), BEFORE);
    await bench.clock.advance(TICK);
    expect(bench.measuring.view()).toEqual({ condemned: null, certified: false, lacking: null });
    verdict = 'unhealthy';
    await bench.clock.advance(TICK);
    expect(bench.measuring.view().condemned).toBe('alert “HighErrorRate”: fires since 12:00');
    expect(bench.rung).toBe(2);
  });

  test('a threshold counts from the first user', async () => {
    const bench = new Bench({
      counts: false,
      gates: [gate('threshold', () => ({ verdict: 'unhealthy', detail: '1 > 0.01' }))],
    });
    bench.measuring.follow(counted(), BEFORE);
    await bench.clock.advance(TICK);
    expect(bench.measuring.view().condemned).toBeNull();
    bench.measuring.follow(counted(), STEP);
    expect(bench.measuring.view().condemned).toBe('threshold “HighErrorRate”: 1 > 0.01');
  });

  test('one that cannot say is lacking; and so is one that nobody has looked at', async () => {
    const bench = new Bench({
      counts: false,
      gates: [gate('threshold', () => ({ verdict: 'inconclusive', detail: 'no data' }))],
    });
    bench.measuring.follow(counted(), STEP);
    expect(bench.measuring.view().lacking).toBe('not every threshold and alert was looked at yet');
    await bench.clock.advance(TICK);
    expect(bench.measuring.view().lacking).toBe('threshold “HighErrorRate”: no data');
  });
});

test('restarts are compared by pod-seconds, without any source', async () => {
  const bench = new Bench({ counts: false, restarts: true });
  const pods = (restarts: number): Counted => ({
    ...counted({
      stable: Array.from({ length: 9 }, (_, at) => ({ name: `web-s-${at}`, restarts: 1 })),
      candidate: [{ name: 'web-c-0', restarts }],
    }),
  });
  bench.measuring.follow(pods(0), STEP);
  for (let restarts = 0; restarts < 12; restarts += 1) {
    bench.measuring.follow(pods(restarts), STEP);
    await bench.clock.advance(TICK);
  }
  expect(bench.measuring.view().condemned).toMatch(/restarts/);
});

test('the way through 100 % is told only where the release ends on it, however long the switch takes', async () => {
  const gone = new Bench();
  await gone.reach(STEP);
  await gone.clock.advance(5 * TICK);
  gone.measuring.follow(counted(), SWITCH);
  await gone.clock.advance(5 * TICK);
  gone.measuring.follow(counted(), BAKE);
  await gone.clock.advance(5 * TICK);
  await gone.measuring.close();
  expect(gone.measuring.measured().stages.map(({ name }) => name)).toEqual(['10 %', 'bake']);

  const held = new Bench();
  await held.reach(STEP);
  await held.clock.advance(5 * TICK);
  held.measuring.follow(counted(), SWITCH);
  await held.clock.advance(5 * TICK);
  await held.measuring.close();
  expect(held.measuring.measured().stages.map(({ name }) => name)).toEqual(['10 %', '100 %']);
});

test('a candidate that is condemned on its way through 100 % is told of there', async () => {
  const bench = new Bench();
  await bench.reach(STEP);
  await bench.clock.advance(5 * TICK);
  bench.measuring.follow(counted(), SWITCH);
  bench.traffic.rates = { stable: { n: 0, x: 0 }, candidate: { n: 500, x: 250 } };
  await bench.clock.advance(12 * TICK);
  expect(bench.measuring.view().condemned).toMatch(/errors in/);
  bench.measuring.follow(counted(), { ...BEFORE, index: 4 });
  await bench.measuring.close();
  expect(bench.measuring.measured().stages.map(({ name }) => name)).toEqual(['10 %', '100 %']);
});
