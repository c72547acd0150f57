import { describe, expect, test } from '@jest/globals';
import { type CounterQuery, promqlOf } from '../../src/metrics/counter-query.ts';
import { presetsFor } from '../../src/metrics/prepare-prometheus.ts';
import { podErrors, POD_SERIES, SERVICE_SERIES, serviceErrors } from '../../src/metrics/presets.ts';
import type { PrometheusApi, Sample } from '../../src/metrics/prometheus-api.ts';
import { PrometheusSource } from '../../src/metrics/prometheus-source.ts';
import type { TracksNow } from '../../src/metrics/source.ts';

const NEVER = new AbortController().signal;

const TRACKS: TracksNow = {
  namespace: 'shop',
  deployment: 'web.v1',
  stable: { hash: '6c8d', pods: ['web.v1-6c8d-a', 'web.v1-6c8d-b'] },
  candidate: { hash: '5d9f', pods: ['web.v1-5d9f-c'] },
  service: { name: 'web', leadsTo: 'stable' },
  candidateService: 'web-candidate',
};

/** Answers one list of samples after the other. */
function scripted(...answers: (readonly Sample[])[]): PrometheusApi {
  return {
    name: 'Prometheus at http://test',
    query: () => Promise.resolve({ type: 'vector', samples: answers.shift() ?? [] }),
    alerts: () => Promise.resolve([]),
  };
}

const NOW = 1_000_000;
const sample = (crossfade: string, labels: Record<string, string>, value: number, at = NOW): Sample => ({
  labels: { crossfade, ...labels },
  value,
  at,
});

function series(series: 'http' | 'traefik'): CounterQuery {
  const http = POD_SERIES.find(({ counter }) => counter === 'http_requests_total');
  const traefik = SERVICE_SERIES.find(({ preset }) => preset === 'traefik');
  if (http === undefined || traefik === undefined) throw new Error('no such presets');
  return series === 'http'
    ? podErrors({
        series: http,
        podLabel: 'pod',
        namespaceLabel: 'namespace',
        failed: { label: 'code', matches: '5..' },
      })
    : serviceErrors(traefik, ['80', 'http']);
}

describe('the query', () => {
  test('names the pods of both tracks by their prefix', () => {
    expect(promqlOf(series('http'), TRACKS)).toBe(
      [
        'label_replace(sum by (pod) (http_requests_total{namespace="shop", pod=~"(?:web\\\\.v1-6c8d-|web\\\\.v1-5d9f-).+"}), "crossfade", "pods total", "", "")',
        'label_replace(sum by (pod) (http_requests_total{namespace="shop", pod=~"(?:web\\\\.v1-6c8d-|web\\\\.v1-5d9f-).+", code=~"5.."}), "crossfade", "pods some", "", "")',
        'label_replace(max by (pod) (timestamp(http_requests_total{namespace="shop", pod=~"(?:web\\\\.v1-6c8d-|web\\\\.v1-5d9f-).+"})), "crossfade", "pods at", "", "")',
      ].join(' or '),
    );
  });

  test('of a long name the API server leaves 58 characters in its pods', () => {
    const deployment = 'a'.repeat(60);
    const query = promqlOf(series('http'), { ...TRACKS, deployment, candidate: null });
    expect(query).toContain(`pod=~"(?:${'a'.repeat(58)}).+"`);
    expect(query).not.toContain('a'.repeat(59));
  });

  test('knows both Services of a proxy apart', () => {
    const query = promqlOf(series('traefik'), TRACKS);
    expect(query).toContain(
      'service=~".+-svc-shop-web-[0-9]+@kubernetesgateway|shop-web-(?:80|http)@kubernetes(?:crd)?|shop-.+-web-(?:80|http)@kubernetesingressnginx"',
    );
    expect(query).toContain('"candidate total"');
  });
});

