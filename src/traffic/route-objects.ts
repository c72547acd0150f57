import type { KubeObject } from '../cluster/wire.ts';
import type { Binding, RouteObjects } from './router.ts';

/*
 * The objects that routes consist of: found in a list, and by a binding.
 */

/** Those of a kind in a namespace, by name. Items of a list may have no kind of their own. */
export function ofKind(kind: string, namespace: string, objects: readonly KubeObject[]): KubeObject[] {
  return objects
    .filter((object) => (object.kind ?? kind) === kind && object.metadata?.namespace === namespace)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

export function nameOf({ metadata }: KubeObject): string {
  return metadata?.name ?? '';
}

/** The name of the route that is bound: `web` of `httproute/web`. */
export function nameIn({ router }: Binding): string {
  return router.slice(router.indexOf('/') + 1);
}

/** The object of a route that is one object; null: it is not there. */
export function objectIn({ paths }: Binding, objects: RouteObjects): KubeObject | null {
  return objects.get(paths[0] ?? '') ?? null;
}

/** JSON with its keys in order: the same for the same value. */
export function keyOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
