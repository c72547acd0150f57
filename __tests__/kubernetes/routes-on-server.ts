import { albs } from './routes/alb.ts';
import { apisix } from './routes/apisix.ts';
import { httpProxies } from './routes/contour.ts';
import { gatewayRoutes } from './routes/gateway.ts';
import { ingress } from './routes/ingress.ts';
import { virtualServices } from './routes/istio.ts';
import { openshiftRoutes } from './routes/openshift.ts';
import type { RouteOnServer } from './routes/route-on-server.ts';
import { traefikRoutes } from './routes/traefik.ts';

export { AWKWARD, type RouteOnServer } from './routes/route-on-server.ts';

/*
 * Routes as users write them, one or more for every router: what a real API server takes, completes and compares. What the proxies
 * would do with them is shown in memory (`__tests__/traffic`).
 */

export const ROUTES: readonly RouteOnServer[] = [
  ...gatewayRoutes,
  ...virtualServices,
  ingress,
  ...traefikRoutes,
  ...httpProxies,
  ...albs,
  ...openshiftRoutes,
  apisix,
];

export function fixtureOf(kind: string): RouteOnServer {
  const found = ROUTES.find(({ router }) => router.kind === kind);
  if (found === undefined) throw new Error(`no route of kind ${kind}`);
  return found;
}
