import type { MetricsRequest } from './metrics-request.ts';
import type { ExposedSample } from './openmetrics.ts';
import { matchesAll, type PodCounting, podSeriesIn } from './pod-counters.ts';
import { sample } from './pod-metrics.ts';
import { PodReader } from './pod-reader.ts';
import type { AppNow, Part } from './prepare.ts';
import type { PreparedMetrics, SourcePorts } from './prepared.ts';
import { POD_SERIES, type PodSeries } from './presets.ts';
import { numberOf } from './prometheus-answers.ts';
import { chooseEdge, type ChosenEdge, edgesOf, type SlowRequest } from './slow-edge.ts';

const MOST_NAMES = 12;

/** What the pods of stable show of themselves. */
export async function preparePods(
  asked: PodSeries | null,
  { pods, slow }: MetricsRequest,
  app: AppNow,
  ports: SourcePorts,
  signal: AbortSignal,
): Promise<Part<PreparedMetrics['judge']>> {
  const wrong = (message: string): Part<PreparedMetrics['judge']> => ({
    value: { kind: 'none' },
    notes: [],
    findings: [{ message }],
  });
  const wanted = `Wanted metrics of the pods of Deployment ${app.deployment} through the API server`;
  const reader = new PodReader(ports.api, app.namespace, pods);
  const endpoint = await reader.endpoint(app.stable.hash);
  if (typeof endpoint === 'string') return wrong(`${wanted}; ${endpoint}.`);
  const chosen = sample(app.stable.pods, new Set(), pods.most);
  const pages = await reader.read(endpoint, chosen, () => true, signal);
  const samples = pages.flatMap((page) => page.samples ?? []);
  const problem = pages.find((page) => page.samples === null)?.problem;
  const where = `:${endpoint.port}${endpoint.path}`;
  if (pages.every((page) => page.samples === null))
    return wrong(
      `${wanted}; found none: ${problem ?? 'stable has no pods'}. Check inputs metrics-port and metrics-path, and that your user may get pods/proxy in namespace ${app.namespace}.`,
    );
  const known = asked === null ? POD_SERIES : [asked];
  const found = podSeriesIn(samples, known);
  if (found === null) {
    const names = known.map(({ counter }) => counter).join(', ');
    const labels = [...new Set(known.flatMap((series) => series.failed.map(({ label }) => label)))].join(', ');
    return wrong(
      `${wanted}, one of ${names}, with a label ${labels}; found at ${where} ${namesIn(samples)}. Most apps show a counter from its first request on; if yours has another name, give it as metrics: pods requests=NAME label=LABEL.`,
    );
  }
  const { series, failed } = found;
  const edge = edgeIn(slow, series, samples);
  if (typeof edge.value === 'string')
    return wrong(
      `Wanted requests slower than input slow says, by ${series.buckets} at ${where} of the pods; ${edge.value}. Use one of the edges, or slow: auto.`,
    );
  const counting: PodCounting = {
    counter: series.counter,
    where: series.where,
    failed: [failed, ...series.alsoFailed],
    slow: edge.value === null ? null : { buckets: series.buckets, edge: edge.value.edge.value },
  };
  return {
    value: { kind: 'pods', pods, counting },
    notes: [`errors are counted by ${series.counter} at ${where} of the pods`, ...edge.notes],
    findings: [],
  };
}

/** A text: the edge that the user wants is not there. */
function edgeIn(
  slow: SlowRequest,
  series: PodSeries,
  samples: readonly ExposedSample[],
): { readonly value: ChosenEdge | string | null; readonly notes: readonly string[] } {
  if (slow === 'off') return { value: null, notes: ['slow requests are not judged: slow: off'] };
  const all = samples
    .filter(({ name, labels }) => name === series.buckets && matchesAll(series.where, labels))
    .map(({ labels, value }) => ({ le: labels.le ?? '', count: value }));
  const total = all
    .filter(({ le }) => numberOf(le) === Number.POSITIVE_INFINITY)
    .reduce((sum, { count }) => sum + count, 0);
  const edge = chooseEdge(slow, edgesOf(all, series.unit), total);
  if (typeof edge !== 'string') return { value: edge, notes: [edge.because] };
  if (slow !== 'auto') return { value: edge, notes: [] };
  return { value: null, notes: [`slow requests are not judged (${series.buckets}): ${edge}`] };
}

function namesIn(samples: readonly ExposedSample[]): string {
  const names = [...new Set(samples.map(({ name }) => name))].filter((name) => /_(?:total|count|bucket)$/.test(name));
  if (names.length === 0) return 'no counters';
  const shown = names.slice(0, MOST_NAMES);
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}
