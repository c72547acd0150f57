import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectPrometheus } from '../../src/metrics/connect-prometheus.ts';
import type { Judge, MetricsRequest } from '../../src/metrics/metrics-request.ts';
import { type AppNow, prepareMetrics } from '../../src/metrics/prepare.ts';
import { counterSource, type PreparedMetrics } from '../../src/metrics/prepared.ts';
import type { Prometheus } from '../../src/metrics/prometheus.ts';
import type { SlowRequest } from '../../src/metrics/slow-edge.ts';
import type { CounterSource, TracksNow } from '../../src/metrics/source.ts';
import { systemClock } from '../../src/engine/clock.ts';
import { freePort, Processes, until } from './processes.ts';
import { hereAs, PrometheusServer, staticTargets } from './prometheus.ts';

/** Every query that we make, asked of a real Prometheus that scrapes what the programs of the presets show. */

/** One target: its page, and the labels that its job gives it. */
interface Exporter {
  page: string;
  readonly labels: Readonly<Record<string, string>>;
}

const exporters = new Map<string, Exporter>();
const servers: Server[] = [];
let processes: Processes;
let server: PrometheusServer;
let prometheus: Prometheus;
let close: () => Promise<void>;
const signal = new AbortController().signal;

async function serve(name: string): Promise<string> {
  const page = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(exporters.get(name)?.page ?? '');
  });
  servers.push(page);
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  // It listens on a port.
  return `127.0.0.1:${(page.address() as AddressInfo).port}`;
}

function histogram(name: string, labels: string, les: readonly [le: string, count: number][]): string {
  return les.map(([le, count]) => `${name}_bucket{${labels}${labels === '' ? '' : ','}le="${le}"} ${count}\n`).join('');
}

/** Of a stable pod `s`, and a candidate's `c`, which is slower and fails more. */
function pages(isCandidate: boolean): Record<string, string> {
  const [ok, failed, fast] = isCandidate ? [80, 20, 50] : [990, 10, 995];
  const all = ok + failed;
  const les = (edge: string, beyond: string): [string, number][] => [
    [edge, fast],
    [beyond, all],
    ['+Inf', all],
  ];
  return {
    http:
      `http_requests_total{code="200",method="GET"} ${ok}\nhttp_requests_total{code="503",method="GET"} ${failed}\n` +
      histogram('http_request_duration_seconds', '', les('0.5', '1')),
    micrometer:
      `http_server_requests_seconds_count{status="200",uri="/a"} ${ok}\nhttp_server_requests_seconds_count{status="500",uri="/a"} ${failed}\n` +
      histogram('http_server_requests_seconds', 'uri="/a"', les('0.5', '1.0')),
    istio:
      `istio_requests_total{reporter="destination",response_code="200",grpc_response_status=""} ${ok - 4}\n` +
      `istio_requests_total{reporter="destination",response_code="200",grpc_response_status="14"} 4\n` +
      `istio_requests_total{reporter="destination",response_code="503"} ${failed}\n` +
      `istio_requests_total{reporter="source",response_code="503"} 77777\n` +
      histogram('istio_request_duration_milliseconds', 'reporter="destination"', les('500', '1000')),
    linkerd:
      `response_total{direction="inbound",classification="success"} ${ok}\nresponse_total{direction="inbound",classification="failure"} ${failed}\n` +
      `response_total{direction="inbound",classification="success",route_name="probe"} 5555\n` +
      `response_total{direction="outbound",classification="failure"} 77777\n` +
      histogram('response_latency_ms', 'direction="inbound"', les('500', '1000')),
  };
}

const STABLE = 'web-6c8d5f7b9-abcde';
const CANDIDATE = 'web-5d9f8c6b4-fghij';

