import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { advance, type Book, EMPTY_BOOK } from '../../src/analysis/increments.ts';
import { Api } from '../../src/cluster/api.ts';
import { type Connection, connect } from '../../src/cluster/connection.ts';
import { systemClock } from '../../src/engine/clock.ts';
import type { Judge, MetricsRequest, ProbeRequest } from '../../src/metrics/metrics-request.ts';
import { type AppNow, type Preparation, prepareMetrics } from '../../src/metrics/prepare.ts';
import { counterSource, type PreparedMetrics } from '../../src/metrics/prepared.ts';
import type { SlowRequest } from '../../src/metrics/slow-edge.ts';
import type { CounterSource, TracksNow } from '../../src/metrics/source.ts';
import { DEPLOYMENTS, manifests, SERVICES } from '../simulator/app.ts';
import { Client, get, until } from '../simulator/client.ts';
import { type Simulator, startSimulator } from '../simulator/cluster.ts';

/** `metrics: pods` and `probe` through the API server's proxies, on pods that count what they really answer. */

let cluster: Simulator;
let connection: Connection;
let api: Api;
const NEVER = new AbortController().signal;

/** Two Deployments stand for the tracks; each has a Service of its name. */
async function deploy(name: string, replicas: number, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const client = new Client(cluster);
  const { deployment, service } = manifests(replicas);
  const variables = Object.entries(env).map(([variable, value]) => ({ name: variable, value }));
  const labels = { app: name };
  const [container] = deployment.spec.template.spec.containers;
  await client.send('POST', DEPLOYMENTS, {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ ...container, env: variables }] } },
    },
  });
  await client.send('POST', SERVICES, { metadata: { name }, spec: { ...service.spec, selector: labels } });
  await until(`${name} is ready`, () => podsOf(name).length === replicas && readyOf(name) === replicas);
}

