import type { Judge, MetricsRequest, PodsRequest, ProbeRequest } from '../metrics/metrics-request.ts';
import { OWN_METRICS_FORM, parseOwnMetrics } from '../metrics/own-metrics.ts';
import { FAILED_STATUS, type PodSeries, PRESETS, STATUS_LABELS } from '../metrics/presets.ts';
import type { SlowRequest } from '../metrics/slow-edge.ts';
import { parseDuration } from './durations.ts';
import { type InputProblem, shown } from './input-errors.ts';
import { misunderstood, type Parsed, understood } from './parsed.ts';
import { type Fail, type Get, readPrometheus } from './prometheus-inputs.ts';
import { didYouMean, nearest } from './words.ts';

const WORDS = ['auto', 'none', 'pods', ...PRESETS] as const;
const METRICS_FORM = `${WORDS.join(', ')}, or ${OWN_METRICS_FORM}`;
const SLOW_FORM = 'auto, off, or the edge of a bucket such as 500ms or 2.5ms';
const PROBE_FORM =
  'GET /path, how many a second (at most 20/s), and port= or scheme= if wanted, such as GET /healthz 5/s port=http';
const MOST_RATE = 20;

/** What the candidate is to be judged by; null: nothing is asked for. Asynchronous only because the YAML parser is loaded when needed. */
export async function readMetrics(get: Get, fail: Fail): Promise<MetricsRequest | null> {
  const prometheus = readPrometheus(get, fail);
  const parse = <T, S>(input: string, accepted: string, parsed: Parsed<T>, standIn: S): T | S => {
    if (parsed.ok) return parsed.value;
    fail({ input, line: null, given: shown(get(input)), problem: parsed.problem, accepted });
    return standIn;
  };
  const judge = parse('metrics', METRICS_FORM, await parseJudge(get('metrics')), { kind: 'none' } as const);
  const pods: PodsRequest = {
    port: parse(
      'metrics-port',
      'number or name of a port, such as 9102 or metrics',
      parsePort(get('metrics-port')),
      null,
    ),
    path: parse('metrics-path', 'a path, such as /metrics', parsePath(get('metrics-path')), null),
    most: parse('metrics-pods', 'a whole number from 1 to 200, such as 10', parseMost(get('metrics-pods')), 1),
  };
  const slow = parse('slow', SLOW_FORM, parseSlow(get('slow')), 'auto' as const);
  const probe = get('probe') === '' ? null : parse('probe', PROBE_FORM, parseProbe(get('probe')), null);
  const asked: MetricsRequest = {
    prometheus,
    // `auto` is the default, and needs a Prometheus to mean anything.
    judge: judge.kind === 'auto' && prometheus === null ? { kind: 'none' } : judge,
    pods,
    slow,
    probe,
  };
  for (const problem of togetherProblems(asked, get)) fail(problem);
  return prometheus === null && asked.judge.kind === 'none' && probe === null ? null : asked;
}

function togetherProblems({ judge, prometheus, probe }: MetricsRequest, get: Get): InputProblem[] {
  const problem = (input: string, text: string, accepted: string): InputProblem => ({
    input,
    line: null,
    given: shown(get(input)),
    problem: text,
    accepted,
  });
  const problems: InputProblem[] = [];
  if ((judge.kind === 'preset' || judge.kind === 'own') && prometheus === null && get('prometheus') === '')
    problems.push(
      problem(
        'metrics',
        'It needs a Prometheus, and input prometheus is not given.',
        'with prometheus; or metrics: pods, which needs none',
      ),
    );
  for (const input of ['metrics-port', 'metrics-path'])
    if (get(input) !== '' && judge.kind !== 'pods')
      problems.push(problem(input, 'It has no meaning without metrics: pods.', 'leave it out, or add metrics: pods'));
  const isNothing = get('probe') === '' && (get('prometheus') === '' || get('metrics') === 'none');
  if (get('slow') !== 'auto' && judge.kind === 'none' && probe === null && isNothing)
    problems.push(
      problem(
        'slow',
        'There is nothing that would be slow: no metrics and no probe.',
        'leave it out, or add prometheus, metrics: pods or probe',
      ),
    );
  return problems;
}

