import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { DEPLOYMENTS, SERVICES, manifests } from './app.ts';
import { type Simulator, startSimulator } from './cluster.ts';
import type { FaultRequest } from './faults.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ tls: false });
});
afterAll(() => cluster.stop());
beforeEach(() => cluster.faults.clear());

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** One request on a connection of its own. Rejects when the connection breaks. */
function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const patch = method === 'PATCH' ? 'application/json-patch+json' : 'application/json';
    const request = http.request(
      `${cluster.url}${path}`,
      {
        method,
        agent: false,
        headers: {
          authorization: `Bearer ${cluster.token}`,
          'content-type': patch,
          'user-agent': 'tests/1',
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

/** The lines of a watch, as far as they have come. */
function open(path: string) {
  const lines: string[] = [];
  let ended = '';
  const request = http.get(
    `${cluster.url}${path}`,
    { agent: false, headers: { authorization: `Bearer ${cluster.token}` } },
    (response) => {
      response.setEncoding('utf8');
      let rest = '';
      response.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        lines.push(...parts);
      });
      response.on('error', () => {
        ended = 'reset';
      });
      response.on('end', () => {
        ended = 'end';
      });
    },
  );
  request.on('error', () => {
    ended = 'reset';
  });
  return {
    events: () => lines.map((line) => JSON.parse(line)).map(({ type, object }) => `${type} ${object.metadata.name}`),
    ended: () => ended,
    close: () => request.destroy(),
  };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let maps = 0;
/** Creates a ConfigMap of a new name. */
function create(): Promise<Answer> {
  maps++;
  return send('POST', MAPS, { metadata: { name: `m${maps}` } });
}

describe('the API server', () => {
  test('answers JSON with the model’s codes', async () => {
    expect((await create()).status).toBe(201);
    const missing = await send('GET', `${MAPS}/nope`);
    expect([missing.status, missing.headers['content-type']]).toEqual([404, 'application/json']);
    expect(JSON.parse(missing.text)).toMatchObject({ kind: 'Status', reason: 'NotFound' });
    expect((await send('POST', MAPS, '{bad')).status).toBe(400);
    expect((await send('POST', MAPS, { metadata: { name: 'big' }, data: { a: 'a'.repeat(4_000_000) } })).status).toBe(
      413,
    );
    expect(await send('GET', '/readyz')).toMatchObject({ status: 200, text: 'ok' });
    expect(await send('GET', '/apis/bogus.io/v1')).toMatchObject({ status: 404, text: '404 page not found\n' });
  });

  test('knows who asks', async () => {
    expect((await send('GET', MAPS, undefined, { authorization: 'Bearer nobody' })).status).toBe(401);
    const anonymous = await send('GET', MAPS, undefined, { authorization: '' });
    expect([anonymous.status, JSON.parse(anonymous.text).message]).toEqual([
      403,
      'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ]);
    const config = JSON.parse(await readFile(await cluster.kubeconfigFor('jane'), 'utf8'));
    const jane = await send('GET', MAPS, undefined, { authorization: `Bearer ${config.users[0].user.token}` });
    expect([jane.status, JSON.parse(jane.text).message]).toEqual([
      403,
      'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ]);
  });

  test('discovers what it serves', async () => {
    cluster.register({ group: 'example.org', version: 'v1', plural: 'widgets', kind: 'Widget' });
    expect(JSON.parse((await send('GET', '/apis/example.org/v1')).text)).toMatchObject({
      kind: 'APIResourceList',
      resources: [{ name: 'widgets', kind: 'Widget', namespaced: true }, { name: 'widgets/status' }],
    });
    expect(JSON.parse((await send('GET', '/apis')).text).groups.map((group: { name: string }) => group.name)).toEqual(
      expect.arrayContaining(['apps', 'coordination.k8s.io', 'example.org']),
    );
    const widgets = '/apis/example.org/v1/namespaces/default/widgets';
    const widget = {
      apiVersion: 'example.org/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { size: null, list: [] },
      status: { x: 1 },
    };
    const created = JSON.parse((await send('POST', widgets, widget)).text);
    expect(created).toMatchObject({ metadata: { generation: 1 }, spec: { size: null, list: [] } });
    expect(created.status).toBeUndefined();
    const status = await send('PATCH', `${widgets}/w/status`, [
      { op: 'add', path: '/status', value: { x: 2 } },
      { op: 'add', path: '/spec/size', value: 9 },
    ]);
    expect(JSON.parse(status.text)).toMatchObject({
      metadata: { generation: 1 },
      spec: { size: null },
      status: { x: 2 },
    });
    expect(
      (await send('PATCH', `${widgets}/w`, {}, { 'content-type': 'application/strategic-merge-patch+json' })).status,
    ).toBe(415);
  });

  test('serves what a CustomResourceDefinition defines', async () => {
    const definition = {
      metadata: { name: 'gadgets.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'gadgets', kind: 'Gadget' },
        versions: [{ name: 'v2', served: true, storage: true }],
      },
    };
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    expect((await send('GET', '/apis/example.org/v2/namespaces/default/gadgets')).status).toBe(404);
    const created = await send('POST', definitions, definition);
    expect(JSON.parse(created.text).status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Established', status: 'True' }),
    );
    expect((await send('GET', '/apis/example.org/v2/namespaces/default/gadgets')).status).toBe(200);
    await send('DELETE', `${definitions}/gadgets.example.org`);
    expect((await send('GET', '/apis/example.org/v2/namespaces/default/gadgets')).status).toBe(404);
  });

  test('keeps an audit of what it executed', async () => {
    const since = Date.now();
    await create();
    await send('GET', `${MAPS}/nope?resourceVersion=0`);
    expect(await cluster.audit(since)).toEqual([
      {
        at: expect.any(Number),
        verb: 'create',
        uri: MAPS,
        resource: 'configmaps',
        namespace: 'default',
        userAgent: 'tests/1',
        user: 'admin',
        code: 201,
        body: { metadata: { name: `m${maps}` } },
      },
      {
        at: expect.any(Number),
        verb: 'get',
        uri: `${MAPS}/nope?resourceVersion=0`,
        resource: 'configmaps',
        namespace: 'default',
        name: 'nope',
        userAgent: 'tests/1',
        user: 'admin',
        code: 404,
      },
    ]);
  });

  test('streams watches until their time is over', async () => {
    const watch = open(`${MAPS}?watch=1&resourceVersion=${cluster.store.version}&timeoutSeconds=1`);
    await create();
    await until('the event', () => watch.events().length > 0);
    expect(watch.events()).toEqual([`ADDED m${maps}`]);
    await until('the end', () => watch.ended() !== '');
    expect(watch.ended()).toBe('end');
  });

  test('answers a watch from before a compaction with 410 in the stream', async () => {
    const version = cluster.store.version;
    await create();
    cluster.store.compact();
    const answer = await send('GET', `${MAPS}?watch=1&resourceVersion=${version}`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
  });
});

describe('with TLS, as by default', () => {
  test('client-node takes the kubeconfig and is let in', async () => {
    const secure = await startSimulator({ serve: false });
    try {
      const config = new KubeConfig();
      config.loadFromFile(secure.kubeconfig);
      const { CoreV1Api } = await import('@kubernetes/client-node');
      const { items } = await config.makeApiClient(CoreV1Api).listNamespace();
      expect(items.map((item) => item.metadata?.name)).toEqual(['default', 'kube-system']);
      const broken: string[] = [];
      secure.faults.use({ before: () => ({ kind: 'reset', when: 'before' }) });
      await config
        .makeApiClient(CoreV1Api)
        .listNamespace()
        .catch((error: Error) => broken.push(error.message));
      expect(broken).toHaveLength(1);
    } finally {
      await secure.stop();
    }
  });
});

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
    expect((await send('GET', `${MAPS}/m${maps}`)).status).toBe(404);
  });

  test.each([
    ['reset before', { kind: 'reset', when: 'before' }, 404],
    ['reset after', { kind: 'reset', when: 'after' }, 200],
    ['truncate', { kind: 'truncate' }, 200],
  ] as const)('%s the write: the connection breaks', async (_, fault, then) => {
    const remove = cluster.faults.use({ before: (request) => (mutating(request) ? fault : undefined) });
    await expect(create()).rejects.toThrow();
    remove();
    expect((await send('GET', `${MAPS}/m${maps}`)).status).toBe(then);
  });

  test('loses an answer, or sends a page for people', async () => {
    cluster.faults.use({ before: (request) => (mutating(request) ? { kind: 'lose-answer', status: 504 } : undefined) });
    expect((await create()).status).toBe(504);
    cluster.faults.clear();
    expect((await send('GET', `${MAPS}/m${maps}`)).status).toBe(200);
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
    await send('POST', `${MAPS}?dryRun=All`, { metadata: { name: 'dry' } });
    await send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} });
    expect(counted).toEqual([null, null]);
  });

  test('drops watches, or holds their events back', async () => {
    const path = `${MAPS}?watch=1&resourceVersion=${cluster.store.version}`;
    const [dropped, cut] = [open(path), open(path)];
    cluster.faults.use({ before: () => undefined });
    await create();
    await until('the events', () => dropped.events().length === 1 && cut.events().length === 1);
    cluster.faults.dropWatches();
    await until('the resets', () => dropped.ended() === 'reset' && cut.ended() === 'reset');
    const stale = open(path);
    await until('the event', () => stale.events().length === 1);
    cluster.faults.holdWatches();
    await create();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stale.events()).toHaveLength(1);
    cluster.faults.releaseWatches();
    await until('what was held', () => stale.events().length === 2);
    stale.close();
  });

  test('cuts a watch after so many events', async () => {
    cluster.faults.use({
      before: (request) => (request.verb === 'watch' ? { kind: 'cut-watch', events: 1 } : undefined),
    });
    const watch = open(`${MAPS}?watch=1&resourceVersion=${cluster.store.version}`);
    await create();
    await create();
    await until('the reset', () => watch.ended() === 'reset');
    expect(watch.events()).toHaveLength(1);
  });
});

