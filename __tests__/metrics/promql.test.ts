import { describe, expect, test } from '@jest/globals';
import {
  filled,
  hasBareVariable,
  isSelector,
  literally,
  narrowed,
  quoted,
  rateIn,
  unknownVariables,
} from '../../src/metrics/promql.ts';

const VALUES = {
  namespace: 'shop',
  deployment: 'web.v1',
  stable: '6c8d',
  candidate: '5d9f',
  service: 'web',
  candidate_service: 'web-candidate',
  pods: 'web\\.v1-6c8d-.+',
};

test.each([
  ['x{namespace="$namespace"}', 'x{namespace="shop"}'],
  ["x{pod=~'$pods'}", "x{pod=~'web\\\\.v1-6c8d-.+'}"],
  ['x{pod=~"$pods"}', 'x{pod=~"web\\\\.v1-6c8d-.+"}'],
  ['x{pod=~`$pods`}', 'x{pod=~`web\\.v1-6c8d-.+`}'],
  ['x{a="$service",b="$candidate_service",c="$candidate"}', 'x{a="web",b="web-candidate",c="5d9f"}'],
  ['x{pod=~"$deployment-($stable|$candidate)-.*"}', 'x{pod=~"web.v1-(6c8d|5d9f)-.*"}'],
  ['label_replace(x, "a", "$1", "b", "(.*)")', 'label_replace(x, "a", "$1", "b", "(.*)")'],
  ['x{a="$other"} + $namespace', 'x{a="$other"} + $namespace'],
  ['x{a="\\"$service\\""}', 'x{a="\\"web\\""}'],
])('%s', (query, wanted) => {
  expect(filled(query, VALUES)).toBe(wanted);
});

test('what there is to complain of', () => {
  expect(unknownVariables('x{a="$names", b="$service", c="$1", d=\'$hash\'}')).toEqual(['names', 'hash']);
  expect(hasBareVariable('x{namespace=$namespace}')).toBe(true);
  expect(hasBareVariable('x{namespace="$namespace"}')).toBe(false);
});

test('texts as strings and as regular expressions', () => {
  expect(quoted('a"b\\c\nd')).toBe('"a\\"b\\\\c\\nd"');
  expect(literally('a.b+c(d)|[e]{f}^$*?\\')).toBe('a\\.b\\+c\\(d\\)\\|\\[e\\]\\{f\\}\\^\\$\\*\\?\\\\');
});

describe('plain selectors', () => {
  test.each([
    ['x', 'x{m="1"}'],
    [' x {} ', 'x{m="1"}'],
    ['x{a="b"}', 'x{a="b", m="1"}'],
    ['x{a="}{,", b=~\'c"\', }', 'x{a="}{,", b=~\'c"\', m="1"}'],
    ['{__name__=~"x|y"}', '{__name__=~"x|y", m="1"}'],
    ['job:x:sum{a="b\\"}"}', 'job:x:sum{a="b\\"}", m="1"}'],
  ])('%s', (selector, wanted) => {
    expect(isSelector(selector)).toBe(true);
    expect(narrowed(selector, 'm="1"')).toBe(wanted);
  });

  test.each(['', 'sum(x)', 'x[5m]', 'x offset 5m', 'x + y', 'x{a="b"} > 5', 'x{a="b"', '5 * x'])('not %j', (query) => {
    expect(isSelector(query)).toBe(false);
  });
});

test.each([
  ['sum(rate(x[5m]))', 'rate'],
  ['increase (x[5m])', 'increase'],
  ['x{a="rate(y)"}', null],
  ['my_rate(x)', null],
  ['sum by (pod) (rate_total)', null],
])('rates are found: %s', (query, wanted) => {
  expect(rateIn(query)).toBe(wanted);
});
