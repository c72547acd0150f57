import { isObject, objectsAt } from './json.ts';
import type { ApiObject } from './objects.ts';
import { keyOf } from './resources.ts';
import type { Store } from './store.ts';

/** Serves the resource that a new CustomResourceDefinition defines, in all its versions. */
export function serve(store: Store, definition: ApiObject): void {
  const { group, plural, kind, scope } = namesOf(definition);
  for (const version of objectsAt(definition.spec, 'versions'))
    store.catalogue.register({
      group,
      version: String(version.name),
      plural,
      kind,
      namespaced: scope !== 'Cluster',
      status: isObject(version.subresources) && version.subresources.status !== undefined,
    });
}

/** Ends that, and with it all objects of the resource. */
export function unserve(store: Store, definition: ApiObject): void {
  const { group, plural } = namesOf(definition);
  const resource = keyOf({ group, plural });
  for (const object of store.list<string>(resource)) store.drop(resource, object);
  store.catalogue.unregister(group, plural);
}

function namesOf(definition: ApiObject) {
  const spec = isObject(definition.spec) ? definition.spec : {};
  const names = isObject(spec.names) ? spec.names : {};
  return { group: String(spec.group), plural: String(names.plural), kind: String(names.kind), scope: spec.scope };
}
