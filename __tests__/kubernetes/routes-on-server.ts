import type { JsonPatch, KubeObject } from '../../src/cluster/wire.ts';
import { albIngress } from '../../src/traffic/alb-ingress.ts';
import { apisixRoute } from '../../src/traffic/apisix-route.ts';
import { contourHttpProxy } from '../../src/traffic/contour-http-proxy.ts';
import { grpcRoute, httpRoute } from '../../src/traffic/gateway-route.ts';
import { canaryName } from '../../src/traffic/canary-ingress.ts';
import { ingressAnnotations } from '../../src/traffic/ingress-annotations.ts';
import { openshiftRoute } from '../../src/traffic/openshift-route.ts';
import type { Router, Share } from '../../src/traffic/router.ts';
import { traefikIngressRoute, traefikIngressRouteTcp } from '../../src/traffic/traefik-ingress-route.ts';
import { traefikService } from '../../src/traffic/traefik-service.ts';
import { virtualService } from '../../src/traffic/virtual-service.ts';

/*
 * Routes as users write them, one or more for every router: what a real API server takes, completes and compares. What the proxies
 * would do with them is shown in memory (`__tests__/traffic`).
 */

/** Weights of the pair in one rule, as the route's controller counts them. */
export interface Pair {
  readonly live: number;
  readonly candidate: number;
}

export interface RouteOnServer {
  readonly name: string;
  readonly router: Router;
  /** As the input `router` names it. */
  readonly route: string;
  /** Without namespace. Items of a list by collections are found by the resources of the router. */
  readonly objects: readonly KubeObject[];
  /** Beside 0 and 10000, in the order in which they are asked for. */
  readonly shares: readonly Share[];
  readonly originalShare: Share;
  readonly testers: boolean;
  /** Basis points; 0: this route cannot mirror. */
  readonly mirror: Share;
  /** Every rule that leads to the live Service. */
  readonly pairs: (objects: readonly KubeObject[]) => readonly Pair[];
  /** Somebody else's rule before all others; a text: why there is none. */
  readonly insert: JsonPatch | string;
  /** What stays under our name in `managedFields` when everything is as it was: the lists and values that were written. */
  readonly owned: readonly string[];
  /** Somebody else's change of the pair's weights, in the object of this name, while the candidate has a share. */
  readonly foreign: { readonly name: string; readonly patch: JsonPatch };
}

type Json = Readonly<Record<string, unknown>>;

function json(value: unknown): Json {
  return (value ?? {}) as Json; // an object, in everything that this file makes
}

function list(object: unknown, ...path: string[]): Json[] {
  return (path.reduce((value: unknown, key) => json(value)[key], object) ?? []) as Json[]; // a list of objects, as above
}

function kinds(objects: readonly KubeObject[], kind: string): KubeObject[] {
  return objects.filter((object) => object.kind === kind);
}

/** The pair among weighted entries; none when the live Service is not among them. */
function pair(entries: readonly (readonly [name: unknown, weight: unknown])[], absent: number): Pair[] {
  const weightOf = (service: string): number =>
    entries.filter(([name]) => name === service).reduce((sum, [, weight]) => sum + Number(weight ?? absent), 0);
  return entries.some(([name]) => name === 'web')
    ? [{ live: weightOf('web'), candidate: weightOf('web-candidate') }]
    : [];
}

function object(apiVersion: string, kind: string, spec: Json, metadata: Json = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: 'web', ...metadata }, ...{ spec } };
}

/** What the API server's JSON writes otherwise than ours does: & < >, a line separator; and control characters, quotes, other scripts. */
export const AWKWARD = 'a&b<c>"\\\u2028é😀';

const GATEWAY = 'gateway.networking.k8s.io/v1';

