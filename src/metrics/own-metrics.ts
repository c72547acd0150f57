import { misunderstood, type Parsed, understood } from '../action/parsed.ts';
import { parseDuration } from '../action/durations.ts';
import { didYouMean, nearest } from '../action/words.ts';
import { type CounterPart, type CounterQuery, scrapedAt, slowPart, summed } from './counter-query.ts';
import { hasBareVariable, isSelector, narrowed, rateIn, unknownVariables, VARIABLES } from './promql.ts';

/** A metric of the user's own: counters by pod, as PromQL with `$variables`. */
export interface OwnMetric {
  readonly name: string;
  /** Label that has the pod's name. */
  readonly pod: string;
  readonly counts:
    | { readonly kind: 'errors'; readonly total: string; readonly errors: string }
    /** `total`: null: the bucket of all. `slowerThan`: null: chosen by input `slow`. `unit`: milliseconds of 1 in `le`. */
    | {
        readonly kind: 'buckets';
        readonly buckets: string;
        readonly slowerThan: number | null;
        readonly unit: number;
      };
}

export const OWN_METRICS_FORM =
  'a list in YAML, such as: - { name: checkout, total: \'checkout_total{namespace="$namespace"}\', errors: \'checkout_total{namespace="$namespace", result="failed"}\' }; or with buckets: and slower-than: instead of errors:';

const KEYS = ['name', 'total', 'errors', 'buckets', 'slower-than', 'unit', 'pod'] as const;
type Key = (typeof KEYS)[number];
const MOST = 10;
const RESERVED = ['errors', 'slow', 'probe', 'probe-slow', 'restarts'];

/** The list as YAML gave it. */
export function parseOwnMetrics(list: unknown): Parsed<readonly OwnMetric[]> {
  if (!Array.isArray(list)) return misunderstood('It is no list of metrics.');
  if (list.length === 0) return misunderstood('The list is empty.');
  if (list.length > MOST)
    return misunderstood(`There are ${list.length} metrics, and at most ${MOST} can be judged together.`);
  const metrics: OwnMetric[] = [];
  for (const [index, item] of list.entries()) {
    const parsed = parseOne(item);
    if (!parsed.ok) return misunderstood(`Metric ${index + 1}: ${parsed.problem}`);
    if (metrics.some(({ name }) => name === parsed.value.name))
      return misunderstood(`Metric ${index + 1}: another one is called ${parsed.value.name}.`);
    metrics.push(parsed.value);
  }
  return understood(metrics);
}

function parseOne(item: unknown): Parsed<OwnMetric> {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return misunderstood('it is no mapping.');
  const given = new Map<Key, string>();
  for (const [name, value] of Object.entries(item)) {
    const key = KEYS.find((known) => known === name);
    if (key === undefined)
      return misunderstood(`"${name}" is no key; there are ${KEYS.join(', ')}.${didYouMean(nearest(name, KEYS))}`);
    if (typeof value !== 'string') return misunderstood(`${name} is no text.`);
    given.set(key, value.trim());
  }
  const name = given.get('name') ?? '';
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name))
    return misunderstood('name must have 1 to 40 small letters, digits and "-", and begin with a letter.');
  if (RESERVED.includes(name)) return misunderstood(`the name ${name} is taken: it is one of ${RESERVED.join(', ')}.`);
  const pod = given.get('pod') ?? 'pod';
  if (!/^[a-zA-Z_]\w*$/.test(pod)) return misunderstood(`pod must be the name of a label, and "${pod}" is none.`);
  const counts = given.has('buckets') ? bucketsOf(given) : errorsOf(given);
  return counts.ok ? understood({ name, pod, counts: counts.value }) : counts;
}

function errorsOf(given: ReadonlyMap<Key, string>): Parsed<OwnMetric['counts']> {
  for (const key of ['slower-than', 'unit'] as const)
    if (given.has(key)) return misunderstood(`${key} has a meaning only with buckets.`);
  const total = given.get('total') ?? '';
  const errors = given.get('errors') ?? '';
  if (total === '' || errors === '') return misunderstood('total and errors are wanted, or buckets.');
  const wrong = queryProblem('total', total) ?? queryProblem('errors', errors);
  return wrong === null ? understood({ kind: 'errors', total, errors }) : misunderstood(wrong);
}

function bucketsOf(given: ReadonlyMap<Key, string>): Parsed<OwnMetric['counts']> {
  for (const key of ['errors', 'total'] as const)
    if (given.has(key)) return misunderstood(`${key} has no meaning with buckets: the bucket +Inf has all requests.`);
  const buckets = given.get('buckets') ?? '';
  const wrong = queryProblem('buckets', buckets);
  if (wrong !== null) return misunderstood(wrong);
  if (!isSelector(buckets) || /\ble\s*(?:=|!)/.test(buckets))
    return misunderstood(
      'buckets must be a plain selector of the histogram’s series without le, such as checkout_seconds_bucket{namespace="$namespace"}.',
    );
  const unit = given.get('unit') ?? 's';
  if (unit !== 's' && unit !== 'ms') return misunderstood('unit must be s or ms: what le is in.');
  const text = given.get('slower-than');
  const slowerThan = text === undefined ? null : parseDuration(text);
  if (slowerThan !== null && !slowerThan.ok) return misunderstood(`slower-than is no duration. ${slowerThan.problem}`);
  return understood({
    kind: 'buckets',
    buckets,
    slowerThan: slowerThan?.value ?? null,
    unit: unit === 's' ? 1000 : 1,
  });
}

function queryProblem(key: Key, query: string): string | null {
  if (query === '') return `${key} is empty.`;
  const rate = rateIn(query);
  if (rate !== null)
    return `${key} must give counters as they are; increments are taken of them later. Leave ${rate}() out.`;
  const [unknown] = unknownVariables(query);
  if (unknown !== undefined)
    return `${key} names $${unknown}; there are ${VARIABLES.map((variable) => `$${variable}`).join(', ')}.`;
  if (hasBareVariable(query)) return `${key} has a "$" outside of quotes; variables stand in the values of labels.`;
  return null;
}

/** The query of a metric with errors. */
export function ownErrors({ name, pod, counts }: OwnMetric & { counts: { kind: 'errors' } }): CounterQuery {
  const labels = [pod];
  const part: CounterPart = {
    backend: 'pods',
    total: summed(labels, [counts.total]),
    some: summed(labels, [counts.errors]),
    someAre: 'bad',
    at: isSelector(counts.total) ? scrapedAt(labels, [counts.total]) : null,
  };
  return { metric: name, of: 'pod', labels, parts: [part] };
}

/** The query of a metric with buckets, by the edge that was chosen. */
export function ownSlow(
  { name, pod, counts }: OwnMetric & { counts: { kind: 'buckets' } },
  les: readonly string[],
): CounterQuery {
  const labels = [pod];
  const part = slowPart('pods', labels, (le) => [narrowed(counts.buckets, le)], les);
  return { metric: name, of: 'pod', labels, parts: [part] };
}
