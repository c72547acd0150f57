import { type CounterPart, type CounterQuery, scrapedAt, slowPart, summed } from './counter-query.ts';
import { literally, quoted } from './promql.ts';

/*
 * Series of well-known programs. Names and labels are those of their sources: Istio's standard metrics; Linkerd's proxy metrics;
 * Traefik 3 (pkg/observability/metrics, services named by pkg/provider/kubernetes); ingress-nginx (internal/ingress/metric/collectors
 * and monitor.lua); Envoy's cluster statistics with the names that Contour and kgateway give to clusters.
 */

export const PRESETS = ['istio', 'linkerd', 'traefik', 'ingress-nginx', 'envoy', 'http'] as const;
export type PresetName = (typeof PRESETS)[number];

/** Where Prometheus configurations put a pod's name and namespace. The metric's own labels of these names become `exported_…`. */
export const POD_LABELS = ['pod', 'pod_name', 'kubernetes_pod_name', 'exported_pod'] as const;
export const NAMESPACE_LABELS = ['namespace', 'kubernetes_namespace', 'exported_namespace'] as const;

/** Series that are scraped from the pods of the app themselves, or from the proxies within them. */
export interface PodSeries {
  readonly preset: PresetName;
  readonly counter: string;
  /** Which of them count. */
  readonly where: readonly Where[];
  /** Of these the first label that the series have tells failures. */
  readonly failed: readonly Failed[];
  /** Further failures. */
  readonly alsoFailed: readonly Failed[];
  readonly buckets: string;
  /** Milliseconds of 1 in the label `le`. */
  readonly unit: number;
}

export interface Where {
  readonly label: string;
  readonly is: '=' | '!=';
  readonly value: string;
}

/** A label, and the regular expression of its values that mean a failure. */
export interface Failed {
  readonly label: string;
  readonly matches: string;
}

/** Labels of a status code, most usual first. */
export const STATUS_LABELS = [
  'code',
  'status',
  'status_code',
  'http_status_code',
  'http_response_status_code',
] as const;
/** `500`, and where only classes are counted, `5xx`. */
export const FAILED_STATUS = '5..';

function http(counter: string, buckets: string, unit = 1000): PodSeries {
  const failed = STATUS_LABELS.map((label) => ({ label, matches: FAILED_STATUS }));
  return { preset: 'http', counter, where: [], failed, alsoFailed: [], buckets, unit };
}

/** In the order in which they are preferred. */
export const POD_SERIES: readonly PodSeries[] = [
  {
    preset: 'istio',
    counter: 'istio_requests_total',
    where: [{ label: 'reporter', is: '=', value: 'destination' }],
    failed: [{ label: 'response_code', matches: FAILED_STATUS }],
    // Unknown, deadline exceeded, internal, unavailable, data loss: HTTP says 200 to all of them.
    alsoFailed: [{ label: 'grpc_response_status', matches: '2|4|13|14|15' }],
    buckets: 'istio_request_duration_milliseconds_bucket',
    unit: 1,
  },
  {
    preset: 'linkerd',
    counter: 'response_total',
    // The probes of the kubelet are a route of their own.
    where: [
      { label: 'direction', is: '=', value: 'inbound' },
      { label: 'route_name', is: '!=', value: 'probe' },
    ],
    failed: [{ label: 'classification', matches: 'failure' }],
    alsoFailed: [],
    buckets: 'response_latency_ms_bucket',
    unit: 1,
  },
  http('http_requests_total', 'http_request_duration_seconds_bucket'),
  http('http_server_requests_seconds_count', 'http_server_requests_seconds_bucket'),
  http('http_server_request_duration_seconds_count', 'http_server_request_duration_seconds_bucket'),
  http('http_request_duration_seconds_count', 'http_request_duration_seconds_bucket'),
];

/** What the discovery found out about a cluster's Prometheus. */
export interface FoundPodSeries {
  readonly series: PodSeries;
  readonly podLabel: string;
  /** Null: no label has the namespace. */
  readonly namespaceLabel: string | null;
  readonly failed: Failed;
}

/** Matchers of the pods of both tracks, and the series' own. */
function podMatchers({ series, podLabel, namespaceLabel }: FoundPodSeries): string {
  return [
    ...(namespaceLabel === null ? [] : [`${namespaceLabel}="$namespace"`]),
    `${podLabel}=~"$pods"`,
    ...series.where.map(({ label, is, value }) => `${label}${is}${quoted(value)}`),
  ].join(', ');
}

export function podErrors(found: FoundPodSeries): CounterQuery {
  const { series, podLabel, failed } = found;
  const matchers = podMatchers(found);
  const all = `${series.counter}{${matchers}}`;
  const bad = [failed, ...series.alsoFailed].map(({ label, matches }) => `${label}=~${quoted(matches)}`);
  const labels = [podLabel];
  const part: CounterPart = {
    backend: 'pods',
    total: summed(labels, [all]),
    some: summed(
      labels,
      bad.map((matcher) => `${series.counter}{${matchers}, ${matcher}}`),
    ),
    someAre: 'bad',
    at: scrapedAt(labels, [all]),
  };
  return { metric: 'errors', of: 'pod', labels, parts: [part] };
}

/** The selector of all buckets of the pods. */
export function podBuckets(found: FoundPodSeries): string {
  return `${found.series.buckets}{${podMatchers(found)}}`;
}

/** Series of a proxy that counts by the Service to which it sends. */
export interface ServiceSeries {
  readonly preset: PresetName;
  readonly counter: string;
  readonly failed: string;
  readonly buckets: string;
  readonly unit: number;
  /** Selections of what goes to a Service; a series is of it when it matches one of them. */
  readonly matchers: (backend: 'live' | 'candidate', ports: readonly string[]) => readonly string[];
}

