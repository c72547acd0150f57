import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { advance, type Book, EMPTY_BOOK } from '../../src/analysis/increments.ts';
import { Api } from '../../src/cluster/api.ts';
import { type Connection, connect } from '../../src/cluster/connection.ts';
import type { Pod, Service } from '../../src/cluster/wire.ts';
import { systemClock } from '../../src/engine/clock.ts';
import { connectPrometheus } from '../../src/metrics/connect-prometheus.ts';
import type { Judge } from '../../src/metrics/metrics-request.ts';
import { type AppNow, type Preparation, prepareMetrics } from '../../src/metrics/prepare.ts';
import { counterSource } from '../../src/metrics/prepared.ts';
import type { PrometheusTarget } from '../../src/metrics/prometheus-target.ts';
import { type CounterSource, MetricsError, type TracksNow } from '../../src/metrics/source.ts';
import { IMAGE } from '../contract/cluster.ts';
import { paths } from './api.ts';
import { type App, createApp, pods } from './app.ts';
import { ByHand } from './by-hand.ts';
import { type Answer, type Load, startLoad } from './load.ts';
import { type NodeCluster, startNode } from './node.ts';
import { until } from './processes.ts';
import { fileTargets, followPods, onNode, PrometheusServer, staticTargets } from './prometheus.ts';
import { BY_HTTP_ROUTE, BY_INGRESS, startTraefiks, TRAEFIK_METRICS } from './traefik.ts';
import { answeredBefore, answeredFirst, UNREAD_BY_PODS, UNREAD_BY_PROMETHEUS } from './unread.ts';

/**
 * Counters of real pods under a real load, by a real Prometheus and straight from the pods: what comes out as increments is what the
 * load has sent.
 */

const PORT = 9090;
const NEVER = new AbortController().signal;
/** Milliseconds from the beginning of one tick to the end of the next, as `UNREAD_BY_PODS` has them. */
const TICK = 1_500;

let node: NodeCluster;
let connection: Connection;
let api: Api;
let server: PrometheusServer;
let app: App;
let following: { stop(): Promise<void> };
let stable: string;
let candidate: string;

beforeAll(async () => {
  node = await startNode();
  connection = await connect(
    { kubeconfig: { kind: 'path', value: node.kubeconfig }, context: null, namespace: null, allowExec: 'auto' },
    {},
    () => {},
  );
  api = new Api(connection, () => {});
  app = { namespace: await node.namespace('metrics'), env: { ERROR_RATE: '0.1', ERROR_BURST: '3' }, preStopSeconds: 1 };
  const targets = join(node.folder, 'targets.json');
  following = await followPods(node.api, app.namespace, targets);
  const scrape = [fileTargets('pods', targets), staticTargets('traefik', [TRAEFIK_METRICS])];
  [server] = await Promise.all([
    PrometheusServer.start(onNode(node), { port: PORT, scrape }),
    createApp(node.api, app),
  ]);
  const hand = new ByHand(node.api, app);
  stable = await hand.version(IMAGE.v1);
  candidate = await hand.open(stable, IMAGE.v2);
  for (const hash of [stable, candidate])
    await node.api.create(paths.core(app.namespace, 'services'), {
      metadata: { name: `of-${hash}` },
      spec: { selector: { 'pod-template-hash': hash }, ports: [{ port: 80, targetPort: 'http' }] },
    });
  // First requests, at every pod: from then on it has counters.
  const first = await Promise.all([stable, candidate].map((hash) => loadOn(hash, 20)));
  await systemClock.sleep(2000, NEVER);
  await Promise.all(first.map((load) => load.stop()));
  await podsAreScraped();
}, 180_000);
afterAll(async () => {
  await following?.stop();
  await connection?.close();
  await node?.stop();
});

let traefiks: Promise<void> | null = null;
function startedTraefiks(): Promise<void> {
  traefiks ??= startTraefiks(node);
  return traefiks;
}

async function podsOf(hash: string): Promise<string[]> {
  const isOf = ({ metadata }: Pod): boolean =>
    metadata?.labels?.['pod-template-hash'] === hash && metadata.deletionTimestamp === undefined;
  return (await pods(node.api, app)).filter(isOf).map(({ metadata }) => metadata?.name ?? '');
}

async function tracks(): Promise<TracksNow> {
  return {
    namespace: app.namespace,
    deployment: 'web',
    stable: { hash: stable, pods: await podsOf(stable) },
    candidate: { hash: candidate, pods: await podsOf(candidate) },
    service: { name: 'web', leadsTo: 'stable' },
    candidateService: 'web-candidate',
  };
}

