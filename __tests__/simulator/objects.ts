import type {
  ConfigMap,
  Deployment,
  EndpointSlice,
  Event,
  Job,
  ObjectMeta,
  Pod,
  ReplicaSet,
  ResourceQuota,
  Service,
} from '../../src/cluster/wire.ts';

/** Metadata of an object that is stored: what the API server always sets. */
export type Metadata = ObjectMeta & {
  readonly name: string;
  readonly uid: string;
  readonly creationTimestamp: string;
};

/** Any stored object. Frozen: a change is a new object. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

interface Kinds {
  configmaps: ConfigMap;
  'deployments.apps': Deployment;
  'endpointslices.discovery.k8s.io': EndpointSlice;
  events: Event;
  'jobs.batch': Job;
  pods: Pod;
  'replicasets.apps': ReplicaSet;
  resourcequotas: ResourceQuota;
  services: Service;
}

type Complete<T> = Omit<T, 'metadata' | 'spec'> & { readonly metadata: Metadata } & (T extends { spec?: infer S }
    ? { readonly spec: NonNullable<S> }
    : unknown);

/** What the store gives for a resource: a typed object where controllers work on it, otherwise any object. */
export type Stored<K extends string> = K extends keyof Kinds ? Complete<Kinds[K]> : ApiObject;

export type OwnerReference = NonNullable<ObjectMeta['ownerReferences']>[number];

/** The reference that marks `owner` as the controller of another object. */
export function controllerReference(
  apiVersion: string,
  kind: string,
  owner: { readonly metadata: Metadata },
): OwnerReference {
  return {
    apiVersion,
    kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The owner that controls an object, if one does. */
export function controllerOf(object: { readonly metadata: ObjectMeta }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}