const variableOf = { live: '$service', candidate: '$candidate_service' } as const;

/** ingress-nginx says of a canary's requests the main Ingress' Service, and the canary's upstream beside it. */
function ingressNginx(namespace: string, service: string): ServiceSeries['matchers'] {
  return (backend) => {
    const own = `${namespace}="$namespace", ${service}="${variableOf[backend]}", canary=~"-?"`;
    return backend === 'live'
      ? [own]
      : [own, `${namespace}="$namespace", canary=~"$namespace-$candidate_service-[^-]+"`];
  };
}

function portsOf(ports: readonly string[]): string {
  return `(?:${ports.map(literally).join('|')})`;
}

const INGRESS_NGINX = {
  preset: 'ingress-nginx',
  counter: 'nginx_ingress_controller_requests',
  failed: `status=~"${FAILED_STATUS}"`,
  buckets: 'nginx_ingress_controller_request_duration_seconds_bucket',
  unit: 1000,
} as const;

export const SERVICE_SERIES: readonly ServiceSeries[] = [
  {
    // Of gateways and waypoints, where the pods have no proxy of their own.
    preset: 'istio',
    counter: 'istio_requests_total',
    failed: `response_code=~"${FAILED_STATUS}"`,
    buckets: 'istio_request_duration_milliseconds_bucket',
    unit: 1,
    matchers: (backend) => [
      `reporter=~"source|waypoint", destination_service_namespace="$namespace", destination_service_name="${variableOf[backend]}"`,
    ],
  },
  {
    preset: 'traefik',
    counter: 'traefik_service_requests_total',
    failed: `code=~"${FAILED_STATUS}"`,
    buckets: 'traefik_service_request_duration_seconds_bucket',
    unit: 1000,
    matchers: (backend, ports) => {
      const name = `$namespace-${variableOf[backend]}`;
      const byPort = `${name}-${portsOf(ports)}@kubernetes(?:crd)?`;
      const byRoute = `.+-svc-${name}-[0-9]+@kubernetesgateway`;
      // The provider for ingress-nginx's annotations puts the Ingress' name in between, and calls a canary after what it stands beside.
      const canary = backend === 'candidate' ? '-canary' : '';
      const byAnnotations = `$namespace-.+-$service-${portsOf(ports)}${canary}@kubernetesingressnginx`;
      const label = [byRoute, byPort, byAnnotations].join('|');
      // Scraped with labels of its target, the metric's own `service` is `exported_service`.
      return [`service=~${quoted(label)}`, `exported_service=~${quoted(label)}`];
    },
  },
  { ...INGRESS_NGINX, matchers: ingressNginx('namespace', 'service') },
  { ...INGRESS_NGINX, matchers: ingressNginx('exported_namespace', 'exported_service') },
  {
    preset: 'envoy',
    counter: 'envoy_cluster_upstream_rq',
    failed: `envoy_response_code=~"${FAILED_STATUS}"`,
    buckets: 'envoy_cluster_upstream_rq_time_bucket',
    unit: 1,
    // `shop_web_80` (Contour), `kube_shop_web_80` (kgateway), `shop/web/80/da39a3ee5e` (Contour's full name), `…/shop_web_80` (Cilium).
    matchers: (backend, ports) => [
      `envoy_cluster_name=~${quoted(`(?:kube_|.+/)?$namespace[_/]${variableOf[backend]}[_/]${portsOf(ports)}(?:[_/].*)?`)}`,
    ],
  },
];

/** What tells apart the proxies' processes. */
const PROXY_LABELS = ['pod', 'instance', 'controller_pod'] as const;
const BACKENDS = ['live', 'candidate'] as const;

/** The selectors of what goes to a Service. */
export function serviceSelectors(
  series: ServiceSeries,
  name: string,
  backend: 'live' | 'candidate',
  ports: readonly string[],
  more = '',
): string[] {
  return series.matchers(backend, ports).map((matchers) => `${name}{${matchers}${more === '' ? '' : `, ${more}`}}`);
}

export function serviceErrors(series: ServiceSeries, ports: readonly string[]): CounterQuery {
  const parts = BACKENDS.map((backend): CounterPart => {
    const all = serviceSelectors(series, series.counter, backend, ports);
    return {
      backend,
      total: summed(PROXY_LABELS, all),
      some: summed(PROXY_LABELS, serviceSelectors(series, series.counter, backend, ports, series.failed)),
      someAre: 'bad',
      at: scrapedAt(PROXY_LABELS, all),
    };
  });
  return { metric: 'errors', of: 'service', labels: PROXY_LABELS, parts };
}

/** Requests beyond an edge of the histogram. `les`: the ways in which it is written. */
export function podSlow(found: FoundPodSeries, les: readonly string[]): CounterQuery {
  const labels = [found.podLabel];
  const matchers = podMatchers(found);
  const part = slowPart('pods', labels, (le) => [`${found.series.buckets}{${matchers}, ${le}}`], les);
  return { metric: 'slow', of: 'pod', labels, parts: [part] };
}

export function serviceSlow(series: ServiceSeries, ports: readonly string[], les: readonly string[]): CounterQuery {
  const parts = BACKENDS.map((backend) =>
    slowPart(backend, PROXY_LABELS, (le) => serviceSelectors(series, series.buckets, backend, ports, le), les),
  );
  return { metric: 'slow', of: 'service', labels: PROXY_LABELS, parts };
}