type Prepared = Preparation & { source: CounterSource | null };

async function prepare(judge: Judge, target: PrometheusTarget | null, deployment = 'web'): Promise<Prepared> {
  const isOurs = deployment === 'web';
  const of: AppNow = {
    namespace: app.namespace,
    deployment,
    stable: isOurs ? { hash: stable, pods: await podsOf(stable) } : { hash: 'x', pods: [`${deployment}-x-y`] },
    service: { name: deployment, ports: ['80', 'http'] },
    candidateService: 'web-candidate',
    mixes: false,
    routers: [],
  };
  return prepareOf(of, judge, target);
}

async function prepareOf(of: AppNow, judge: Judge, target: PrometheusTarget | null): Promise<Prepared> {
  const connected =
    target === null ? null : connectPrometheus(target, { api, env: {}, warn: () => {}, deadline: 3000 });
  const ports = { prometheus: connected?.prometheus ?? null, api, clock: systemClock, namespace: of.namespace };
  const request = {
    prometheus: target,
    judge,
    pods: { port: null, path: null, most: 10 },
    slow: 'off',
    probe: null,
  } as const;
  const preparation = await prepareMetrics(request, of, ports, NEVER);
  return { ...preparation, source: preparation.ok ? counterSource(preparation.prepared, ports) : null };
}

const byUrl = (): PrometheusTarget => ({ kind: 'url', url: server.url, auth: null, headers: [], ca: null });

/** Sums up what a source says, tick by tick. */
class Watch {
  readonly #source: CounterSource;
  #book: Book = EMPTY_BOOK;
  readonly sum = { stable: { n: 0, x: 0 }, candidate: { n: 0, x: 0 } };
  missed = 0;

  private constructor(source: CounterSource) {
    this.#source = source;
  }

  static async of(judge: Judge, target: PrometheusTarget | null): Promise<Watch> {
    const { source, ...preparation } = await prepare(judge, target);
    if (source === null) throw new Error(JSON.stringify(preparation));
    return new Watch(source);
  }

