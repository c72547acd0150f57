import type { KubeObject } from '../../src/cluster/wire.ts';
import type { Scene } from '../contract/scene.ts';
import type { Api } from './api.ts';
import { buildTraefik } from './build.ts';
import { applyCrds } from './crds.ts';
import type { NodeCluster } from './node.ts';
import { until } from './processes.ts';
import type { Way } from './under-load.ts';

/** Where users come in, and where it says how it is; addresses of the node's own network namespace. */
const ENTRY = 8000;
const PING = 8001;

/**
 * The time for which Traefik collects changes before it takes them up. Its own default is 2 s, with which a weight may be skipped
 * altogether when the next one follows sooner; who runs canaries sets it lower.
 */
const THROTTLE = '100ms';

const CLASS = 'crossfade';
const NGINX_CLASS = 'nginx';

/** Kinds that Traefik wants to list before it does anything, and of which these tests make none: they need no schema. */
const ONLY_LISTED: readonly (readonly [group: string, version: string, plural: string, kind: string])[] = [
  ['gateway.networking.k8s.io', 'v1beta1', 'referencegrants', 'ReferenceGrant'],
  ['gateway.networking.k8s.io', 'v1', 'backendtlspolicies', 'BackendTLSPolicy'],
  ['gateway.networking.k8s.io', 'v1', 'tlsroutes', 'TLSRoute'],
  ['traefik.io', 'v1alpha1', 'ingressrouteudps', 'IngressRouteUDP'],
  ['traefik.io', 'v1alpha1', 'middlewares', 'Middleware'],
  ['traefik.io', 'v1alpha1', 'middlewaretcps', 'MiddlewareTCP'],
  ['traefik.io', 'v1alpha1', 'serverstransports', 'ServersTransport'],
  ['traefik.io', 'v1alpha1', 'serverstransporttcps', 'ServersTransportTCP'],
  ['traefik.io', 'v1alpha1', 'tlsoptions', 'TLSOption'],
  ['traefik.io', 'v1alpha1', 'tlsstores', 'TLSStore'],
];

/**
 * Starts a real Traefik on the node, with its providers for Gateway API, for its own kinds and for the annotations of ingress-nginx.
 * It ends with the node.
 */
export async function startTraefik(node: NodeCluster): Promise<void> {
  const tools = await buildTraefik();
  await applyCrds(node.api);
  await Promise.all(ONLY_LISTED.map((kind) => node.api.create(CRDS, definition(...kind))));
  await make(node.api, null, 'gatewayclasses', CLASS, { controllerName: 'traefik.io/gateway-controller' });
  await make(node.api, null, 'ingressclasses', NGINX_CLASS, { controller: 'k8s.io/ingress-nginx' });
  const flags = [
    '--global.checkNewVersion=false',
    '--global.sendAnonymousUsage=false',
    '--log.level=INFO',
    `--entryPoints.web.address=127.0.0.1:${ENTRY}`,
    `--entryPoints.traefik.address=127.0.0.1:${PING}`,
    '--ping=true',
    `--providers.providersThrottleDuration=${THROTTLE}`,
    ...['kubernetesgateway', 'kubernetescrd', 'kubernetesingressnginx'].flatMap((provider) => [
      `--providers.${provider}=true`,
      `--providers.${provider}.throttleDuration=${THROTTLE}`,
    ]),
  ];
  node.startInside('traefik', [tools.program('traefik'), ...flags], {
    KUBECONFIG: node.kubeconfigOfComponent('traefik'),
  });
  try {
    await until('Traefik answers', 20_000, async () => {
      const ping = await node.inside([node.web, 'get', `http://127.0.0.1:${PING}/ping`]);
      return ping.code === 0;
    });
  } catch (error) {
    throw new Error(`Traefik does not start; it says:\n${node.output('traefik')}`, { cause: error });
  }
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

function definition(group: string, version: string, plural: string, kind: string): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    // Names in *.k8s.io belong to Kubernetes: the API server wants to know who has approved them.
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

/** A route of everything for a host of its own to Service `web`, as people have it. */
export interface Leading {
  /** The object that the action changes. */
  readonly path: (namespace: string) => string;
  readonly lead: (scene: Scene) => Promise<Way>;
}

const hostOf = (namespace: string): string => `${namespace}.test`;

interface Made {
  readonly resource: string;
  readonly name: string;
  readonly spec: object;
}

/** @param resource of the object that the action changes; it has the name `web` */
function leading(resource: string, made: (host: string) => readonly Made[]): Leading {
  return {
    path: (namespace) => `${collection(namespace, resource)}/web`,
    async lead({ api, namespace }) {
      const host = hostOf(namespace);
      for (const { resource: of, name, spec } of made(host)) await make(api, namespace, of, name, spec);
      return { url: `http://127.0.0.1:${ENTRY}/`, host };
    },
  };
}

const KINDS: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  gatewayclasses: ['gateway.networking.k8s.io/v1', 'GatewayClass'],
  gateways: ['gateway.networking.k8s.io/v1', 'Gateway'],
  httproutes: ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ingressclasses: ['networking.k8s.io/v1', 'IngressClass'],
  ingresses: ['networking.k8s.io/v1', 'Ingress'],
  ingressroutes: ['traefik.io/v1alpha1', 'IngressRoute'],
  traefikservices: ['traefik.io/v1alpha1', 'TraefikService'],
};

