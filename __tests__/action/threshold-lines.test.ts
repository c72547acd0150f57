import { describe, expect, test } from '@jest/globals';
import { parseThresholdLine } from '../../src/action/threshold-lines.ts';

describe('parseThresholdLine', () => {
  test.each<[string, object]>([
    [
      'error-rate: sum(rate(http_requests_total{code=~"5.."}[1m])) < 0.01',
      {
        name: 'error-rate',
        query: 'sum(rate(http_requests_total{code=~"5.."}[1m]))',
        comparison: '<',
        bound: 0.01,
        patience: 0,
      },
    ],
    ['p99: job:latency:p99 <= 2.5e-1 for 1m30s', { query: 'job:latency:p99', bound: 0.25, patience: 90_000 }],
    ['up: min(up) == 1', { query: 'min(up)', comparison: '==', bound: 1 }],
    ['no-leader: leaders != 0 for 500ms', { comparison: '!=', bound: 0, patience: 500 }],
    ['left: free_bytes >= -.5', { comparison: '>=', bound: -0.5 }],
    ['busy: rps > +10', { comparison: '>', bound: 10 }],
    // Only what stands outside of everything that encloses is the condition.
    ['a: count(up{job!="a",pod=~"b<1"} == 1) > 2', { query: 'count(up{job!="a",pod=~"b<1"} == 1)', bound: 2 }],
    ['a: (x > 1 or y < 2) < 3', { query: '(x > 1 or y < 2)', bound: 3 }],
    ['a: x > 0 < 9', { query: 'x > 0', comparison: '<', bound: 9 }],
    ['a: x{l="}\\"<1"} < 2', { query: 'x{l="}\\"<1"}' }],
    ["a: x{l='(<1'} < 2", { query: "x{l='(<1'}" }],
    ['a: x{l=`\\`} < 2', { query: 'x{l=`\\`}' }],
    ['a: x{and="1"} + on_or_off < 2', { query: 'x{and="1"} + on_or_off' }],
    ['a: x{pod=~"$deployment-$candidate-.*$"} < 2', { query: 'x{pod=~"$deployment-$candidate-.*$"}' }],
    ['a: sum(label_replace(x, "a", "$1", "b", "(.*)")) < 2', { bound: 2 }],
  ])('%s', (line, wanted) => {
    expect(parseThresholdLine(line)).toEqual({ ok: true, value: expect.objectContaining({ line, ...wanted }) });
  });

  test.each<[string, string]>([
    ['sum(x) < 1', 'It does not begin with a name, a colon and a space.'],
    ['job:errors:rate5m < 1', 'It does not begin with a name, a colon and a space.'],
    ['5xx: x < 1', '"5xx" is not a name: '],
    ['a: sum(x < 1', 'do not pair up'],
    ['a: x{l="b} < 1', 'do not pair up'],
    ['a: x)( < 1', 'do not pair up'],
    ['a: sum(x < 1)', 'There is no comparison (< <= > >= == !=) outside of parentheses'],
    ['a: < 1', 'There is no query before the comparison.'],
    ['a: x < y', 'After "<" there must be a number'],
    ['a: x < bool 1', 'After "<" there must be a number'],
    ['a: x < 1%', 'After "<" there must be a number'],
    ['a: x < 1 for', 'After "<" there must be a number'],
    ['a: x < 1 for 30', 'for 30: A unit is missing. Did you mean 30s?'],
    ['a: x or y < 1', '"or" binds weaker than "<"'],
    ['a: x < 1 and y < 1', '"and" binds weaker than "<"'],
    ['a: x{pod="$canditate"} < 1', '$canditate is not a variable; there are $namespace, '],
    ['a: x{pod="$canditate"} < 1', 'Did you mean $candidate?'],
  ])('refuses %s', (line, problem) => {
    expect(parseThresholdLine(line)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});
