import type { Comparison, Threshold } from '../action/request.ts';
import { QUERY_VARIABLE } from '../action/threshold-lines.ts';
import type { QueryVariable } from '../metrics/promql.ts';
import type { Verdict } from '../analysis/arms.ts';
import type { Clock } from '../engine/clock.ts';
import type { PrometheusApi, QueryAnswer, Sample } from '../metrics/prometheus-api.ts';
import { MetricsError } from '../metrics/source.ts';
import { formatDuration } from '../report/duration.ts';
import type { GateLook, WatchedGate } from './watched-gate.ts';

/** What the variables of a query stand for. Hashes: `pod-template-hash`. */
export interface QueryNames {
  readonly namespace: string;
  readonly deployment: string;
  readonly service: string;
  readonly candidateService: string;
  readonly stableHash: string;
  readonly candidateHash: string;
}

/** Input `thresholds` as gates, in the order of its lines. Each remembers since when it has not held. */
export function thresholdGates(
  thresholds: readonly Threshold[],
  names: QueryNames,
  { prometheus, clock }: { readonly prometheus: PrometheusApi; readonly clock: Clock },
): WatchedGate[] {
  return thresholds.map((threshold) => {
    const query = filledIn(threshold.query, names);
    let missedSince: number | null = null;
    return {
      name: threshold.line,
      kind: 'threshold',
      async look(signal) {
        const found = await measure(prometheus, query, signal);
        if (typeof found === 'string') {
          // Nobody knows what it was meanwhile, so no time counts against the candidate.
          missedSince = null;
          return { verdict: 'inconclusive', detail: `${threshold.name}: ${found}; asked ${prometheus.name}: ${query}` };
        }
        const now = clock.now();
        missedSince = holds(threshold, found) ? null : (missedSince ?? now);
        return judged(threshold, query, found, missedSince === null ? null : now - missedSince);
      },
    };
  });
}

/** The query with its variables filled in, fit to stand between double or single quotes. */
export function filledIn(query: string, names: QueryNames): string {
  const values: Readonly<Record<QueryVariable, string>> = {
    namespace: names.namespace,
    deployment: names.deployment,
    stable: names.stableHash,
    candidate: names.candidateHash,
    service: names.service,
    candidate_service: names.candidateService,
  };
  return query.replaceAll(QUERY_VARIABLE, (whole: string, name: string) =>
    name in values ? escaped(values[name as QueryVariable]) : whole,
  );
}

function escaped(value: string): string {
  return value.replaceAll(/[\\"'`]/g, (character) => `\\${character}`).replaceAll('\n', '\\n');
}

/** The one number that the query gives, or what there was instead of it. Rejects only with the signal's reason. */
async function measure(prometheus: PrometheusApi, query: string, signal: AbortSignal): Promise<number | string> {
  let answer: QueryAnswer;
  try {
    answer = await prometheus.query(query, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MetricsError) return error.message;
    throw error;
  }
  const values = answer.type === 'scalar' ? [answer.value] : answer.samples.map(({ value }) => value);
  const [value] = values;
  if (answer.type === 'vector' && answer.samples.length > 1) return severalSeries(answer.samples);
  if (value === undefined) return 'wanted one number, found no data';
  return Number.isNaN(value) ? 'wanted one number, found NaN (mostly a division of nothing by nothing)' : value;
}

const SHOWN_SERIES = 3;

function severalSeries(samples: readonly Sample[]): string {
  const shown = samples.slice(0, SHOWN_SERIES).map(({ labels }) => {
    const { __name__: name = '', ...others } = labels;
    const pairs = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    return `${name}{${pairs.join(',')}}`;
  });
  const more = samples.length > SHOWN_SERIES ? ', …' : '';
  return `wanted one number, found ${samples.length} series (${shown.join(', ')}${more}); make one of them with sum(), max() or another aggregation`;
}

const HOLDS: Readonly<Record<Comparison, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '==': (value, bound) => value === bound,
  '!=': (value, bound) => value !== bound,
};

function holds({ comparison, bound }: Threshold, value: number): boolean {
  return HOLDS[comparison](value, bound);
}

/** `missedFor`: milliseconds for which it has not held; null: it holds. */
function judged(threshold: Threshold, query: string, value: number, missedFor: number | null): GateLook {
  const { name, comparison, bound, patience } = threshold;
  const wanted = `${comparison} ${bound}`;
  const look = (verdict: Verdict, detail: string): GateLook => ({ verdict, detail: `${name}: ${detail}` });
  if (missedFor === null) return look('healthy', `${value}, wanted ${wanted}`);
  const said = `${value}, wanted ${wanted}`;
  if (missedFor >= patience) {
    const time = patience === 0 ? '' : `, for ${formatDuration(missedFor)} now`;
    return look('unhealthy', `${said}${time}; asked: ${query}`);
  }
  return look(
    'inconclusive',
    `${said}, for ${formatDuration(missedFor)} now; unhealthy after ${formatDuration(patience)}; asked: ${query}`,
  );
}
