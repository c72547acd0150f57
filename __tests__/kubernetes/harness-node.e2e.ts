import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod, Service } from '../../src/cluster/wire.ts';
import { IMAGE } from '../contract/cluster.ts';
import { paths } from './api.ts';
import { type App, createApp, deploymentManifest, pods, setImage, waitSettled } from './app.ts';
import { ByHand } from './by-hand.ts';
import { watchInvariants } from './invariants.ts';
import { startLoad } from './load.ts';
import { type NodeCluster, startNode } from './node.ts';
import { must, until } from './processes.ts';
import { BACK_AFTER_CHANGE, expectBack } from './ramps/in-time.ts';
import { Traffic } from './under-load.ts';

/** Proves the node tier: pods, probes, hooks, logs and connections are real, and the load notices what users would notice. */

let node: NodeCluster;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node?.stop());

/**
 * Seconds for which pods linger that are told to leave in the moment in which proxies are told; on a node with much to do kube-proxy needed
 * more than three.
 */
const PRE_STOP = 8;

async function start(image: string): Promise<App> {
  const app: App = { namespace: await node.namespace('images'), image, replicas: 1 };
  await node.api.create(paths.deployments(app.namespace), deploymentManifest(app));
  return app;
}

function podWhere(app: App, what: string, is: (pod: Pod) => boolean, timeoutMs = 30_000): Promise<Pod> {
  return until(`a pod of ${app.image} ${what}`, timeoutMs, async () => (await pods(node.api, app)).find(is));
}

const waitingFor = (reason: string) => (pod: Pod) =>
  pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason;
const ready = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

function logs(app: App, pod: Pod, query = ''): Promise<string> {
  return node.api.get<string>(`${paths.core(app.namespace, 'pods', pod.metadata?.name)}/log${query}`);
}

/** Waits until connections to the Service succeed: kube-proxy is up to a second behind the EndpointSlices. */
async function url(app: App): Promise<string> {
  const service = await node.api.get<Service>(paths.core(app.namespace, 'services', 'web'));
  const address = `http://${service.spec?.clusterIP}/`;
  await until(`${address} answers`, 30_000, async () => (await node.inside([node.web, 'get', address])).code === 0);
  return address;
}

