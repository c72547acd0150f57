import type { Finding } from '../engine/refusal.ts';
import { type CounterQuery, promqlOf, seriesOf } from './counter-query.ts';
import { ask, type FoundSeries, findSeries, whatThereIs } from './find-series.ts';
import { type OwnMetric, ownErrors, ownSlow } from './own-metrics.ts';
import type { AppNow, Part } from './prepare.ts';
import type { PreparedMetrics } from './prepared.ts';
import {
  podBuckets,
  podErrors,
  podSlow,
  type PresetName,
  serviceErrors,
  serviceSelectors,
  serviceSlow,
} from './presets.ts';
import type { PrometheusApi } from './prometheus-api.ts';
import { chooseEdge, type ChosenEdge, edgesOf, type SlowRequest } from './slow-edge.ts';
import type { TracksNow } from './source.ts';

type Judge = PreparedMetrics['judge'];
const NONE: Judge = { kind: 'none' };

/** The series of a preset; with `auto`, of the one that fits the router, else of the first that has any. */
export async function preparePreset(
  asked: PresetName | 'auto',
  slow: SlowRequest,
  prometheus: PrometheusApi,
  app: AppNow,
  tracks: TracksNow,
  signal: AbortSignal,
): Promise<Part<Judge>> {
  const { ports } = app.service;
  const { found, unusable } = await findSeries(prometheus, tracks, ports, signal);
  const wanted = asked === 'auto' ? presetsFor(app.routers) : [asked];
  const chosen = wanted
    .flatMap((preset) => found.filter(({ series }) => series.preset === preset))
    .find((one) => one.kind === 'pods' || app.service.name !== '');
  if (chosen === undefined) {
    const which = asked === 'auto' ? 'any preset' : `preset ${asked}`;
    const there = [...unusable, await whatThereIs(prometheus, tracks, signal)].join('; ');
    const others = [...new Set(found.map(({ series }) => series.preset))];
    const advice =
      others.length === 0
        ? 'Check that Prometheus scrapes them and that they have had a request; or name the series with input metrics, or read the pods themselves with metrics: pods.'
        : `There are series for metrics: ${others.join(', ')}.`;
    const message = `Wanted series of stable (${podsOf(tracks)}) by ${which} from ${prometheus.name}; found none: ${there}. ${advice}`;
    return { value: NONE, notes: [], findings: [{ message }] };
  }
  const errors = chosen.kind === 'pods' ? podErrors(chosen) : serviceErrors(chosen.series, ports);
  const edge = await edgeOf(slow, chosen, prometheus, tracks, ports, signal);
  const slowQuery = slowQueryOf(chosen, edge.value, ports);
  const queries = [errors, ...(slowQuery === null ? [] : [slowQuery])];
  const tried = await Promise.all(queries.map((query) => tryOnce(query, prometheus, tracks, signal)));
  const preset = `preset ${chosen.series.preset}`;
  return {
    value: { kind: 'prometheus', by: preset, queries },
    notes: [`errors are counted by ${chosen.series.counter} (${preset})`, ...edge.notes],
    findings: [...edge.findings, ...tried.flat()],
  };
}

/** The proxy's preset where there is one, then what is counted at the pods, then other proxies. */
export function presetsFor(routers: AppNow['routers']): PresetName[] {
  const ofRouters = routers.flatMap(({ kind, controller }) => presetOf(kind, controller ?? ''));
  const rest: PresetName[] = ['istio', 'linkerd', 'http', 'traefik', 'ingress-nginx', 'envoy'];
  return [...new Set([...ofRouters, ...rest])];
}

function presetOf(kind: string, controller: string): PresetName[] {
  if (/traefik/.test(controller) || /^(?:traefikservice|ingressroute)/.test(kind)) return ['traefik'];
  if (/istio/.test(controller) || kind === 'virtualservice') return ['istio'];
  if (/linkerd/.test(controller)) return ['linkerd'];
  if (/ingress-nginx/.test(controller)) return ['ingress-nginx'];
  if (/contour|envoy|kgateway|gloo/.test(controller) || kind === 'httpproxy') return ['envoy'];
  if (kind === 'ingress') return ['ingress-nginx', 'traefik'];
  return [];
}

function slowQueryOf(found: FoundSeries, edge: ChosenEdge | null, ports: readonly string[]): CounterQuery | null {
  if (edge === null) return null;
  return found.kind === 'pods' ? podSlow(found, edge.edge.les) : serviceSlow(found.series, ports, edge.edge.les);
}

function edgeOf(
  slow: SlowRequest,
  found: FoundSeries,
  prometheus: PrometheusApi,
  tracks: TracksNow,
  ports: readonly string[],
  signal: AbortSignal,
): Promise<Part<ChosenEdge | null>> {
  const { buckets, unit } = found.series;
  const selectors =
    found.kind === 'pods' ? [podBuckets(found)] : serviceSelectors(found.series, buckets, 'live', ports);
  return askEdge({ slow, input: 'slow', selectors, unit, what: buckets }, prometheus, tracks, signal);
}