  async tick(now: TracksNow): Promise<void> {
    try {
      const { book, arms } = advance(this.#book, await this.#source.read(now, NEVER));
      this.#book = book;
      for (const track of ['stable', 'candidate'] as const) {
        const arm = arms.errors?.[track] ?? { n: 0, x: 0 };
        expect(arm.n).toBeGreaterThanOrEqual(arm.x);
        this.sum[track].n += arm.n;
        this.sum[track].x += arm.x;
      }
    } catch (error) {
      if (!(error instanceof MetricsError)) throw error;
      this.missed += 1;
    }
  }
}

/** Ticks of a second, for so many milliseconds. @returns the most that lay between the beginning of one and the end of the next, milliseconds */
async function watch(watches: readonly Watch[], forMs: number): Promise<number> {
  let began = Date.now();
  const end = began + forMs;
  let longest = 0;
  while (Date.now() < end) {
    const before = began;
    began = Date.now();
    const now = await tracks();
    await Promise.all(watches.map((one) => one.tick(now)));
    longest = Math.max(longest, Date.now() - before);
    await systemClock.sleep(1000, NEVER);
  }
  return longest;
}

function podsAreScraped(): Promise<void> {
  return server.scraped('up{job="pods"}', async () => [...(await podsOf(stable)), ...(await podsOf(candidate))]);
}

function traefikIsScraped(): Promise<void> {
  return server.scraped('up{job="traefik"}', () => Promise.resolve([TRAEFIK_METRICS]));
}

async function loadOn(hash: string, perSecond: number, keptAlive = 2): Promise<Load> {
  const service = await node.api.get<Service>(paths.core(app.namespace, 'services', `of-${hash}`));
  const url = `http://${service.spec?.clusterIP}/`;
  // Which no pod counts.
  const answers = async (): Promise<boolean> => (await node.inside([node.web, 'get', `${url}healthz`])).code === 0;
  await until(`${url} answers`, 30_000, answers);
  return startLoad(node, { url, perSecond, keptAlive, seconds: 60 });
}

/** What the pods have answered, as those know who asked. */
interface Sent {
  readonly n: number;
  readonly x: number;
  readonly unanswered: number;
  readonly answers: readonly Answer[];
}

async function sent(load: Load): Promise<Sent> {
  const { answers } = await load.stop();
  const failed = answers.filter(({ error }) => error === 'status 500').length;
  const unanswered = answers.filter(({ error }) => error !== undefined && error !== 'status 500').length;
  return { n: answers.length - unanswered, x: failed, unanswered, answers };
}

describe('a bounded load', () => {
  test('every request and every error is counted, once, by Prometheus and by the pods', async () => {
    const watches = [await Watch.of({ kind: 'auto' }, byUrl()), await Watch.of({ kind: 'pods', series: null }, null)];
    await watch(watches, 1500);
    const loads = [await loadOn(stable, 60), await loadOn(candidate, 20)];
    await watch(watches, 8000);
    const [ofStable, ofCandidate] = await Promise.all(loads.map(sent));
    await podsAreScraped();
    await watch(watches, 1500);
    for (const { sum, missed } of watches) {
      expect(missed).toBe(0);
      for (const [track, truth] of [
        ['stable', ofStable],
        ['candidate', ofCandidate],
      ] as const) {
        expect(truth?.unanswered).toBe(0);
        expect(truth?.n).toBeGreaterThan(100);
        expect(sum[track]).toEqual({ n: truth?.n, x: truth?.x });
      }
    }
    // Both say the same.
    expect(watches[0]?.sum).toEqual(watches[1]?.sum);
  });

  test('a restart, a pod that goes and one that comes cost no more than what was between two readings', async () => {
    const watches = [
      await Watch.of({ kind: 'auto' }, byUrl()),
      await Watch.of({ kind: 'pods', series: null }, null),
    ] as const;
    await watch(watches, 1500);
    const [onStable, onCandidate] = [await loadOn(stable, 30, 0), await loadOn(candidate, 30, 0)];
    await watch(watches, 4000);
    const before = await podsOf(stable);
    const [leaves] = before;
    await node.api.remove(paths.core(app.namespace, 'pods', leaves));
    const [crashing] = await podsOf(candidate);
    const ip = (await node.api.get<Pod>(paths.core(app.namespace, 'pods', crashing))).status?.podIP;
    await node.inside([node.web, 'get', `http://${ip}:8080/crash`]);
    const crashedAt = Date.now();
    // On a busy machine ticks take their time, too.
    const late = Math.max(0, (await watch(watches, 8000)) - TICK);
    const crashed = await node.api.get<Pod>(paths.core(app.namespace, 'pods', crashing));
    expect(crashed.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    expect(await podsOf(stable)).not.toContain(leaves);
    const [ofStable, ofCandidate] = await Promise.all([sent(onStable), sent(onCandidate)]);
    await podsAreScraped();
    await watch(watches, 1500);
    for (const [{ sum, missed }, unread] of [
      [watches[0], UNREAD_BY_PROMETHEUS],
      [watches[1], UNREAD_BY_PODS],
    ] as const) {
      expect(missed).toBe(0);
      const left = Math.max(...ofStable.answers.filter(({ pod }) => pod === leaves).map(({ at }) => at));
      for (const [track, truth, lost] of [
        [
          'stable',
          ofStable,
          answeredBefore(ofStable.answers, leaves, left, unread.end + late) +
            answeredFirst(ofStable.answers, before, unread.beginning + late),
        ],
        ['candidate', ofCandidate, answeredBefore(ofCandidate.answers, crashing, crashedAt, unread.end + late)],
      ] as const) {
        process.stderr.write(`    ${track}: ${truth.n - sum[track].n} of ${truth.n} not read, ${lost} at most\n`);
        expect(sum[track].n).toBeLessThanOrEqual(truth.n + 5);
        expect(sum[track].n).toBeGreaterThanOrEqual(truth.n - lost);
        expect(sum[track].x).toBeLessThanOrEqual(truth.x + 5);
        expect(sum[track].x).toBeGreaterThan(0);
      }
    }
  });

  test('Prometheus stops and starts again: nothing is lost but the time', async () => {
    const watched = await Watch.of({ kind: 'auto' }, byUrl());
    await watch([watched], 1500);
    const loads = [await loadOn(stable, 30), await loadOn(candidate, 30)];
    await watch([watched], 3000);
    await server.stop();
    await watch([watched], 3000);
    expect(watched.missed).toBeGreaterThan(0);
    await server.startAgain();
    await watch([watched], 3000);
    const [ofStable, ofCandidate] = await Promise.all(loads.map(sent));
    await podsAreScraped();
    await watch([watched], 1500);
    expect(watched.sum.stable.n).toBe(ofStable?.n);
    expect(watched.sum.candidate.n).toBe(ofCandidate?.n);
  });
});

test('Prometheus through the API server', async () => {
  await node.api.create(paths.core(app.namespace, 'services'), {
    metadata: { name: 'prometheus' },
    spec: { ports: [{ name: 'web', port: PORT, targetPort: PORT }] },
  });
  // Its proxy leads to pods only: here is one that nobody runs, at the address of the process.
  const pod = await node.api.create<Pod>(paths.core(app.namespace, 'pods'), {
    metadata: { name: 'prometheus' },
    spec: {
      schedulerName: 'nobody',
      containers: [{ name: 'prometheus', image: IMAGE.v1, ports: [{ containerPort: PORT }] }],
    },
  });
  await node.api.patch(`${paths.core(app.namespace, 'pods', pod.metadata?.name)}/status`, {
    status: { podIP: node.address, podIPs: [{ ip: node.address }] },
  });
  const targetRef = { kind: 'Pod', name: 'prometheus', namespace: app.namespace };
  await node.api.create(paths.core(app.namespace, 'endpoints'), {
    metadata: { name: 'prometheus' },
    subsets: [{ addresses: [{ ip: node.address, targetRef }], ports: [{ name: 'web', port: PORT }] }],
  });
  const target: PrometheusTarget = {
    kind: 'service',
    namespace: app.namespace,
    service: 'prometheus',
    port: 'web',
    scheme: 'http',
    path: '',
    headers: [],
  };
  const { source } = await until('it is reached', 30_000, async () => {
    const { source, ...preparation } = await prepare({ kind: 'auto' }, target);
    if (source === null) throw new Error(JSON.stringify(preparation));
    return { source };
  });
  expect(source.name).toBe(`Prometheus at ${app.namespace}/prometheus:web (through the API server) (preset http)`);
  const reading = await source.read(await tracks(), NEVER);
  expect(new Set(reading.counters.map(({ track }) => track))).toEqual(new Set(['stable', 'candidate']));
});

test.each([
  ['an HTTPRoute', BY_HTTP_ROUTE],
  ['an Ingress', BY_INGRESS],
])('Traefik’s own counters of the live Service, behind %s', async (_, route) => {
  await startedTraefiks();
  const namespace = await node.namespace('routed');
  const routed: App = { namespace, replicas: 1 };
  await createApp(node.api, routed);
  const way = await route.lead({ api: node.api, namespace });
  const ask = () => node.inside([node.web, 'get', way.url, way.host ?? '']);
  await until('the route leads there', 30_000, async () => (await ask()).code === 0);
  const of: AppNow = {
    namespace,
    deployment: 'web',
    stable: { hash: 'x', pods: ['web-x-y'] },
    service: { name: 'web', ports: ['80', 'http'] },
    candidateService: 'web-candidate',
    mixes: false,
    routers: [{ kind: 'httproute', controller: 'traefik.io/gateway-controller' }],
  };
  const { source, ...preparation } = await until('Prometheus has it', 30_000, async () => {
    const prepared = await prepareOf(of, { kind: 'auto' }, byUrl());
    return prepared.source !== null && prepared;
  });
  expect(preparation.ok ? preparation.prepared.notes[0] : '').toContain(
    'traefik_service_requests_total (preset traefik)',
  );
  const now: TracksNow = {
    ...(await tracks()),
    namespace,
    stable: of.stable,
    candidate: null,
    service: { name: 'web', leadsTo: 'stable' },
  };
  const total = () =>
    until('a scrape', 30_000, async () => {
      const reading = await source?.read(now, NEVER);
      return reading?.counters.find(({ metric, track }) => metric === 'errors' && track === 'stable')?.total;
    });
  await traefikIsScraped();
  const before = await total();
  for (let n = 0; n < 20; n += 1) await ask();
  await traefikIsScraped();
  expect((await total()) - before).toBe(20);
});

test('before a release, an app of which there are no series is an error that says what there is', async () => {
  const preparation = await prepare({ kind: 'auto' }, byUrl(), 'other');
  expect(preparation.ok ? [] : preparation.findings.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^Wanted series of stable \(1 pods of other, such as other-x-y\) by any preset from Prometheus at .*; found none: it knows nothing of its pods; elsewhere there are .*http_requests_total with namespace metrics-1.*\. Check that Prometheus scrapes them/,
    ),
  ]);
});