describe('pods that serve', () => {
  async function get(port: number, path = '/', agent: http.Agent | false = false): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, path, agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve(text));
      });
      request.on('error', reject);
    });
  }

  test('through the Service, the switch and the API server’s proxy', async () => {
    const { deployment, service } = manifests(2);
    await send('POST', DEPLOYMENTS, deployment);
    await send('POST', SERVICES, service);
    const listener = await cluster.listen('default', 'web');
    const rolled = (tag: string, count: number) => () => ready(tag) === count;
    await until('v1', rolled('v1', 2));
    await until('a first answer', async () => (await get(listener.port).catch(() => '')).startsWith('v1 web-'));
    const pods = new Set<string>();
    for (let i = 0; i < 40; i++) pods.add(await get(listener.port));
    expect(pods.size).toBe(2);
    expect(await get(listener.port, '/healthz')).toBe('ok');

    const proxied = await send('GET', `${SERVICES}/web:80/proxy/healthz?x=1`);
    expect(proxied).toMatchObject({ status: 200, text: 'ok' });
    expect((await send('GET', `${SERVICES}/http:web:/proxy/`)).text).toMatch(/^v1 web-/);
    const bogus = await send('GET', `${SERVICES}/web:bogus/proxy/`);
    expect([bogus.status, JSON.parse(bogus.text).message]).toEqual([
      503,
      'no endpoints available for service "web:bogus"',
    ]);
    const noPort = await send('GET', `${SERVICES}/web:81/proxy/`);
    expect(JSON.parse(noPort.text).message).toBe('no service port 81 found for service "web"');
    const [pod] = cluster.store.list('pods', 'default');
    expect((await send('GET', `/api/v1/namespaces/default/pods/${pod?.metadata.name}:8080/proxy/`)).text).toBe(
      `v1 ${pod?.metadata.name}`,
    );

    // A kept-alive connection stays on its pod when the Service turns to others.
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const before = await get(listener.port, '/', agent);
    await send('PATCH', `${DEPLOYMENTS}/web`, [
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: IMAGE.v2 },
      { op: 'add', path: '/spec/template/spec/containers/0/env', value: [{ name: 'RESPONSE', value: 'large-3' }] },
      { op: 'add', path: '/spec/minReadySeconds', value: 599 },
      { op: 'replace', path: '/spec/strategy/rollingUpdate', value: { maxSurge: '100%', maxUnavailable: 0 } },
    ]);
    await until('v2', rolled('v2', 2));
    const hash = cluster.store.list('replicasets.apps', 'default').find((set) => set.spec.minReadySeconds === 599)
      ?.metadata.labels?.['pod-template-hash'];
    await send('PATCH', `${SERVICES}/web`, [{ op: 'add', path: '/spec/selector/pod-template-hash', value: hash }]);
    await until('the switch', async () => (await get(listener.port)) === 'large-3');
    expect(await get(listener.port, '/', agent)).toBe(before);
    agent.destroy();

    await send('PATCH', `${SERVICES}/web`, [
      { op: 'replace', path: '/spec/selector/pod-template-hash', value: 'nobody' },
    ]);
    await until('refusal', async () => (await get(listener.port).catch(() => 'refused')) === 'refused');
    const empty = await send('GET', `${SERVICES}/web:80/proxy/`);
    expect([empty.status, JSON.parse(empty.text).message]).toEqual([503, 'no endpoints available for service "web"']);
    await listener.close();
  });

  test('a scale-down under load loses no request', async () => {
    const { deployment, service } = manifests(4);
    const rename = <T extends { metadata: object }>(object: T) => ({ ...object, metadata: { name: 'load' } });
    await send('POST', DEPLOYMENTS, {
      ...rename(deployment),
      spec: {
        ...deployment.spec,
        selector: { matchLabels: { app: 'load' } },
        template: { ...deployment.spec.template, metadata: { labels: { app: 'load' } } },
      },
    });
    await send('POST', SERVICES, { ...rename(service), spec: { ...service.spec, selector: { app: 'load' } } });
    const listener = await cluster.listen('default', 'load');
    await until('an answer', async () => (await get(listener.port).catch(() => '')) !== '');
    let [sent, failed] = [0, 0];
    const load = setInterval(() => {
      sent++;
      get(listener.port).catch(() => {
        failed++;
      });
    }, 5);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send('PATCH', `${DEPLOYMENTS}/load`, [{ op: 'replace', path: '/spec/replicas', value: 1 }]);
    await new Promise((resolve) => setTimeout(resolve, 800));
    clearInterval(load);
    expect(cluster.store.list('pods', 'default').filter((pod) => pod.metadata.labels?.app === 'load')).toHaveLength(1);
    expect(sent).toBeGreaterThan(50);
    expect(failed).toBe(0);
    await listener.close();
  });

  function ready(tag: string): number {
    return cluster.store
      .list('pods', 'default')
      .filter((pod) => pod.spec.containers[0]?.image?.endsWith(`:${tag}`) === true)
      .filter((pod) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true)
      .length;
  }
});