function kindOf(resource: string): readonly [apiVersion: string, kind: string] {
  const kind = KINDS[resource];
  if (kind === undefined) throw new Error(`what is the kind of ${resource}?`);
  return kind;
}

function collection(namespace: string | null, resource: string): string {
  const [apiVersion] = kindOf(resource);
  return `/apis/${apiVersion}/${namespace === null ? '' : `namespaces/${namespace}/`}${resource}`;
}

/** @param namespace null for a kind of the whole cluster */
function make(api: Api, namespace: string | null, resource: string, name: string, spec: object): Promise<unknown> {
  const [apiVersion, kind] = kindOf(resource);
  return api.create(collection(namespace, resource), { apiVersion, kind, metadata: { name }, spec });
}

/** The one listener of the Gateway that there is. */
const LISTENER = 'http';
const GATEWAY: Made = {
  resource: 'gateways',
  name: 'gateway',
  spec: { gatewayClassName: CLASS, listeners: [{ name: LISTENER, protocol: 'HTTP', port: ENTRY }] },
};

/** @param sections of the Gateway to which it is attached */
function httpRoute(host: string, sections: readonly string[]): Made {
  const spec = {
    parentRefs: sections.map((sectionName) => ({ name: GATEWAY.name, sectionName })),
    hostnames: [host],
    rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'web', port: 80 }] }],
  };
  return { resource: 'httproutes', name: 'web', spec };
}

export const BY_HTTP_ROUTE = leading('httproutes', (host) => [GATEWAY, httpRoute(host, [LISTENER])]);

/** The same, with one more parent that refuses it: the Gateway has no such listener. */
export const BY_REFUSED_HTTP_ROUTE = leading('httproutes', (host) => [
  GATEWAY,
  httpRoute(host, [LISTENER, 'no-such-listener']),
]);

export const BY_INGRESS = leading('ingresses', (host) => {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rule = { host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } };
  return [{ resource: 'ingresses', name: 'web', spec: { ingressClassName: NGINX_CLASS, rules: [rule] } }];
});

export const BY_TRAEFIK_SERVICE = leading('traefikservices', (host) => {
  const route = { match: `Host(\`${host}\`)`, kind: 'Rule', services: [{ name: 'web', kind: 'TraefikService' }] };
  return [
    { resource: 'traefikservices', name: 'web', spec: { weighted: { services: [{ name: 'web', port: 80 }] } } },
    { resource: 'ingressroutes', name: 'web', spec: { entryPoints: ['web'], routes: [route] } },
  ];
});

/** What of a route must be as before: the Gateway's controller goes on writing its status. */
export async function routeAsWritten(api: Api, path: string): Promise<unknown> {
  const { metadata, spec } = await api.get<KubeObject & { spec?: unknown }>(path);
  const { name, labels, annotations, ownerReferences } = metadata ?? {};
  return { name, labels, annotations, ownerReferences, spec };
}