async function parseJudge(given: string): Promise<Parsed<Judge>> {
  if (given === 'auto' || given === 'none') return understood({ kind: given });
  const preset = PRESETS.find((known) => known === given);
  if (preset !== undefined) return understood({ kind: 'preset', preset });
  if (/^pods(?:\s|$)/.test(given)) return parsePods(given);
  if (/^[\w-]+$/.test(given))
    return misunderstood(`It is not one of the accepted words.${didYouMean(nearest(given, WORDS))}`);
  const { parseDocument } = await import('yaml');
  // The failsafe schema keeps every scalar a text: `5..` and `on` are what they look like.
  const document = parseDocument(given, { schema: 'failsafe', prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) return misunderstood(`It is not valid YAML: ${error.message}.`);
  let content: unknown;
  try {
    content = document.toJS();
  } catch {
    return misunderstood('Its YAML has an alias (*name) of nothing, or aliases of aliases in too many places.');
  }
  const metrics = parseOwnMetrics(content);
  return metrics.ok ? understood({ kind: 'own', metrics: metrics.value }) : metrics;
}

const POD_OPTIONS = ['requests', 'label', 'failed', 'buckets', 'unit'] as const;

/** `pods`, and after it the app's own names: `requests=shop_requests_total label=outcome failed=error|timeout`. */
function parsePods(given: string): Parsed<Judge> {
  const options = optionsOf(given.split(/\s+/).slice(1), POD_OPTIONS);
  if (!options.ok) return options;
  const { requests, label, failed = FAILED_STATUS, buckets = '', unit = 's' } = options.value;
  if (options.value.size === 0) return understood({ kind: 'pods', series: null });
  if (requests === undefined) return misunderstood('requests= is missing: the name of the counter of all requests.');
  for (const name of [requests, buckets].filter((one) => one !== ''))
    if (!/^[a-zA-Z_:][\w:]*$/.test(name)) return misunderstood(`"${name}" is not the name of a metric.`);
  if (label !== undefined && !/^[a-zA-Z_]\w*$/.test(label))
    return misunderstood(`"${label}" is not the name of a label.`);
  if (!isPattern(failed)) return misunderstood(`failed="${failed}" is not a regular expression.`);
  if (unit !== 's' && unit !== 'ms') return misunderstood('unit= must be s or ms: what le is in.');
  const series: PodSeries = {
    preset: 'http',
    counter: requests,
    where: [],
    failed: (label === undefined ? STATUS_LABELS : [label]).map((one) => ({ label: one, matches: failed })),
    alsoFailed: [],
    buckets: buckets === '' ? `${requests.replace(/_(?:total|count)$/, '')}_bucket` : buckets,
    unit: unit === 's' ? 1000 : 1,
  };
  return understood({ kind: 'pods', series });
}

/** `name=value` words. */
function optionsOf<N extends string>(
  words: readonly string[],
  names: readonly N[],
): Parsed<Partial<Record<N, string>> & { readonly size: number }> {
  const given = new Map<N, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    const name = names.find((known) => known === word.slice(0, Math.max(0, equals)));
    if (name === undefined)
      return misunderstood(`"${word}" is not an option; there are ${names.map((one) => `${one}=`).join(', ')}.`);
    if (given.has(name)) return misunderstood(`The option ${name}= is there twice.`);
    given.set(name, word.slice(equals + 1));
  }
  // Built of the names above and nothing else.
  return understood({ ...(Object.fromEntries(given) as Partial<Record<N, string>>), size: given.size });
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

function parsePort(given: string): Parsed<string | null> {
  if (given === '') return understood(null);
  return isPort(given)
    ? understood(given)
    : misunderstood('It is neither a number from 1 to 65535 nor the name of a port.');
}

function isPort(text: string): boolean {
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 65_535;
  return /^(?=.*[a-z])[a-z0-9-]{1,15}$/.test(text);
}

function parsePath(given: string): Parsed<string | null> {
  if (given === '') return understood(null);
  if (!/^\/[!-~]*$/.test(given) || given.includes('#'))
    return misunderstood('It must begin with "/" and have no spaces.');
  return understood(given);
}

function parseMost(given: string): Parsed<number> {
  const most = Number(given);
  return /^\d{1,3}$/.test(given) && most >= 1 && most <= 200
    ? understood(most)
    : misunderstood('It is not such a number.');
}

function parseSlow(given: string): Parsed<SlowRequest> {
  if (given === 'auto' || given === 'off') return understood(given);
  const fraction = /^(\d+\.\d+)ms$/.exec(given)?.[1];
  const duration = fraction === undefined ? parseDuration(given) : understood(Number(fraction));
  if (!duration.ok) return duration;
  return duration.value > 0
    ? understood({ ms: duration.value })
    : misunderstood('Every request takes longer than no time.');
}

/** `GET /healthz 5/s port=http scheme=https`; the rate may be left out. */
export function parseProbe(line: string): Parsed<ProbeRequest> {
  if (/[\r\n]/.test(line)) return misunderstood('It is one line.');
  const [method = '', path = '', ...rest] = line.split(/\s+/);
  if (method !== 'GET') return misunderstood(`It must begin with GET, and "${method}" is not.`);
  const wrong = parsePath(path);
  if (!wrong.ok || path === '') return misunderstood('A path that begins with "/" must follow GET.');
  const [first = ''] = rest;
  const rate = /^(\d{1,3})\/s$/.exec(first)?.[1];
  if (rate === undefined && first !== '' && !first.includes('='))
    return misunderstood(`"${first}" is no rate such as 5/s.`);
  const perSecond = Number(rate ?? 5);
  if (perSecond < 1 || perSecond > MOST_RATE) return misunderstood(`The rate must be from 1/s to ${MOST_RATE}/s.`);
  const options = optionsOf(rate === undefined ? rest : rest.slice(1), ['port', 'scheme']);
  if (!options.ok) return options;
  const { port = null, scheme = 'http' } = options.value;
  if (port !== null && !isPort(port))
    return misunderstood(`port=${port} is neither a number from 1 to 65535 nor the name of a port.`);
  if (scheme !== 'http' && scheme !== 'https') return misunderstood('scheme= must be http or https.');
  return understood({ line, path, port, scheme, perSecond });
}
