import { describe, expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { App, DEPLOYMENTS, image, limits, minReady, paused, replicas } from './app.ts';
import { createModel } from './model.ts';

describe('a rolling update', () => {
  test('25 %/25 % of 4: never fewer than 3 available nor more than 5 pods, then complete', () => {
    const app = new App(4);
    let [most, least] = [0, 4];
    app.model.store.subscribe((change) => {
      const sets = app.model.store.list('replicasets.apps');
      if (change.resource === 'replicasets.apps') {
        most = Math.max(
          most,
          sets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0),
        );
        least = Math.min(
          least,
          sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0),
        );
      }
    });
    app.patch(image('v2'));
    expect({ most, least }).toEqual({ most: 5, least: 3 });
    expect(app.ready()).toEqual({ v2: 4 });
    expect(app.condition('Progressing')).toBe('True: NewReplicaSetAvailable');
    expect(app.deployment.status).toEqual({
      observedGeneration: 2,
      replicas: 4,
      updatedReplicas: 4,
      readyReplicas: 4,
      availableReplicas: 4,
      terminatingReplicas: 0,
      conditions: expect.anything(),
    });
  });

  test('stops at a version that never becomes ready, and reports it after the deadline', () => {
    const app = new App(4, { progressDeadlineSeconds: 30 });
    app.patch(image('neverReady'));
    expect(app.ready()).toEqual({ v1: 3 });
    expect(app.set('never-ready').spec.replicas).toBe(2);
    expect(app.condition('Progressing')).toBe('True: ReplicaSetUpdated');
    app.model.advance(40_000);
    expect(app.condition('Progressing')).toBe('False: ProgressDeadlineExceeded');
    expect(app.condition('Available')).toBe('True: MinimumReplicasAvailable');
    app.patch(image('v1'));
    expect(app.ready()).toEqual({ v1: 4 });
    expect(app.condition('Progressing')).toBe('True: NewReplicaSetAvailable');
  });

  test('counts revisions, remembers former ones, and uses the ReplicaSet of the same template again', () => {
    const app = new App(2);
    const first = app.set('v1').metadata.name;
    app.patch(image('v2'));
    app.patch(image('v1'));
    expect(app.set('v1').metadata.name).toBe(first);
    expect(app.set('v1').metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
    expect(app.deployment.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '3' });
  });

  test('keeps revisionHistoryLimit old ReplicaSets', () => {
    const app = new App(2, { revisionHistoryLimit: 1 });
    app.patch(image('v2'));
    app.patch(image('v3'));
    expect(
      app.model.store
        .list('replicasets.apps')
        .map((set) => set.spec.template?.spec?.containers[0]?.image)
        .toSorted(),
    ).toEqual([IMAGE.v2, IMAGE.v3]);
  });

  test('copies the Deployment’s own annotations to the newest ReplicaSet', () => {
    const app = new App(2);
    app.patch({ op: 'add', path: '/metadata/annotations/team', value: 'shop' });
    expect(app.set('v1').metadata.annotations?.team).toBe('shop');
    expect(app.deployment.metadata.generation).toBe(2);
  });

  test('waits for minReadySeconds', () => {
    const app = new App(2, { minReadySeconds: 20 });
    expect(app.deployment.status?.readyReplicas).toBe(2);
    expect(app.deployment.status?.availableReplicas).toBeUndefined();
    app.model.advance(15_000);
    expect(app.deployment.status?.availableReplicas).toBe(2);
  });

  test('both limits rounded to zero still let one pod go', () => {
    const app = new App(1);
    app.patch(limits('0%', '1%'));
    app.patch(image('v2'));
    expect(app.ready()).toEqual({ v2: 1 });
  });
});

describe('Recreate', () => {
  test('makes the new version when the last old pod is gone', () => {
    const app = new App(3, { strategy: { type: 'Recreate' } });
    const together: boolean[] = [];
    app.model.store.subscribe((change) => {
      const images = new Set(app.model.store.list('pods').map((pod) => pod.spec.containers[0]?.image));
      if (change.resource === 'pods') together.push(images.size > 1);
    });
    app.patch(image('v2'));
    expect(app.ready()).toEqual({ v2: 3 });
    expect(together).not.toContain(true);
  });
});