/** Both Services as a proxy shows them. */
const PROXIES: Readonly<Record<string, string>> = {
  traefik: (
    [
      ['shop-web-80@kubernetes', 990, 10, 995],
      ['httproute-shop-web-gw-infra-gateway-ep-web-0-abc-svc-shop-web-0@kubernetesgateway', 90, 10, 99],
      ['shop-web-candidate-80@kubernetescrd', 80, 20, 50],
      ['shop-web-admin-80@kubernetes', 5555, 0, 5555],
      ['other-web-80@kubernetes', 7777, 0, 7777],
    ] as const
  )
    .map(
      ([service, ok, failed, fast]) =>
        `traefik_service_requests_total{code="200",service="${service}"} ${ok}\ntraefik_service_requests_total{code="502",service="${service}"} ${failed}\n` +
        histogram('traefik_service_request_duration_seconds', `code="200",service="${service}"`, [
          ['0.5', fast],
          ['1.2', ok + failed],
          ['+Inf', ok + failed],
        ]),
    )
    .join(''),
  'ingress-nginx': (
    [
      ['service="web",canary=""', 990, 10, 995],
      ['service="web",canary="shop-web-candidate-80"', 80, 20, 50],
      ['service="web-admin",canary=""', 5555, 0, 5555],
    ] as const
  )
    .map(([labels, ok, failed, fast]) => {
      const own = `namespace="shop",ingress="web",controller_pod="nginx-1",${labels}`;
      return (
        `nginx_ingress_controller_requests{${own},status="200"} ${ok}\nnginx_ingress_controller_requests{${own},status="504"} ${failed}\n` +
        histogram('nginx_ingress_controller_request_duration_seconds', own, [
          ['0.5', fast],
          ['1', ok + failed],
          ['+Inf', ok + failed],
        ])
      );
    })
    .join(''),
  envoy: (
    [
      ['shop_web_80', 990, 10, 995],
      ['shop_web-candidate_80', 80, 20, 50],
      ['shop_web-admin_80', 5555, 0, 5555],
      ['staging_shop_web_80', 7777, 0, 7777],
    ] as const
  )
    .map(
      ([cluster, ok, failed, fast]) =>
        `envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="${cluster}"} ${ok}\nenvoy_cluster_upstream_rq{envoy_response_code="503",envoy_cluster_name="${cluster}"} ${failed}\n` +
        histogram('envoy_cluster_upstream_rq_time', `envoy_cluster_name="${cluster}"`, [
          ['500', fast],
          ['1000', ok + failed],
          ['+Inf', ok + failed],
        ]),
    )
    .join(''),
  'istio-gateway': (
    [
      ['web', 990, 10, 995],
      ['web-candidate', 80, 20, 50],
    ] as const
  )
    .map(([service, ok, failed, fast]) => {
      const own = `reporter="source",destination_service_namespace="shop",destination_service_name="${service}"`;
      return (
        `istio_requests_total{${own},response_code="200"} ${ok}\nistio_requests_total{${own},response_code="503"} ${failed}\n` +
        histogram('istio_request_duration_milliseconds', own, [
          ['500', fast],
          ['1000', ok + failed],
          ['+Inf', ok + failed],
        ])
      );
    })
    .join(''),
};

/** Each kind of series has an app of its own: the namespace says which. `staging` has pods of the very same names. */
const POD_JOBS: readonly [namespace: string, page: string, podLabel: string, namespaceLabel: string][] = [
  ['http', 'http', 'pod', 'namespace'],
  ['micrometer', 'micrometer', 'kubernetes_pod_name', 'kubernetes_namespace'],
  ['istio', 'istio', 'pod_name', 'namespace'],
  ['linkerd', 'linkerd', 'pod', 'namespace'],
  ['several', 'http', 'pod', 'namespace'],
  ['several', 'linkerd', 'pod', 'namespace'],
];

