import { expect, test } from '@jest/globals';
import { deploymentManifest, serviceManifest } from '../kubernetes/app.ts';
import { createModel } from './model.ts';

const MAPS = '/api/v1/namespaces/shop/configmaps';
const MERGE = 'application/merge-patch+json';

/* As seen of a namespace on 1.36.3: codes, messages, and what goes when. */

function shop() {
  const model = createModel();
  const post = (path: string, body: unknown) => model.request({ method: 'POST', path, body });
  post('/api/v1/namespaces', { metadata: { name: 'shop' } });
  post('/api/v1/namespaces/shop/services', serviceManifest({ namespace: 'shop' }));
  post('/apis/apps/v1/namespaces/shop/deployments', deploymentManifest({ namespace: 'shop', replicas: 2 }));
  post(MAPS, { metadata: { name: 'x' } });
  model.advance(5_000);
  const deleted = model.request({ method: 'DELETE', path: '/api/v1/namespaces/shop' });
  expect(deleted).toMatchObject({ status: 200, body: { status: { phase: 'Terminating' } } });
  return { model, post };
}

test('nothing can be made in a namespace that is being deleted, and what is there can be changed', () => {
  const { model, post } = shop();
  const refused = post(`${MAPS}?dryRun=All`, { metadata: { generateName: 'y-' } });
  expect(refused).toMatchObject({
    status: 403,
    body: {
      reason: 'Forbidden',
      message:
        'configmaps "y-" is forbidden: unable to create new content in namespace shop because it is being terminated',
      details: {
        name: 'y-',
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace shop is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    },
  });
  const patch = { method: 'PATCH', path: `${MAPS}/x`, body: { data: { a: '1' } }, contentType: MERGE };
  expect(model.request(patch)).toMatchObject({ status: 200 });
});

test('for five seconds everything stays, then pods go, then the rest and the namespace itself', () => {
  const { model } = shop();
  const count = (resource: string) => model.store.list<string>(resource, 'shop').length;
  const leaving = () => model.store.list('pods', 'shop').filter(({ metadata }) => metadata.deletionTimestamp).length;
  model.advance(4_000);
  expect([count('pods'), leaving(), count('configmaps')]).toEqual([2, 0, 1]);
  model.advance(2_000);
  expect(leaving()).toBe(count('pods'));
  expect([count('deployments.apps'), count('replicasets.apps'), count('configmaps')]).toEqual([1, 1, 1]);
  // The ReplicaSet's controller says nothing of pods that it may not make.
  expect(model.store.list('replicasets.apps', 'shop')[0]?.status?.conditions).toBeUndefined();
  model.advance(20_000);
  expect(model.store.resources().flatMap((resource) => model.store.list<string>(resource, 'shop'))).toEqual([]);
  expect(model.store.get('namespaces', undefined, 'shop')).toBeUndefined();
});
