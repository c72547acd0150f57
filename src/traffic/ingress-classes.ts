import type { KubeObject } from '../cluster/wire.ts';

/*
 * Whose an Ingress is: the controller that runs it, by its class or by annotations.
 */

interface Ingress extends KubeObject {
  readonly spec?: { readonly ingressClassName?: string };
}

export function classOf({ metadata, spec }: Ingress): string | undefined {
  return spec?.ingressClassName ?? metadata?.annotations?.['kubernetes.io/ingress.class'];
}

/** How annotations of the AWS Load Balancer Controller begin. */
export const ALB_PREFIX = 'alb.ingress.kubernetes.io/';

/** The name of the class is anybody's choice; annotations of the controller say the same. */
export function isAlb({ metadata, spec }: Ingress): boolean {
  const annotations = metadata?.annotations ?? {};
  return (
    annotations['kubernetes.io/ingress.class'] === 'alb' ||
    spec?.ingressClassName === 'alb' ||
    Object.keys(annotations).some((key) => key.startsWith(ALB_PREFIX))
  );
}

/** Class names by which controllers are installed that do not run canary annotations: our Ingress would be a second full route to them. */
export const FOREIGN_CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    gce: 'Google Cloud’s controller',
    'gce-internal': 'Google Cloud’s controller',
    'azure-application-gateway': 'Azure’s Application Gateway controller',
    'azure/application-gateway': 'Azure’s Application Gateway controller',
    'azure-alb-external': 'Azure’s Application Gateway for Containers',
    kong: 'Kong',
    traefik: 'Traefik’s provider kubernetesIngress',
    haproxy: 'HAProxy',
    'haproxy-ingress': 'HAProxy Ingress',
    contour: 'Contour',
    istio: 'Istio',
    cilium: 'Cilium',
    apisix: 'APISIX',
    ambassador: 'Emissary',
    gloo: 'Gloo',
    'openshift-default': 'OpenShift’s router',
    ngrok: 'ngrok',
    tailscale: 'Tailscale',
    caddy: 'Caddy',
  }),
);

/** Names of classes that ingress-nginx, and others with its annotations, are installed by. */
export const KNOWN_CLASSES = /nginx|^webapprouting\.kubernetes\.azure\.com$|^higress$|^mse$/;
