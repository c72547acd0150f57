import { describe, expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { App, DEPLOYMENTS, manifests } from './app.ts';
import { createModel } from './model.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const MERGE = 'application/merge-patch+json';

/** A model with ConfigMap `x` in it. */
function model() {
  const created = createModel();
  created.request({ method: 'POST', path: MAPS, body: { metadata: { name: 'x' }, data: { a: '1' } } });
  return created;
}

describe('a write', () => {
  test('of the spec bumps the generation, of the status does not', () => {
    const app = new App(1);
    expect(app.deployment.metadata.generation).toBe(1);
    app.patch({ op: 'replace', path: '/spec/replicas', value: 2 });
    expect(app.deployment.metadata.generation).toBe(2);
    const answer = app.model.request({
      method: 'PATCH',
      path: `${DEPLOYMENTS}/web/status`,
      body: [
        { op: 'replace', path: '/status/replicas', value: 77 },
        { op: 'replace', path: '/spec/replicas', value: 77 },
      ],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { metadata: { generation: 2 }, spec: { replicas: 2 }, status: { replicas: 77 } },
    });
  });

  test('that changes nothing leaves the version alone', () => {
    const app = new App(1);
    const before = app.deployment;
    expect(app.patch({ op: 'replace', path: '/spec/replicas', value: 1 }).status).toBe(200);
    expect(app.patch({ op: 'replace', path: '/status/replicas', value: 77 }).status).toBe(200);
    expect(app.deployment).toBe(before);
  });

  test('as a dry run is answered and not stored', () => {
    const app = new App(1);
    const before = app.deployment;
    const body = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'registry.test/other' }];
    const answer = app.model.request({ method: 'PATCH', path: `${DEPLOYMENTS}/web?dryRun=All`, body });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        metadata: { generation: 2, resourceVersion: before.metadata.resourceVersion },
        spec: { template: { spec: { containers: [{ image: 'registry.test/other' }] } } },
      },
    });
    expect(app.deployment).toBe(before);
    const { deployment } = manifests(1);
    const created = app.model.request({
      method: 'POST',
      path: `${DEPLOYMENTS}?dryRun=All`,
      body: { ...deployment, metadata: { name: 'other' } },
    });
    expect(created).toMatchObject({
      status: 201,
      body: { metadata: { name: 'other' }, spec: { progressDeadlineSeconds: 600 } },
    });
    expect(Object(created.body).metadata.resourceVersion).toBeUndefined();
    expect(app.model.request({ method: 'DELETE', path: `${DEPLOYMENTS}/web?dryRun=All` })).toMatchObject({
      status: 200,
      body: { status: 'Success' },
    });
    const dry = { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] };
    expect(app.model.request({ method: 'DELETE', path: `${DEPLOYMENTS}/web`, body: dry })).toMatchObject({
      status: 200,
    });
    expect(app.model.store.list('deployments.apps')).toHaveLength(1);
  });

  test('as a dry run in the query only, with a body, is a DELETE', () => {
    const app = new App(1);
    const body = { kind: 'DeleteOptions', apiVersion: 'v1' };
    app.model.request({ method: 'DELETE', path: `${DEPLOYMENTS}/web?dryRun=All`, body });
    expect(app.model.store.list('deployments.apps')).toHaveLength(0);
  });

  test('is answered with the defaults', () => {
    const [deployment] = new App(1).model.store.list('deployments.apps');
    expect(deployment?.spec).toEqual({
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: IMAGE.v1,
              imagePullPolicy: 'IfNotPresent',
              ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
              resources: {},
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
            },
          ],
          dnsPolicy: 'ClusterFirst',
          restartPolicy: 'Always',
          schedulerName: 'default-scheduler',
          securityContext: {},
          terminationGracePeriodSeconds: 30,
        },
      },
    });
    expect(new App(1).model.store.get('services', 'default', 'web')?.spec).toEqual({
      type: 'ClusterIP',
      clusterIP: expect.stringMatching(/^10\.96\./),
      clusterIPs: [expect.stringMatching(/^10\.96\./)],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 'http' }],
      selector: { app: 'web' },
      sessionAffinity: 'None',
    });
  });

  test('is refused above 1 MiB of ConfigMap', () => {
    const put = (size: number) =>
      model().request({
        method: 'PATCH',
        path: `${MAPS}/x`,
        body: [{ op: 'replace', path: '/data', value: { a: 'a'.repeat(size) } }],
      });
    expect(put(1_048_576).status).toBe(200);
    expect(put(1_048_577)).toMatchObject({
      status: 422,
      body: { message: 'ConfigMap "x" is invalid: []: Too long: may not be more than 1048576 bytes' },
    });
  });

  test('of a Lease needs its version, and a PUT may create it', () => {
    const started = createModel();
    const put = (body: object) => started.request({ method: 'PUT', path: `${LEASES}/l`, body });
    expect(put({ metadata: { name: 'l' }, spec: { holderIdentity: 'a' } }).status).toBe(201);
    expect(put({ metadata: { name: 'l' }, spec: { holderIdentity: 'b' } })).toMatchObject({
      status: 422,
      body: {
        message:
          'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
      },
    });
  });

  test('through /scale sets the size', () => {
    const app = new App(2);
    const scale = app.model.request({ method: 'GET', path: `${DEPLOYMENTS}/web/scale` });
    expect(scale.body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { replicas: 2, selector: 'app=web' },
    });
    app.model.request({
      method: 'PATCH',
      path: `${DEPLOYMENTS}/web/scale`,
      contentType: MERGE,
      body: { spec: { replicas: 3 } },
    });
    app.model.advance(1000);
    expect(app.ready()).toEqual({ v1: 3 });
  });

  test('of a container by name, as kubectl set image does it', () => {
    const app = new App(1);
    const body = {
      spec: {
        template: { spec: { $setElementOrder: [{ name: 'web' }], containers: [{ name: 'web', image: IMAGE.v2 }] } },
      },
    };
    app.model.request({
      method: 'PATCH',
      path: `${DEPLOYMENTS}/web`,
      contentType: 'application/strategic-merge-patch+json',
      body,
    });
    expect(app.deployment.spec.template.spec?.containers).toEqual([
      expect.objectContaining({ image: IMAGE.v2, ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }),
    ]);
  });

  test('says in managedFields who it was', () => {
    const app = new App(1);
    const write = (fieldManager: string, value: number) =>
      app.model.request({
        method: 'PATCH',
        path: `${DEPLOYMENTS}/web?fieldManager=${fieldManager}`,
        body: [{ op: 'replace', path: '/spec/replicas', value }],
      });
    const owners = () =>
      (app.deployment.metadata.managedFields ?? [])
        .filter((entry) => 'f:replicas' in Object(Object(entry.fieldsV1)['f:spec']))
        .map((entry) => entry.manager);
    expect(owners()).toEqual(['model']);
    write('crossfade', 2);
    expect(owners()).toEqual(['crossfade']);
    app.model.request({
      method: 'PATCH',
      path: `${DEPLOYMENTS}/web`,
      userAgent: 'kubectl/v1.36 (linux)',
      body: [{ op: 'replace', path: '/spec/replicas', value: 3 }],
    });
    expect(owners()).toEqual(['kubectl']);
    expect(app.deployment.metadata.managedFields?.find((entry) => entry.manager === 'kubectl')).toEqual({
      manager: 'kubectl',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:10Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    });
  });

  test('lets a client write managedFields, unless it changes the fields in the same request', () => {
    const app = new App(1);
    const write = (body: readonly object[]) =>
      app.model.request({ method: 'PATCH', path: `${DEPLOYMENTS}/web?fieldManager=crossfade`, body });
    const owners = () => (app.deployment.metadata.managedFields ?? []).map(({ manager }) => manager);
    const before = app.deployment.metadata.managedFields;
    const value = before?.filter(({ manager }) => manager === 'model').map((entry) => ({ ...entry, manager: 'helm' }));
    write([{ op: 'replace', path: '/metadata/managedFields', value }]);
    expect(owners()).toEqual(['helm']);
    const { generation } = app.deployment.metadata;
    // Not sent, for the API server.
    write([{ op: 'replace', path: '/metadata/managedFields', value: [] }]);
    expect(owners()).toEqual(['helm']);
    write([
      { op: 'replace', path: '/spec/replicas', value: 2 },
      { op: 'replace', path: '/metadata/managedFields', value },
    ]);
    expect(owners()).toEqual(['helm', 'crossfade']);
    write([{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]);
    expect(app.deployment.metadata.managedFields).toBeUndefined();
    expect(app.deployment.metadata.generation).toBe((generation ?? 0) + 1);
  });
});
