import { describe, expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { type Model, createModel } from './model.ts';
import type { Stored } from './objects.ts';

const PODS = '/api/v1/namespaces/default/pods';

/** A model with one pod of an image. */
function podOf(image: string, spec: Readonly<Record<string, unknown>> = {}): Model {
  const model = createModel();
  model.request({
    method: 'POST',
    path: PODS,
    body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'web', image }], ...spec } },
  });
  return model;
}

function pod(model: Model): Stored<'pods'> | undefined {
  return model.store.get('pods', 'default', 'p');
}

function container(model: Model) {
  return pod(model)?.status?.containerStatuses?.[0];
}

function ready(model: Model): string | undefined {
  return pod(model)?.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
}

function log(model: Model, query = ''): unknown {
  return model.request({ method: 'GET', path: `${PODS}/p/log?${query}` });
}

function reasons(model: Model): string[] {
  return model.store.list('events').map((event) => `${event.reason} ×${event.count}`);
}

describe('an image that works', () => {
  test('is scheduled, created, running, and Ready after 100 ms', () => {
    const model = podOf(IMAGE.v1);
    expect(pod(model)?.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    model.advance(20);
    expect(pod(model)?.spec.nodeName).toBe('node-0');
    expect(container(model)?.state).toEqual({ waiting: { reason: 'ContainerCreating' } });
    model.advance(40);
    expect(pod(model)?.status).toMatchObject({ phase: 'Running', podIP: '10.244.0.10' });
    expect(ready(model)).toBe('False');
    model.advance(39);
    expect(ready(model)).toBe('False');
    model.advance(1);
    expect(ready(model)).toBe('True');
    expect(container(model)).toMatchObject({ ready: true, started: true, restartCount: 0, lastState: {} });
    expect(reasons(model).toSorted()).toEqual(['Created ×1', 'Pulled ×1', 'Scheduled ×1', 'Started ×1']);
  });

  test('slow: Ready after a second; an unknown tag: as v2', () => {
    const model = podOf(IMAGE.slow);
    model.advance(999);
    expect(ready(model)).toBe('False');
    model.advance(1);
    expect(ready(model)).toBe('True');
    const other = podOf('docker.io/library/nginx:1.27');
    other.advance(100);
    expect(ready(other)).toBe('True');
  });
});

describe('an image that does not', () => {
  test('never-ready: runs, with failing probes', () => {
    const model = podOf(IMAGE.neverReady);
    model.advance(600_000);
    expect(container(model)).toMatchObject({ ready: false, restartCount: 0, state: { running: {} } });
    expect(pod(model)?.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Ready',
        status: 'False',
        reason: 'ContainersNotReady',
        message: 'containers with unready status: [web]',
      }),
    );
    expect(reasons(model)).toContain('Unhealthy ×1');
  });

  test('crash: exit code 3, one restart at once, then CrashLoopBackOff with longer and longer pauses', () => {
    const model = podOf(IMAGE.crash);
    model.advance(70);
    expect(container(model)).toMatchObject({
      restartCount: 0,
      state: { terminated: { exitCode: 3, reason: 'Error' } },
      lastState: {},
    });
    expect(log(model)).toMatchObject({ status: 200, body: 'panic: no database\n' });
    expect(log(model, 'previous=true')).toMatchObject({
      status: 400,
      body: { message: 'previous terminated container "web" in pod "p" not found' },
    });
    model.advance(150);
    const uid = pod(model)?.metadata.uid;
    expect(container(model)).toMatchObject({
      restartCount: 1,
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off 10s restarting failed container=web pod=p_default(${uid})`,
        },
      },
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
    });
    expect(log(model, 'previous=true')).toMatchObject({ status: 200, body: 'panic: no database\n' });
    model.advance(1000);
    expect(container(model)).toMatchObject({
      restartCount: 3,
      state: { waiting: { message: expect.stringContaining('back-off 40s') } },
    });
    expect(pod(model)?.status?.phase).toBe('Running');
    expect(reasons(model).some((reason) => reason.startsWith('BackOff'))).toBe(true);
  });

  test('missing: ErrImagePull, then ImagePullBackOff', () => {
    const model = podOf(IMAGE.missing);
    model.advance(100);
    expect(pod(model)?.status?.phase).toBe('Pending');
    expect(container(model)?.state?.waiting).toMatchObject({
      reason: 'ErrImagePull',
      message: expect.stringContaining('registry.test/web:missing'),
    });
    expect(log(model)).toMatchObject({
      status: 400,
      body: { message: `container "web" in pod "p" is waiting to start: image can't be pulled` },
    });
    model.advance(300);
    expect(container(model)?.state?.waiting).toMatchObject({
      reason: 'ImagePullBackOff',
      message: expect.stringMatching(/^Back-off pulling image "registry.test\/web:missing"/),
    });
    expect(log(model)).toMatchObject({
      body: { message: 'container "web" in pod "p" is waiting to start: trying and failing to pull image' },
    });
    expect(reasons(model)).toEqual(expect.arrayContaining(['Pulling ×1', 'Failed ×1', 'BackOff ×1']));
  });

  test('late-crash: Ready for 4 s, one restart, Ready again', () => {
    const model = podOf(IMAGE.lateCrash);
    model.advance(4000);
    expect(ready(model)).toBe('True');
    model.advance(110);
    expect(container(model)?.state?.terminated).toMatchObject({ exitCode: 1 });
    expect(ready(model)).toBe('False');
    model.advance(200);
    expect(ready(model)).toBe('True');
    model.advance(60_000);
    expect(container(model)).toMatchObject({
      restartCount: 1,
      ready: true,
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(log(model, 'previous=true&tailLines=1')).toMatchObject({ body: 'panic: lost the database\n' });
    expect(log(model, 'limitBytes=9')).toMatchObject({ body: 'listening' });
  });

  test('unready-later: Ready for 4 s, then not', () => {
    const model = podOf(IMAGE.unreadyLater);
    model.advance(4000);
    expect(ready(model)).toBe('True');
    model.advance(200);
    expect(ready(model)).toBe('False');
    model.advance(600_000);
    expect(container(model)).toMatchObject({ ready: false, restartCount: 0 });
  });
});

describe('what a pod needs', () => {
  test('a Secret in its environment: CreateContainerConfigError until it is there', () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'KEY' } } }];
    const model = podOf(IMAGE.v1, { containers: [{ name: 'web', image: IMAGE.v1, env }] });
    model.advance(1000);
    expect(container(model)?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'secret "keys" not found',
    });
    const secrets = '/api/v1/namespaces/default/secrets';
    model.request({ method: 'POST', path: secrets, body: { metadata: { name: 'keys' }, stringData: { OTHER: 'x' } } });
    model.advance(1000);
    expect(ready(model)).toBe('False');
    model.request({
      method: 'PATCH',
      path: `${secrets}/keys`,
      body: [{ op: 'add', path: '/data/KEY', value: 'eA==' }],
    });
    model.advance(1000);
    expect(ready(model)).toBe('True');
  });

  test('a ConfigMap from envFrom, unless it is optional', () => {
    const from = (optional: boolean) =>
      podOf(IMAGE.v1, {
        containers: [{ name: 'web', image: IMAGE.v1, envFrom: [{ configMapRef: { name: 'c', optional } }] }],
      });
    const [strict, lenient] = [from(false), from(true)];
    strict.advance(1000);
    lenient.advance(1000);
    expect(container(strict)?.state?.waiting?.message).toBe('configmap "c" not found');
    expect(ready(lenient)).toBe('True');
  });

  test('its volumes', () => {
    const model = podOf(IMAGE.v1, { volumes: [{ name: 'c', configMap: { name: 'c' } }] });
    model.advance(1000);
    expect(container(model)?.state?.waiting?.reason).toBe('ContainerCreating');
    expect(reasons(model)).toContain('FailedMount ×1');
    model.request({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body: { metadata: { name: 'c' } } });
    model.advance(1000);
    expect(ready(model)).toBe('True');
  });

  test('a node that it selects', () => {
    const model = podOf(IMAGE.v1, { nodeSelector: { disk: 'ssd' } });
    model.advance(1000);
    expect(pod(model)?.status?.conditions).toEqual([
      expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }),
    ]);
    expect(reasons(model)).toEqual(['FailedScheduling ×1']);
  });

  test('its init containers, one after the other', () => {
    const init = (image: string) =>
      podOf(IMAGE.v1, {
        initContainers: [
          { name: 'a', image: IMAGE.v1 },
          { name: 'b', image },
        ],
      });
    const good = init(IMAGE.v1);
    good.advance(55);
    expect(container(good)?.state?.waiting?.reason).toBe('PodInitializing');
    good.advance(500);
    expect(ready(good)).toBe('True');
    expect(pod(good)?.status?.initContainerStatuses?.map((status) => status.state?.terminated?.reason)).toEqual([
      'Completed',
      'Completed',
    ]);
    for (const [image, reason] of [
      [IMAGE.crash, 'CrashLoopBackOff'],
      [IMAGE.missing, 'ImagePullBackOff'],
    ] as const) {
      const bad = init(image);
      bad.advance(1300);
      expect(pod(bad)?.status?.phase).toBe('Pending');
      expect(pod(bad)?.status?.initContainerStatuses?.[1]?.state?.waiting?.reason).toBe(reason);
      expect(container(bad)?.state?.waiting?.reason).toBe('PodInitializing');
    }
  });
});

