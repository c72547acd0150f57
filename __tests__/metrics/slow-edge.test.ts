import { describe, expect, test } from '@jest/globals';
import { chooseEdge, edgesOf } from '../../src/metrics/slow-edge.ts';

const bucket = (le: string, count: number) => ({ le, count });

test('edges of all pods are put together, whatever way they are written', () => {
  const buckets = [
    bucket('1', 90),
    bucket('0.5', 40),
    bucket('1.0', 9),
    bucket('+Inf', 200),
    bucket('0.50', 1),
    bucket('x', 7),
  ];
  expect(edgesOf(buckets, 1000)).toEqual([
    { ms: 500, value: 0.5, les: ['0.5', '0.50'], count: 41 },
    { ms: 1000, value: 1, les: ['1', '1.0'], count: 99 },
  ]);
});

test('milliseconds are whole where the seconds mean it', () => {
  const les = ['0.005', '0.1', '0.3', '1.2', '2.5', '0.0025'];
  expect(
    edgesOf(
      les.map((le) => bucket(le, 0)),
      1000,
    ).map(({ ms }) => ms),
  ).toEqual([2.5, 5, 100, 300, 1200, 2500]);
  expect(edgesOf([bucket('250', 0)], 1)).toMatchObject([{ ms: 250, value: 250, les: ['250', '250.0'] }]);
});

describe('chooseEdge', () => {
  const edges = edgesOf([bucket('0.1', 900), bucket('0.5', 989), bucket('1', 990), bucket('5', 995)], 1000);

  test.each([
    [
      'nearest above the 99th percentile',
      edges,
      1000,
      1000,
      'slow is more than 1s, the edge nearest above stable’s p99',
    ],
    ['the first one', edges.slice(0, 1), 900, 100, 'slow is more than 100ms, the edge nearest above stable’s p99'],
    [
      'the highest, where more is beyond it',
      edges,
      2000,
      5000,
      'slow is more than 5s, the highest edge; stable’s p99 is beyond it',
    ],
  ])('auto: %s', (_, of, total, ms, because) => {
    expect(chooseEdge('auto', of, total)).toMatchObject({ edge: { ms }, because });
  });

  test.each([
    ['no requests', edges, 0, 'stable has no requests yet from which to choose an edge'],
    ['no number of requests', edges, Number.NaN, 'stable has no requests yet from which to choose an edge'],
    ['no buckets', [], 1000, 'its histogram has no buckets'],
  ])('auto: %s', (_, of, total, why) => {
    expect(chooseEdge('auto', of, total)).toBe(why);
  });

  test('an edge of the user’s needs no requests', () => {
    expect(chooseEdge({ ms: 500 }, edges, 0)).toMatchObject({
      edge: { value: 0.5 },
      because: 'slow is more than 500ms',
    });
    expect(chooseEdge({ ms: 300 }, edges, 0)).toBe('300ms is no edge of a bucket; there are 100ms, 500ms, 1s, 5s');
    expect(chooseEdge({ ms: 2.5 }, [], 0)).toBe('2.5ms is no edge of a bucket; there are none');
  });
});
