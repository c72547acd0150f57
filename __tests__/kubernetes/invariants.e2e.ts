import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Deployment, ReplicaSet } from '../../src/cluster/wire.ts';
import { IMAGE } from '../contract/cluster.ts';
import { Api, paths } from './api.ts';
import { createApp, readyEndpoints, setImage } from './app.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { HELD_SECONDS, type InvariantsWatch, type Violation, watchInvariants } from './invariants.ts';
import { until } from './processes.ts';

/**
 * Proves the checker of invariants, and with it the order of writes that design rests on: a release by hand, in plain PATCHes,
 * is free of violations; each of them done in the wrong order is not.
 */

let cluster: ControlPlane;
let api: Api;
let namespace: string;
let watch: InvariantsWatch;
let stable: string;

beforeAll(async () => {
  cluster = await startControlPlane();
  api = await Api.from(cluster.kubeconfig);
});
afterAll(async () => {
  await api?.close();
  await cluster?.stop();
});
beforeEach(async () => {
  namespace = await cluster.namespace('invariants');
  await createApp(api, { namespace });
  stable = await versionOf(IMAGE.v1);
  watch = await watchInvariants({ kubeconfig: cluster.kubeconfig, namespace, deployment: 'web', service: 'web' });
});
afterEach(() => watch.stop().catch(() => undefined));

const deployment = (): string => paths.deployments(namespace, 'web');
const container = (image: string): unknown => ({ template: { spec: { containers: [{ name: 'web', image }] } } });
const rolling = (maxSurge: number | string, maxUnavailable: number): unknown => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const HOLD = { minReadySeconds: HELD_SECONDS, progressDeadlineSeconds: HELD_SECONDS + 1 };

function write(...parts: unknown[]): Promise<Deployment> {
  return api.patch(deployment(), { spec: Object.assign({}, ...parts) }, 'strategic-merge-patch');
}

function pin(version: string | null): Promise<unknown> {
  return api.patch(paths.core(namespace, 'services', 'web'), { spec: { selector: { 'pod-template-hash': version } } });
}

async function replicaSet(image: string): Promise<ReplicaSet | undefined> {
  const list = await api.list<ReplicaSet>(paths.replicaSets(namespace));
  return list.items.find((found) => found.spec?.template?.spec?.containers[0]?.image === image);
}

function versionOf(image: string): Promise<string> {
  return until(`a ReplicaSet of ${image}`, 5000, async () => {
    const found = await replicaSet(image);
    return found?.metadata?.labels?.['pod-template-hash'];
  });
}

function readyPods(image: string, count: number): Promise<unknown> {
  return until(`${count} ready pods of ${image}`, 15_000, async () => {
    const { replicas = 0, readyReplicas = 0 } = (await replicaSet(image))?.status ?? {};
    return replicas === count && readyReplicas === count;
  });
}

function reached(...versions: string[]): Promise<unknown> {
  return until(`endpoints of ${versions.join(' and ')}`, 5000, async () => {
    const endpoints = await readyEndpoints(api, namespace, 'web');
    const found = new Set(endpoints.map((pod) => pod.split('-')[1] ?? ''));
    return found.size === versions.length && versions.every((version) => found.has(version));
  });
}

/** Pause, pin, candidate beside stable, frozen as soon as it has its size. */
async function open(): Promise<string> {
  await write({ paused: true });
  await pin(stable);
  await write(container(IMAGE.v2), HOLD, rolling('100%', 0), { paused: null });
  const candidate = await versionOf(IMAGE.v2);
  await until('the candidate has its size', 5000, async () => (await replicaSet(IMAGE.v2))?.spec?.replicas === 3);
  await write({ paused: true });
  await readyPods(IMAGE.v2, 3);
  return candidate;
}

async function switchTo(version: string): Promise<void> {
  await pin(version);
  await reached(version);
}

/** Ends the hold on one of the two versions; the strategy comes back only after the other is gone. */
async function close(image: string, other: string): Promise<void> {
  await write(container(image), { minReadySeconds: null, paused: true });
  await readyPods(other, 0);
  await pin(null);
  await write({ progressDeadlineSeconds: null, paused: null }, rolling(1, 0));
}

async function violations(): Promise<Violation[]> {
  const found = await watch.stop();
  expect(watch.timeline()).not.toBe('');
  return found;
}

