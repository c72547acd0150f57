import type { ContainerSpec } from './containers.ts';
import type { Pod } from './controllers/context.ts';
import { isObject } from './json.ts';
import type { Store } from './store.ts';

/** What a container's environment needs and the namespace lacks: `secret "x" not found`. Null: nothing. */
export function missingReference(store: Store, namespace: string, container: ContainerSpec): string | null {
  for (const { secretRef, configMapRef } of container.envFrom ?? []) {
    const problem =
      missing(store, 'secrets', namespace, secretRef) ?? missing(store, 'configmaps', namespace, configMapRef);
    if (problem !== null) return problem;
  }
  for (const { valueFrom } of container.env ?? []) {
    const problem =
      missing(store, 'secrets', namespace, valueFrom?.secretKeyRef) ??
      missing(store, 'configmaps', namespace, valueFrom?.configMapKeyRef);
    if (problem !== null) return problem;
  }
  return null;
}

/** Why the first of a pod's volumes cannot be mounted. Null: all can. */
export function missingVolume(store: Store, pod: Pod): string | null {
  const namespace = pod.metadata.namespace ?? '';
  for (const { name, secret, configMap } of pod.spec.volumes ?? []) {
    const named = secret?.secretName === undefined ? undefined : { ...secret, name: secret.secretName };
    const problem = missing(store, 'secrets', namespace, named) ?? missing(store, 'configmaps', namespace, configMap);
    if (problem !== null) return `MountVolume.SetUp failed for volume "${name}" : ${problem}`;
  }
  return null;
}

interface Reference {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

function missing(
  store: Store,
  resource: 'secrets' | 'configmaps',
  namespace: string,
  reference: Reference | undefined,
): string | null {
  if (reference?.name === undefined || reference.optional === true) return null;
  const kind = resource === 'secrets' ? 'secret' : 'configmap';
  const found = store.get<string>(resource, namespace, reference.name);
  if (found === undefined) return `${kind} "${reference.name}" not found`;
  if (reference.key === undefined || (isObject(found.data) && reference.key in found.data)) return null;
  const title = resource === 'secrets' ? 'Secret' : 'ConfigMap';
  return `couldn't find key ${reference.key} in ${title} ${namespace}/${reference.name}`;
}
