import { expect, test } from '@jest/globals';
import { smokeTargetOf } from '../../src/checks/check-context.ts';

test('smoke tests reach a Revision by its own Service; the activator is told of whom', () => {
  const versions = {
    namespace: 'shop',
    knativeService: 'web',
    release: 'r-1',
    stableRevision: 'web-00001',
    candidateRevision: 'web-00002',
    candidateUrl: null,
    images: {},
  };
  expect(smokeTargetOf(versions)).toEqual({
    service: 'web-00002',
    headers: { 'Knative-Serving-Revision': 'web-00002', 'Knative-Serving-Namespace': 'shop' },
  });
});

test('and a Deployment’s new pods by the candidate Service', () => {
  const versions = {
    namespace: 'shop',
    deployment: 'web',
    service: 'web',
    candidateService: 'web-candidate',
    release: 'r-1',
    stableHash: 'a',
    candidateHash: 'b',
    images: {},
  };
  expect(smokeTargetOf(versions)).toEqual({ service: 'web-candidate', headers: {} });
});
