import { describe, expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { App, DEPLOYMENTS, manifests } from './app.ts';
import { type ModelRequest, createModel } from './model.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const MERGE = 'application/merge-patch+json';
const REFUSED = 'the server rejected our request due to an error in our request';

/** A model with ConfigMap `x` in it. */
function model() {
  const created = createModel();
  created.request({ method: 'POST', path: MAPS, body: { metadata: { name: 'x' }, data: { a: '1' } } });
  return created;
}

/** Status codes, reasons and messages below were read off kube-apiserver 1.36.3. */
const REFUSALS: readonly [
  what: string,
  request: ModelRequest,
  code: number,
  reason: string | undefined,
  message: string,
][] = [
  [
    'get what is not there',
    { method: 'GET', path: `${DEPLOYMENTS}/nope` },
    404,
    'NotFound',
    'deployments.apps "nope" not found',
  ],
  ['get of the core group', { method: 'GET', path: `${MAPS}/nope` }, 404, 'NotFound', 'configmaps "nope" not found'],
  [
    'create in no namespace',
    { method: 'POST', path: '/api/v1/namespaces/nope/configmaps', body: { metadata: { name: 'x' } } },
    404,
    'NotFound',
    'namespaces "nope" not found',
  ],
  [
    'create twice',
    { method: 'POST', path: MAPS, body: { metadata: { name: 'x' } } },
    409,
    'AlreadyExists',
    'configmaps "x" already exists',
  ],
  [
    'create without a name',
    { method: 'POST', path: MAPS, body: { metadata: {} } },
    422,
    'Invalid',
    'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  ],
  [
    'create elsewhere',
    { method: 'POST', path: MAPS, body: { metadata: { name: 'y', namespace: 'b' } } },
    400,
    'BadRequest',
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    'create with a version',
    { method: 'POST', path: MAPS, body: { metadata: { name: 'y', resourceVersion: '4' } } },
    500,
    undefined,
    'resourceVersion should not be set on objects to be created',
  ],
  [
    'create of wrong type',
    { method: 'POST', path: MAPS, body: { metadata: { name: 'y' }, data: { a: 1 } } },
    400,
    'BadRequest',
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  ],
  [
    'create of wrong number',
    { method: 'POST', path: DEPLOYMENTS, body: { metadata: { name: 'n' }, spec: { replicas: '5' } } },
    400,
    'BadRequest',
    'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'put of an old version',
    { method: 'PUT', path: `${MAPS}/x`, body: { metadata: { name: 'x', resourceVersion: '4' } } },
    409,
    'Conflict',
    'Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [
    'put of another name',
    { method: 'PUT', path: `${MAPS}/x`, body: { metadata: { name: 'y' } } },
    400,
    'BadRequest',
    'the name of the object (y) does not match the name on the URL (x)',
  ],
  [
    'put of nothing',
    { method: 'PUT', path: `${MAPS}/nope`, body: { metadata: { name: 'nope' } } },
    404,
    'NotFound',
    'configmaps "nope" not found',
  ],
  [
    'failed test',
    { method: 'PATCH', path: `${MAPS}/x`, body: [{ op: 'test', path: '/data/a', value: '9' }] },
    422,
    'Invalid',
    REFUSED,
  ],
  [
    'remove of nothing',
    { method: 'PATCH', path: `${MAPS}/x`, body: [{ op: 'remove', path: '/data/zz' }] },
    422,
    'Invalid',
    REFUSED,
  ],
  [
    'add below nothing',
    { method: 'PATCH', path: `${MAPS}/x`, body: [{ op: 'add', path: '/foo/zz', value: '1' }] },
    422,
    'Invalid',
    REFUSED,
  ],
  [
    'test below nothing',
    { method: 'PATCH', path: `${MAPS}/x`, body: [{ op: 'test', path: '/foo/bar', value: null }] },
    422,
    'Invalid',
    REFUSED,
  ],
  [
    'unknown operation',
    { method: 'PATCH', path: `${MAPS}/x`, body: [{ op: 'bogus', path: '/foo', value: null }] },
    422,
    'Invalid',
    REFUSED,
  ],
  [
    'patch that is no list',
    { method: 'PATCH', path: `${MAPS}/x`, body: { op: 'bogus' } },
    400,
    'BadRequest',
    'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  ],
  [
    'patch of nothing',
    { method: 'PATCH', path: `${MAPS}/nope`, body: [] },
    404,
    'NotFound',
    'configmaps "nope" not found',
  ],
  [
    'patch of no kind',
    { method: 'PATCH', path: `${MAPS}/x`, contentType: 'application/json', body: [] },
    415,
    'UnsupportedMediaType',
    '415: Unsupported Media Type',
  ],
  [
    'merge of an old version',
    { method: 'PATCH', path: `${MAPS}/x`, contentType: MERGE, body: { metadata: { resourceVersion: '4' } } },
    409,
    'Conflict',
    'Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [
    'merge of another name',
    { method: 'PATCH', path: `${MAPS}/x`, contentType: MERGE, body: { metadata: { name: '4' } } },
    400,
    'BadRequest',
    'the name of the object (4) does not match the name on the URL (x)',
  ],
  [
    'unknown dryRun',
    { method: 'PATCH', path: `${MAPS}/x?dryRun=Some`, body: [] },
    422,
    'Invalid',
    'PatchOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  ],
  ['delete of nothing', { method: 'DELETE', path: `${MAPS}/nope` }, 404, 'NotFound', 'configmaps "nope" not found'],
  [
    'unknown propagation',
    { method: 'DELETE', path: `${MAPS}/x`, body: { propagationPolicy: 'Bogus' } },
    422,
    'Invalid',
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Bogus": supported values: "Foreground", "Background", "Orphan", "nil"',
  ],
  [
    'unknown resource',
    { method: 'GET', path: '/api/v1/namespaces/default/bogus' },
    404,
    'NotFound',
    'the server could not find the requested resource',
  ],
  [
    'post to an object',
    { method: 'POST', path: `${MAPS}/x` },
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  ],
  [
    'put to a list',
    { method: 'PUT', path: MAPS },
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  ],
  [
    'unknown field',
    { method: 'GET', path: `${MAPS}?fieldSelector=data.a%3D1` },
    400,
    'BadRequest',
    '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  [
    'version of no number',
    { method: 'GET', path: `${MAPS}?resourceVersion=abc` },
    400,
    'BadRequest',
    'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    'lease without duration',
    { method: 'POST', path: LEASES, body: { metadata: { name: 'l' }, spec: { leaseDurationSeconds: 0 } } },
    422,
    'Invalid',
    'Lease.coordination.k8s.io "l" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
  ],
  [
    'lease with coarse time',
    { method: 'POST', path: LEASES, body: { metadata: { name: 'l' }, spec: { renewTime: '2026-11-21T13:11:58Z' } } },
    400,
    'BadRequest',
    'Lease in version "v1" cannot be handled as a Lease: parsing time "2026-11-21T13:11:58Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  ],
];

describe('a request that is refused', () => {
  test.each(REFUSALS)('%s', (_, request, code, reason, message) => {
    const answer = model().request(request);
    expect(answer).toMatchObject({
      status: code,
      body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code },
    });
    expect(Object(answer.body).reason).toBe(reason);
  });

  test('names the object as the real server does', () => {
    expect(model().request({ method: 'GET', path: `${DEPLOYMENTS}/nope` }).body).toMatchObject({
      details: { name: 'nope', group: 'apps', kind: 'deployments' },
    });
    expect(
      model().request({ method: 'PATCH', path: `${MAPS}/x`, body: [{ op: 'test', path: '/data/a', value: '9' }] }).body,
    ).toMatchObject({ details: {} });
  });

  test('a list from the future', () => {
    const answer = model().request({ method: 'GET', path: `${MAPS}?resourceVersion=99999999` });
    expect(answer).toMatchObject({ status: 504, body: { reason: 'Timeout', details: { retryAfterSeconds: 1 } } });
  });

  test('preconditions of a DELETE', () => {
    const started = model();
    const remove = (preconditions: object) =>
      started.request({ method: 'DELETE', path: `${MAPS}/x`, body: { preconditions } });
    expect(remove({ uid: '4' })).toMatchObject({
      status: 409,
      body: {
        message: expect.stringMatching(
          /^Operation cannot be fulfilled on ConfigMap "x": the UID in the precondition \(4\) does not match the UID in record \(/,
        ),
        details: { kind: 'ConfigMap' },
      },
    });
    expect(remove({ resourceVersion: '4' })).toMatchObject({
      status: 409,
      body: {
        message: expect.stringContaining(
          'the ResourceVersion in the precondition (4) does not match the ResourceVersion in record',
        ),
      },
    });
  });
});

/** One changed field of a Deployment, and what the real server says about it. */
const INVALID: readonly [what: string, path: string, value: unknown, causes: string][] = [
  [
    'deadline',
    '/spec/progressDeadlineSeconds',
    0,
    'spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds',
  ],
  [
    'minReadySeconds',
    '/spec/minReadySeconds',
    -5,
    'spec.minReadySeconds: Invalid value: -5: must be greater than or equal to 0',
  ],
  ['replicas', '/spec/replicas', -5, 'spec.replicas: Invalid value: -5: must be greater than or equal to 0'],
  [
    'both limits 0',
    '/spec/strategy/rollingUpdate',
    { maxSurge: 0, maxUnavailable: 0 },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    'both limits 0 %',
    '/spec/strategy/rollingUpdate',
    { maxSurge: '0%', maxUnavailable: '0%' },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ],
  [
    'limits of no number',
    '/spec/strategy/rollingUpdate',
    { maxSurge: 'x', maxUnavailable: '101%' },
    "[spec.strategy.rollingUpdate.maxSurge: Invalid value: \"x\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%'), spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%]",
  ],
  [
    'Recreate with limits',
    '/spec/strategy/type',
    'Recreate',
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    'selector',
    '/spec/selector/matchLabels',
    { app: 'x' },
    '[spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`, spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable]',
  ],
  [
    'template labels',
    '/spec/template/metadata/labels',
    { app: 'x' },
    'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
  ],
  ['containers', '/spec/template/spec/containers', [], 'spec.template.spec.containers: Required value'],
  [
    'no image',
    '/spec/template/spec/containers',
    [{ name: 'web' }],
    'spec.template.spec.containers[0].image: Required value',
  ],
  [
    'same name twice',
    '/spec/template/spec/containers',
    [
      { name: 'a', image: 'a' },
      { name: 'a', image: 'a' },
    ],
    'spec.template.spec.containers[1].name: Duplicate value: "a"',
  ],
  [
    'restartPolicy',
    '/spec/template/spec/restartPolicy',
    'Never',
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
];

describe('a Deployment that is not valid', () => {
  test.each(INVALID)('%s', (_, path, value, causes) => {
    const app = new App(1);
    expect(app.patch({ op: 'add', path, value })).toMatchObject({
      status: 422,
      body: {
        reason: 'Invalid',
        message: `Deployment.apps "web" is invalid: ${causes}`,
        details: { name: 'web', group: 'apps', kind: 'Deployment' },
      },
    });
  });

  test('a hold needs a deadline above minReadySeconds', () => {
    const app = new App(1);
    expect(app.patch({ op: 'add', path: '/spec/minReadySeconds', value: 600 }).status).toBe(422);
    expect(app.patch({ op: 'add', path: '/spec/minReadySeconds', value: 599 }).status).toBe(200);
  });

  test('of the wrong JSON type in a patch: 422, with the object in the message', () => {
    const answer = new App(1).patch({ op: 'add', path: '/spec/replicas', value: '5' });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        message: expect.stringMatching(
          /^ "" is invalid: patch: Invalid value: .* into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
        ),
      },
    });
  });
});

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
    expect(app.model.store.list('deployments.apps')).toHaveLength(1);
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
});