describe('a paused Deployment', () => {
  test('says so, and does not run out of time', () => {
    const app = new App(2, { progressDeadlineSeconds: 5 });
    app.patch(paused(true), image('v2'));
    expect(app.condition('Progressing')).toBe('Unknown: DeploymentPaused');
    app.model.advance(60_000);
    expect(app.condition('Progressing')).toBe('Unknown: DeploymentPaused');
    app.patch(paused(false));
    expect(app.condition('Progressing')).toBe('True: NewReplicaSetAvailable');
    expect(app.ready()).toEqual({ v2: 2 });
  });

  test('still follows replicas', () => {
    const app = new App(2);
    app.patch(paused(true));
    app.patch(replicas(5));
    expect(app.ready()).toEqual({ v1: 5 });
    app.patch(replicas(0));
    expect(app.ready()).toEqual({});
  });
});

describe('a full quota', () => {
  test('shows as ReplicaFailure and events, and pods are made when there is room', () => {
    const app = new App(2);
    const quotas = '/api/v1/namespaces/default/resourcequotas';
    app.model.request({
      method: 'POST',
      path: quotas,
      body: { metadata: { name: 'q' }, spec: { hard: { pods: '3' } } },
    });
    app.model.settle();
    expect(app.model.store.get('resourcequotas', 'default', 'q')?.status).toEqual({
      hard: { pods: '3' },
      used: { pods: '2' },
    });
    app.patch(replicas(5));
    expect(app.ready()).toEqual({ v1: 3 });
    expect(app.condition('ReplicaFailure')).toBe('True: FailedCreate');
    const message = app.deployment.status?.conditions?.find((one) => one.type === 'ReplicaFailure')?.message;
    expect(message).toMatch(
      /^pods "web-[a-z0-9]+-[a-z0-9]{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3$/,
    );
    const events = app.model.store.list('events').filter((event) => event.reason === 'FailedCreate');
    expect(events[0]?.message).toMatch(/^Error creating: pods "web-/);
    app.model.request({ method: 'DELETE', path: `${quotas}/q` });
    app.model.advance(60_000);
    expect(app.ready()).toEqual({ v1: 5 });
    expect(app.condition('ReplicaFailure')).toBe('');
  });

  test('of processors refuses by what pods ask for', () => {
    const model = createModel();
    const post = (path: string, body: unknown) =>
      model.request({ method: 'POST', path: `/api/v1/namespaces/default/${path}`, body });
    post('resourcequotas', { metadata: { name: 'small' }, spec: { hard: { 'limits.cpu': '1200m' } } });
    const pod = (name: string) => ({
      metadata: { name },
      spec: { containers: [{ name: 'web', image: IMAGE.v1, resources: { limits: { cpu: '500m' } } }] },
    });
    expect([post('pods', pod('a')).status, post('pods', pod('b')).status]).toEqual([201, 201]);
    expect(post('pods', pod('c'))).toMatchObject({
      status: 403,
      body: {
        reason: 'Forbidden',
        message:
          'pods "c" is forbidden: exceeded quota: small, requested: limits.cpu=500m, used: limits.cpu=1, limited: limits.cpu=1200m',
      },
    });
    model.settle();
    expect(model.store.get('resourcequotas', 'default', 'small')?.status?.used).toEqual({ 'limits.cpu': '1' });
  });
});

describe('deletion', () => {
  test('of the Deployment takes ReplicaSets and pods along', () => {
    const app = new App(2);
    app.model.request({ method: 'DELETE', path: `${DEPLOYMENTS}/web` });
    app.model.advance(1000);
    expect(app.model.store.list('replicasets.apps')).toEqual([]);
    expect(app.model.store.list('pods')).toEqual([]);
  });

  test('with Orphan leaves them', () => {
    const app = new App(2);
    app.model.request({ method: 'DELETE', path: `${DEPLOYMENTS}/web`, query: { propagationPolicy: 'Orphan' } });
    app.model.advance(1000);
    expect(app.set('v1').metadata.ownerReferences).toEqual(undefined);
    expect(app.ready()).toEqual({ v1: 2 });
  });
});

test('surplus pods: those that are not ready go first', () => {
  const app = new App(2, { minReadySeconds: 0 });
  app.patch(image('slow'), limits('100%', 0));
  app.patch(image('v1'));
  const old = app.pods().map((pod) => pod.metadata.name);
  app.model.request({ method: 'PATCH', path: `${DEPLOYMENTS}/web`, body: [replicas(4)] });
  app.model.advance(20);
  app.patch(replicas(2));
  expect(app.pods().map((pod) => pod.metadata.name)).toEqual(old);
});

test('minReadySeconds reaches the newest ReplicaSet alone', () => {
  const app = new App(2);
  app.patch(image('v2'));
  app.patch(minReady(7));
  expect([app.set('v1').spec.minReadySeconds, app.set('v2').spec.minReadySeconds]).toEqual([undefined, 7]);
});
