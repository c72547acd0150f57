import { describe, expect, test } from '@jest/globals';
import { type Model, createModel } from './model.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const CORE = '/api/v1/namespaces/default';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

/** A model in which `jane` may get and list Deployments and read logs. */
function model(): Model {
  const created = createModel();
  const rules = [
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get'] },
  ];
  created.request({ method: 'POST', path: `${RBAC}/roles`, body: { metadata: { name: 'r1' }, rules } });
  const binding = {
    metadata: { name: 'rb' },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { kind: 'Role', name: 'r1', apiGroup: 'rbac.authorization.k8s.io' },
  };
  created.request({ method: 'POST', path: `${RBAC}/rolebindings`, body: binding });
  return created;
}

describe('a user with a Role', () => {
  test.each([
    [
      'PATCH',
      `${DEPLOYMENTS}/web`,
      'deployments.apps "web" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "default"',
    ],
    [
      'GET',
      `${DEPLOYMENTS}/web/scale`,
      'deployments.apps "web" is forbidden: User "jane" cannot get resource "deployments/scale" in API group "apps" in the namespace "default"',
    ],
    [
      'GET',
      `${CORE}/configmaps/c1`,
      'configmaps "c1" is forbidden: User "jane" cannot get resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      `${CORE}/configmaps`,
      'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      `${CORE}/configmaps?watch=1`,
      'configmaps is forbidden: User "jane" cannot watch resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'POST',
      `${CORE}/configmaps`,
      'configmaps is forbidden: User "jane" cannot create resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'DELETE',
      `${CORE}/configmaps`,
      'configmaps is forbidden: User "jane" cannot deletecollection resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/configmaps',
      'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" at the cluster scope',
    ],
    [
      'GET',
      `${CORE}/services/web:80/proxy/x`,
      'services "web:80" is forbidden: User "jane" cannot get resource "services/proxy" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      CORE,
      'namespaces "default" is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the namespace "default"',
    ],
    ['GET', '/metrics', 'forbidden: User "jane" cannot get path "/metrics"'],
  ])('%s %s is forbidden', (method, path, message) => {
    expect(model().request({ method, path, user: 'jane' })).toMatchObject({
      status: 403,
      body: { reason: 'Forbidden', message, code: 403 },
    });
  });

  test('may do what it says', () => {
    const get = (path: string) => model().request({ method: 'GET', path, user: 'jane' }).status;
    expect(get(DEPLOYMENTS)).toBe(200);
    expect(get(`${DEPLOYMENTS}/web`)).toBe(404);
    expect(get(`${CORE}/pods/x/log`)).toBe(404);
    expect(get(`${CORE}/configmaps/mine`)).toBe(404);
    expect(get('/version')).toBe(200);
    expect(get('/apis/apps/v1')).toBe(200);
  });

  test('can ask what it may do', () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const ask = (verb: string) =>
      model().request({
        method: 'POST',
        path,
        user: 'jane',
        body: { spec: { resourceAttributes: { namespace: 'default', verb, group: 'apps', resource: 'deployments' } } },
      });
    expect(ask('get')).toMatchObject({
      status: 201,
      body: {
        status: { allowed: true, reason: 'RBAC: allowed by RoleBinding "rb/default" of Role "r1" to User "jane"' },
      },
    });
    expect(ask('patch')).toMatchObject({ status: 201, body: { status: { allowed: false } } });
    expect(model().request({ method: 'POST', path, user: 'jane', body: { spec: {} } }).status).toBe(422);
    const rules = model().request({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      user: 'jane',
      body: { spec: { namespace: 'default' } },
    });
    expect(rules.body).toMatchObject({
      status: {
        incomplete: false,
        resourceRules: expect.arrayContaining([
          { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
        ]),
      },
    });
  });

  test('ClusterRoles bound in a namespace hold there', () => {
    const started = model();
    const cluster = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    started.request({
      method: 'POST',
      path: cluster,
      body: { metadata: { name: 'viewer' }, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get'] }] },
    });
    started.request({
      method: 'POST',
      path: `${RBAC}/rolebindings`,
      body: {
        metadata: { name: 'v' },
        subjects: [{ kind: 'User', name: 'ann' }],
        roleRef: { kind: 'ClusterRole', name: 'viewer' },
      },
    });
    const get = (path: string) => started.request({ method: 'GET', path, user: 'ann' }).status;
    expect([get(`${CORE}/secrets/x`), get('/api/v1/namespaces/kube-system/secrets/x'), get(`${CORE}/secrets`)]).toEqual(
      [404, 403, 403],
    );
  });
});