describe('images', () => {
  test.concurrent('v1 is Ready soon and logs what it does', async () => {
    const app = await start(IMAGE.v1);
    const pod = await podWhere(app, 'is Ready', ready);
    expect(await logs(app, pod)).toMatch(/web v1 serves on :8080/);
  });

  test.concurrent('slow is Ready after 5 s', async () => {
    const app = await start(IMAGE.slow);
    const { status } = await podWhere(app, 'is Ready', ready);
    const turned = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
    const started = status?.containerStatuses?.[0]?.state?.running?.startedAt;
    // Its own clock knows whole seconds, of which there are no less between the two than there were.
    expect(Date.parse(turned ?? '') - Date.parse(started ?? '')).toBeGreaterThanOrEqual(5000);
  });

  test.concurrent('never-ready runs and stays unready', async () => {
    const app = await start(IMAGE.neverReady);
    await podWhere(app, 'runs', (pod) => pod.status?.phase === 'Running');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect((await pods(node.api, app)).filter(ready)).toEqual([]);
  });

  test.concurrent('crash ends with code 3, and its last words can be read', async () => {
    const app = await start(IMAGE.crash);
    const pod = await podWhere(app, 'backs off', waitingFor('CrashLoopBackOff'));
    const status = pod.status?.containerStatuses?.[0];
    expect(status?.restartCount).toBeGreaterThanOrEqual(1);
    expect(status?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(await logs(app, pod, '?previous=true&tailLines=1')).toMatch(/panic: no database/);
  });

  test.concurrent('missing cannot be pulled', async () => {
    const app = await start(IMAGE.missing);
    const pod = await podWhere(app, 'fails to pull', waitingFor('ErrImagePull'));
    expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toMatch(
      /failed to pull and unpack image .*web:missing/,
    );
    await podWhere(app, 'backs off', waitingFor('ImagePullBackOff'));
  });

  test.concurrent('late-crash ends once and recovers', async () => {
    const app = await start(IMAGE.lateCrash);
    await podWhere(app, 'is Ready', ready);
    const again = await podWhere(
      app,
      'is Ready again',
      (pod) => ready(pod) && pod.status?.containerStatuses?.[0]?.restartCount === 1,
    );
    expect(again.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect((await pods(node.api, app)).map((pod) => pod.status?.containerStatuses?.[0]?.restartCount)).toEqual([1]);
  });

  test.concurrent('unready-later is Ready first and then not any more', async () => {
    const app = await start(IMAGE.unreadyLater);
    await podWhere(app, 'is Ready', ready);
    const later = await podWhere(app, 'is not Ready any more', (pod) => !ready(pod));
    expect(later.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, started: true });
  });
});

describe('load', () => {
  test('sees no failure over a rolling update, on fresh and on kept connections', async () => {
    const app: App = { namespace: await node.namespace('load'), preStopSeconds: PRE_STOP };
    await createApp(node.api, app);
    const address = await url(app);
    const load = await startLoad(node, { url: address });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const changed = Date.now();
    await setImage(node.api, app, IMAGE.v2);
    await waitSettled(node.api, app);
    const settled = Date.now();
    // The last old pods linger in their preStop, and kept clients with them.
    await until('only new pods are left', 30_000, async () => (await pods(node.api, app)).length === 3);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect([...report.versions.keys()]).toEqual(['v1', 'v2']);
    const seconds = (Date.now() - changed) / 1000 + 1;
    const traffic = new Traffic(report, [], load.processor);
    const strain = Math.max(1, traffic.strain());
    expect(report.of('fresh').total).toBeGreaterThan((seconds * 150) / strain);
    expect(report.of('kept').total).toBeGreaterThan((seconds * 120) / strain);
    expect(report.versions.get('v2')?.firstAt).toBeGreaterThan(changed);
    const last = report.of('fresh').versions.get('v1')?.lastAt ?? settled;
    expectBack(traffic, settled, last - settled, { within: BACK_AFTER_CHANGE });
    expect(report.share('v1', 0, changed)).toBe(1);
  });

  test('sees no failure over a release by hand: open, there, back, there, close', async () => {
    const app: App = { namespace: await node.namespace('release') };
    await createApp(node.api, app);
    const hand = new ByHand(node.api, app);
    const stable = await hand.version(IMAGE.v1);
    const load = await startLoad(node, { url: await url(app), seconds: 120 });
    const { kubeconfig } = node;
    const watch = await watchInvariants({ kubeconfig, namespace: app.namespace, deployment: 'web', service: 'web' });
    const candidate = await hand.open(stable, IMAGE.v2);
    const stays: { readonly other: string; readonly from: number; readonly to: number }[] = [];
    for (const version of [candidate, stable, candidate]) {
      const from = Date.now();
      await hand.switchTo(version);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      stays.push({ other: version === stable ? 'v2' : 'v1', from, to: Date.now() });
    }
    await hand.close(IMAGE.v2, IMAGE.v1);
    await until('only new pods are left', 30_000, async () => (await pods(node.api, app)).length === 3);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect(await watch.stop()).toEqual([]);
    const traffic = new Traffic(report, [], load.processor);
    for (const { other, from, to } of stays) {
      const late = traffic.answers(other, from, to, 'fresh').at(-1)?.at ?? from;
      expectBack(traffic, from, late - from, { within: BACK_AFTER_CHANGE });
    }
  });

  test('keeps WebSockets until their pod says goodbye, and sees one that breaks', async () => {
    // Long enough for the next pod to be there when the goodbyes come.
    const app: App = { namespace: await node.namespace('sockets'), replicas: 1, preStopSeconds: PRE_STOP };
    await createApp(node.api, app);
    const load = await startLoad(node, { url: await url(app), sockets: 3 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const [pod] = await pods(node.api, app);
    await node.api.remove(paths.core(app.namespace, 'pods', pod?.metadata?.name));
    const left = Date.now();
    await until('three goodbyes', 30_000, () => load.report().sockets.length >= 3);
    const goodbyes = load.report().sockets.slice(0, 3);
    expect(goodbyes.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    // The preStop comes first.
    for (const { at } of goodbyes) expect(at).toBeGreaterThan(left + PRE_STOP * 1000 - 500);
    const next = await podWhere(app, 'serves WebSockets', (other) => other.metadata?.name !== pod?.metadata?.name);
    await until('WebSockets on the new pod', 30_000, async () => (await logs(app, next)).includes('WebSocket'));
    await node.inside([node.web, 'get', `${await url(app)}crash`]);
    await until('a WebSocket breaks', 30_000, () => load.report().sockets.some(({ error }) => error !== undefined));
    const report = await load.stop();
    expect(report.sockets.find(({ error }) => error !== undefined)?.error).toMatch(/EOF|reset/);
    expect(report.failures.length).toBeGreaterThan(0);
  });

  test('sees that nobody answers any more', async () => {
    const app: App = { namespace: await node.namespace('loss'), replicas: 1 };
    await createApp(node.api, app);
    const load = await startLoad(node, { url: await url(app) });
    await node.api.patch(paths.deployments(app.namespace, 'web'), { spec: { replicas: 0 } });
    await until('failures', 30_000, () => load.report().failures.length > 10);
    const report = await load.stop();
    expect(report.failures[0]?.error).toMatch(/connection refused|timeout|deadline|reset|EOF|no route/i);
  });
});

test('the API server records requests here, too', async () => {
  const since = Date.now();
  const namespace = await node.namespace('audit');
  const requests = (await node.audit(since)).filter(({ userAgent }) => userAgent === 'crossfade-harness');
  expect(requests).toMatchObject([{ verb: 'create', resource: 'namespaces', name: namespace, code: 201 }]);
});

test('a stopped node leaves no process, namespace or file behind', async () => {
  const other = await startNode({ index: 1 });
  const { folder } = other;
  expect(await must('ip', ['netns', 'pids', 'cfn1'])).not.toBe('');
  await createApp(other.api, { namespace: await other.namespace('other') });
  await other.stop();
  expect(existsSync(folder)).toBe(false);
  expect(existsSync('/run/netns/cfn1')).toBe(false);
  expect(existsSync('/run/crossfade-cfn1.pid')).toBe(false);
});
