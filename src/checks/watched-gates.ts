import type { Request } from '../action/request.ts';
import type { ApiPort } from '../cluster/api.ts';
import type { Clock } from '../engine/clock.ts';
import type { PrometheusApi } from '../metrics/prometheus-api.ts';
import { alertmanagerAlerts } from './alertmanager.ts';
import { type AlertSource, alertGates, prometheusAlerts, unknownAlerts } from './alerts.ts';
import type { Outside } from './outside.ts';
import { type QueryNames, thresholdGates } from './thresholds.ts';
import type { WatchedGate } from './watched-gate.ts';

export type GateRequest = Pick<Request, 'thresholds' | 'alerts' | 'alertsSince' | 'alertmanager'>;

export interface GatePorts {
  /** Null: input `prometheus` is not given; then there are no thresholds, and alerts are Alertmanager's. */
  readonly prometheus: PrometheusApi | null;
  readonly api: Pick<ApiPort, 'text'>;
  readonly outside: Outside;
  readonly clock: Clock;
}

/**
 * Inputs `thresholds` and `alerts` as gates, in this order. Made once for a release: a threshold remembers since when it has not held.
 * @param startedAt epoch ms at which the release began
 */
export function watchedGates(
  { thresholds, alerts, alertsSince, alertmanager }: GateRequest,
  names: QueryNames,
  startedAt: number,
  ports: GatePorts,
): WatchedGate[] {
  const { prometheus, clock } = ports;
  const source = alertSource(alertmanager, ports);
  return [
    ...(prometheus === null ? [] : thresholdGates(thresholds, names, { prometheus, clock })),
    ...(source === null ? [] : alertGates(alerts, source, alertsSince === 'any' ? null : startedAt)),
  ];
}

/** Alertmanager, where there is one, knows what is silenced; Prometheus does not. */
function alertSource(alertmanager: Request['alertmanager'], ports: GatePorts): AlertSource | null {
  if (alertmanager !== null) return alertmanagerAlerts(alertmanager, ports);
  return ports.prometheus === null ? null : prometheusAlerts(ports.prometheus);
}

/** What to warn of before the release begins. Rejects only with the signal's reason. */
export async function gateWarnings(
  { alerts }: GateRequest,
  prometheus: PrometheusApi | null,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return prometheus === null ? [] : unknownAlerts(alerts, prometheus, signal);
}
