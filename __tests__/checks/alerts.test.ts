import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseAlertLine } from '../../src/action/alert-lines.ts';
import type { AlertSelector, ServerAddress } from '../../src/action/request.ts';
import { parseServerAddress } from '../../src/action/server-address.ts';
import { alertmanagerAlerts } from '../../src/checks/alertmanager.ts';
import { type AlertSource, alertGates, prometheusAlerts, unknownAlerts } from '../../src/checks/alerts.ts';
import { type Outside, outside } from '../../src/checks/outside.ts';
import type { PrometheusAlert, PrometheusApi } from '../../src/metrics/prometheus-api.ts';
import { MetricsError } from '../../src/metrics/source.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const NEVER = new AbortController().signal;
const BEGAN = Date.parse('2026-11-21T13:00:00Z');
const HIGH: PrometheusAlert = {
  labels: { alertname: 'HighErrorRate', severity: 'critical' },
  annotations: { summary: 'High error rate detected' },
  state: 'firing',
  activeAt: BEGAN + 62_000,
};

describe('an alert of Prometheus', () => {
  test.each<[string, string, readonly PrometheusAlert[], number | null, string, string]>([
    [
      'that fires is unhealthy',
      'HighErrorRate',
      [HIGH],
      BEGAN,
      'unhealthy',
      'HighErrorRate{severity="critical"} fires since 2026-11-21T13:01:02Z: High error rate detected (Prometheus at test)',
    ],
    ['by its labels', 'severity=~"crit.*"', [HIGH], BEGAN, 'unhealthy', 'HighErrorRate{'],
    [
      'several, the oldest is named',
      'severity="critical"',
      [HIGH, { ...HIGH, activeAt: BEGAN, labels: { ...HIGH.labels, alertname: 'First' } }],
      BEGAN,
      'unhealthy',
      'First{severity="critical"} fires since 2026-11-21T13:00:00Z: High error rate detected and 1 more (',
    ],
    ['none', 'HighErrorRate', [], BEGAN, 'healthy', 'nothing that fits HighErrorRate fires (Prometheus at test)'],
    ['another one', 'HighLatency', [HIGH], BEGAN, 'healthy', 'nothing that fits HighLatency fires ('],
    ['that is only pending', 'HighErrorRate', [{ ...HIGH, state: 'pending' }], BEGAN, 'healthy', 'nothing that fits'],
    [
      'that began before the release',
      'HighErrorRate',
      [{ ...HIGH, activeAt: BEGAN - 1 }],
      BEGAN,
      'healthy',
      'nothing that fits HighErrorRate fires; 1 that began before the release does not count (',
    ],
    ['that began before, and counts', 'HighErrorRate', [{ ...HIGH, activeAt: 0 }], null, 'unhealthy', 'HighErrorRate{'],
  ])('%s', async (_, line, alerts, since, verdict, detail) => {
    const look = await lookAt(line, prometheusAlerts(prometheusWith(async () => alerts)), since);
    expect(look).toEqual({ verdict, detail: expect.stringContaining(detail) });
  });

  test('that cannot be looked up is inconclusive', async () => {
    const failing = prometheusWith(async () => {
      throw new MetricsError('Prometheus at test answered HTTP 503');
    });
    expect(await lookAt('HighErrorRate', prometheusAlerts(failing), BEGAN)).toEqual({
      verdict: 'inconclusive',
      detail: 'whether HighErrorRate fires is not known: Prometheus at test answered HTTP 503',
    });
  });
});

describe('unknownAlerts', () => {
  const rules = prometheusWith(
    async () => [],
    async () => ['HighErrorRate', 'HighLatency'],
  );

  test('warns of names that no rule has', async () => {
    const lines = ['HighErorRate', 'HighLatency', 'severity="critical"', 'alertname="Nothing"'];
    expect(await unknownAlerts(lines.map(selector), rules, NEVER)).toEqual([
      'Input alerts names HighErorRate, and Prometheus at test has no rule for such an alert: it will never fire. Did you mean HighErrorRate?',
      'Input alerts names Nothing, and Prometheus at test has no rule for such an alert: it will never fire.',
    ]);
  });

  test('says nothing where rules cannot be read', async () => {
    const unable = prometheusWith(
      async () => [],
      async () => {
        throw new MetricsError('HTTP 404');
      },
    );
    expect(await unknownAlerts([selector('A')], unable, NEVER)).toEqual([]);
    expect(
      await unknownAlerts(
        [selector('A')],
        prometheusWith(async () => []),
        NEVER,
      ),
    ).toEqual([]);
  });
});

