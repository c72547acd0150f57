import { serviceProxy } from '../cluster/service-proxy.ts';
import type { Permission } from '../cluster/permissions.ts';
import type { Finding } from '../engine/refusal.ts';
import type { MetricsRequest } from './metrics-request.ts';
import { preparePods } from './prepare-pods.ts';
import { prepareProbe } from './prepare-probe.ts';
import { prepareOwn, preparePreset } from './prepare-prometheus.ts';
import type { PreparedMetrics, SourcePorts } from './prepared.ts';
import { MetricsError, type TrackNow, type TracksNow } from './source.ts';

/** The app before its release begins. */
export interface AppNow {
  readonly namespace: string;
  readonly deployment: string;
  readonly stable: TrackNow;
  /** The live Service, with its ports' numbers and names: proxies have them in their labels. */
  readonly service: { readonly name: string; readonly ports: readonly string[] };
  readonly candidateService: string;
  /** During the release the live Service leads to both versions: users are split by the numbers of pods. */
  readonly mixes: boolean;
  /** What splits users: the kind (`httproute`) and, where it is known, who carries it out (`traefik.io/gateway-controller`). */
  readonly routers: readonly { readonly kind: string; readonly controller: string | null }[];
}

export type Preparation =
  | { readonly ok: true; readonly prepared: PreparedMetrics }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** A part of it: what was found, what is to be said, or what is wrong. */
export interface Part<T> {
  readonly value: T;
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * Tries once everything by which the release is to be judged: which series of stable there are, and from when on a request is slow.
 * All that is wrong is found at once. Rejects only with the signal's reason.
 */
export async function prepareMetrics(
  request: MetricsRequest,
  app: AppNow,
  ports: SourcePorts,
  signal: AbortSignal,
): Promise<Preparation> {
  const [judge, probe] = await Promise.all([
    caught<PreparedMetrics['judge']>({ kind: 'none' }, signal, () => prepareJudge(request, app, ports, signal)),
    caught<PreparedMetrics['probe']>(null, signal, () =>
      prepareProbe(
        request,
        app,
        { proxy: serviceProxy(ports.api, app.namespace, 'metrics'), clock: ports.clock },
        signal,
      ),
    ),
  ]);
  const findings = [...judge.findings, ...probe.findings];
  if (findings.length > 0) return { ok: false, findings };
  const notes = [...judge.notes, ...probe.notes];
  return { ok: true, prepared: { schema: 1, judge: judge.value, probe: probe.value, notes } };
}

async function prepareJudge(
  request: MetricsRequest,
  app: AppNow,
  ports: SourcePorts,
  signal: AbortSignal,
): Promise<Part<PreparedMetrics['judge']>> {
  const { judge, slow } = request;
  if (judge.kind === 'none') return { value: judge, notes: [], findings: [] };
  if (judge.kind === 'pods') return preparePods(judge.series, request, app, ports, signal);
  const { prometheus } = ports;
  if (prometheus === null)
    throw new MetricsError('Input metrics asks for a Prometheus, and input prometheus says nothing.');
  const tracks = tracksBefore(app);
  return judge.kind === 'own'
    ? prepareOwn(judge.metrics, slow, prometheus, tracks, signal)
    : preparePreset(judge.kind === 'preset' ? judge.preset : 'auto', slow, prometheus, app, tracks, signal);
}

/** What cannot be read is a finding like any other. */
async function caught<T>(nothing: T, signal: AbortSignal, prepare: () => Promise<Part<T>>): Promise<Part<T>> {
  try {
    return await prepare();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof MetricsError)) throw error;
    return { value: nothing, notes: [], findings: [{ message: error.message }] };
  }
}

/** There is no candidate, and the live Service leads to stable. */
export function tracksBefore({ namespace, deployment, stable, service, candidateService }: AppNow): TracksNow {
  return {
    namespace,
    deployment,
    stable,
    candidate: null,
    service: { name: service.name, leadsTo: 'stable' },
    candidateService,
  };
}

/** What the release must be allowed to do for it, beside what every release needs; `namespace`: null: the release's own. */
export function metricsPermissions(
  request: MetricsRequest,
): readonly { readonly namespace: string | null; readonly permission: Permission }[] {
  const get = (resource: string): Permission => ({ group: '', resource, verb: 'get' });
  const { judge, prometheus, probe } = request;
  return [
    ...(judge.kind === 'pods' ? [{ namespace: null, permission: get('pods/proxy') }] : []),
    ...(probe === null ? [] : [{ namespace: null, permission: get('services/proxy') }]),
    ...(prometheus?.kind === 'service'
      ? [{ namespace: prometheus.namespace, permission: { ...get('services/proxy') } }]
      : []),
  ];
}
