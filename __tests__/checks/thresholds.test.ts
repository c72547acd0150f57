import { describe, expect, test } from '@jest/globals';
import { parseThresholdLine } from '../../src/action/threshold-lines.ts';
import { filledIn, thresholdGates } from '../../src/checks/thresholds.ts';
import type { WatchedGate } from '../../src/checks/watched-gate.ts';
import type { PrometheusApi, QueryAnswer } from '../../src/metrics/prometheus-api.ts';
import { MetricsError } from '../../src/metrics/source.ts';

const NEVER = new AbortController().signal;
const NAMES = {
  namespace: 'shop',
  deployment: 'web',
  service: 'web',
  candidateService: 'web-candidate',
  stableHash: '7c9d8b6f5',
  candidateHash: '5f4d7c9b8',
};

describe('a threshold', () => {
  test('is asked for with the names of the release, and judged by its condition', async () => {
    const { gate, asked, look } = gateOf('errors: x{pod=~"$deployment-$candidate-.*",ns="$namespace"} < 0.01');
    expect(gate).toMatchObject({ kind: 'threshold', name: expect.stringMatching(/^errors: x/) });
    expect(await look(0.009)).toEqual({ verdict: 'healthy', detail: 'errors: 0.009, wanted < 0.01' });
    expect(asked).toEqual(['x{pod=~"web-5f4d7c9b8-.*",ns="shop"}']);
    expect(await look(0.01)).toEqual({
      verdict: 'unhealthy',
      detail: 'errors: 0.01, wanted < 0.01; asked: x{pod=~"web-5f4d7c9b8-.*",ns="shop"}',
    });
    expect(await look(Number.POSITIVE_INFINITY)).toMatchObject({ verdict: 'unhealthy' });
  });

  test.each<[string, number, string]>([
    ['<', 1, 'unhealthy'],
    ['<', 0.5, 'healthy'],
    ['<=', 1, 'healthy'],
    ['<=', 1.1, 'unhealthy'],
    ['>', 1, 'unhealthy'],
    ['>', 2, 'healthy'],
    ['>=', 1, 'healthy'],
    ['>=', 0, 'unhealthy'],
    ['==', 1, 'healthy'],
    ['==', 2, 'unhealthy'],
    ['!=', 1, 'unhealthy'],
    ['!=', 2, 'healthy'],
  ])('%s 1 of %d: %s', async (comparison, value, verdict) => {
    expect(await gateOf(`a: x ${comparison} 1`).look(value)).toMatchObject({ verdict });
  });

  test('takes a scalar as a number', async () => {
    const { look } = gateOf('a: scalar(x) < 1');
    expect(await look({ type: 'scalar', value: 3, at: 0 })).toMatchObject({ verdict: 'unhealthy' });
  });

  test.each<[string, QueryAnswer | Error, string]>([
    ['no data', vector(), 'a: wanted one number, found no data; asked Prometheus at test: x'],
    ['NaN', vector(Number.NaN), 'a: wanted one number, found NaN (mostly a division of nothing by nothing); asked'],
    [
      'several series',
      vector(1, 2, 3, 4),
      'a: wanted one number, found 4 series ({pod="0"}, {pod="1"}, {pod="2"}, …); make one of them with sum()',
    ],
    ['an error', new MetricsError('HTTP 503'), 'a: HTTP 503; asked Prometheus at test: x'],
  ])('says nothing about the candidate with %s', async (_, answer, detail) => {
    expect(await gateOf('a: x < 1').look(answer)).toEqual({
      verdict: 'inconclusive',
      detail: expect.stringContaining(detail),
    });
  });

  test('is unhealthy when it was missed for its time without a break', async () => {
    const { look, pass } = gateOf('a: x < 1 for 30s');
    expect(await look(2)).toEqual({
      verdict: 'inconclusive',
      detail: 'a: 2, wanted < 1, for 0s now; unhealthy after 30s; asked: x',
    });
    pass(29_999);
    expect(await look(2)).toMatchObject({ verdict: 'inconclusive' });
    pass(1);
    expect(await look(2)).toMatchObject({ verdict: 'unhealthy' });
    expect(await look(0)).toMatchObject({ verdict: 'healthy' });
    expect(await look(2)).toMatchObject({ verdict: 'inconclusive' });
    pass(29_999);
    // A time without data does not count.
    expect(await look(vector())).toMatchObject({ verdict: 'inconclusive' });
    pass(1);
    expect(await look(2)).toMatchObject({ verdict: 'inconclusive' });
  });

  test('ends with its signal', async () => {
    const over = new AbortController();
    const { gate } = gateOf('a: x < 1');
    over.abort(new Error('the tick is over'));
    await expect(gate.look(over.signal)).rejects.toThrow('the tick is over');
  });

  test('lets faults of ours through', async () => {
    await expect(gateOf('a: x < 1').look(new TypeError('a fault'))).rejects.toThrow('a fault');
  });
});

test('values are escaped for the quotes around them, and longer names are not cut', () => {
  const names = { ...NAMES, namespace: 'a"b\\c' };
  expect(filledIn('x{a="$namespace",b="$candidate_service",c="$service",d="$1"}', names)).toBe(
    'x{a="a\\"b\\\\c",b="web-candidate",c="web",d="$1"}',
  );
});

function vector(...values: number[]): QueryAnswer {
  return { type: 'vector', samples: values.map((value, at) => ({ labels: { pod: String(at) }, value, at: 0 })) };
}

/** The gate of one line, before a Prometheus and a clock of the test's. */
function gateOf(line: string) {
  const parsed = parseThresholdLine(line);
  if (!parsed.ok) throw new Error(parsed.problem);
  let now = 0;
  let answer: QueryAnswer | Error = vector();
  const asked: string[] = [];
  const prometheus: PrometheusApi = {
    name: 'Prometheus at test',
    async query(promql, signal) {
      signal.throwIfAborted();
      asked.push(promql);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    alerts: async () => [],
  };
  const clock = { now: () => now, sleep: async () => undefined };
  const [gate] = thresholdGates([parsed.value], NAMES, { prometheus, clock });
  if (gate === undefined) throw new Error('no gate');
  return {
    gate,
    asked,
    pass: (ms: number) => {
      now += ms;
    },
    look: (next: number | QueryAnswer | Error): ReturnType<WatchedGate['look']> => {
      answer = typeof next === 'number' ? vector(next) : next;
      return gate.look(NEVER);
    },
  };
}
