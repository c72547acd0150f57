import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, type Book, EMPTY_BOOK } from '../../src/analysis/increments.ts';
import type { Counter, Reading } from '../../src/metrics/source.ts';

type Track = Counter['track'];

function counter(track: Track, instance: string, at: number, total: number, bad = 0, metric = 'errors'): Counter {
  return { metric, track, instance, total, bad, at: at * 1000 };
}
const stable = (instance: string, at: number, total: number, bad = 0) => counter('stable', instance, at, total, bad);
const candidate = (instance: string, at: number, total: number, bad = 0) =>
  counter('candidate', instance, at, total, bad);

/** The arms of `errors` after each reading. */
function play(readings: readonly (readonly Counter[])[], needed?: Track | 'both') {
  let book: Book = EMPTY_BOOK;
  const arms = readings.map((counters) => {
    const next = advance(book, { counters, note: null }, needed);
    // It lies in a ConfigMap between two runs.
    book = JSON.parse(JSON.stringify(next.book)) as Book;
    return next.arms.errors ?? null;
  });
  return { arms, book };
}

const BOTH = [stable('s', 0, 1000, 10), candidate('c', 0, 50, 1)];

describe('advance', () => {
  test('an instance begins with its first sample, and the next ones are counted from there', () => {
    expect(play([BOTH, [stable('s', 5, 1090, 12), candidate('c', 6, 60, 4)]]).arms).toEqual([
      null,
      { stable: { n: 90, x: 2 }, candidate: { n: 10, x: 3 } },
    ]);
  });

  test('pods of a track are added up', () => {
    const first = [...BOTH, stable('s2', 1, 7, 7)];
    const second = [stable('s', 5, 1010, 10), stable('s2', 5, 12, 8), candidate('c', 5, 51, 1)];
    expect(play([first, second]).arms[1]).toEqual({ stable: { n: 15, x: 1 }, candidate: { n: 1, x: 0 } });
  });

  test('a sample that is not newer adds nothing: that of another replica, or the one before once more', () => {
    const late = [stable('s', 0, 2000, 10), candidate('c', -3, 49, 1)];
    expect(play([BOTH, late, [stable('s', 5, 1001, 10), candidate('c', 5, 51, 1)]]).arms).toEqual([
      null,
      null,
      { stable: { n: 1, x: 0 }, candidate: { n: 1, x: 0 } },
    ]);
  });

  test('what one track did waits for the other, so that both arms are of the same time', () => {
    const { arms } = play([
      BOTH,
      [stable('s', 5, 1100, 11), candidate('c', 0, 50, 1)],
      [stable('s', 10, 1200, 11), candidate('c', 0, 50, 1)],
      [stable('s', 15, 1300, 13), candidate('c', 15, 80, 1)],
    ]);
    expect(arms).toEqual([null, null, null, { stable: { n: 300, x: 3 }, candidate: { n: 30, x: 0 } }]);
  });

  test('a new sample without a request is an arm of nothing, not an absent one', () => {
    expect(play([BOTH, [stable('s', 5, 1001, 10), candidate('c', 5, 50, 1)]]).arms[1]).toEqual({
      stable: { n: 1, x: 0 },
      candidate: { n: 0, x: 0 },
    });
  });

  test('of the time before there was a candidate nothing is kept', () => {
    const { arms } = play([
      [stable('s', 0, 1000, 10)],
      [stable('s', 60, 9000, 900)],
      [stable('s', 65, 9100, 900), candidate('c', 65, 5, 0)],
      [stable('s', 70, 9200, 901), candidate('c', 70, 15, 0)],
    ]);
    expect(arms).toEqual([null, null, null, { stable: { n: 100, x: 1 }, candidate: { n: 10, x: 0 } }]);
  });

  test.each([
    ['both fell', 5, 2],
    ['only the errors fell: more requests than before came since', 60, 0],
  ])('a counter that fell began anew: %s', (_, total, bad) => {
    const { arms } = play([BOTH, [stable('s', 5, 1000, 10), candidate('c', 5, total, bad)]]);
    expect(arms[1]?.candidate).toEqual({ n: total, x: bad });
  });

  test('a failed scrape loses nothing: the next sample has it all', () => {
    const { arms } = play([BOTH, [stable('s', 5, 1100, 10)], [stable('s', 10, 1200, 10), candidate('c', 10, 90, 3)]]);
    expect(arms).toEqual([null, null, { stable: { n: 200, x: 0 }, candidate: { n: 40, x: 2 } }]);
  });

  test('a container that restarts while its pod is not there is a reset', () => {
    const { arms } = play([BOTH, [stable('s', 5, 1100, 10)], [stable('s', 10, 1200, 10), candidate('c', 10, 8, 8)]]);
    expect(arms[2]?.candidate).toEqual({ n: 8, x: 8 });
  });

  test('a candidate of new pods alone is not compared with what stable did before them', () => {
    const { arms } = play([
      BOTH,
      [stable('s', 5, 1100, 60)],
      [stable('s', 10, 1200, 60), candidate('c2', 10, 3, 0)],
      [stable('s', 15, 1300, 60), candidate('c2', 15, 13, 0)],
    ]);
    expect(arms).toEqual([null, null, null, { stable: { n: 100, x: 0 }, candidate: { n: 10, x: 0 } }]);
  });

  test('an instance that has been away for more than five minutes begins again', () => {
    const { arms, book } = play([
      BOTH,
      [stable('s', 301, 1100, 10)],
      [stable('s', 302, 1200, 10), candidate('c', 302, 90, 3)],
    ]);
    expect(arms).toEqual([null, null, null]);
    expect(Object.keys(book.errors?.instances ?? {})).toEqual(['s', 'c']);
    expect(play([BOTH, [stable('s', 301, 1100, 10)]]).book.errors?.instances).not.toHaveProperty('c');
  });

  test('an instance that counts for the other track now begins again', () => {
    const { arms } = play([BOTH, [stable('c', 5, 70, 9), candidate('c2', 5, 1), stable('s', 5, 1001, 10)]]);
    expect(arms[1]).toBeNull();
  });

  test('an error that is seen before its request is counted with it', () => {
    const { arms } = play([
      BOTH,
      [stable('s', 5, 1001, 13), candidate('c', 5, 50, 1)],
      [stable('s', 10, 1003, 13), candidate('c', 10, 50, 1)],
    ]);
    expect(arms.slice(1).map((tick) => tick?.stable)).toEqual([
      { n: 1, x: 1 },
      { n: 2, x: 2 },
    ]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('a counter of %p is none', (value) => {
    const { arms } = play([
      BOTH,
      [stable('s', 5, value, 10), stable('t', 5, 5, value), candidate('c', 5, 60, 1)],
      [stable('s', 10, 1010, 10), candidate('c', 10, 60, 1)],
    ]);
    expect(arms).toEqual([null, null, { stable: { n: 10, x: 0 }, candidate: { n: 10, x: 0 } }]);
  });

  test('one track is enough where only it is needed', () => {
    const bake = [[candidate('c', 0, 50, 1)], [candidate('c', 5, 90, 2)]];
    expect(play(bake).arms).toEqual([null, null]);
    expect(play(bake, 'candidate').arms[1]).toEqual({ stable: { n: 0, x: 0 }, candidate: { n: 40, x: 1 } });
  });

  test('metrics are counted by themselves, whatever they are called', () => {
    const counters = (at: number, total: number): Counter[] =>
      ['slow', '__proto__', 'constructor'].flatMap((metric) => [
        counter('stable', '__proto__', at, total, 0, metric),
        counter('candidate', 'c', at, total, 0, metric),
      ]);
    const first = advance(EMPTY_BOOK, { counters: counters(0, 1), note: null });
    const kept = JSON.parse(JSON.stringify(first.book)) as Book;
    const { arms } = advance(kept, { counters: [...counters(5, 3), ...BOTH], note: null });
    const two = { stable: { n: 2, x: 0 }, candidate: { n: 2, x: 0 } };
    expect(Object.entries(arms)).toEqual([
      ['slow', two],
      ['__proto__', two],
      ['constructor', two],
      ['errors', null],
    ]);
  });
});

/** What a pod of a track lives through, tick by tick, and whether it was scraped. */
const life = fc.record({
  track: fc.constantFrom<Track>('stable', 'candidate'),
  born: fc.nat(5),
  ticks: fc.array(
    fc.record({
      requests: fc.nat(20),
      failed: fc.double({ min: 0, max: 1, noNaN: true }),
      restarts: fc.boolean(),
      scraped: fc.constantFrom('now', 'missed', 'late'),
    }),
    { minLength: 1, maxLength: 12 },
  ),
});

describe('whatever pods live through', () => {
  test('no arm is negative, none has more errors than requests, and nothing is counted that did not happen', () => {
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 6 }), (pods) => {
        const happened = { stable: { n: 0, x: 0 }, candidate: { n: 0, x: 0 } };
        const counted = { stable: { n: 0, x: 0 }, candidate: { n: 0, x: 0 } };
        const now = pods.map(() => ({ total: 0, bad: 0 }));
        const last = new Map<number, Counter>();
        let book: Book = EMPTY_BOOK;
        for (let tick = 0; tick < 18; tick += 1) {
          const counters = pods.flatMap(({ track, born, ticks }, index): Counter[] => {
            const lived = ticks[tick - born];
            const pod = now[index];
            if (lived === undefined || pod === undefined) return [];
            if (lived.restarts) Object.assign(pod, { total: 0, bad: 0 });
            const failed = Math.round(lived.requests * lived.failed);
            pod.total += lived.requests;
            pod.bad += failed;
            happened[track].n += lived.requests;
            happened[track].x += failed;
            if (lived.scraped === 'missed') return [];
            const fresh = counter(track, `pod-${index}`, tick, pod.total, pod.bad);
            const shown = lived.scraped === 'late' ? (last.get(index) ?? fresh) : fresh;
            last.set(index, shown);
            return [shown];
          });
          const reading: Reading = { counters, note: null };
          const next = advance(book, reading);
          book = next.book;
          const arms = next.arms.errors ?? null;
          for (const track of ['stable', 'candidate'] as const) {
            const { n, x } = arms?.[track] ?? { n: 0, x: 0 };
            expect(n).toBeGreaterThanOrEqual(x);
            expect(x).toBeGreaterThanOrEqual(0);
            counted[track].n += n;
            counted[track].x += x;
          }
        }
        for (const track of ['stable', 'candidate'] as const) {
          expect(counted[track].n).toBeLessThanOrEqual(happened[track].n);
          expect(counted[track].x).toBeLessThanOrEqual(happened[track].x);
        }
        expect(Object.keys(book.errors?.instances ?? {}).length).toBeLessThanOrEqual(pods.length);
      }),
      { numRuns: 300 },
    );
  });

  test('without restarts, everything between the first and the last sample is counted once', () => {
    const totals = fc.array(fc.tuple(fc.nat(50), fc.boolean()), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(totals, (ticks) => {
        let total = 0;
        const readings = ticks.map(([more, scraped], at) => {
          total += more;
          const isEnd = at === 0 || at === ticks.length - 1;
          return [stable('s', at, total), ...(scraped || isEnd ? [candidate('c', at, total, total)] : [])];
        });
        const { arms } = play(readings);
        const sum = [
          arms.reduce((all, tick) => all + (tick?.stable.n ?? 0), 0),
          arms.reduce((all, tick) => all + (tick?.candidate.x ?? 0), 0),
        ];
        const between = total - (ticks[0]?.[0] ?? 0);
        expect(sum).toEqual([between, between]);
      }),
    );
  });

  test('a hundred pods cost less than a millisecond a tick', () => {
    const counters = (at: number): Counter[] =>
      Array.from({ length: 100 }, (_, pod) =>
        counter(pod < 50 ? 'stable' : 'candidate', `web-abc-${pod}`, at, at * 10),
      );
    let { book } = advance(EMPTY_BOOK, { counters: counters(0), note: null });
    const began = process.cpuUsage();
    for (let at = 1; at <= 1000; at += 1) ({ book } = advance(book, { counters: counters(at), note: null }));
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(1000);
    expect(Object.keys(book.errors?.instances ?? {})).toHaveLength(100);
  });
});