describe('the end of a pod', () => {
  test('takes its grace, during which it is terminating and still ready', () => {
    const model = podOf(IMAGE.v1);
    model.advance(1000);
    const answer = model.request({ method: 'DELETE', path: `${PODS}/p` });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        kind: 'Pod',
        metadata: { deletionGracePeriodSeconds: 30, deletionTimestamp: '2026-01-01T00:00:31Z', generation: 2 },
      },
    });
    model.advance(299);
    expect(ready(model)).toBe('True');
    expect(reasons(model)).toContain('Killing ×1');
    model.advance(1);
    expect(pod(model)).toBeUndefined();
  });

  test('is at once with grace 0, and without a node', () => {
    const model = podOf(IMAGE.v1);
    model.advance(1000);
    model.request({ method: 'DELETE', path: `${PODS}/p`, body: { gracePeriodSeconds: 0 } });
    expect(pod(model)).toBeUndefined();
    const pending = podOf(IMAGE.v1);
    pending.request({ method: 'DELETE', path: `${PODS}/p` });
    expect(pod(pending)).toBeUndefined();
  });
});

test('logs of several containers need a name', () => {
  const containers = ['a', 'b'].map((name) => ({ name, image: IMAGE.v1 }));
  const model = podOf(IMAGE.v1, { containers });
  model.advance(1000);
  expect(log(model)).toMatchObject({
    status: 400,
    body: { message: 'a container name must be specified for pod p, choose one of: [a b]' },
  });
  expect(log(model, 'container=c')).toMatchObject({
    status: 400,
    body: { message: 'container c is not valid for pod p' },
  });
  expect(log(model, 'container=b')).toMatchObject({ status: 200, body: 'listening as v1\n' });
});
