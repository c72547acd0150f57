import http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { DEPLOYMENTS, SERVICES, manifests } from './app.ts';
import { Client, get, until } from './client.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
let client: Client;
beforeAll(async () => {
  cluster = await startSimulator({ tls: false });
  client = new Client(cluster);
});
afterAll(() => cluster.stop());

describe('pods that serve', () => {
  test('through the Service, the switch and the API server’s proxy', async () => {
    const { deployment, service } = manifests(2);
    await client.send('POST', DEPLOYMENTS, deployment);
    await client.send('POST', SERVICES, service);
    const listener = await cluster.listen('default', 'web');
    const rolled = (tag: string, count: number) => () => ready(tag) === count;
    await until('v1', rolled('v1', 2));
    await until('a first answer', async () => (await get(listener.port).catch(() => '')).startsWith('v1 web-'));
    const pods = new Set<string>();
    for (let i = 0; i < 40; i++) pods.add(await get(listener.port));
    expect(pods.size).toBe(2);
    expect(await get(listener.port, '/healthz')).toBe('ok');

    const proxied = await client.send('GET', `${SERVICES}/web:80/proxy/healthz?x=1`);
    expect(proxied).toMatchObject({ status: 200, text: 'ok' });
    expect((await client.send('GET', `${SERVICES}/http:web:/proxy/`)).text).toMatch(/^v1 web-/);
    const bogus = await client.send('GET', `${SERVICES}/web:bogus/proxy/`);
    expect([bogus.status, JSON.parse(bogus.text).message]).toEqual([
      503,
      'no endpoints available for service "web:bogus"',
    ]);
    const noPort = await client.send('GET', `${SERVICES}/web:81/proxy/`);
    expect(JSON.parse(noPort.text).message).toBe('no service port 81 found for service "web"');
    const [pod] = cluster.store.list('pods', 'default');
    expect((await client.send('GET', `/api/v1/namespaces/default/pods/${pod?.metadata.name}:8080/proxy/`)).text).toBe(
      `v1 ${pod?.metadata.name}`,
    );

    // A kept-alive connection stays on its pod when the Service turns to others.
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const before = await get(listener.port, '/', agent);
    await client.send('PATCH', `${DEPLOYMENTS}/web`, [
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: IMAGE.v2 },
      { op: 'add', path: '/spec/template/spec/containers/0/env', value: [{ name: 'RESPONSE', value: 'large-3' }] },
      { op: 'add', path: '/spec/minReadySeconds', value: 599 },
      { op: 'replace', path: '/spec/strategy/rollingUpdate', value: { maxSurge: '100%', maxUnavailable: 0 } },
    ]);
    await until('v2', rolled('v2', 2));
    const hash = cluster.store.list('replicasets.apps', 'default').find((set) => set.spec.minReadySeconds === 599)
      ?.metadata.labels?.['pod-template-hash'];
    await client.send('PATCH', `${SERVICES}/web`, [
      { op: 'add', path: '/spec/selector/pod-template-hash', value: hash },
    ]);
    await until('the switch', async () => (await get(listener.port)) === 'large-3');
    expect(await get(listener.port, '/', agent)).toBe(before);
    agent.destroy();

    await client.send('PATCH', `${SERVICES}/web`, [
      { op: 'replace', path: '/spec/selector/pod-template-hash', value: 'nobody' },
    ]);
    await until('refusal', async () => (await get(listener.port).catch(() => 'refused')) === 'refused');
    const empty = await client.send('GET', `${SERVICES}/web:80/proxy/`);
    expect([empty.status, JSON.parse(empty.text).message]).toEqual([503, 'no endpoints available for service "web"']);
    await listener.close();
  });

  test('a scale-down under load loses no request', async () => {
    const { deployment, service } = manifests(4);
    const rename = <T extends { metadata: object }>(object: T) => ({ ...object, metadata: { name: 'load' } });
    await client.send('POST', DEPLOYMENTS, {
      ...rename(deployment),
      spec: {
        ...deployment.spec,
        selector: { matchLabels: { app: 'load' } },
        template: { ...deployment.spec.template, metadata: { labels: { app: 'load' } } },
      },
    });
    await client.send('POST', SERVICES, { ...rename(service), spec: { ...service.spec, selector: { app: 'load' } } });
    const listener = await cluster.listen('default', 'load');
    await until('an answer', async () => (await get(listener.port).catch(() => '')) !== '');
    const sent: Promise<string>[] = [];
    const load = setInterval(
      () => sent.push(get(listener.port).catch((error: Error) => `failed: ${error.message}`)),
      5,
    );
    await until('load before it', () => sent.length >= 40);
    await client.send('PATCH', `${DEPLOYMENTS}/load`, [{ op: 'replace', path: '/spec/replicas', value: 1 }]);
    const left = () => cluster.store.list('pods', 'default').filter((pod) => pod.metadata.labels?.app === 'load');
    await until('the others are gone', () => left().length === 1);
    const then = sent.length;
    await until('load after it', () => sent.length >= then + 40);
    clearInterval(load);
    expect((await Promise.all(sent)).filter((answer) => answer.startsWith('failed'))).toEqual([]);
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
