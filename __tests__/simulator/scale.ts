import { isObject, type JsonObject } from './json.ts';
import type { ApiObject } from './objects.ts';
import { asText } from './selectors.ts';

/** The /scale view of a workload. */
export function readScale(object: ApiObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = isObject(object.spec) ? object.spec : {};
  const status = isObject(object.status) ? object.status : {};
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas },
    status: { replicas: status.replicas ?? 0, selector: asText(spec.selector) },
  };
}

/** The workload with the size that a Scale asks for; without one it is zero, as in the real server. */
export function writeScale(object: ApiObject, scale: unknown): JsonObject {
  const wanted = isObject(scale) ? scale : {};
  const spec = isObject(wanted.spec) ? wanted.spec : {};
  const version = isObject(wanted.metadata) ? wanted.metadata.resourceVersion : undefined;
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion: version ?? object.metadata.resourceVersion },
    spec: { ...(isObject(object.spec) ? object.spec : {}), replicas: spec.replicas ?? 0 },
  };
}
