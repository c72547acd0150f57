import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { roleManifest } from '../../src/cluster/role-manifest.ts';

const GET = { group: '', resource: 'services/proxy', verb: 'get' };

test('what is asked for twice stands there once', () => {
  const yaml = roleManifest('web', 'shop', [
    { namespace: 'shop', permissions: [GET, { ...GET, resource: 'pods', verb: 'list' }, GET] },
  ]);
  expect(yaml).toBe(`apiVersion: v1
kind: ServiceAccount
metadata: { name: crossfade, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: crossfade.web, namespace: shop }
rules:
- apiGroups: [""]
  resources: ["services/proxy"]
  verbs: ["get"]
- apiGroups: [""]
  resources: ["pods"]
  verbs: ["list"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: crossfade.web, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: crossfade.web }
subjects:
- kind: ServiceAccount
  name: crossfade
  namespace: shop
`);
});

test.each([
  'on',
  '123',
  'a: b',
  'x }\nkind: ClusterRole',
  '"',
])('a namespace is a text, whatever it is: %j', (namespace) => {
  const documents = parseAllDocuments(roleManifest('web', namespace, [{ namespace, permissions: [GET] }]));
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  expect(documents.map((document) => document.toJS() as object)).toMatchObject([
    { kind: 'ServiceAccount', metadata: { namespace } },
    { kind: 'Role', metadata: { namespace } },
    { kind: 'RoleBinding', metadata: { namespace }, subjects: [{ namespace }] },
  ]);
});