describe('a release in the right order violates nothing', () => {
  test('promoted', async () => {
    const candidate = await open();
    await switchTo(candidate);
    await close(IMAGE.v2, IMAGE.v1);
    await reached(candidate);
    expect(await violations()).toEqual([]);
  });

  test('there, back, there again and taken back', async () => {
    const candidate = await open();
    for (const version of [candidate, stable, candidate, stable]) await switchTo(version);
    await close(IMAGE.v1, IMAGE.v2);
    expect(await violations()).toEqual([]);
    expect(watch.timeline().split('\n').length).toBeGreaterThan(10);
  });

  test('promoted, and another release after it', async () => {
    const candidate = await open();
    await switchTo(candidate);
    await close(IMAGE.v2, IMAGE.v1);
    await write({ paused: true });
    await pin(candidate);
    await write(container(IMAGE.v3), HOLD, rolling('100%', 0), { paused: null });
    const next = await versionOf(IMAGE.v3);
    await until('the next has its size', 5000, async () => (await replicaSet(IMAGE.v3))?.spec?.replicas === 3);
    await write({ paused: true });
    await readyPods(IMAGE.v3, 3);
    await switchTo(next);
    expect(await violations()).toEqual([]);
  });

  test('a ramp without a router, frozen between its steps', async () => {
    await watch.stop();
    const options = { kubeconfig: cluster.kubeconfig, namespace, deployment: 'web', service: 'web' };
    watch = await watchInvariants({ ...options, exposureAllowedMs: 2000 });
    await write({ paused: true });
    await write(container(IMAGE.v2), HOLD, rolling(1, 0), { paused: null });
    const candidate = await versionOf(IMAGE.v2);
    await until('one pod', 5000, async () => (await replicaSet(IMAGE.v2))?.spec?.replicas === 1);
    await write({ paused: true });
    await readyPods(IMAGE.v2, 1);
    await reached(stable, candidate);
    await write(rolling(3, 0), { paused: null });
    await until('three pods', 5000, async () => (await replicaSet(IMAGE.v2))?.spec?.replicas === 3);
    await write({ paused: true });
    await readyPods(IMAGE.v2, 3);
    await close(IMAGE.v2, IMAGE.v1);
    await reached(candidate);
    expect(await violations()).toEqual([]);
  });
});

describe('a release in the wrong order is found out', () => {
  test('a plain rolling update exposes users', async () => {
    await setImage(api, { namespace }, IMAGE.v2);
    const candidate = await versionOf(IMAGE.v2);
    await reached(candidate);
    expect(await violations()).toMatchObject([{ rule: 'exposed', message: expect.stringContaining(candidate) }]);
  });

  test('switched while not paused', async () => {
    const candidate = await open();
    await write({ paused: null });
    await switchTo(candidate);
    await write({ paused: true });
    expect(await violations()).toMatchObject([{ rule: 'exposed', ms: expect.any(Number) }]);
  });

  test('unpaused before the endpoints are back on stable', async () => {
    const candidate = await open();
    await switchTo(candidate);
    await write({ paused: null });
    await pin(stable);
    await reached(stable);
    const found = await violations();
    expect(found).toMatchObject([{ rule: 'exposed' }]);
    expect(found[0]?.ms).toBeLessThan(2000);
  });

  test('pinned before the pause', async () => {
    await pin(stable);
    await write({ paused: true });
    expect(await violations()).toMatchObject([{ rule: 'pinned', message: expect.stringContaining(stable) }]);
  });

  test('closed in one write, with the pin still there', async () => {
    const candidate = await open();
    await switchTo(candidate);
    await write({ minReadySeconds: null, progressDeadlineSeconds: null, paused: null }, rolling(1, 0));
    await readyPods(IMAGE.v1, 0);
    await pin(null);
    expect(await violations()).toMatchObject([{ rule: 'pinned' }]);
  });

  test('a Service that selects nobody', async () => {
    await write({ paused: true });
    await pin('0000000000');
    await until('no endpoints', 5000, async () => (await readyEndpoints(api, namespace, 'web')).length === 0);
    await pin(stable);
    await reached(stable);
    const found = await violations();
    expect(found.map(({ rule }) => rule).sort()).toEqual(['empty', 'stranger']);
  });

  test('a foreign image while users are on the candidate and nothing is paused', async () => {
    const candidate = await open();
    await pin(null);
    await reached(stable, candidate);
    await write({ paused: null });
    await setImage(api, { namespace }, IMAGE.v3);
    const stranger = await versionOf(IMAGE.v3);
    await until('it is reached', 10_000, async () =>
      (await readyEndpoints(api, namespace, 'web')).some((pod) => pod.startsWith(`web-${stranger}-`)),
    );
    const rules = new Set((await violations()).map(({ rule, message }) => `${rule} ${message.includes(stranger)}`));
    expect([...rules].sort()).toEqual(['exposed false', 'exposed true', 'stranger true']);
  });
});