beforeAll(async () => {
  processes = new Processes('prometheus');
  const scrape: object[] = [];
  for (const [namespace, page, podLabel, namespaceLabel] of POD_JOBS)
    for (const isCandidate of [false, true]) {
      const name = `${namespace} ${page} ${isCandidate ? 'c' : 's'}`;
      const pod = `${namespace}-${isCandidate ? CANDIDATE : STABLE}`;
      exporters.set(name, { page: pages(isCandidate)[page] ?? '', labels: {} });
      scrape.push(staticTargets(name, [await serve(name)], { [podLabel]: pod, [namespaceLabel]: namespace }));
    }
  for (const [name, page] of Object.entries(PROXIES)) {
    exporters.set(name, { page, labels: {} });
    scrape.push(staticTargets(name, [await serve(name)], { pod: `${name}-0` }));
  }
  server = await PrometheusServer.start(hereAs(processes), { port: await freePort(), scrape });
  const connected = connectPrometheus(
    { kind: 'url', url: server.url, auth: null, headers: [], ca: null },
    { api: { text: () => Promise.reject(new Error('no API server')) }, env: {}, warn: () => {} },
  );
  prometheus = connected.prometheus;
  close = connected.close;
  await until('all targets are scraped', 30_000, async () => {
    const up = await server.query('count(up == 1)');
    return up[0]?.value === scrape.length;
  });
}, 120_000);
afterAll(async () => {
  await close?.();
  for (const page of servers) page.close();
  await processes?.stop();
});

function app(deployment: string, namespace = deployment, routers: AppNow['routers'] = []): AppNow {
  return {
    namespace,
    deployment,
    stable: { hash: '6c8d5f7b9', pods: [`${deployment}-${STABLE}`] },
    service: { name: 'web', ports: ['80', 'http'] },
    candidateService: 'web-candidate',
    mixes: false,
    routers,
  };
}

/** The Deployment is `<namespace>-web`. */
const appIn = (namespace: string): AppNow => ({ ...app(namespace), deployment: `${namespace}-web` });
const behind = (...routers: AppNow['routers']): AppNow => ({
  ...app('shop', 'shop', routers),
  stable: { hash: '6c8d5f7b9', pods: [STABLE] },
});

const ports = () => ({
  prometheus,
  api: {
    get: () => Promise.resolve(null),
    ask: () => Promise.reject(new Error('no API server')),
    text: () => Promise.reject(new Error('no API server')),
  },
  clock: systemClock,
  namespace: 'shop',
});

function prepare(of: AppNow, judge: Judge, slow: SlowRequest = 'auto') {
  const request: MetricsRequest = {
    prometheus: null,
    judge,
    pods: { port: null, path: null, most: 10 },
    slow,
    probe: null,
  };
  return prepareMetrics(request, of, ports(), signal);
}

async function prepared(of: AppNow, judge: Judge, slow: SlowRequest = 'auto'): Promise<PreparedMetrics> {
  const preparation = await prepare(of, judge, slow);
  if (!preparation.ok) throw new Error(preparation.findings.map(({ message }) => message).join('\n'));
  // As it comes out of the record.
  return JSON.parse(JSON.stringify(preparation.prepared)) as PreparedMetrics;
}

function tracks(of: AppNow, leadsTo: TracksNow['service']['leadsTo'] = 'stable'): TracksNow {
  const [pod = ''] = of.stable.pods;
  return {
    namespace: of.namespace,
    deployment: of.deployment,
    stable: of.stable,
    candidate: { hash: '5d9f8c6b4', pods: [pod.replace(STABLE, CANDIDATE)] },
    service: { name: of.service.name, leadsTo },
    candidateService: of.candidateService,
  };
}

function sourceOf(metrics: PreparedMetrics): CounterSource {
  const source = counterSource(metrics, ports());
  if (source === null) throw new Error('no source');
  return source;
}

type Row = readonly [metric: string, track: string, total: number, bad: number];

async function read(source: CounterSource, now: TracksNow): Promise<Row[]> {
  const { counters } = await source.read(now, signal);
  // A sample's time is that of its scrape, or of the last change: since this suite began, and not none.
  for (const { at } of counters) expect(Date.now() - at).toBeLessThan(60_000);
  return counters
    .map(({ metric, track, total, bad }): Row => [metric, track, total, bad])
    .sort((a, b) => (a.join() < b.join() ? -1 : 1));
}

const WANTED: readonly Row[] = [
  ['errors', 'candidate', 100, 20],
  ['errors', 'stable', 1000, 10],
  ['slow', 'candidate', 100, 50],
  ['slow', 'stable', 1000, 5],
];

