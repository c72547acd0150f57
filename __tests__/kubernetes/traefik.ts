import type { KubeObject } from '../../src/cluster/wire.ts';
import type { Scene } from '../contract/scene.ts';
import type { Api } from './api.ts';
import { buildTraefik } from './build.ts';
import { applyCrds } from './crds.ts';
import type { NodeCluster } from './node.ts';
import { until } from './processes.ts';
import type { Way } from './under-load.ts';

/** One of the two that run beside each other on the node. Each looks after the Gateways of a class of its own. */
interface Traefik {
  /** Of the process, and of the GatewayClass. */
  readonly name: string;
  /** Where users come in, and where it says how it is: ports of the node's own network namespace. */
  readonly entry: number;
  readonly ping: number;
  readonly flags: readonly string[];
}

/**
 * The time that lies between two changes that Traefik takes up. Its own default is 2 s, with which a weight may be skipped altogether
 * when the next one follows sooner; who runs canaries sets it lower.
 */
const THROTTLE = '100ms';

/** With all of its providers, and a short throttle. */
const PROMPT: Traefik = {
  name: 'traefik',
  entry: 8000,
  ping: 8001,
  flags: [
    `--providers.providersThrottleDuration=${THROTTLE}`,
    ...['kubernetesgateway', 'kubernetescrd', 'kubernetesingressnginx'].flatMap((provider) => [
      `--providers.${provider}=true`,
      `--providers.${provider}.throttleDuration=${THROTTLE}`,
    ]),
  ],
};

/** As it is by default. */
const BY_DEFAULT: Traefik = {
  name: 'traefik-by-default',
  entry: 8010,
  ping: 8011,
  flags: ['--providers.kubernetesgateway=true'],
};

const NGINX_CLASS = 'nginx';
/** Label of a GatewayClass: the Traefik that looks after it. Without it they would write each other's statuses. */
const WHOSE = 'crossfade.test/traefik';

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
 * Starts two real Traefiks on the node, both with the provider for Gateway API: one with a short throttle and also with those for its
 * own kinds and for the annotations of ingress-nginx, and one that is configured no further. They end with the node.
 */
export async function startTraefiks(node: NodeCluster): Promise<void> {
  const tools = await buildTraefik();
  await applyCrds(node.api);
  await Promise.all(ONLY_LISTED.map((kind) => node.api.create(CRDS, definition(...kind))));
  await make(node.api, null, {
    resource: 'ingressclasses',
    name: NGINX_CLASS,
    spec: { controller: 'k8s.io/ingress-nginx' },
  });
  await Promise.all([PROMPT, BY_DEFAULT].map((traefik) => start(node, tools.program('traefik'), traefik)));
}

async function start(node: NodeCluster, program: string, { name, entry, ping, flags }: Traefik): Promise<void> {
  await make(node.api, null, {
    resource: 'gatewayclasses',
    name,
    labels: { [WHOSE]: name },
    spec: { controllerName: 'traefik.io/gateway-controller' },
  });
  const common = [
    '--global.checkNewVersion=false',
    '--global.sendAnonymousUsage=false',
    '--log.level=INFO',
    `--entryPoints.web.address=127.0.0.1:${entry}`,
    `--entryPoints.traefik.address=127.0.0.1:${ping}`,
    '--ping=true',
    // Of its own accord at the port that says how it is.
    '--metrics.prometheus=true',
    `--providers.kubernetesgateway.labelSelector=${WHOSE}=${name}`,
  ];
  node.startInside(name, [program, ...common, ...flags], { KUBECONFIG: node.kubeconfigOfComponent(name) });
  try {
    await until(`${name} answers`, 30_000, async () => {
      const pong = await node.inside([node.web, 'get', `http://127.0.0.1:${ping}/ping`]);
      return pong.code === 0;
    });
  } catch (error) {
    throw new Error(`${name} does not start; it says:\n${node.output(name)}`, { cause: error });
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

/** Where the first of the two shows its metrics, from within the node's network namespace. */
export const TRAEFIK_METRICS = `127.0.0.1:${PROMPT.ping}`;

/** A route of everything for a host of its own to Service `web`, as people have it. */
export interface Leading {
  /** The object that the action changes. */
  readonly path: (namespace: string) => string;
  readonly lead: (scene: Pick<Scene, 'api' | 'namespace'>) => Promise<Way>;
}

const hostOf = (namespace: string): string => `${namespace}.test`;

interface Made {
  readonly resource: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec: object;
}

/** @param resource of the object that the action changes; it has the name `web` */
function leading(resource: string, made: (host: string) => readonly Made[], traefik = PROMPT): Leading {
  return {
    path: (namespace) => `${collection(namespace, resource)}/web`,
    async lead({ api, namespace }) {
      const host = hostOf(namespace);
      for (const object of made(host)) await make(api, namespace, object);
      return { url: `http://127.0.0.1:${traefik.entry}/`, host };
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
function make(api: Api, namespace: string | null, { resource, name, labels, spec }: Made): Promise<unknown> {
  const [apiVersion, kind] = kindOf(resource);
  return api.create(collection(namespace, resource), { apiVersion, kind, metadata: { name, labels }, spec });
}

/** The one listener of a Gateway. */
const LISTENER = 'http';

function gateway({ name, entry }: Traefik): Made {
  const listeners = [{ name: LISTENER, protocol: 'HTTP', port: entry }];
  return { resource: 'gateways', name: 'gateway', spec: { gatewayClassName: name, listeners } };
}

/** @param sections of the Gateway to which it is attached; `rule`: further fields of its one rule */
function httpRoute(host: string, sections: readonly string[], name = 'web', rule: object = {}): Made {
  const matches = [{ path: { type: 'PathPrefix', value: '/' } }];
  const spec = {
    parentRefs: sections.map((sectionName) => ({ name: 'gateway', sectionName })),
    hostnames: [host],
    rules: [{ matches, backendRefs: [{ name: 'web', port: 80 }], ...rule }],
  };
  return { resource: 'httproutes', name, spec };
}

export const BY_HTTP_ROUTE = leading('httproutes', (host) => [gateway(PROMPT), httpRoute(host, [LISTENER])]);

/** The same through the Traefik that waits up to 2 s before it takes up a change. */
export const BY_HTTP_ROUTE_THROTTLED = leading(
  'httproutes',
  (host) => [gateway(BY_DEFAULT), httpRoute(host, [LISTENER])],
  BY_DEFAULT,
);

/** With one more parent that refuses it: the Gateway has no such listener. */
export const BY_REFUSED_HTTP_ROUTE = leading('httproutes', (host) => [
  gateway(PROMPT),
  httpRoute(host, [LISTENER, 'no-such-listener']),
]);

/** A second one at a Gateway that is there already, which copies a tenth of the requests for its host. */
const COPY = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'web', port: 80 }, percent: 10 } };
export const BY_COPYING_HTTP_ROUTE: Leading = {
  path: (namespace) => `${collection(namespace, 'httproutes')}/copying`,
  async lead({ api, namespace }) {
    const host = `copying.${hostOf(namespace)}`;
    await make(api, namespace, httpRoute(host, [LISTENER], 'copying', { filters: [COPY] }));
    return { url: `http://127.0.0.1:${PROMPT.entry}/`, host };
  },
};

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
