import { fits } from '../action/alert-lines.ts';
import type { AlertSelector } from '../action/request.ts';
import { didYouMean, nearest } from '../action/words.ts';
import type { PrometheusApi } from '../metrics/prometheus-api.ts';
import { MetricsError } from '../metrics/source.ts';
import type { GateLook, WatchedGate } from './watched-gate.ts';

/** Where firing alerts are looked up. */
export interface AlertSource {
  /** For messages: `Prometheus at http://prometheus:9090`. */
  readonly name: string;
  /** Those that fire and that nobody has silenced. Rejects with MetricsError, or with the signal's reason. */
  firing(selector: AlertSelector, signal: AbortSignal): Promise<readonly FiringAlert[]>;
}

export interface FiringAlert {
  /** `alertname` among them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Epoch ms at which it began. */
  readonly since: number;
}

/** Prometheus knows of no silences. */
export function prometheusAlerts(prometheus: PrometheusApi): AlertSource {
  return {
    name: prometheus.name,
    firing: async (_, signal) =>
      (await prometheus.alerts(signal))
        .filter(({ state }) => state === 'firing')
        .map(({ labels, annotations, activeAt }) => ({ labels, annotations, since: activeAt })),
  };
}

/**
 * Input `alerts` as gates, in the order of its lines.
 * @param since epoch ms; alerts that began before then say nothing about the candidate. Null: all that fire count.
 */
export function alertGates(
  selectors: readonly AlertSelector[],
  source: AlertSource,
  since: number | null,
): WatchedGate[] {
  return selectors.map((selector) => ({
    name: selector.line,
    kind: 'alert',
    async look(signal) {
      try {
        const firing = await source.firing(selector, signal);
        return judged(selector, source.name, firing, since);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof MetricsError)) throw error;
        return { verdict: 'inconclusive', detail: `whether ${selector.line} fires is not known: ${error.message}` };
      }
    },
  }));
}

function judged(
  { line, matchers }: AlertSelector,
  source: string,
  firing: readonly FiringAlert[],
  since: number | null,
): GateLook {
  const meant = firing.filter(({ labels }) => fits(labels, matchers));
  const counted = meant.filter((alert) => since === null || alert.since >= since);
  const [first] = counted.toSorted((a, b) => a.since - b.since);
  if (first !== undefined) {
    const more = counted.length === 1 ? '' : ` and ${counted.length - 1} more`;
    return { verdict: 'unhealthy', detail: `${described(first)}${more} (${source})` };
  }
  const older =
    meant.length === 0
      ? ''
      : `; ${meant.length} that began before the release ${meant.length === 1 ? 'does' : 'do'} not count`;
  return { verdict: 'healthy', detail: `nothing that fits ${line} fires${older} (${source})` };
}

/** `HighErrorRate{severity="critical"} fires since 2026-11-21T13:01:02Z: High error rate detected`. */
function described({ labels, annotations, since }: FiringAlert): string {
  const { alertname = 'an alert', ...others } = labels;
  const pairs = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  const text = annotations.summary ?? annotations.description ?? annotations.message;
  const time = new Date(since).toISOString().replace(/\.\d+Z$/, 'Z');
  return `${alertname}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} fires since ${time}${text === undefined ? '' : `: ${text}`}`;
}

/**
 * What to warn of before the release: a name that no rule has would never fire. Nothing where the rules cannot be read, which is for
 * the looks to say.
 */
export async function unknownAlerts(
  selectors: readonly AlertSelector[],
  prometheus: PrometheusApi,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const named = selectors.flatMap(({ alert }) => (alert === null ? [] : [alert]));
  if (named.length === 0 || prometheus.alertNames === undefined) return [];
  let names: readonly string[];
  try {
    names = await prometheus.alertNames(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MetricsError) return [];
    throw error;
  }
  return named
    .filter((name) => !names.includes(name))
    .map(
      (name) =>
        `Input alerts names ${name}, and ${prometheus.name} has no rule for such an alert: it will never fire.${didYouMean(nearest(name, names))}`,
    );
}
