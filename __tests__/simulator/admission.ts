import { isObject, type JsonObject } from './json.ts';
import type { ResourceType } from './resources.ts';
import type { Store } from './store.ts';

/** Namespaces with this label have the images of their Deployments pinned (contract/pinned-images.ts). */
export const PINS_IMAGES = 'test/pins-images';

/** The one mutating admission of this API server: images of Deployments get a digest where they have none. */
export function admit(store: Store, type: ResourceType, namespace: string | undefined, object: JsonObject): void {
  if (type.plural !== 'deployments' || namespace === undefined) return;
  if (store.get('namespaces', undefined, namespace)?.metadata.labels?.[PINS_IMAGES] === undefined) return;
  const { spec } = object;
  const template = isObject(spec) ? spec.template : undefined;
  const pod = isObject(template) ? template.spec : undefined;
  const containers = isObject(pod) && Array.isArray(pod.containers) ? pod.containers : [];
  for (const container of containers)
    if (isObject(container) && !String(container.image).includes('@'))
      container.image = `${String(container.image)}@sha256:${'c'.repeat(64)}`;
}
