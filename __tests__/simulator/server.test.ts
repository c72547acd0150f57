import { readFile } from 'node:fs/promises';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, Client, until } from './client.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
let client: Client;
beforeAll(async () => {
  cluster = await startSimulator({ tls: false });
  client = new Client(cluster);
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';

let maps = 0;
/** Creates a ConfigMap of a new name. */
function create(): Promise<Answer> {
  maps++;
  return client.send('POST', MAPS, { metadata: { name: `m${maps}` } });
}

describe('the API server', () => {
  test('answers JSON with the model’s codes', async () => {
    expect((await create()).status).toBe(201);
    const missing = await client.send('GET', `${MAPS}/nope`);
    expect([missing.status, missing.headers['content-type']]).toEqual([404, 'application/json']);
    expect(JSON.parse(missing.text)).toMatchObject({ kind: 'Status', reason: 'NotFound' });
    expect((await client.send('POST', MAPS, '{bad')).status).toBe(400);
    expect(
      (await client.send('POST', MAPS, { metadata: { name: 'big' }, data: { a: 'a'.repeat(4_000_000) } })).status,
    ).toBe(413);
    expect(await client.send('GET', '/readyz')).toMatchObject({ status: 200, text: 'ok' });
    expect(await client.send('GET', '/apis/bogus.io/v1')).toMatchObject({ status: 404, text: '404 page not found\n' });
  });

  test('knows who asks', async () => {
    expect((await client.send('GET', MAPS, undefined, { authorization: 'Bearer nobody' })).status).toBe(401);
    const anonymous = await client.send('GET', MAPS, undefined, { authorization: '' });
    expect([anonymous.status, JSON.parse(anonymous.text).message]).toEqual([
      403,
      'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ]);
    const config = JSON.parse(await readFile(await cluster.kubeconfigFor('jane'), 'utf8'));
    const jane = await client.send('GET', MAPS, undefined, { authorization: `Bearer ${config.users[0].user.token}` });
    expect([jane.status, JSON.parse(jane.text).message]).toEqual([
      403,
      'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ]);
  });

  test('discovers what it serves', async () => {
    cluster.register({ group: 'example.org', version: 'v1', plural: 'widgets', kind: 'Widget' });
    expect(JSON.parse((await client.send('GET', '/apis/example.org/v1')).text)).toMatchObject({
      kind: 'APIResourceList',
      resources: [{ name: 'widgets', kind: 'Widget', namespaced: true }, { name: 'widgets/status' }],
    });
    expect(
      JSON.parse((await client.send('GET', '/apis')).text).groups.map((group: { name: string }) => group.name),
    ).toEqual(expect.arrayContaining(['apps', 'coordination.k8s.io', 'example.org']));
    const widgets = '/apis/example.org/v1/namespaces/default/widgets';
    const widget = {
      apiVersion: 'example.org/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { size: null, list: [] },
      status: { x: 1 },
    };
    const created = JSON.parse((await client.send('POST', widgets, widget)).text);
    expect(created).toMatchObject({ metadata: { generation: 1 }, spec: { size: null, list: [] } });
    expect(created.status).toBeUndefined();
    const status = await client.send('PATCH', `${widgets}/w/status`, [
      { op: 'add', path: '/status', value: { x: 2 } },
      { op: 'add', path: '/spec/size', value: 9 },
    ]);
    expect(JSON.parse(status.text)).toMatchObject({
      metadata: { generation: 1 },
      spec: { size: null },
      status: { x: 2 },
    });
    expect(
      (await client.send('PATCH', `${widgets}/w`, {}, { 'content-type': 'application/strategic-merge-patch+json' }))
        .status,
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
    expect((await client.send('GET', '/apis/example.org/v2/namespaces/default/gadgets')).status).toBe(404);
    const created = await client.send('POST', definitions, definition);
    expect(JSON.parse(created.text).status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Established', status: 'True' }),
    );
    expect((await client.send('GET', '/apis/example.org/v2/namespaces/default/gadgets')).status).toBe(200);
    await client.send('DELETE', `${definitions}/gadgets.example.org`);
    expect((await client.send('GET', '/apis/example.org/v2/namespaces/default/gadgets')).status).toBe(404);
  });

  test('keeps an audit of what it executed', async () => {
    // The audit counts whole milliseconds: what came before may bear the same one as now.
    const before = Date.now();
    await until('the next millisecond', () => Date.now() > before);
    const since = Date.now();
    await create();
    await client.send('GET', `${MAPS}/nope?resourceVersion=0`);
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
    const watch = client.watch(`${MAPS}?watch=1&resourceVersion=${cluster.store.version}&timeoutSeconds=1`);
    await create();
    await until('the event', () => watch.events.length > 0);
    expect(watch.events).toEqual([`ADDED m${maps}`]);
    await until('the end', () => watch.ended !== '');
    expect(watch.ended).toBe('end');
  });

  test('answers a watch from before a compaction with 410 in the stream', async () => {
    const version = cluster.store.version;
    await create();
    cluster.store.compact();
    const answer = await client.send('GET', `${MAPS}?watch=1&resourceVersion=${version}`);
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
