import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import type { Pod } from '../../src/cluster/wire.ts';
import { IMAGE, REPOSITORY } from '../contract/cluster.ts';
import { Api, ApiError, paths } from './api.ts';
import { createApp, deploymentManifest, finalObjects, pods, readyEndpoints, setImage, waitSettled } from './app.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { until } from './processes.ts';
import { READY_AFTER } from './stages.ts';

/** Proves the control-plane tier: what the other suites take for granted is true. */

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster?.stop());

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

function container(pod: Pod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.[0];
}

function ready(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** One word for what a pod shows to the world. */
function shown(pod: Pod): string {
  const state = container(pod)?.state;
  return state?.waiting?.reason ?? (state?.terminated && 'Terminated') ?? (ready(pod) ? 'Ready' : 'NotReady');
}

interface Shown {
  readonly what: string;
  readonly pod: Pod;
}

/** Milliseconds for a pod to show all that is wanted of it. */
const LIFE = 60_000;

/** Runs one pod of an image and writes down what it shows, until `enough`, and for `more` milliseconds after it. */
async function life(
  image: string,
  enough: (seen: readonly Shown[]) => boolean,
  { annotations = {}, more = 0 }: { readonly annotations?: object; readonly more?: number } = {},
): Promise<Shown[]> {
  const namespace = await cluster.namespace('life');
  const app = { namespace, image, replicas: 1, podAnnotations: { ...annotations } };
  const stop = new AbortController();
  const seen: Shown[] = [];
  let isEnough = false;
  const list = await cluster.api.list<Pod>(paths.core(namespace, 'pods'));
  const watch = cluster.api.watch<Pod>(
    paths.core(namespace, 'pods'),
    list.metadata.resourceVersion ?? '0',
    stop.signal,
  );
  let timer = setTimeout(() => stop.abort(), LIFE);
  try {
    await cluster.api.create(paths.deployments(namespace), deploymentManifest(app));
    for await (const { object: pod } of watch) {
      if (container(pod) !== undefined) seen.push({ what: shown(pod), pod });
      if (isEnough || !enough(seen)) continue;
      isEnough = true;
      clearTimeout(timer);
      if (more === 0) break;
      timer = setTimeout(() => stop.abort(), more);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  return seen;
}

/**
 * Whole seconds from one moment of a pod to another, by its own clock, which knows no others: never less than there were, and one more at
 * most.
 */
function seconds(from: string | undefined, to: string | undefined): number {
  return (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;
}

/** When its container was started, and when it became Ready, or was no more. */
const startedAt = (pod: Pod): string | undefined => container(pod)?.state?.running?.startedAt;
const turnedAt = (pod: Pod): string | undefined =>
  pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;

/** Seconds until its pod was Ready. */
function unready(seen: readonly Shown[]): number {
  const { pod = {} } = seen.at(-1) ?? {};
  return seconds(startedAt(pod), turnedAt(pod));
}

const isReady = (seen: readonly Shown[]): boolean => seen.at(-1)?.what === 'Ready';
const whatOf = (seen: readonly Shown[]): string[] => seen.map(({ what }) => what);

describe('images', () => {
  test.concurrent.each([
    ['v1', IMAGE.v1],
    ['v2', IMAGE.v2],
    ['v3', IMAGE.v3],
    ['an unknown tag', `${REPOSITORY}:v2-hotfix`],
    ['an unknown image', 'example.test/else:1'],
  ])('%s is Ready after a second', async (_tag, image) => {
    const seen = await life(image, isReady);
    expect(whatOf(seen)).toEqual(['NotReady', 'Ready']);
    expect(unready(seen)).toBeGreaterThanOrEqual(1);
    expect(unready(seen)).toBeLessThan(5);
  });

  test.concurrent('slow is Ready after 5 s', async () => {
    const seen = await life(IMAGE.slow, isReady);
    expect(whatOf(seen)).toEqual(['NotReady', 'Ready']);
    expect(unready(seen)).toBeGreaterThanOrEqual(5);
    expect(unready(seen)).toBeLessThan(15);
  });

  test.concurrent('an annotation says when a pod is Ready', async () => {
    const seen = await life(IMAGE.v1, isReady, { annotations: { [READY_AFTER]: '3s' } });
    expect(unready(seen)).toBeGreaterThanOrEqual(3);
    expect(unready(seen)).toBeLessThan(10);
  });

  test.concurrent('never-ready runs and stays unready', async () => {
    const seen = await life(IMAGE.neverReady, (all) => all.length > 0, { more: 8_000 });
    expect(whatOf(seen)).toEqual(['NotReady']);
    expect(seen[0]?.pod.status?.phase).toBe('Running');
  });

  test.concurrent('crash ends with code 3 again and again', async () => {
    const seen = await life(IMAGE.crash, (all) => container(all.at(-1)?.pod ?? {})?.restartCount === 3);
    expect(whatOf(seen).slice(0, 4)).toEqual(['Terminated', 'Terminated', 'CrashLoopBackOff', 'Terminated']);
    expect(seen.map(({ pod }) => container(pod)?.restartCount)).toEqual([0, 1, 1, 2, 2, 3]);
    expect(container(seen[2]?.pod ?? {})).toMatchObject({
      ready: false,
      started: false,
      state: { waiting: { message: expect.stringMatching(/^back-off 10s restarting failed container=web pod=web-/) } },
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
    });
  });

  test.concurrent('missing cannot be pulled', async () => {
    const seen = await life(IMAGE.missing, (all) => all.at(-1)?.what === 'ImagePullBackOff');
    expect(whatOf(seen)).toEqual(['ErrImagePull', 'ImagePullBackOff']);
    expect(container(seen[1]?.pod ?? {})?.state?.waiting?.message).toMatch(
      /^Back-off pulling image "registry.test\/web:missing": ErrImagePull: failed to pull and unpack image .*no such host$/,
    );
    expect(seen[1]?.pod.status?.phase).toBe('Pending');
  });

  test.concurrent('late-crash ends after 8 s, once, and recovers', async () => {
    const seen = await life(IMAGE.lateCrash, (all) => all.length === 4);
    expect(whatOf(seen)).toEqual(['NotReady', 'Ready', 'Terminated', 'Ready']);
    const ended = container(seen[2]?.pod ?? {})?.state?.terminated?.finishedAt;
    expect(seconds(turnedAt(seen[1]?.pod ?? {}), ended)).toBeGreaterThanOrEqual(8);
    expect(container(seen[3]?.pod ?? {})).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
  });

  test.concurrent('unready-later is Ready for 8 s and then not any more', async () => {
    const seen = await life(IMAGE.unreadyLater, (all) => all.length === 3, { more: 3_000 });
    expect(whatOf(seen)).toEqual(['NotReady', 'Ready', 'NotReady']);
    expect(seconds(turnedAt(seen[1]?.pod ?? {}), turnedAt(seen[2]?.pod ?? {}))).toBeGreaterThanOrEqual(8);
    expect(container(seen[2]?.pod ?? {})).toMatchObject({ restartCount: 0, started: true });
  });
});

describe('logs', () => {
  async function log(image: string, until: string, query: string): Promise<string> {
    const seen = await life(image, (all) => all.at(-1)?.what === until);
    const { name, namespace = '' } = seen.at(-1)?.pod.metadata ?? {};
    return cluster.api.get<string>(`${paths.core(namespace, 'pods', name)}/log${query}`);
  }

  test.concurrent('of a running pod', async () => {
    expect(await log(IMAGE.v2, 'Ready', '?container=web')).toBe('web v2 serves on :8080\n');
  });

  test.concurrent('of a crashed one, now and the time before', async () => {
    expect(await log(IMAGE.crash, 'CrashLoopBackOff', '')).toBe('panic: no database\n');
    expect(await log(IMAGE.crash, 'CrashLoopBackOff', '?previous=true&tailLines=5')).toBe('panic: no database\n');
  });

  test.concurrent('there are none of a container that never started or never ended', async () => {
    await expect(log(IMAGE.missing, 'ErrImagePull', '')).rejects.toMatchObject({ status: 400 });
    await expect(log(IMAGE.v1, 'Ready', '?previous=true')).rejects.toThrow(
      /previous terminated container "web" .* not found/,
    );
  });
});

describe('controllers', () => {
  test('roll an app, and its Service follows', async () => {
    const app = { namespace: await cluster.namespace('roll') };
    await createApp(cluster.api, app);
    const before = await finalObjects(cluster.api, app);
    const first = await readyEndpoints(cluster.api, app.namespace, 'web');
    expect(first).toHaveLength(3);
    await setImage(cluster.api, app, IMAGE.v2);
    await waitSettled(cluster.api, app);
    const second = await readyEndpoints(cluster.api, app.namespace, 'web');
    expect(second).toHaveLength(3);
    expect(second.filter((pod) => first.includes(pod))).toEqual([]);
    await setImage(cluster.api, app, IMAGE.v1);
    await waitSettled(cluster.api, app);
    expect(await finalObjects(cluster.api, app)).toEqual(before);
  });

  test('deleted pods are gone after about a second', async () => {
    const app = { namespace: await cluster.namespace('gone'), replicas: 2 };
    await createApp(cluster.api, app);
    const began = Date.now();
    await cluster.api.patch(paths.deployments(app.namespace, 'web'), { spec: { replicas: 0 } });
    await until('the pods end', 30_000, async () => (await pods(cluster.api, app)).length === 0);
    expect(Date.now() - began).toBeGreaterThan(800);
  });

  test('300 pods are no trouble', async () => {
    const app = { namespace: await cluster.namespace('many'), replicas: 300 };
    await createApp(cluster.api, app, 60_000);
    const addresses = (await pods(cluster.api, app)).map((pod) => pod.status?.podIP ?? '');
    expect(new Set(addresses).size).toBe(300);
    expect(addresses.filter((address) => !address.startsWith('10.244.'))).toEqual([]);
  });
});

describe('users and requests', () => {
  test('a persona can do what RBAC gives it, and nothing before', async () => {
    const namespace = await cluster.namespace('persona');
    const api = await Api.from(await cluster.kubeconfigFor('deployer'), 'persona-test');
    const list = (): Promise<unknown> => api.list(paths.deployments(namespace));
    await expect(list()).rejects.toMatchObject({ status: 403 });
    await cluster.api.create(paths.roles(namespace), {
      metadata: { name: 'look' },
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] }],
    });
    await cluster.api.create(paths.roleBindings(namespace), {
      metadata: { name: 'look' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'look' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'deployer' }],
    });
    await until('the role counts', 30_000, list);
    await expect(api.list(paths.core(namespace, 'secrets'))).rejects.toBeInstanceOf(ApiError);
    await api.close();
  });

  test('the audit log has every request, in order, with the bodies of writes', async () => {
    const namespace = await cluster.namespace('audit');
    const api = await Api.from(await cluster.kubeconfigFor('auditor'), 'audit-test');
    await api.close();
    const admin = await Api.from(cluster.kubeconfig, 'audit-test');
    const since = Date.now();
    const configMap = paths.core(namespace, 'configmaps', 'a');
    await admin.create(paths.core(namespace, 'configmaps'), { metadata: { name: 'a' }, data: { x: '1' } });
    await admin.get(configMap);
    await admin.patch(`${configMap}?fieldManager=test`, [{ op: 'replace', path: '/data/x', value: '2' }]);
    await admin.find(paths.core(namespace, 'pods/none', 'log'));
    const requests = (await cluster.audit(since)).filter((request) => request.userAgent === 'audit-test');
    expect(requests).toMatchObject([
      {
        verb: 'create',
        resource: 'configmaps',
        namespace,
        name: 'a',
        code: 201,
        body: { data: { x: '1' } },
        user: 'admin',
      },
      { verb: 'get', uri: configMap, code: 200 },
      { verb: 'patch', uri: `${configMap}?fieldManager=test`, code: 200, body: [{ op: 'replace', value: '2' }] },
      { verb: 'get', resource: 'pods', subresource: 'log', name: 'none', code: 404 },
    ]);
    expect(requests[1]?.body).toBeUndefined();
    await admin.close();
  });
});

test('a stopped cluster leaves nothing behind', async () => {
  const other = await startControlPlane();
  const folder = other.kubeconfig.slice(0, other.kubeconfig.lastIndexOf('/'));
  expect(existsSync(folder)).toBe(true);
  await other.stop();
  expect(existsSync(folder)).toBe(false);
});