describe('series of pods', () => {
  test.each([
    ['http', 'http', 'http_requests_total', WANTED],
    ['micrometer', 'http', 'http_server_requests_seconds_count', WANTED],
    ['linkerd', 'linkerd', 'response_total', WANTED],
    [
      'istio',
      'istio',
      'istio_requests_total',
      [['errors', 'candidate', 100, 24], ['errors', 'stable', 1000, 14], ...WANTED.slice(2)] as Row[],
    ],
  ] as const)('%s', async (namespace, preset, counter, wanted) => {
    const of = appIn(namespace);
    for (const judge of [{ kind: 'auto' }, { kind: 'preset', preset }] as const) {
      const metrics = await prepared(of, judge);
      expect(metrics.notes).toEqual([
        `errors are counted by ${counter} (preset ${preset})`,
        'slow is more than 500ms, the edge nearest above stable’s p99',
      ]);
      expect(await read(sourceOf(metrics), tracks(of))).toEqual(wanted);
    }
  });

  test('of several, the mesh is asked first, and any by its name', async () => {
    const of = appIn('several');
    expect((await prepared(of, { kind: 'auto' })).notes[0]).toContain('preset linkerd');
    expect((await prepared(of, { kind: 'preset', preset: 'http' })).notes[0]).toContain('preset http');
  });

  test('slow: an edge of the user’s, none at all, and one that is not there', async () => {
    const of = appIn('http');
    const metrics = await prepared(of, { kind: 'auto' }, { ms: 1000 });
    expect((await read(sourceOf(metrics), tracks(of))).slice(2)).toEqual([
      ['slow', 'candidate', 100, 0],
      ['slow', 'stable', 1000, 0],
    ]);
    expect(
      (await read(sourceOf(await prepared(of, { kind: 'auto' }, 'off')), tracks(of))).map(([name]) => name),
    ).toEqual(['errors', 'errors']);
    expect(await prepare(of, { kind: 'auto' }, { ms: 300 })).toEqual({
      ok: false,
      findings: [
        {
          message: `Wanted requests slower than input slow says, by http_request_duration_seconds_bucket from Prometheus at ${server.url}; 300ms is no edge of a bucket; there are 500ms, 1s. Use one of the edges, or slow: auto.`,
        },
      ],
    });
  });

  test('no series of stable: what is wanted and what there is', async () => {
    const nothing: AppNow = { ...app('nothing'), service: { name: 'nothing', ports: ['80'] } };
    const refused = await prepare(nothing, { kind: 'auto' });
    if (refused.ok) throw new Error('it was not refused');
    const [finding] = refused.findings;
    expect(finding?.message).toContain(
      `Wanted series of stable (1 pods of nothing, such as nothing-${STABLE}) by any preset from Prometheus at ${server.url}; found none: it knows nothing of its pods; elsewhere there are `,
    );
    expect(finding?.message).toContain('http_requests_total with namespace http');
    const other = await prepare(appIn('http'), { kind: 'preset', preset: 'istio' });
    expect(other.ok ? '' : other.findings[0]?.message).toContain(
      'found none: of its pods there are http_request_duration_seconds_bucket, http_requests_total',
    );
    expect(other.ok ? '' : other.findings[0]?.message).toContain('There are series for metrics: http.');
  });
});