describe('series of pods', () => {
  const a = { pod: 'web.v1-6c8d-a' };
  const c = { pod: 'web.v1-5d9f-c' };

  test('totals, errors and times come together again; no series of errors are none', async () => {
    const prometheus = scripted([
      sample('pods total', a, 100),
      sample('pods total', c, 10),
      sample('pods some', c, 2),
      sample('pods at', a, 990.5),
      sample('pods at', c, 995.25),
    ]);
    const { counters, note } = await new PrometheusSource('it', prometheus, [series('http')], 0).read(TRACKS, NEVER);
    expect(counters).toEqual([
      { metric: 'errors', track: 'stable', instance: a.pod, total: 100, bad: 0, at: 990_500 },
      { metric: 'errors', track: 'candidate', instance: c.pod, total: 10, bad: 2, at: 995_250 },
    ]);
    expect(note).toBe('errors: Prometheus has 1 of 2 pods of stable');
  });

  test('pods that are gone, or of another namespace, are left out', async () => {
    const gone = { pod: 'web.v1-6c8d-zzz' };
    const prometheus = scripted([sample('pods total', gone, 5), sample('pods at', gone, 1)]);
    expect((await new PrometheusSource('it', prometheus, [series('http')], 0).read(TRACKS, NEVER)).counters).toEqual(
      [],
    );
  });

  test('a histogram without the edge that is judged by says nothing', async () => {
    const [part] = series('http').parts;
    if (part === undefined) throw new Error('no part');
    const slow: CounterQuery = { ...series('http'), metric: 'slow', parts: [{ ...part, someAre: 'good' }] };
    const prometheus = scripted([
      sample('pods total', a, 100),
      sample('pods some', a, 99),
      sample('pods at', a, 1),
      sample('pods total', c, 10),
      sample('pods at', c, 1),
    ]);
    const { counters, note } = await new PrometheusSource('it', prometheus, [slow], 0).read(TRACKS, NEVER);
    expect(counters.map(({ instance, bad }) => [instance, bad])).toEqual([[a.pod, 1]]);
    expect(note).toContain('1 of the series of slow have no bucket with the edge that is judged by');
  });

  test('without times of its own, a sample is as old as its last change', async () => {
    const [part] = series('http').parts;
    if (part === undefined) throw new Error('no part');
    const query: CounterQuery = { ...series('http'), parts: [{ ...part, at: null }] };
    const at = (now: number, total: number, bad: number) => [
      sample('pods total', a, total, now),
      sample('pods some', a, bad, now),
    ];
    const source = new PrometheusSource(
      'it',
      scripted(at(1, 5, 1), at(2, 5, 1), at(3, 5, 2), [], at(5, 5, 2)),
      [query],
      0,
    );
    const times: (number | undefined)[] = [];
    for (let n = 0; n < 5; n += 1) times.push((await source.read(TRACKS, NEVER)).counters[0]?.at);
    expect(times).toEqual([1, 1, 3, undefined, 5]);
  });
});

describe('series of proxies', () => {
  const proxy = { pod: 'traefik-0', instance: '10.0.0.1:9100' };
  const scrape = (at: number, live: number, candidate: number) => [
    sample('live total', proxy, live),
    sample('live at', proxy, at),
    sample('candidate total', proxy, candidate),
    sample('candidate at', proxy, at),
  ];
  type Leads = TracksNow['service']['leadsTo'];

  async function play(...ticks: [leadsTo: Leads, at: number, live: number, candidate?: TracksNow['candidate']][]) {
    const prometheus = scripted(...ticks.map(([, at, live]) => scrape(at, live, 7)));
    const source = new PrometheusSource('it', prometheus, [series('traefik')], 5);
    const seen: string[][] = [];
    for (const [leadsTo, , , candidate = TRACKS.candidate] of ticks) {
      const { counters } = await source.read({ ...TRACKS, candidate, service: { name: 'web', leadsTo } }, NEVER);
      seen.push(
        counters.map(
          ({ track, instance, total }) => `${track} ${total} ${instance.replace('traefik-0 10.0.0.1:9100 → ', '')}`,
        ),
      );
    }
    return seen;
  }

  test('the live Service is stable’s until the switch, and the candidate’s after it, from the first later scrape on', async () => {
    const candidate = 'candidate 7 candidate Service';
    expect(
      await play(
        ['stable', 1, 100],
        ['stable', 2, 110],
        ['candidate', 2, 110],
        ['candidate', 2, 110],
        ['candidate', 3, 130],
        ['stable', 3, 130],
        ['stable', 4, 140],
      ),
    ).toEqual([
      [candidate],
      ['stable 110 live Service 5.1', candidate],
      [candidate],
      [candidate],
      ['candidate 130 live Service 5.2', candidate],
      [candidate],
      ['stable 140 live Service 5.3', candidate],
    ]);
  });

  test('what cannot be told apart is left out', async () => {
    expect(await play(['both', 1, 100], ['both', 2, 110])).toEqual([
      ['candidate 7 candidate Service'],
      ['candidate 7 candidate Service'],
    ]);
  });

  test('a candidate Service from an earlier release counts for nobody before there is a candidate', async () => {
    expect(await play(['stable', 1, 100, null], ['stable', 2, 110, null])).toEqual([
      [],
      ['stable 110 live Service 5.1'],
    ]);
  });
});

test.each([
  [[], ['istio', 'linkerd', 'http', 'traefik', 'ingress-nginx', 'envoy']],
  [
    [{ kind: 'httproute', controller: 'traefik.io/gateway-controller' }],
    ['traefik', 'istio', 'linkerd', 'http', 'ingress-nginx', 'envoy'],
  ],
  [
    [{ kind: 'httproute', controller: 'gateway.envoyproxy.io/gatewayclass-controller' }],
    ['envoy', 'istio', 'linkerd', 'http', 'traefik', 'ingress-nginx'],
  ],
  [[{ kind: 'httproute', controller: null }], ['istio', 'linkerd', 'http', 'traefik', 'ingress-nginx', 'envoy']],
  [[{ kind: 'ingress', controller: null }], ['ingress-nginx', 'traefik', 'istio', 'linkerd', 'http', 'envoy']],
  [[{ kind: 'virtualservice', controller: null }], ['istio', 'linkerd', 'http', 'traefik', 'ingress-nginx', 'envoy']],
])('presets for %j', (routers, presets) => {
  expect(presetsFor(routers)).toEqual(presets);
});
