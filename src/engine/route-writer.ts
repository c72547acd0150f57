import type { FieldPath } from '../cluster/field-sets.ts';
import type { Plan } from '../release/plan.ts';
import type { Binding } from '../release/route.ts';
import { CannotRoute, ORIGINAL, type RouteObjects } from '../traffic/router.ts';
import { routerOf } from '../traffic/routers.ts';
import { editorAt } from './editors.ts';

/**
 * Who has written, since the release began, what would have to be changed to bring a route home: a share that stands there is theirs, also
 * where it is one that the release has, too. Null: it is ours, or from before. Of a list that is owned as a whole (the rules of most
 * kinds) whoever changed another part of it has written all of it. Pure.
 */
export function routeWriter(plan: Pick<Plan, 'editors'>, binding: Binding, objects: RouteObjects): string | null {
  for (const { path, fields } of changedAt(binding, objects))
    for (const field of fields) {
      const writer = editorAt(objects.get(path)?.metadata, plan, field);
      if (writer !== null) return writer;
    }
  return null;
}

function changedAt(binding: Binding, objects: RouteObjects): { path: string; fields: FieldPath[] }[] {
  try {
    const requests = routerOf(binding).plan(binding, objects, ORIGINAL);
    return requests.flatMap((request) =>
      request.verb === 'patch'
        ? [{ path: request.path, fields: request.changes.map((change) => fieldAt(change.path)) }]
        : [],
    );
  } catch (error) {
    // What cannot be brought home is told when that is tried.
    if (error instanceof CannotRoute) return [];
    throw error;
  }
}

/** As far as the first item of a list. */
function fieldAt(pointer: string): FieldPath {
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const list = names.findIndex((name) => /^(\d+|-)$/.test(name));
  return names.slice(0, list < 0 ? names.length : list).map((name) => `f:${name}`);
}
