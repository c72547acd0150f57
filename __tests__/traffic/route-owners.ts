import type { Edit } from './router-fixture.ts';

/*
 * Objects in others' hands: drivers.ts is what knows them.
 */

function managedBy(manager: string): Edit {
  const entry = { manager, operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': {} } };
  return (object) => ({
    ...object,
    metadata: { ...object.metadata, managedFields: [...(object.metadata?.managedFields ?? []), entry] },
  });
}

/** Whoever writes weights itself, and its mark on an object. */
export const DRIVERS: readonly (readonly [string, Edit])[] = [
  ['Argo Rollouts', managedBy('rollouts-controller')],
  [
    'Flagger',
    (object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        ownerReferences: [
          { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'web', uid: 'c', controller: true },
        ],
      },
    }),
  ],
  ['OpenKruise', managedBy('kruise-rollout')],
];

/** Whoever puts back what the repository says, and its mark. */
export const OWNERS: readonly (readonly [string, Edit])[] = [
  ['Argo CD', withMetadata('annotations', 'argocd.argoproj.io/tracking-id', 'shop:group/kind:ns/web')],
  ['Flux', withMetadata('labels', 'kustomize.toolkit.fluxcd.io/name', 'apps')],
];

function withMetadata(field: 'labels' | 'annotations', key: string, value: string): Edit {
  return (object) => ({
    ...object,
    metadata: { ...object.metadata, [field]: { ...object.metadata?.[field], [key]: value } },
  });
}
