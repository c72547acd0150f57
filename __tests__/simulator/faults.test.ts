import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, Client, until } from './client.ts';
import { type Simulator, startSimulator } from './cluster.ts';
import type { FaultRequest } from './faults.ts';

let cluster: Simulator;
let client: Client;
beforeAll(async () => {
  cluster = await startSimulator({ tls: false });
  client = new Client(cluster);
});
afterAll(() => cluster.stop());
beforeEach(() => cluster.faults.clear());

const MAPS = '/api/v1/namespaces/default/configmaps';

let maps = 0;
/** Creates a ConfigMap of a new name. */
function create(): Promise<Answer> {
  maps++;
  return client.send('POST', MAPS, { metadata: { name: `m${maps}` } });
}

describe('a fault', () => {
  const mutating = (request: FaultRequest) => request.mutation !== null;

  test('refuses without executing', async () => {
    cluster.faults.use({
      before: (request) => (mutating(request) ? { kind: 'refuse', status: 429, retryAfter: 2 } : undefined),
    });
    const answer = await create();
    expect([answer.status, answer.headers['retry-after'], JSON.parse(answer.text).reason]).toEqual([
      429,
      '2',
      'TooManyRequests',
    ]);
    expect((await client.send('GET', `${MAPS}/m${maps}`)).status).toBe(404);
  });

  test.each([
    ['reset before', { kind: 'reset', when: 'before' }, 404],
    ['reset after', { kind: 'reset', when: 'after' }, 200],
    ['truncate', { kind: 'truncate' }, 200],
  ] as const)('%s the write: the connection breaks', async (_, fault, then) => {
    const remove = cluster.faults.use({ before: (request) => (mutating(request) ? fault : undefined) });
    await expect(create()).rejects.toThrow();
    remove();
    expect((await client.send('GET', `${MAPS}/m${maps}`)).status).toBe(then);
  });

  test('loses an answer, or sends a page for people', async () => {
    cluster.faults.use({ before: (request) => (mutating(request) ? { kind: 'lose-answer', status: 504 } : undefined) });
    expect((await create()).status).toBe(504);
    cluster.faults.clear();
    expect((await client.send('GET', `${MAPS}/m${maps}`)).status).toBe(200);
    cluster.faults.use({ before: () => ({ kind: 'html', status: 502 }) });
    expect(await create()).toMatchObject({ status: 502, headers: { 'content-type': 'text/html' } });
  });

  test('waits, and lets a test act before and after the n-th write', async () => {
    const seen: string[] = [];
    let first: number | undefined;
    cluster.faults.use({
      before: (request) => {
        first ??= request.mutation ?? undefined;
        if (request.mutation === null || first === undefined) return undefined;
        seen.push(`before ${request.verb} ${request.mutation - first}`);
        return { kind: 'delay', ms: 50 };
      },
      after: async (request, status) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        seen.push(`after ${request.resource} ${status}`);
      },
    });
    const started = Date.now();
    await create();
    await create();
    expect(Date.now() - started).toBeGreaterThanOrEqual(100);
    expect(seen).toEqual(['before create 0', 'after configmaps 201', 'before create 1', 'after configmaps 201']);
  });

  test('dry runs and questions are not counted as writes', async () => {
    const counted: (number | null)[] = [];
    cluster.faults.use({ before: (request) => void counted.push(request.mutation) });
    await client.send('POST', `${MAPS}?dryRun=All`, { metadata: { name: 'dry' } });
    await client.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} });
    expect(counted).toEqual([null, null]);
  });

  test('drops watches, or holds their events back', async () => {
    const path = `${MAPS}?watch=1&resourceVersion=${cluster.store.version}`;
    const [dropped, cut] = [client.watch(path), client.watch(path)];
    cluster.faults.use({ before: () => undefined });
    await create();
    await until('the events', () => dropped.events.length === 1 && cut.events.length === 1);
    cluster.faults.dropWatches();
    await until('the resets', () => dropped.ended === 'reset' && cut.ended === 'reset');
    const stale = client.watch(path);
    await until('the event', () => stale.events.length === 1);
    cluster.faults.holdWatches();
    await create();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stale.events).toHaveLength(1);
    cluster.faults.releaseWatches();
    await until('what was held', () => stale.events.length === 2);
    stale.close();
  });

  test('cuts a watch after so many events', async () => {
    cluster.faults.use({
      before: (request) => (request.verb === 'watch' ? { kind: 'cut-watch', events: 1 } : undefined),
    });
    const watch = client.watch(`${MAPS}?watch=1&resourceVersion=${cluster.store.version}`);
    await create();
    await create();
    await until('the reset', () => watch.ended === 'reset');
    expect(watch.events).toHaveLength(1);
  });
});