interface WantedEdge {
  readonly slow: SlowRequest;
  /** Where the user says from when on a request is slow. */
  readonly input: string;
  readonly selectors: readonly string[];
  readonly unit: number;
  readonly what: string;
}

const LATELY = '10m';

/** The edge by stable's last minutes, or, where nothing is known of them, by all its time. */
async function askEdge(
  { slow, input, selectors, unit, what }: WantedEdge,
  prometheus: PrometheusApi,
  tracks: TracksNow,
  signal: AbortSignal,
): Promise<Part<ChosenEdge | null>> {
  if (slow === 'off') return { value: null, notes: ['slow requests are not judged: slow: off'], findings: [] };
  const lately = selectors.map((selector) => `increase(${selector}[${LATELY}])`).join(' or ');
  const [recent, ever] = await Promise.all(
    [lately, selectors.join(' or ')].map((of) => ask(prometheus, `sum by (le) (${of})`, tracks, signal)),
  );
  const bucketsOf = (samples: typeof recent) =>
    (samples ?? []).map(({ labels, value }) => ({ le: labels.le ?? '', count: value }));
  const totalOf = (samples: typeof recent) => bucketsOf(samples).find(({ le }) => le === '+Inf')?.count ?? 0;
  const from = totalOf(recent) >= 20 ? recent : ever;
  const edge = chooseEdge(slow, edgesOf(bucketsOf(from), unit), totalOf(from));
  if (typeof edge !== 'string') return { value: edge, notes: [edge.because], findings: [] };
  if (slow === 'auto') return { value: null, notes: [`slow requests are not judged (${what}): ${edge}`], findings: [] };
  const message = `Wanted requests slower than input ${input} says, by ${what} from ${prometheus.name}; ${edge}. Use one of the edges, or slow: auto.`;
  return { value: null, notes: [], findings: [{ message }] };
}

/** Queries of the user's own. */
export async function prepareOwn(
  metrics: readonly OwnMetric[],
  slow: SlowRequest,
  prometheus: PrometheusApi,
  tracks: TracksNow,
  signal: AbortSignal,
): Promise<Part<Judge>> {
  const parts = await Promise.all(metrics.map((metric) => prepareOne(metric, slow, prometheus, tracks, signal)));
  return {
    value: { kind: 'prometheus', by: 'metrics of your own', queries: parts.flatMap(({ value }) => value ?? []) },
    notes: parts.flatMap(({ notes }) => notes),
    findings: parts.flatMap(({ findings }) => findings),
  };
}

async function prepareOne(
  metric: OwnMetric,
  slow: SlowRequest,
  prometheus: PrometheusApi,
  tracks: TracksNow,
  signal: AbortSignal,
): Promise<Part<CounterQuery | null>> {
  const { name, counts } = metric;
  if (counts.kind === 'errors') {
    const query = ownErrors({ ...metric, counts });
    return { value: query, notes: [], findings: await tryOnce(query, prometheus, tracks, signal) };
  }
  // A metric that was asked for by name is judged, whatever input slow says.
  const wanted = counts.slowerThan === null ? (slow === 'off' ? 'auto' : slow) : { ms: counts.slowerThan };
  const input = counts.slowerThan === null ? 'slow' : `metrics (slower-than of ${name})`;
  const { buckets, unit } = counts;
  const edge = await askEdge(
    { slow: wanted, input, selectors: [buckets], unit, what: buckets },
    prometheus,
    tracks,
    signal,
  );
  if (edge.value === null) {
    const message = `Wanted metric ${name} by ${buckets} from ${prometheus.name}; ${edge.notes.join('; ')}.`;
    return { value: null, notes: [], findings: edge.findings.length > 0 ? edge.findings : [{ message }] };
  }
  const query = ownSlow({ ...metric, counts }, edge.value.edge.les);
  const findings = await tryOnce(query, prometheus, tracks, signal);
  return { value: query, notes: [`${name}: ${edge.value.because}`], findings };
}

/** The very query of the release: it must give series of stable. */
async function tryOnce(
  query: CounterQuery,
  prometheus: PrometheusApi,
  tracks: TracksNow,
  signal: AbortSignal,
): Promise<Finding[]> {
  const promql = promqlOf(query, tracks);
  const answer = await prometheus.query(promql, signal);
  const { series } = seriesOf(query, answer.type === 'vector' ? answer.samples : []);
  const names = series.map((one) => one.names[0] ?? '');
  if (query.of === 'service' ? series.length > 0 : names.some((pod) => tracks.stable.pods.includes(pod))) return [];
  const [label] = query.labels;
  const others = [...new Set(names.filter((name) => name !== ''))].slice(0, 5);
  const found =
    series.length === 0
      ? 'no series at all'
      : `${series.length} series, with ${label} ${others.length === 0 ? 'empty' : others.join(', ')}`;
  const message = `Wanted series of stable (${podsOf(tracks)}) of metric ${query.metric} from ${prometheus.name}; found ${found}. The pod's name must be in label ${label}. The query was ${promql}`;
  return [{ message }];
}

function podsOf({ deployment, stable }: TracksNow): string {
  const [first] = stable.pods;
  return `${stable.pods.length} pods of ${deployment}${first === undefined ? '' : `, such as ${first}`}`;
}
