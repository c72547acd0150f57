import type {
  V1ConfigMap,
  V1Deployment,
  V1EndpointSlice,
  V1Job,
  V2HorizontalPodAutoscaler,
  V1Lease,
  V1ObjectMeta,
  V1Pod,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1ResourceQuota,
  V1Service,
  CoreV1Event,
} from '@kubernetes/client-node';

/**
 * An API object as it travels: the library's models say `Date` where the JSON has RFC 3339 text.
 * We never convert an object to a model and back (that drops fields the model does not know), so this is the honest type.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer U)[]
    ? Wire<U>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type ObjectMeta = Wire<V1ObjectMeta>;
export type Deployment = Wire<V1Deployment>;
export type PodTemplate = Wire<V1PodTemplateSpec>;
export type ReplicaSet = Wire<V1ReplicaSet>;
export type Pod = Wire<V1Pod>;
export type Service = Wire<V1Service>;
export type EndpointSlice = Wire<V1EndpointSlice>;
export type ConfigMap = Wire<V1ConfigMap>;
export type Job = Wire<V1Job>;
export type Lease = Wire<V1Lease>;
export type Event = Wire<CoreV1Event>;
export type HorizontalPodAutoscaler = Wire<V2HorizontalPodAutoscaler>;
export type ResourceQuota = Wire<V1ResourceQuota>;

/** What every API object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

export interface KubeList<T> {
  metadata: { resourceVersion?: string; continue?: string };
  items: T[];
}

/** A JSON Patch (RFC 6902) of the operations that we use. */
export type JsonPatch = readonly JsonPatchOperation[];
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };
