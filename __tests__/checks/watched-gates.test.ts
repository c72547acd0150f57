import { expect, test } from '@jest/globals';
import { parseAlertLine } from '../../src/action/alert-lines.ts';
import { parseThresholdLine } from '../../src/action/threshold-lines.ts';
import { type GatePorts, type GateRequest, gateWarnings, watchedGates } from '../../src/checks/watched-gates.ts';
import { systemClock } from '../../src/engine/clock.ts';
import type { PrometheusApi } from '../../src/metrics/prometheus-api.ts';

const NEVER = new AbortController().signal;
const BEGAN = Date.parse('2026-11-21T13:00:00Z');
const NAMES = {
  namespace: 'shop',
  deployment: 'web',
  service: 'web',
  candidateService: 'web-candidate',
  stableHash: '7c',
  candidateHash: '5f',
};
/** It fires since a moment before the release. */
const PROMETHEUS: PrometheusApi = {
  name: 'Prometheus at test',
  query: async () => ({ type: 'scalar', value: 0, at: 0 }),
  alerts: async () => [
    { labels: { alertname: 'HighErrorRate' }, annotations: {}, state: 'firing', activeAt: BEGAN - 1 },
  ],
  alertNames: async () => ['HighErrorRate'],
};
const REQUEST: GateRequest = {
  thresholds: [parsedOf(parseThresholdLine('errors: x < 1'))],
  alerts: [parsedOf(parseAlertLine('HighErrorRate'))],
  alertsSince: 'release',
  alertmanager: null,
};
const ALERTMANAGER = { kind: 'service', namespace: 'monitoring', service: 'am', port: '9093' } as const;

test.each<[string, Partial<GateRequest>, PrometheusApi | null, readonly string[]]>([
  ['Prometheus', {}, PROMETHEUS, ['errors: x < 1: healthy', 'HighErrorRate: healthy']],
  ['alerts of any time', { alertsSince: 'any' }, PROMETHEUS, ['errors: x < 1: healthy', 'HighErrorRate: unhealthy']],
  // It is silenced there.
  [
    'Alertmanager beside Prometheus',
    { alertsSince: 'any', alertmanager: ALERTMANAGER },
    PROMETHEUS,
    ['errors: x < 1: healthy', 'HighErrorRate: healthy'],
  ],
  ['Alertmanager alone', { thresholds: [], alertmanager: ALERTMANAGER }, null, ['HighErrorRate: healthy']],
  ['nothing', { thresholds: [], alerts: [] }, null, []],
])('%s', async (_, request, prometheus, wanted) => {
  const gates = watchedGates({ ...REQUEST, ...request }, NAMES, BEGAN, ports(prometheus));
  const looks = await Promise.all(gates.map(async (gate) => `${gate.name}: ${(await gate.look(NEVER)).verdict}`));
  expect(looks).toEqual(wanted);
});

test('warns of names that no rule has', async () => {
  expect(await gateWarnings(REQUEST, PROMETHEUS, NEVER)).toEqual([]);
  const misspelt = { ...REQUEST, alerts: [parsedOf(parseAlertLine('HighErorRate'))] };
  expect(await gateWarnings(misspelt, PROMETHEUS, NEVER)).toHaveLength(1);
  expect(await gateWarnings(misspelt, null, NEVER)).toEqual([]);
});

function ports(prometheus: PrometheusApi | null): GatePorts {
  return {
    prometheus,
    api: { text: async () => ({ status: 200, body: '[]', whole: true, retryAfter: null }) },
    outside: { request: () => Promise.reject(new Error('not asked')), close: async () => undefined },
    clock: systemClock,
  };
}

function parsedOf<T>(parsed: { ok: true; value: T } | { ok: false; problem: string }): T {
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.problem);
}
