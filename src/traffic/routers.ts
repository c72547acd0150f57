import type { Binding } from '../release/route.ts';
import { albIngress } from './alb-ingress.ts';
import { apisixRoute } from './apisix-route.ts';
import { contourHttpProxy } from './contour-http-proxy.ts';
import { grpcRoute, httpRoute } from './gateway-route.ts';
import { ingressAnnotations } from './ingress-annotations.ts';
import { openshiftRoute } from './openshift-route.ts';
import { COMMAND_CAPABILITIES, isCommand } from './command-route.ts';
import { type Capabilities, CannotRoute, type Router } from './router.ts';
import { traefikIngressRoute, traefikIngressRouteTcp } from './traefik-ingress-route.ts';
import { traefikService } from './traefik-service.ts';
import { virtualService } from './virtual-service.ts';

/** Every kind of router on objects of the cluster. `command` is none of them: see command-route.ts. */
export const ROUTERS: readonly Router[] = [
  httpRoute,
  grpcRoute,
  virtualService,
  ingressAnnotations,
  traefikService,
  traefikIngressRoute,
  traefikIngressRouteTcp,
  contourHttpProxy,
  albIngress,
  openshiftRoute,
  apisixRoute,
];

/** The router of a binding. @throws {CannotRoute} for a kind that this version does not know (a record of a newer one) */
export function routerOf(binding: Binding): Router {
  const kind = binding.router.split('/')[0] ?? '';
  const found = ROUTERS.find((router) => router.kind === kind);
  if (found === undefined) throw new CannotRoute(`This version of Crossfade does not know routers of kind ${kind}.`);
  return found;
}

/** Of any binding, the command's included. @throws {CannotRoute} as `routerOf` */
export function capabilitiesOf(binding: Binding): Capabilities {
  return isCommand(binding) ? COMMAND_CAPABILITIES : routerOf(binding).capabilities(binding);
}
