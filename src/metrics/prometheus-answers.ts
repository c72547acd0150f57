import type { PrometheusAlert, QueryAnswer, Sample } from './prometheus-api.ts';

/** The body of an answer of Prometheus' HTTP API, as far as it was understood. */
export type ApiAnswer =
  | { readonly status: 'success'; readonly data: unknown; readonly warnings: readonly string[] }
  | { readonly status: 'error'; readonly type: string; readonly error: string }
  /** No answer of Prometheus: a page of a proxy, JSON cut short. */
  | { readonly status: 'foreign' };

export function parseAnswer(body: string): ApiAnswer {
  const answer = asObject(parseJson(body));
  if (answer === null) return { status: 'foreign' };
  if (answer.status === 'success' && 'data' in answer) {
    const said = [answer.warnings, answer.infos].flatMap((list) => (Array.isArray(list) ? list : []));
    return { status: 'success', data: answer.data, warnings: said.map(String) };
  }
  if (answer.status !== 'error') return { status: 'foreign' };
  return { status: 'error', type: textOf(answer.errorType), error: textOf(answer.error) };
}

const KINDS: ReadonlyMap<unknown, string> = new Map([
  ['matrix', 'a range vector'],
  ['string', 'a string'],
]);

/** The data of `/api/v1/query`; a text: why it cannot be used. */
export function parseQueryData(data: unknown): QueryAnswer | string {
  const { resultType, result } = asObject(data) ?? {};
  if (!Array.isArray(result)) return 'the answer has no list of results';
  if (resultType === 'scalar') {
    const [at, value] = pairOf(result) ?? [];
    if (at === undefined || value === undefined) return 'the answer is no scalar';
    return { type: 'scalar', value, at };
  }
  if (resultType !== 'vector')
    return `the query gives ${KINDS.get(resultType) ?? 'something else'}, and an instant vector or a scalar is wanted`;
  const samples = result.map(parseSample);
  if (!samples.every((sample) => sample !== null)) return 'the answer has a sample that is none (a native histogram?)';
  return { type: 'vector', samples };
}

/** The data of `/api/v1/alerts`; a text: why it cannot be used. */
export function parseAlertsData(data: unknown): readonly PrometheusAlert[] | string {
  const { alerts } = asObject(data) ?? {};
  if (!Array.isArray(alerts)) return 'the answer has no list of alerts';
  const parsed = alerts.map(parseAlert);
  return parsed.every((alert) => alert !== null) ? parsed.flat() : 'the answer has an alert that cannot be read';
}

function parseSample(result: unknown): Sample | null {
  const { metric, value } = asObject(result) ?? {};
  const [at, number] = pairOf(value) ?? [];
  if (at === undefined || number === undefined) return null;
  return { labels: textsOf(metric), value: number, at };
}

/** `[1795302336.4, "NaN"]`: seconds, and a number as text. */
function pairOf(pair: unknown): readonly [at: number, value: number] | null {
  if (!Array.isArray(pair) || typeof pair[0] !== 'number' || typeof pair[1] !== 'string') return null;
  const value = numberOf(pair[1]);
  return value === null ? null : [Math.round(pair[0] * 1000), value];
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['+inf', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

/** A number as Prometheus writes it; null for any other text. */
export function numberOf(text: string): number | null {
  const known = SPECIAL.get(text.toLowerCase());
  if (known !== undefined) return known;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

/** Empty for states that say nothing (`inactive`); null for what is no alert. */
function parseAlert(given: unknown): PrometheusAlert[] | null {
  const alert = asObject(given);
  if (alert === null) return null;
  const { state } = alert;
  if (state !== 'pending' && state !== 'firing') return [];
  const activeAt = Date.parse(textOf(alert.activeAt));
  if (Number.isNaN(activeAt)) return null;
  return [{ labels: textsOf(alert.labels), annotations: textsOf(alert.annotations), state, activeAt }];
}

function textsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asObject(value) ?? {}).map(([name, text]) => [name, String(text)]));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function asObject(value: unknown): Record<string, unknown> | null {
  // JSON objects have string keys.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
