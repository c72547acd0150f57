import type { Permission } from '../cluster/permissions.ts';
import type { WriteRequest } from '../cluster/write-request.ts';
import type { Binding } from '../release/route.ts';
import { COMMAND } from '../traffic/command-route.ts';
import type { Router, RouteResource } from '../traffic/router.ts';
import { ROUTERS } from '../traffic/routers.ts';

/*
 * What a canary has to be allowed to do with the routes that split its users. The preflight asks for these, and `action: role` prints
 * them.
 */

/** What is done with an object of a route, whatever its kind. */
export const USING = ['get', 'list', 'watch', 'patch'] as const;
/** What is created in the course of a release has to be deleted, too. */
const MAKING = ['create', 'delete'] as const;

/** What it takes to do these things with the object of this path. */
export function permissionsOf(path: string, verbs: readonly string[]): Permission[] {
  const [, group = '', resource = ''] = /^\/apis?(?:\/([^/]+))?\/[^/]+\/namespaces\/[^/]+\/([^/]+)/.exec(path) ?? [];
  return verbs.map((verb) => ({ group, resource, verb }));
}

/** Of routes that were found: with every object that they consist of, and with those that are made on the way. */
export function permissionsOfFound(
  bindings: readonly Binding[],
  writes: readonly WriteRequest[],
): readonly Permission[] {
  const created = writes.filter(({ verb }) => verb === 'create');
  return bindings.flatMap(({ paths }) =>
    paths.flatMap((path) => {
      const collection = path.slice(0, path.lastIndexOf('/'));
      const isCreated = created.some((write) => write.path === collection);
      return permissionsOf(path, [...USING, ...(isCreated ? MAKING : [])]);
    }),
  );
}

/** To look through every kind of object that a router knows. */
export function permissionsToLook(resources: readonly RouteResource[]): readonly Permission[] {
  return resources.map(({ group, resource }) => ({ group, resource, verb: 'list' }));
}

/** Of routes by their names alone, as input `router` has them: all that their kinds can need, whatever the objects are like. */
export function permissionsOfNamed(names: readonly string[]): readonly Permission[] {
  const kinds = new Set(names.filter((name) => name !== COMMAND).map((name) => name.split('/')[0]));
  return ROUTERS.filter(({ kind }) => kinds.has(kind)).flatMap(permissionsOfKind);
}

function permissionsOfKind({ resources, makes = [] }: Router): readonly Permission[] {
  return resources.flatMap((resource, at) => {
    const isMade = makes.includes(resource.resource);
    // The first is the route itself; others are read, unless something is made of them.
    if (at > 0 && !isMade) return permissionsToLook([resource]);
    const { group, resource: name } = resource;
    return [...USING, ...(isMade ? MAKING : [])].map((verb) => ({ group, resource: name, verb }));
  });
}