function podsOf(name: string): string[] {
  return cluster.store
    .list('pods', 'default')
    .filter(({ metadata }) => metadata.labels?.app === name && metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

function readyOf(name: string): number {
  return cluster.store
    .list('pods', 'default')
    .filter(
      ({ metadata, status }) =>
        metadata.labels?.app === name &&
        status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
    ).length;
}

function hashOf(name: string): string {
  const [pod] = cluster.store.list('pods', 'default').filter(({ metadata }) => metadata.labels?.app === name);
  return pod?.metadata.labels?.['pod-template-hash'] ?? '';
}

function appOf(stable: string): AppNow {
  return {
    namespace: 'default',
    deployment: stable,
    stable: { hash: hashOf(stable), pods: podsOf(stable) },
    service: { name: stable, ports: ['80'] },
    candidateService: 'bad',
    mixes: false,
    routers: [],
  };
}

function tracksOf(
  stable: string,
  candidate: string | null,
  leadsTo: TracksNow['service']['leadsTo'] = 'stable',
): TracksNow {
  const track = (name: string) => ({ hash: hashOf(name), pods: podsOf(name) });
  return {
    namespace: 'default',
    deployment: stable,
    stable: track(stable),
    candidate: candidate === null ? null : track(candidate),
    service: { name: stable, leadsTo },
    candidateService: candidate ?? 'bad',
  };
}

interface Asked {
  readonly judge?: Judge;
  readonly slow?: SlowRequest;
  readonly probe?: ProbeRequest;
  readonly port?: string;
  readonly path?: string;
  readonly most?: number;
}

const ports = () => ({ prometheus: null, api, clock: systemClock, namespace: 'default' });

function prepare(stable: string, { judge, slow, probe, port, path, most }: Asked): Promise<Preparation> {
  const request: MetricsRequest = {
    prometheus: null,
    judge: judge ?? { kind: 'none' },
    pods: { port: port ?? null, path: path ?? null, most: most ?? 10 },
    slow: slow ?? 'auto',
    probe: probe ?? null,
  };
  return prepareMetrics(request, appOf(stable), ports(), NEVER);
}

async function prepared(stable: string, asked: Asked): Promise<PreparedMetrics> {
  const preparation = await prepare(stable, asked);
  if (!preparation.ok) throw new Error(preparation.findings.map(({ message }) => message).join('\n'));
  // As it comes out of the record.
  return JSON.parse(JSON.stringify(preparation.prepared)) as PreparedMetrics;
}

async function refusal(stable: string, asked: Asked): Promise<string> {
  const preparation = await prepare(stable, asked);
  return preparation.ok ? 'it was not refused' : preparation.findings.map(({ message }) => message).join('\n');
}

function sourceOf(metrics: PreparedMetrics): CounterSource {
  const source = counterSource(metrics, ports());
  if (source === null) throw new Error('no source');
  return source;
}

async function send(service: string, count: number): Promise<number> {
  const listener = await cluster.listen('default', service);
  let failed = 0;
  for (let n = 0; n < count; n += 1) if ((await get(listener.port)) === 'no luck today') failed += 1;
  return failed;
}

const PODS: Judge = { kind: 'pods', series: null };
const PROBE: ProbeRequest = { line: 'GET / 20/s', path: '/', port: null, scheme: 'http', perSecond: 20 };

beforeAll(async () => {
  cluster = await startSimulator({ tls: false });
  connection = await connect(
    { kubeconfig: { kind: 'path', value: cluster.kubeconfig }, context: null, namespace: null, allowExec: 'auto' },
    {},
    () => {},
  );
  api = new Api(connection, () => {});
  await Promise.all([
    deploy('good', 3),
    deploy('bad', 2, { ERROR_RATE: '0.5', ERROR_BURST: '2', SLOW_RATE: '0.5', SLOW_BY: '60ms' }),
    deploy('many', 12),
  ]);
  await until('the data plane', async () => (await send('good', 1).catch(() => 1)) === 0);
});
afterAll(async () => {
  await connection?.close();
  await cluster?.stop();
});

describe('metrics: pods', () => {
  test('what the pods have answered, and nothing else, comes out as increments', async () => {
    await send('good', 30);
    const metrics = await prepared('good', { judge: PODS, slow: { ms: 50 } });
    expect(metrics.notes).toEqual([
      'errors are counted by http_requests_total at :8080/metrics of the pods',
      'slow is more than 50ms',
    ]);
    const source = sourceOf(metrics);
    const tracks = tracksOf('good', 'bad');
    let book: Book = EMPTY_BOOK;
    const tick = async () => {
      const next = advance(book, await source.read(tracks, NEVER));
      book = next.book;
      return next.arms;
    };
    expect(await tick()).toEqual({ errors: null, slow: null });
    await send('good', 90);
    const failed = await send('bad', 40);
    const { errors, slow } = await tick();
    expect(errors).toEqual({ stable: { n: 90, x: 0 }, candidate: { n: 40, x: failed } });
    expect(failed).toBeGreaterThan(5);
    expect(slow?.candidate.n).toBe(40);
    expect(slow?.candidate.x).toBeGreaterThan(5);
    expect(slow?.stable).toEqual({ n: 90, x: 0 });
    await source.close();
  });

  test('a container that crashes counts from zero again, and nothing is lost but what it had not told', async () => {
    // Long enough for twenty requests and a look at its counters.
    await deploy('crashing', 1, { CRASH_AFTER: '6' });
    const source = sourceOf(await prepared('good', { judge: PODS }));
    const tracks = tracksOf('good', 'crashing');
    let book: Book = EMPTY_BOOK;
    const counted: number[] = [];
    const tick = async () => {
      const next = advance(book, await source.read(tracks, NEVER));
      book = next.book;
      counted.push(next.arms.errors?.candidate.n ?? 0);
    };
    await tick();
    await until('the Service reaches it', async () => (await send('crashing', 1).catch(() => 1)) === 0);
    const before = (await send('crashing', 20)) + 20;
    await tick();
    const pod = () => cluster.store.list('pods', 'default').find(({ metadata }) => metadata.labels?.app === 'crashing');
    await until('it has crashed', () => (pod()?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
    await tick();
    await until('it serves again', async () => (await send('crashing', 1).catch(() => 1)) === 0);
    await tick();
    const sum = counted.reduce((all, n) => all + n, 0);
    expect(before).toBe(20);
    expect(sum).toBeGreaterThanOrEqual(before + 1);
    expect(counted.every((n) => n >= 0)).toBe(true);
  });

  test('of many pods a sample is read, the same one while they live, and it says so', async () => {
    expect(await refusal('many', { judge: PODS, most: 4 })).toContain(
      'found at :8080/metrics http_request_duration_seconds_bucket',
    );
    await until('the Service reaches it', async () => (await send('many', 1).catch(() => 1)) === 0);
    await send('many', 100);
    const metrics = await prepared('many', { judge: PODS, most: 4 });
    const readers = [sourceOf(metrics), sourceOf(metrics)];
    const tracks = tracksOf('many', null);
    const instances = async (source: CounterSource | undefined, now = tracks) => {
      const reading = await source?.read(now, NEVER);
      expect(reading?.note).toBe(`4 of ${now.stable.pods.length} pods of stable`);
      return [...new Set(reading?.counters.map(({ instance }) => instance))];
    };
    const first = await instances(readers[0]);
    expect(first).toHaveLength(4);
    // Another run takes the same.
    expect(await instances(readers[1])).toEqual(first);
    const left = {
      ...tracks,
      stable: { ...tracks.stable, pods: tracks.stable.pods.filter((pod) => pod !== first[0]) },
    };
    const later = await instances(readers[0], left);
    expect(later).toEqual(expect.arrayContaining(first.slice(1)));
    // Those that come anew displace nobody.
    expect(await instances(readers[0])).toEqual(later);
  });

  test('a pod that does not answer is said, and the others are read', async () => {
    const source = sourceOf(await prepared('good', { judge: PODS }));
    const tracks = tracksOf('good', null);
    const { counters, note } = await source.read(
      { ...tracks, stable: { ...tracks.stable, pods: [...tracks.stable.pods, 'good-gone'] } },
      NEVER,
    );
    expect(new Set(counters.map(({ instance }) => instance))).toEqual(new Set(tracks.stable.pods));
    expect(note).toBe(
      '1 of 4 pods of stable gave no metrics: GET :8080/metrics: 404 from the API server: pods "good-gone" not found',
    );
    const none = source.read({ ...tracks, stable: { ...tracks.stable, pods: ['good-gone'] } }, NEVER);
    await expect(none).rejects.toThrow(
      /^Wanted metrics of pods of good through the API server; found none: .* your user may get pods\/proxy\.$/,
    );
  });

  test('the signal ends a reading with its reason', async () => {
    const source = sourceOf(await prepared('good', { judge: PODS }));
    const end = new AbortController();
    const reading = source.read(tracksOf('good', null), end.signal);
    end.abort(new Error('the release is over'));
    await expect(reading).rejects.toThrow('the release is over');
  });

  test.each<[string, Asked, string]>([
    ['a path with something else', { path: '/' }, 'gave no metrics'],
    [
      'names that there are not',
      {
        judge: {
          kind: 'pods',
          series: {
            preset: 'http',
            counter: 'shop_total',
            where: [],
            failed: [{ label: 'outcome', matches: 'x' }],
            alsoFailed: [],
            buckets: 'x',
            unit: 1,
          },
        },
      },
      'one of shop_total, with a label outcome; found at :8080/metrics http_requests_total, http_request_duration_seconds_bucket, http_request_duration_seconds_count. Most apps show a counter from its first request on; if yours has another name, give it as metrics: pods requests=NAME label=LABEL.',
    ],
    [
      'an edge that there is not',
      { slow: { ms: 300 } },
      '300ms is no edge of a bucket; there are 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2s500ms, 5s. Use one of the edges, or slow: auto.',
    ],
    [
      'a port that has no such name',
      { port: 'metrics' },
      'input metrics-port says metrics, and its containers have the ports http (8080)',
    ],
  ])('before a release, %s is an error', async (_, asked, message) => {
    const found = await refusal('good', { judge: PODS, ...asked });
    expect(found).toContain('Wanted ');
    expect(found).toContain(message.replace('gave no metrics', 'line 1 is no metric'));
  });

  test('without a permission it says which', async () => {
    const kubeconfig = await cluster.kubeconfigFor('nobody');
    const other = await connect(
      { kubeconfig: { kind: 'path', value: kubeconfig }, context: null, namespace: null, allowExec: 'auto' },
      {},
      () => {},
    );
    const own = api;
    api = new Api(other, () => {});
    try {
      expect(await refusal('good', { judge: PODS })).toMatch(/pods.* is forbidden/);
    } finally {
      api = own;
      await other.close();
    }
  });
});

describe('probe', () => {
  test('both Services are asked, and answers are told apart', async () => {
    const metrics = await prepared('good', { probe: PROBE });
    expect(metrics.notes[0]).toMatch(/^requests of our own \(synthetic\): GET \/ 20\/s; slow is more than \d+m?s$/);
    const source = sourceOf({ ...metrics, probe: { request: PROBE, slowMs: 50 } });
    const began = Date.now();
    const first = await source.read(tracksOf('good', 'bad'), NEVER);
    expect(first.counters.map(({ total }) => total)).toEqual([0, 0, 0, 0]);
    await systemClock.sleep(3000, NEVER);
    const { counters, note } = await source.read(tracksOf('good', 'bad'), NEVER);
    const seconds = (Date.now() - began) / 1000;
    await source.close();
    expect(note).toBe('all of it synthetic: GET / 20/s');
    const of = (metric: string, track: string) => counters.find((one) => one.metric === metric && one.track === track);
    expect(of('probe', 'stable')?.bad).toBe(0);
    expect(of('probe', 'stable')?.total).toBeGreaterThan(10);
    expect(of('probe', 'candidate')?.total).toBeGreaterThan(10);
    expect(of('probe', 'candidate')?.bad).toBeGreaterThan(2);
    expect(of('probe-slow', 'candidate')?.bad).toBeGreaterThan(2);
    const sent = (of('probe', 'stable')?.total ?? 0) + (of('probe', 'candidate')?.total ?? 0);
    expect(sent).toBeLessThanOrEqual(20 * seconds + 2);
  });

  test('while the live Service leads to both, or to the candidate, nothing is said of stable', async () => {
    const source = sourceOf(await prepared('good', { probe: PROBE, slow: 'off' }));
    const totals = async (leadsTo: TracksNow['service']['leadsTo']) => {
      const { counters, note } = await source.read(tracksOf('good', 'bad', leadsTo), NEVER);
      return { stable: counters[0]?.total, candidate: counters[1]?.total ?? 0, note };
    };
    await totals('stable');
    await systemClock.sleep(500, NEVER);
    // Sent while it led to stable, and perhaps answered when it did not any more.
    expect((await totals('both')).stable).toBe(0);
    await systemClock.sleep(500, NEVER);
    const switched = await totals('candidate');
    expect(switched.stable).toBe(0);
    expect(switched.candidate).toBeGreaterThan(0);
    expect(switched.note).toContain('Service good does not lead to stable alone: stable cannot be asked');
    await source.close();
  });

  test('what does not reach a pod is no request', async () => {
    const source = sourceOf(await prepared('good', { probe: PROBE, slow: 'off' }));
    const tracks = { ...tracksOf('good', 'bad'), candidateService: 'no-such-service' };
    await source.read(tracks, NEVER);
    await systemClock.sleep(600, NEVER);
    const { counters, note } = await source.read(tracks, NEVER);
    expect(counters.map(({ track, total }) => [track, total > 0])).toEqual([
      ['stable', true],
      ['candidate', false],
    ]);
    expect(note).toMatch(/\d+ requests did not reach a pod and are not counted/);
    await source.close();
  });

  test('beside metrics of pods, both are read', async () => {
    const source = sourceOf(await prepared('good', { judge: PODS, probe: PROBE, slow: 'off' }));
    expect(source.name).toBe('the pods (http_requests_total) and requests of our own (GET / 20/s)');
    const { counters } = await source.read(tracksOf('good', 'bad'), NEVER);
    expect([...new Set(counters.map(({ metric }) => metric))]).toEqual(['errors', 'probe']);
    await source.close();
  });

  test('stable must answer it well', async () => {
    expect(await refusal('good', { probe: { ...PROBE, port: '81' } })).toContain(
      'Wanted answers of stable to GET / 20/s (input probe) by Service good; found none: 503 from the API server: no service port 81 found for service "good"',
    );
    await deploy('broken', 1, { ERROR_RATE: '1' });
    await until('the Service reaches it', async () => (await send('broken', 1).catch(() => 0)) === 1);
    expect(await refusal('broken', { probe: PROBE })).toContain(
      'found status 500 in 10 of 10. Choose a path that stable answers',
    );
  });
});

test('a later run without Prometheus cannot go on by it', () => {
  const metrics: PreparedMetrics = {
    schema: 1,
    judge: { kind: 'prometheus', by: 'preset istio', queries: [] },
    probe: null,
    notes: [],
  };
  expect(() => sourceOf(metrics)).toThrow(
    'This release is judged by Prometheus (preset istio), and input prometheus says nothing.',
  );
});
