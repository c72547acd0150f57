import type { RouteResource } from '../traffic/router.ts';

/** API versions by group, as the cluster serves them. */
export type Served = ReadonlyMap<string, readonly string[]>;

/**
 * Why a route that input `router` names cannot be there: the cluster knows no objects of its kind. Pure.
 * @param name as the input has it: `httproute/web`
 */
export function unservedMessage(
  name: string,
  { group, versions, resource, kind }: RouteResource,
  served: Served,
): string {
  const found = served.get(group) ?? [];
  const suited = found.filter((version) => versions.includes(version));
  const finding =
    found.length === 0
      ? `nothing of ${group}`
      : suited.length === 0
        ? `${group} in ${listed(found, 'and')} only`
        : `${group} in ${listed(found, 'and')}, without ${resource}`;
  return (
    `Wanted ${name} (input router); the cluster does not serve ${kind} (${resource}.${group} in ${listed(versions, 'or')}): it serves ${finding}. ` +
    `Install the CRDs of ${group}, check input context, or name a route of another kind.`
  );
}

function listed(versions: readonly string[], last: 'and' | 'or'): string {
  return versions.join(', ').replace(/, ([^,]*)$/, ` ${last} $1`);
}