describe('series of proxies', () => {
  const GATEWAY: readonly Row[] = [
    ['errors', 'candidate', 100, 20],
    // Through the Ingress and through the HTTPRoute.
    ['errors', 'stable', 1100, 20],
    ['slow', 'candidate', 100, 50],
    ['slow', 'stable', 1100, 6],
  ];
  test.each([
    ['traefik', { kind: 'httproute', controller: 'traefik.io/gateway-controller' }, GATEWAY],
    ['ingress-nginx', { kind: 'ingress', controller: 'k8s.io/ingress-nginx' }, WANTED],
    ['envoy', { kind: 'httpproxy', controller: null }, WANTED],
    ['istio', { kind: 'virtualservice', controller: null }, WANTED],
  ] as const)('%s', async (preset, router, wanted) => {
    const of = behind(router);
    const metrics = await prepared(of, { kind: 'auto' });
    expect(metrics.notes[0]).toContain(`(preset ${preset})`);
    const source = sourceOf(metrics);
    // Of the live Service, the first sample may be from before whatever has just changed.
    expect((await read(source, tracks(of))).map(([, track]) => track)).toEqual(['candidate', 'candidate']);
    const later = await until('another scrape', 30_000, async () => {
      const rows = await read(source, tracks(of));
      return rows.length === 4 && rows;
    });
    expect(later).toEqual(wanted);
    const { counters, note } = await source.read(tracks(of, 'both'), signal);
    expect(counters.map(({ track }) => track)).toEqual(['candidate', 'candidate']);
    expect(note).toContain('Service web leads to both versions: its requests cannot be told apart');
  });
});

describe('metrics of the user’s own', () => {
  const own = (counts: object, pod = 'pod'): Judge =>
    ({ kind: 'own', metrics: [{ name: 'mine', pod, counts }] }) as Judge;

  test.each([
    [
      'plain selectors',
      'http_requests_total{namespace="$namespace"}',
      'http_requests_total{namespace="$namespace",code="503"}',
    ],
    [
      'expressions',
      'sum by (pod) (http_requests_total{namespace="$namespace", pod=~"$deployment-($stable|$candidate)-.*"})',
      'http_requests_total{namespace="$namespace", code=~"5.."} + 0',
    ],
  ])('errors by %s', async (_, total, errors) => {
    const of = appIn('http');
    const source = sourceOf(await prepared(of, own({ kind: 'errors', total, errors })));
    expect(await read(source, tracks(of))).toEqual([
      ['mine', 'candidate', 100, 20],
      ['mine', 'stable', 1000, 10],
    ]);
  });

  test('of an expression, the time is that of its last change', async () => {
    const of = appIn('http');
    const total = 'http_requests_total{namespace="$namespace"} + 0';
    const source = sourceOf(await prepared(of, own({ kind: 'errors', total, errors: total })));
    const times = async (): Promise<number[]> => (await source.read(tracks(of), signal)).counters.map(({ at }) => at);
    const first = await times();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await times()).toEqual(first);
  });

  test('buckets with an edge of their own', async () => {
    const of = appIn('linkerd');
    const buckets = 'response_latency_ms_bucket{namespace="$namespace", direction="inbound"}';
    const source = sourceOf(await prepared(of, own({ kind: 'buckets', buckets, slowerThan: 500, unit: 1 })));
    expect(await read(source, tracks(of))).toEqual([
      ['mine', 'candidate', 100, 50],
      ['mine', 'stable', 1000, 5],
    ]);
  });

  test('a query that Prometheus refuses, a label that is not there, and series that there are not: all at once', async () => {
    const selector = 'http_requests_total{namespace="$namespace"}';
    const wrong = (name: string, total: string, pod: string) =>
      ({ name, pod, counts: { kind: 'errors', total, errors: total } }) as const;
    const refused = await prepare(appIn('http'), {
      kind: 'own',
      metrics: [wrong('typo', 'sum by (pod) (http_requests_total', 'pod')],
    });
    expect(refused.ok ? '' : refused.findings[0]?.message).toMatch(
      /^Wanted the query .*http_requests_total.* from Prometheus at .*; found HTTP 400, bad_data: .*parse error.*\. Correct the query\.$/,
    );
    const empty = await prepare(appIn('http'), {
      kind: 'own',
      metrics: [wrong('label', selector, 'podname'), wrong('none', 'no_such_total{namespace="$namespace"}', 'pod')],
    });
    expect(empty.ok ? [] : empty.findings.map(({ message }) => message)).toEqual([
      expect.stringContaining('of metric label from Prometheus at'),
      expect.stringContaining('found no series at all. The pod’s name must be in label pod.'.replace('’', "'")),
    ]);
  });
});
