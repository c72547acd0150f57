import { describe, expect, test } from '@jest/globals';
import { DEPLOYMENTS } from './app.ts';
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
