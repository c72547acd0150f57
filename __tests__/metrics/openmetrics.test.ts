import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ExpositionError, parseExposition } from '../../src/metrics/openmetrics.ts';

const parse = (text: string) => parseExposition(text, () => true);
const sample = (name: string, value: number, labels: Record<string, string> = {}, at: number | null = null) => ({
  name,
  labels,
  value,
  at,
});

describe('one line', () => {
  test.each([
    ['up 1', sample('up', 1)],
    ['up{} 1', sample('up', 1)],
    ['up{a="b"} 1', sample('up', 1, { a: 'b' })],
    ['  up\t{ a = "b" , c="d", }\t1  ', sample('up', 1, { a: 'b', c: 'd' })],
    ['up{a="b"}1', sample('up', 1, { a: 'b' })],
    ['a:b_c 1.5e+03', sample('a:b_c', 1500)],
    ['up .5', sample('up', 0.5)],
    ['up 5.', sample('up', 5)],
    ['up -0.25E-2', sample('up', -0.0025)],
    ['up +Inf', sample('up', Number.POSITIVE_INFINITY)],
    ['up -Inf', sample('up', Number.NEGATIVE_INFINITY)],
    ['up NaN', sample('up', Number.NaN)],
    ['up nan', sample('up', Number.NaN)],
    ['up 1 1395066363000', sample('up', 1, {}, 1395066363000)],
    ['up 1 -3982045', sample('up', 1, {}, -3982045)],
    ['up 1\r', sample('up', 1)],
    [String.raw`up{a="\"quoted\" \\ back\nline \d"} 1`, sample('up', 1, { a: '"quoted" \\ back\nline \\d' })],
    ['up{a="}, b=\\"x\\" # "} 1', sample('up', 1, { a: '}, b="x" # ' })],
    ['up{a="ü 😀"} 1', sample('up', 1, { a: 'ü 😀' })],
    ['{"http.requests",a="b"} 1', sample('http.requests', 1, { a: 'b' })],
    ['up{"a.b"="c"} 1', sample('up', 1, { 'a.b': 'c' })],
  ])('%j', (line, wanted) => {
    expect(parse(line)).toEqual([wanted]);
  });

  test.each([
    'up',
    'up{a="b"}',
    'up one',
    'up 0x10',
    'up 1 soon',
    'up 1 2 3',
    'up{a=b} 1',
    'up{a="b} 1',
    'up{a="b" c="d"} 1',
    'up{a} 1',
    'up{"a"} 1 {',
    '{a="b"} 1',
    '9up 1',
    'up{a="b",,} 1',
    'up{9a="b"} 1',
    '<html>',
  ])('%j is no metric', (line) => {
    expect(() => parse(`# HELP up x\n\n${line}\n`)).toThrow(ExpositionError);
    expect(() => parse(`# HELP up x\n\n${line}\n`)).toThrow('line 3 is no metric: ');
  });
});

test('comments, types and empty lines are passed over', () => {
  expect(parse('# HELP up Is it {up}?\n# TYPE up gauge\n#\n\n   \n#up 2\nup 1\n')).toEqual([sample('up', 1)]);
});

test('OpenMetrics: seconds, exemplars, created times, and its end', () => {
  const text = [
    '# TYPE http_requests counter',
    '# UNIT http_requests requests',
    'http_requests_total{code="200"} 17 1520879607.789 # {trace_id="a b"} 0.67 1520879607.1',
    'http_requests_created{code="200"} 1520430000.123',
    '# TYPE d histogram',
    'd_bucket{le="0.5"} 3 # {} 0.2',
    'd_bucket{le="+Inf"} 4',
    '# EOF',
  ];
  expect(parse(`${text.join('\n')}\n`)).toEqual([
    sample('http_requests_total', 17, { code: '200' }, 1520879607789),
    sample('http_requests_created', 1520430000.123, { code: '200' }),
    sample('d_bucket', 3, { le: '0.5' }),
    sample('d_bucket', 4, { le: '+Inf' }),
  ]);
});

test('what is not wanted is not even looked at', () => {
  expect(parseExposition('go_info{version="go1.26} nonsense\nup 1', (name) => name === 'up')).toEqual([
    sample('up', 1),
  ]);
});

test('whatever stands in a label comes out of it again', () => {
  const written = (text: string): string =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !/[\r\n\u2028\u2029]/.test(value));
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 5 }),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      (values, value) => {
        const labels = Object.fromEntries(values.map((one, index) => [`l${index}`, one]));
        const line = `up{${Object.entries(labels).map(([name, one]) => `${name}="${written(one)}"`)}} ${value}`;
        const [found] = parse(line);
        expect(found?.labels).toEqual(labels);
        expect(found?.value).toBe(Number(String(value)));
      },
    ),
  );
});

test('a page of 20,000 series is read in a moment', () => {
  const page = Array.from({ length: 20_000 }, (_, n) => `http_requests_total{code="${n}",path="/a/${n}"} ${n}`).join(
    '\n',
  );
  const began = process.cpuUsage();
  expect(parse(page)).toHaveLength(20_000);
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(1500);
});
