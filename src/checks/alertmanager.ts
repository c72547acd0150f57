import type { AlertSelector, LabelMatcher, ServerAddress } from '../action/request.ts';
import { formatServerAddress } from '../action/server-address.ts';
import type { ApiPort } from '../cluster/api.ts';
import { describeCause } from '../cluster/errors.ts';
import { MetricsError } from '../metrics/source.ts';
import type { AlertSource, FiringAlert } from './alerts.ts';
import { type Outside, OutsideError } from './outside.ts';

/** Milliseconds for one answer. */
const DEADLINE = 10_000;
/** Bytes of an answer; the filters leave a few alerts, each of about a kilobyte. */
const LONGEST_ANSWER = 4_194_304;

export interface AlertmanagerPorts {
  /** For one that is reached through the API server. */
  readonly api: Pick<ApiPort, 'text'>;
  readonly outside: Outside;
}

/** Input `alertmanager`: its API v2, alerts that are active and neither silenced nor inhibited. */
export function alertmanagerAlerts(address: ServerAddress, ports: AlertmanagerPorts): AlertSource {
  const name = `Alertmanager at ${formatServerAddress(address)}`;
  return {
    name,
    async firing(selector, signal) {
      const path = `/api/v2/alerts?${queryOf(selector)}`;
      const problem = (found: string): MetricsError =>
        new MetricsError(`${name} was asked for ${selector.line} (GET ${path}); ${found}. Check input alertmanager.`);
      try {
        const { status, body } = await get(address, path, ports, signal);
        if (status !== 200)
          throw problem(`the answer was HTTP ${status}: ${body.replaceAll(/\s+/g, ' ').slice(0, 200)}`);
        const alerts = parsed(body);
        if (alerts === null) throw problem('the answer was no list of alerts');
        return alerts;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof MetricsError) throw error;
        throw problem(error instanceof OutsideError ? error.message : describeCause(error));
      }
    },
  };
}

function get(
  address: ServerAddress,
  path: string,
  { api, outside }: AlertmanagerPorts,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  if (address.kind === 'service') {
    const { namespace, service, port } = address;
    const proxy = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${path}`;
    return api.text(proxy, {}, { deadline: DEADLINE, signal });
  }
  const { url, basic } = address;
  const authorization =
    basic === null
      ? {}
      : { authorization: `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}` };
  return outside.request({
    method: 'GET',
    url: `${url}${path}`,
    headers: { accept: 'application/json', ...authorization },
    body: null,
    timeoutMs: DEADLINE,
    longestBytes: LONGEST_ANSWER,
    signal,
  });
}

function queryOf({ matchers }: AlertSelector): string {
  const query = new URLSearchParams({ active: 'true', silenced: 'false', inhibited: 'false' });
  for (const matcher of matchers) query.append('filter', written(matcher));
  return query.toString();
}

function written({ label, operator, value }: LabelMatcher): string {
  return `${label}${operator}"${value.replaceAll(/[\\"]/g, (character) => `\\${character}`).replaceAll('\n', '\\n')}"`;
}

/** Null: this is no answer of an Alertmanager's. */
function parsed(body: string): readonly FiringAlert[] | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (!Array.isArray(value)) return null;
  const alerts = value.map(alertOf);
  return alerts.every((alert) => alert !== null)
    ? alerts.filter(({ state }) => state !== 'suppressed').map(({ alert }) => alert)
    : null;
}

function alertOf(value: unknown): { readonly state: string; readonly alert: FiringAlert } | null {
  if (!isRecord(value) || !isRecord(value.labels) || !isRecord(value.status)) return null;
  const since = Date.parse(String(value.startsAt));
  if (Number.isNaN(since)) return null;
  const annotations = isRecord(value.annotations) ? value.annotations : {};
  return {
    state: String(value.status.state),
    alert: { labels: texts(value.labels), annotations: texts(annotations), since },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));
}
