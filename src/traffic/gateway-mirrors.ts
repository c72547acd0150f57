import { percent } from '../release/route.ts';
import type { RouteStatus } from './gateway-status.ts';
import { CannotRoute, type Share } from './router.ts';

/*
 * A mirror is a filter, and one that a controller may lack. The API wants it to refuse the route then; not every one does.
 */

/**
 * Controllers that answer 500 to every request of a rule with a RequestMirror, and call the route accepted all the same. Only their
 * GatewayClass says which filters they have, and that is none of the namespace's objects.
 * Traefik 3.7.9: pkg/provider/kubernetes/gateway/httproute.go, loadHTTPRoute ("invalid-httproute-filter").
 */
const WITHOUT_MIRRORS: ReadonlyMap<string, string> = new Map([['traefik.io/gateway-controller', 'Traefik']]);

/** @throws {CannotRoute} when a controller that carries the route is known to fail on mirrors */
export function assertMirrors(status: RouteStatus | undefined, title: string, mirror: Share): void {
  for (const { controllerName = '' } of status?.parents ?? []) {
    const name = WITHOUT_MIRRORS.get(controllerName);
    if (name === undefined) continue;
    throw new CannotRoute(
      `Wanted to mirror ${percent(mirror)} of ${title}, which ${name} carries (${controllerName}): it cannot copy requests, and would answer ` +
        'every request of the route with 500 as long as the mirror is there. Do without input mirror; testers by headers or cookie work.',
    );
  }
}