describe('an alert of Alertmanager', () => {
  let server: WebServer;
  let servers: Outside;
  beforeEach(async () => {
    server = await startWebServer((_, response) => response.end('[]'));
    servers = outside({});
  });
  afterEach(async () => {
    await servers.close();
    await server.close();
  });
  const fires = (state: string, startsAt = '2026-11-21T13:01:02.345Z'): string =>
    JSON.stringify([
      {
        labels: { alertname: 'HighErrorRate', severity: 'critical' },
        annotations: { description: 'Error rate is above 5%' },
        startsAt,
        endsAt: '2026-11-21T13:05:02.345Z',
        updatedAt: '2026-11-21T13:01:02.345Z',
        fingerprint: '4a',
        receivers: [{ name: 'team' }],
        status: { state, silencedBy: [], inhibitedBy: [], mutedBy: [] },
      },
    ]);
  const at = (address: string): AlertSource =>
    alertmanagerAlerts(serverAt(address), {
      api: { text: () => Promise.reject(new Error('not asked')) },
      outside: servers,
    });

  test('that fires is unhealthy; it is asked for what fits, active and not silenced', async () => {
    server.answer = (_, response) => response.end(fires('active'));
    expect(await lookAt('severity=~"crit.*",team!="a\\"b"', at(`${server.url}/am/`), BEGAN)).toEqual({
      verdict: 'unhealthy',
      detail: `HighErrorRate{severity="critical"} fires since 2026-11-21T13:01:02Z: Error rate is above 5% (Alertmanager at ${server.url}/am)`,
    });
    const { method, path } = server.received[0] ?? {};
    const url = new URL(path ?? '', server.url);
    expect(method).toBe('GET');
    expect(url.pathname).toBe('/am/api/v2/alerts');
    expect([...url.searchParams]).toEqual([
      ['active', 'true'],
      ['silenced', 'false'],
      ['inhibited', 'false'],
      ['filter', 'severity=~"crit.*"'],
      ['filter', 'team!="a\\"b"'],
    ]);
  });

  test.each<[string, string, string]>([
    ['that began before the release', fires('active', '2026-11-21T12:59:59Z'), 'healthy'],
    ['that is suppressed', fires('suppressed'), 'healthy'],
    ['of another name', fires('active').replace('HighErrorRate', 'Other'), 'healthy'],
  ])('%s does not count', async (_, body, verdict) => {
    server.answer = (_request, response) => response.end(body);
    expect(await lookAt('HighErrorRate', at(server.url), BEGAN)).toMatchObject({ verdict });
  });

  test.each<[string, number, string, string]>([
    ['an error', 503, 'upstream is\n down', 'the answer was HTTP 503: upstream is down'],
    ['a login page', 200, '<html>', 'the answer was no list of alerts'],
    ['a redirect', 302, '', 'the answer was HTTP 302: '],
    ['another API', 200, '{"status":"success","data":[]}', 'the answer was no list of alerts'],
    ['alerts of no known form', 200, '[{"labels":{}}]', 'the answer was no list of alerts'],
  ])('says nothing with %s', async (_, status, body, found) => {
    server.answer = (_request, response) => response.writeHead(status).end(body);
    expect(await lookAt('HighErrorRate', at(server.url), BEGAN)).toEqual({
      verdict: 'inconclusive',
      detail: expect.stringMatching(/^whether HighErrorRate fires is not known: Alertmanager at http:\/\/127/),
    });
    expect((await lookAt('HighErrorRate', at(server.url), BEGAN)).detail).toContain(`; ${found}. Check input`);
  });

  test('says nothing when nobody is there', async () => {
    expect(await lookAt('HighErrorRate', at('http://127.0.0.1:9'), BEGAN)).toEqual({
      verdict: 'inconclusive',
      detail: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  test('is asked with user and password, which no message shows', async () => {
    server.answer = (_, response) => response.writeHead(401).end();
    const look = await lookAt('HighErrorRate', at(server.url.replace('//', '//ann:s%40crt@')), BEGAN);
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ann:s@crt').toString('base64')}`);
    expect(look.detail).not.toMatch(/ann|crt/);
  });

  test('is reached through the API server where a Service is named', async () => {
    const asked: string[] = [];
    const api = {
      text: async (path: string) => {
        asked.push(path);
        return { status: 200, body: fires('active'), whole: true, retryAfter: null };
      },
    };
    const source = alertmanagerAlerts(serverAt('monitoring/alertmanager:9093'), { api, outside: servers });
    expect(source.name).toBe('Alertmanager at monitoring/alertmanager:9093');
    expect(await lookAt('HighErrorRate', source, BEGAN)).toMatchObject({ verdict: 'unhealthy' });
    expect(asked).toEqual([
      '/api/v1/namespaces/monitoring/services/alertmanager:9093/proxy/api/v2/alerts?active=true&silenced=false&inhibited=false&filter=alertname%3D%22HighErrorRate%22',
    ]);
  });

  test('ends with its signal', async () => {
    server.answer = () => undefined;
    const over = new AbortController();
    const [gate] = alertGates([selector('A')], at(server.url), null);
    setTimeout(() => over.abort(new Error('the tick is over')), 50);
    await expect(gate?.look(over.signal)).rejects.toThrow('the tick is over');
  });
});

function selector(line: string): AlertSelector {
  const parsed = parseAlertLine(line);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

function serverAt(address: string): ServerAddress {
  const parsed = parseServerAddress(address);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

async function lookAt(line: string, source: AlertSource, since: number | null) {
  const [gate] = alertGates([selector(line)], source, since);
  expect(gate).toMatchObject({ name: line, kind: 'alert' });
  if (gate === undefined) throw new Error('no gate');
  return gate.look(NEVER);
}

function prometheusWith(alerts: PrometheusApi['alerts'], alertNames?: PrometheusApi['alertNames']): PrometheusApi {
  return {
    name: 'Prometheus at test',
    query: () => Promise.reject(new Error('not asked')),
    alerts,
    ...(alertNames === undefined ? {} : { alertNames }),
  };
}