const gateway: Pick<RouteOnServer, 'shares' | 'testers' | 'pairs'> = {
  shares: [1, 3333, 5000],
  testers: true,
  pairs: (objects) =>
    objects.flatMap((route) =>
      list(route, 'spec', 'rules').flatMap((rule) =>
        pair(
          list(rule, 'backendRefs').map(({ name, weight }) => [name, weight]),
          1,
        ),
      ),
    ),
};

const httpRoutes: readonly RouteOnServer[] = [
  {
    ...gateway,
    name: 'HTTPRoute with texts that JSON writes in two ways, and everything left to defaults',
    owned: ['spec.rules'],
    router: httpRoute,
    route: 'httproute/web',
    originalShare: 0,
    mirror: 125,
    objects: [
      object(GATEWAY, 'HTTPRoute', {
        parentRefs: [{ name: 'public' }],
        rules: [
          {
            matches: [
              { path: { type: 'PathPrefix', value: '/a&b' }, headers: [{ name: 'x-tag', value: AWKWARD }] },
              {
                path: { type: 'RegularExpression', value: '/(?<id>[0-9]+)&x' },
                queryParams: [{ name: 'q', value: '<&>' }],
              },
              { headers: [{ type: 'RegularExpression', name: 'x-kind', value: '^(a&b|<c>)$' }] },
              { method: 'POST' },
            ],
            filters: [
              { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-from', value: 'a&b' }] } },
              { type: 'RequestMirror', requestMirror: { backendRef: { name: 'audit', port: 80 } } },
            ],
            timeouts: { request: '10s' },
            backendRefs: [{ name: 'web', port: 80 }],
          },
          { name: 'rest', backendRefs: [{ name: 'web', port: 80 }] },
          { matches: [{ path: { value: '/docs' } }], backendRefs: [{ name: 'docs', port: 80 }] },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/rules/0',
        value: { matches: [{ path: { value: '/new' } }], backendRefs: [{ name: 'news', port: 80 }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 123_457 }] },
  },
  {
    ...gateway,
    name: "HTTPRoute of a mesh with the user's own split, a third destination and a filter of a backend",
    owned: ['spec.rules'],
    router: httpRoute,
    route: 'httproute/web',
    originalShare: 1000,
    shares: [2000, 5000],
    mirror: 10_000,
    objects: [
      object(GATEWAY, 'HTTPRoute', {
        parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }],
        rules: [
          {
            backendRefs: [
              { name: 'partner', port: 80, weight: 20 },
              {
                name: 'web',
                port: 80,
                weight: 90,
                filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x-old'] } }],
              },
              { name: 'web-candidate', port: 80, weight: 10 },
            ],
          },
        ],
      }),
    ],
    insert: [{ op: 'add', path: '/spec/rules/0', value: { matches: [{ path: { value: '/new' } }] } }],
    foreign: { name: 'web', patch: [{ op: 'replace', path: '/spec/rules/0/backendRefs/1/weight', value: 77 }] },
  },
  {
    ...gateway,
    name: 'HTTPRoute v1beta1',
    owned: ['spec.rules'],
    router: httpRoute,
    route: 'httproute/web',
    originalShare: 0,
    mirror: 0,
    testers: false,
    shares: [5000],
    objects: [
      object('gateway.networking.k8s.io/v1beta1', 'HTTPRoute', {
        rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
      }),
    ],
    insert: [{ op: 'add', path: '/spec/rules/0', value: { matches: [{ path: { value: '/new' } }] } }],
    foreign: { name: 'web', patch: [{ op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 77 }] },
  },
  {
    ...gateway,
    name: 'GRPCRoute',
    owned: ['spec.rules'],
    router: grpcRoute,
    route: 'grpcroute/web',
    originalShare: 0,
    mirror: 10_000,
    objects: [
      object(GATEWAY, 'GRPCRoute', {
        parentRefs: [{ name: 'public' }],
        rules: [
          {
            matches: [
              { method: { service: 'shop.Cart', method: 'Add' }, headers: [{ name: 'x-tag', value: AWKWARD }] },
              { method: { service: 'shop.Orders' } },
            ],
            backendRefs: [{ name: 'web', port: 80 }],
          },
          { backendRefs: [{ name: 'web', port: 80, weight: 1 }] },
        ],
      }),
    ],
    insert: [{ op: 'add', path: '/spec/rules/0', value: { matches: [{ method: { service: 'new.Service' } }] } }],
    foreign: { name: 'web', patch: [{ op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 77 }] },
  },
];

const ISTIO = 'networking.istio.io/v1';

/** Hosts are short, `name.namespace` or full; a single destination has everything. */
function istioPairs(objects: readonly KubeObject[]): Pair[] {
  return kinds(objects, 'VirtualService').flatMap((route) =>
    ['http', 'tls', 'tcp'].flatMap((protocol) =>
      list(route, 'spec', protocol).flatMap((rule) => {
        const targets = list(rule, 'route').map(({ destination, weight }) => [json(destination).host, weight] as const);
        const named = targets.map(([host, weight]) => [String(host).split('.')[0], weight] as const);
        return pair(named.length === 1 ? named.map(([host]) => [host, 1]) : named, 0);
      }),
    ),
  );
}

const virtualServices: readonly RouteOnServer[] = [
  {
    name: 'VirtualService with texts that JSON writes in two ways, subset, third destination and DestinationRule',
    owned: ['spec.http'],
    router: virtualService,
    route: 'virtualservice/web',
    originalShare: 0,
    shares: [200, 5000],
    testers: true,
    mirror: 50,
    pairs: istioPairs,
    objects: [
      object(ISTIO, 'VirtualService', {
        hosts: ['web'],
        http: [
          {
            name: 'api',
            match: [
              { uri: { regex: '/(?<id>[0-9]+)&x' }, headers: { 'x-tag': { exact: AWKWARD } } },
              { uri: { prefix: '/a&b' }, queryParams: { q: { regex: '<&>' } } },
            ],
            timeout: '3s',
            retries: { attempts: 2, retryOn: '5xx' },
            route: [
              {
                destination: { host: 'web', subset: 'stable', port: { number: 80 } },
                weight: 50,
                headers: { request: { set: { a: 'b&c' } } },
              },
              { destination: { host: 'legacy' }, weight: 50 },
            ],
          },
          { route: [{ destination: { host: 'web', subset: 'stable' } }] },
        ],
      }),
      object(ISTIO, 'DestinationRule', {
        host: 'web',
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' }, loadBalancer: { simple: 'LEAST_REQUEST' } },
        subsets: [
          {
            name: 'stable',
            labels: { app: 'web' },
            trafficPolicy: { connectionPool: { tcp: { maxConnections: 7, connectTimeout: '30ms' } } },
          },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/http/0',
        value: { match: [{ uri: { prefix: '/new' } }], route: [{ destination: { host: 'news' } }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/http/0/route/0/weight', value: 3 }] },
  },
  {
    name: "VirtualService v1alpha3 with the user's own split",
    owned: ['spec.http'],
    router: virtualService,
    route: 'virtualservice/web',
    originalShare: 1000,
    shares: [1, 3333],
    testers: true,
    mirror: 10_000,
    pairs: istioPairs,
    objects: [
      object('networking.istio.io/v1alpha3', 'VirtualService', {
        hosts: ['web'],
        http: [
          {
            match: [{ headers: { 'x-team': { exact: 'shop' } } }],
            route: [{ destination: { host: 'web-candidate' } }],
          },
          {
            route: [
              { destination: { host: 'web' }, weight: 90 },
              { destination: { host: 'web-candidate' }, weight: 10 },
            ],
          },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/http/0',
        value: { match: [{ uri: { prefix: '/new' } }], route: [{ destination: { host: 'news' } }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/http/1/route/0/weight', value: 3 }] },
  },
  {
    name: 'VirtualService with tcp and tls rules',
    owned: ['spec.tcp', 'spec.tls'],
    router: virtualService,
    route: 'virtualservice/web',
    originalShare: 0,
    shares: [500, 5000],
    testers: false,
    mirror: 0,
    pairs: istioPairs,
    objects: [
      object(ISTIO, 'VirtualService', {
        hosts: ['web'],
        tcp: [{ match: [{ port: 5432 }], route: [{ destination: { host: 'web', port: { number: 5432 } } }] }],
        tls: [
          {
            match: [{ port: 443, sniHosts: ['web.example'] }],
            route: [
              { destination: { host: 'web' }, weight: 60 },
              { destination: { host: 'legacy' }, weight: 40 },
            ],
          },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/tcp/0',
        value: { match: [{ port: 9 }], route: [{ destination: { host: 'news' } }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/tcp/0/route/0/weight', value: 3 }] },
  },
];

const NGINX = 'nginx.ingress.kubernetes.io/';

function path(value: string, service: string, port: Json = { number: 80 }): Json {
  return { path: value, pathType: 'Prefix', backend: { service: { name: service, port } } };
}

const ingress: RouteOnServer = {
  name: 'Ingress with canary annotations',
  owned: [],
  router: ingressAnnotations,
  route: 'ingress/web',
  originalShare: 0,
  shares: [1, 500, 5000],
  testers: true,
  mirror: 0,
  pairs(objects) {
    const canary = objects.find(({ metadata }) => metadata?.annotations?.[`${NGINX}canary`] === 'true');
    if (canary === undefined) return [{ live: 1, candidate: 0 }];
    const { [`${NGINX}canary-weight`]: weight, [`${NGINX}canary-weight-total`]: total = 100 } =
      canary.metadata?.annotations ?? {};
    return [{ live: Number(total) - Number(weight), candidate: Number(weight) }];
  },
  objects: [
    object(
      'networking.k8s.io/v1',
      'Ingress',
      {
        ingressClassName: 'nginx',
        rules: [
          { host: 'shop.example.com', http: { paths: [path('/', 'web'), path('/static', 'static')] } },
          { http: { paths: [path('/health', 'web', { name: 'http' })] } },
        ],
        tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }],
      },
      { annotations: { [`${NGINX}proxy-read-timeout`]: '30', [`${NGINX}configuration-snippet`]: `# ${AWKWARD}` } },
    ),
  ],
  insert: 'the Ingress of the user is never written',
  foreign: {
    name: canaryName('web'),
    patch: [{ op: 'add', path: `/metadata/annotations/${NGINX.replace('/', '~1')}canary-weight`, value: '3' }],
  },
};

const ALB = 'alb.ingress.kubernetes.io/';

function albPairs(objects: readonly KubeObject[]): Pair[] {
  return kinds(objects, 'Ingress').flatMap((found) => {
    const backends = list(found, 'spec', 'rules').flatMap((rule) =>
      list(rule, 'http', 'paths').map(({ backend }) => json(json(backend).service)),
    );
    return backends.flatMap(({ name, port }) => {
      if (json(port).name !== 'use-annotation') return pair([[name, 1]], 1);
      const action = JSON.parse(found.metadata?.annotations?.[`${ALB}actions.${name}`] ?? '{}');
      const groups = list(action, 'forwardConfig', 'targetGroups');
      return pair(
        groups.map(({ serviceName, weight }) => [serviceName, weight]),
        groups.length === 1 ? 1 : Number.NaN,
      );
    });
  });
}

const albs: readonly RouteOnServer[] = [
  {
    name: 'ALB Ingress with an action and a condition of awkward text',
    owned: [`metadata.annotations.${ALB}actions.split`],
    router: albIngress,
    route: 'alb/web',
    originalShare: 0,
    shares: [10, 5000],
    testers: false,
    mirror: 0,
    pairs: albPairs,
    objects: [
      object(
        'networking.k8s.io/v1',
        'Ingress',
        {
          ingressClassName: 'alb',
          rules: [
            {
              host: 'shop.example.com',
              http: { paths: [path('/', 'split', { name: 'use-annotation' }), path('/static', 'static')] },
            },
          ],
        },
        {
          annotations: {
            [`${ALB}target-type`]: 'ip',
            [`${ALB}conditions.split`]: JSON.stringify([
              { field: 'query-string', queryStringConfig: { values: [{ key: 'q', value: AWKWARD }] } },
            ]),
            [`${ALB}actions.split`]: JSON.stringify(
              {
                type: 'forward',
                forwardConfig: { targetGroups: [{ serviceName: 'web', servicePort: 80, note: '<&>' }] },
              },
              null,
              2,
            ),
          },
        },
      ),
    ],
    insert: [
      { op: 'add', path: '/spec/rules/0', value: { host: 'new.example.com', http: { paths: [path('/', 'news')] } } },
    ],
    foreign: {
      name: 'web',
      patch: [
        {
          op: 'add',
          path: `/metadata/annotations/${ALB.replace('/', '~1')}actions.split`,
          value: JSON.stringify({
            type: 'forward',
            forwardConfig: {
              targetGroups: [
                { serviceName: 'web', servicePort: 80, note: '<&>', weight: 7 },
                { serviceName: 'web-candidate', servicePort: 80, note: '<&>', weight: 3 },
              ],
            },
          }),
        },
      ],
    },
  },
  {
    name: 'ALB Ingress without any annotation, whose backends name the Service',
    owned: ['spec.rules'],
    router: albIngress,
    route: 'alb/web',
    originalShare: 0,
    shares: [1000],
    testers: false,
    mirror: 0,
    pairs: albPairs,
    objects: [
      object('networking.k8s.io/v1', 'Ingress', {
        ingressClassName: 'alb',
        rules: [{ host: 'shop.example.com', http: { paths: [path('/', 'web'), path('/static', 'static')] } }],
      }),
    ],
    insert: [
      { op: 'add', path: '/spec/rules/0', value: { host: 'new.example.com', http: { paths: [path('/', 'news')] } } },
    ],
    foreign: {
      name: 'web',
      patch: [
        {
          op: 'add',
          path: `/metadata/annotations/${ALB.replace('/', '~1')}actions.web`,
          value: JSON.stringify({
            type: 'forward',
            forwardConfig: {
              targetGroups: [
                { serviceName: 'web', servicePort: 80, weight: 7 },
                { serviceName: 'web-candidate', servicePort: 80, weight: 3 },
              ],
            },
          }),
        },
      ],
    },
  },
];

const TRAEFIK = 'traefik.io/v1alpha1';

function traefikPairs(objects: readonly KubeObject[]): Pair[] {
  return objects.flatMap((found) =>
    [
      list(found, 'spec', 'weighted', 'services'),
      ...list(found, 'spec', 'routes').map((route) => list(route, 'services')),
    ].flatMap((services) =>
      pair(
        services.map(({ name, weight }) => [name, weight]),
        1,
      ),
    ),
  );
}

const traefik: readonly RouteOnServer[] = [
  {
    name: 'TraefikService',
    owned: ['spec.weighted.services'],
    router: traefikService,
    route: 'traefikservice/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: false,
    mirror: 0,
    pairs: traefikPairs,
    objects: [
      object(TRAEFIK, 'TraefikService', {
        weighted: {
          services: [
            { name: 'web', port: 80, passHostHeader: true, healthCheck: { path: '/healthz?a&b', interval: '10s' } },
          ],
          sticky: { cookie: { name: 'lb' } },
        },
      }),
    ],
    insert: [{ op: 'add', path: '/spec/weighted/services/0', value: { name: 'spare', port: 80, weight: 0 } }],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/weighted/services/0/weight', value: 1234 }] },
  },
  {
    name: 'IngressRoute',
    owned: ['spec.routes'],
    router: traefikIngressRoute,
    route: 'ingressroute/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: true,
    mirror: 0,
    pairs: traefikPairs,
    objects: [
      object(TRAEFIK, 'IngressRoute', {
        entryPoints: ['websecure'],
        routes: [
          {
            match: `Host(\`shop.example.com\`) && Query(\`q\`, \`<&>\`)`,
            kind: 'Rule',
            middlewares: [{ name: 'compress' }],
            services: [{ name: 'web', port: 80, strategy: 'wrr' }],
          },
          {
            match: 'Host(`shop.example.com`)',
            kind: 'Rule',
            priority: 7,
            services: [{ name: 'web', kind: 'Service', port: 'http' }],
          },
        ],
        tls: { secretName: 'shop-tls' },
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/routes/0',
        value: { match: 'Host(`new.example.com`)', kind: 'Rule', services: [{ name: 'news', port: 80 }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/routes/0/services/0/weight', value: 1234 }] },
  },
  {
    name: 'IngressRouteTCP',
    owned: ['spec.routes'],
    router: traefikIngressRouteTcp,
    route: 'ingressroutetcp/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: false,
    mirror: 0,
    pairs: traefikPairs,
    objects: [
      object(TRAEFIK, 'IngressRouteTCP', {
        routes: [
          { match: 'HostSNI(`db.example.com`) && ClientIP(`10.0.0.0/8`)', services: [{ name: 'web', port: 5432 }] },
        ],
        tls: { passthrough: true },
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/routes/0',
        value: { match: 'HostSNI(`new.example.com`)', services: [{ name: 'news', port: 80 }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/routes/0/services/0/weight', value: 1234 }] },
  },
];

const CONTOUR = 'projectcontour.io/v1';

/** Only zeros are an even split; mirrors get copies. */
function contourPairs(objects: readonly KubeObject[]): Pair[] {
  return objects.flatMap((proxy) =>
    [
      ...list(proxy, 'spec', 'routes').map((route) => list(route, 'services')),
      list(proxy, 'spec', 'tcpproxy', 'services'),
    ]
      .map((services) => services.filter(({ mirror }) => mirror !== true))
      .flatMap((services) => {
        const isEven = services.every(({ weight = 0 }) => weight === 0);
        return pair(
          services.map(({ name, weight }) => [name, isEven ? 1 : weight]),
          0,
        );
      }),
  );
}

const contour: readonly RouteOnServer[] = [
  {
    name: 'HTTPProxy',
    owned: ['spec.routes'],
    router: contourHttpProxy,
    route: 'httpproxy/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: true,
    mirror: 2500,
    pairs: contourPairs,
    objects: [
      object(CONTOUR, 'HTTPProxy', {
        virtualhost: { fqdn: 'shop.example.com', tls: { secretName: 'shop' } },
        routes: [
          {
            conditions: [{ prefix: '/a&b' }, { header: { name: 'x-tag', contains: AWKWARD } }],
            timeoutPolicy: { response: '10s' },
            services: [{ name: 'web', port: 80 }],
          },
          { services: [{ name: 'web', port: 80, weight: 0 }] },
        ],
      }),
    ],
    insert: [
      {
        op: 'add',
        path: '/spec/routes/0',
        value: { conditions: [{ prefix: '/new' }], services: [{ name: 'news', port: 80 }] },
      },
    ],
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/routes/0/services/0/weight', value: 1234 }] },
  },
  {
    name: 'HTTPProxy for TCP',
    owned: ['spec.tcpproxy.services'],
    router: contourHttpProxy,
    route: 'httpproxy/web',
    originalShare: 0,
    shares: [1, 3333],
    testers: false,
    mirror: 0,
    pairs: contourPairs,
    objects: [
      object(CONTOUR, 'HTTPProxy', {
        virtualhost: { fqdn: 'db.example.com', tls: { passthrough: true } },
        tcpproxy: { services: [{ name: 'web', port: 5432 }] },
      }),
    ],
    insert: 'a TCP proxy is one list of Services, which is tested whole',
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/tcpproxy/services/0/weight', value: 1234 }] },
  },
];

function openshiftPairs(objects: readonly KubeObject[]): Pair[] {
  return objects.flatMap((found) => {
    const backends = [json(json(json(found).spec).to), ...list(found, 'spec', 'alternateBackends')];
    return pair(
      backends.map(({ name, weight }) => [name, weight]),
      100,
    );
  });
}

const ONE_LIST = 'a Route is one list of backends, which is tested whole';

const openshift: readonly RouteOnServer[] = [
  {
    name: 'Route with everything left to defaults',
    owned: ['spec.to.weight'],
    router: openshiftRoute,
    route: 'route/web',
    originalShare: 0,
    shares: [50, 3350],
    testers: false,
    mirror: 0,
    pairs: openshiftPairs,
    objects: [
      object(
        'route.openshift.io/v1',
        'Route',
        { host: 'shop.example.com', path: '/a&b', to: { kind: 'Service', name: 'web' }, port: { targetPort: 'http' } },
        { annotations: { 'haproxy.router.openshift.io/disable_cookies': 'true' } },
      ),
    ],
    insert: ONE_LIST,
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/to/weight', value: 3 }] },
  },
  {
    name: "Route with the user's own split and a third backend",
    owned: ['spec.alternateBackends', 'spec.to.weight'],
    router: openshiftRoute,
    route: 'route/web',
    originalShare: 1000,
    shares: [2000, 5000],
    testers: false,
    mirror: 0,
    pairs: openshiftPairs,
    objects: [
      object('route.openshift.io/v1', 'Route', {
        host: 'shop.example.com',
        to: { kind: 'Service', name: 'web', weight: 90 },
        alternateBackends: [
          { kind: 'Service', name: 'legacy', weight: 20 },
          { kind: 'Service', name: 'web-candidate', weight: 10 },
        ],
      }),
    ],
    insert: ONE_LIST,
    foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/to/weight', value: 3 }] },
  },
];

const apisix: RouteOnServer = {
  name: 'ApisixRoute',
  owned: ['spec.http'],
  router: apisixRoute,
  route: 'apisixroute/web',
  originalShare: 0,
  shares: [1, 3333],
  testers: true,
  mirror: 0,
  pairs: (objects) =>
    objects.flatMap((found) =>
      list(found, 'spec', 'http').flatMap((entry) =>
        pair(
          list(entry, 'backends').map(({ serviceName, weight }) => [serviceName, weight]),
          100,
        ),
      ),
    ),
  objects: [
    object('apisix.apache.org/v2', 'ApisixRoute', {
      http: [
        {
          name: 'shop',
          match: {
            hosts: ['shop.example.com'],
            paths: ['/a&b/*'],
            exprs: [{ subject: { scope: 'Query', name: 'q' }, op: 'RegexMatch', value: `<&>${AWKWARD}` }],
          },
          backends: [{ serviceName: 'web', servicePort: 80 }],
          plugins: [{ name: 'limit-count', enable: true, config: { count: 5, time_window: 0.5 } }],
        },
        {
          name: 'rest',
          priority: -1,
          match: { paths: ['/*'] },
          backends: [{ serviceName: 'web', servicePort: 80, resolveGranularity: 'endpoint' }],
        },
      ],
    }),
  ],
  insert: [
    {
      op: 'add',
      path: '/spec/http/0',
      value: { name: 'new', match: { paths: ['/new'] }, backends: [{ serviceName: 'news', servicePort: 80 }] },
    },
  ],
  foreign: { name: 'web', patch: [{ op: 'add', path: '/spec/http/0/backends/0/weight', value: 1234 }] },
};

export const ROUTES: readonly RouteOnServer[] = [
  ...httpRoutes,
  ...virtualServices,
  ingress,
  ...traefik,
  ...contour,
  ...albs,
  ...openshift,
  apisix,
];
