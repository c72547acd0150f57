import type { Request } from './action/request.ts';
import { namesVersion } from './action/operations.ts';
import type { Outside } from './checks/outside.ts';
import type { QueryNames } from './checks/thresholds.ts';
import { gateWarnings, watchedGates } from './checks/watched-gates.ts';
import type { Api } from './cluster/api.ts';
import { missingPermissions, missingRoleFor } from './cluster/permissions.ts';
import type { Clock } from './engine/clock.ts';
import type { Measures } from './engine/measures.ts';
import { measuresPermissions } from './engine/needed-permissions.ts';
import { Refused } from './engine/refusal.ts';
import { connectPrometheus, type ConnectedPrometheus } from './metrics/connect-prometheus.ts';
import type { MetricsRequest } from './metrics/metrics-request.ts';
import { prepareMetrics } from './metrics/prepare.ts';
import { counterSource, type SourcePorts } from './metrics/prepared.ts';
import { type CounterSource, MetricsError, type TracksNow } from './metrics/source.ts';

export interface MeasuresPorts {
  readonly api: Api;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly outside: Outside;
  readonly namespace: string;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** What a request wants to have measured, and how it is reached, wired; null: nothing. `close` when the release is over. */
export function measuresOf(
  request: Request,
  ports: MeasuresPorts,
): { readonly measures: Measures | null; readonly close: () => Promise<void> } {
  const isAsked =
    request.metrics !== null ||
    request.thresholds.length > 0 ||
    request.alerts.length > 0 ||
    request.judging.restarts === 'compare';
  // Whoever promotes goes on as it was begun, and may not have to say anything.
  const { action } = request;
  if (action === 'abort' || action === 'status' || action === 'role' || (namesVersion(action) && !isAsked))
    return { measures: null, close: () => Promise.resolve() };
  let connected: ConnectedPrometheus | null = null;
  const prometheus = (): ConnectedPrometheus['prometheus'] | null => {
    const target = request.metrics?.prometheus ?? null;
    if (target === null) return null;
    connected ??= refusing(() => connectPrometheus(target, ports));
    return connected.prometheus;
  };
  const sourcePorts = (): SourcePorts => ({ ...ports, prometheus: prometheus() });
  return {
    measures: {
      async prepare(app) {
        await checkPermissions(request, ports);
        for (const warning of await gateWarnings(request, prometheus(), ports.signal)) ports.warn(warning);
        const gates = { thresholds: request.thresholds.length > 0, alerts: request.alerts.length > 0 };
        if (request.metrics === null || !countsAnything(request.metrics)) return { metrics: null, notes: [], gates };
        if (app === null) throw new Refused([{ message: UNCOUNTED }]);
        const preparation = await prepareMetrics(request.metrics, app, sourcePorts(), ports.signal);
        if (!preparation.ok) throw new Refused(preparation.findings);
        return { metrics: preparation.prepared, notes: preparation.prepared.notes, gates };
      },
      begin(kept, startedAt) {
        const untold = (['thresholds', 'alerts'] as const).filter((of) => kept.gates[of] && request[of].length === 0);
        if (untold.length > 0)
          throw new Refused([
            {
              message: `This release is watched by ${untold.join(' and ')}, and this run was not given them. Give input ${untold.join(' and ')} again, with prometheus or alertmanager.`,
            },
          ]);
        const source = kept.metrics === null ? null : refusing(() => sourceOf(kept.metrics, sourcePorts()));
        const gatePorts = { ...ports, prometheus: prometheus() };
        return { source, gates: (tracks) => watchedGates(request, namesOf(tracks), startedAt, gatePorts) };
      },
    },
    close: async () => connected?.close(),
  };
}

/** Thresholds and alerts alone need a Prometheus, too, and no counters. */
function countsAnything({ judge, probe }: MetricsRequest): boolean {
  return judge.kind !== 'none' || probe !== null;
}

const UNCOUNTED =
  'Counters are compared by the pods of a Deployment, and the pods of a Knative Service come and go as Knative likes. Use metrics: none with prometheus (thresholds and alerts are looked at all the same), and leave probe out.';

function sourceOf(metrics: Parameters<typeof counterSource>[0] | null, ports: SourcePorts): CounterSource | null {
  return metrics === null ? null : counterSource(metrics, ports);
}

/** What cannot be reached as configured is a finding: nothing was written yet. */
function refusing<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof MetricsError) throw new Refused([{ message: error.message }]);
    throw error;
  }
}

async function checkPermissions(request: Request, { api, namespace }: MeasuresPorts): Promise<void> {
  const needed = measuresPermissions(request).map(({ permission, ...of }) => ({
    permission,
    namespace: of.namespace ?? namespace,
  }));
  const findings = [];
  for (const place of new Set(needed.map((each) => each.namespace))) {
    const wanted = needed.filter((each) => each.namespace === place).map(({ permission }) => permission);
    const missing = await missingPermissions(api, place, wanted);
    if (missing.length === 0) continue;
    const list = missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');
    findings.push({
      message: `To read counters and alerts, the user of the kubeconfig lacks permissions in namespace ${place}: ${list}. Bind a Role with them to it.`,
      attachment: missingRoleFor(place, missing),
    });
  }
  if (findings.length > 0) throw new Refused(findings);
}

/** The names that queries of a release's gates may say. */
function namesOf(tracks: TracksNow): QueryNames {
  return {
    namespace: tracks.namespace,
    deployment: tracks.deployment,
    service: tracks.service.name,
    candidateService: tracks.candidateService,
    stableHash: tracks.stable.hash,
    candidateHash: tracks.candidate?.hash ?? '',
  };
}
