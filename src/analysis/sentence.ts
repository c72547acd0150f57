import type { Arm } from './arms.ts';
import type { JudgedMetric, JudgementPlan } from './judgement-plan.ts';
import type { MetricEvidence } from './metric-evidence.ts';
import type { Limit } from './stable-history.ts';

/** What was found by one metric in a step. */
export type Finding =
  /** At least so many times as frequent as stable's. */
  | { readonly is: 'condemned'; readonly atLeast: number }
  | { readonly is: 'certified' }
  | { readonly is: 'no-sign' }
  | { readonly is: 'no-data' }
  | { readonly is: 'no-traffic'; readonly on: 'candidate' | 'stable' }
  /** All traffic is on the candidate, and nothing is known to hold it to. */
  | { readonly is: 'no-limit' }
  /** Milliseconds since the newest data. */
  | { readonly is: 'stale'; readonly age: number }
  | { readonly is: 'too-few' };

type Told = Pick<MetricEvidence, 'candidate' | 'stable' | 'limit'>;

/**
 * What was found, for a person: `candidate 41 errors in 800 requests, stable 7 in 7,200: at least 12 times worse; chance of a false
 * alarm under 1 %`.
 */
export function sentenceOf(plan: JudgementPlan, metric: JudgedMetric, told: Told, finding: Finding): string {
  const { candidate, limit } = told;
  const alarm = `chance of a false alarm under ${percent(plan.falseAlarms)}`;
  const counts = limit === null ? countsOf(metric, told) : alone(metric, candidate, limit);
  switch (finding.is) {
    case 'condemned':
      return limit === null
        ? `${counts}: at least ${ratio(finding.atLeast)} times worse; ${alarm}`
        : `${counts}: more than that; ${alarm}${condition(limit)}`;
    case 'certified':
      return `${counts}: certified, at most ${ratio(plan.worseAtMost)} times worse; chance of an error under ${percent(plan.falseAlarms)}`;
    case 'no-sign':
      return limit === null
        ? `${counts}: no sign that the candidate is worse`
        : `${counts}: no sign that it is more than that`;
    case 'no-data':
      return `no data on ${wordFor(metric, 2)}`;
    case 'no-traffic':
      return metric.kind === 'requests'
        ? `no requests reached ${finding.on === 'candidate' ? 'the candidate' : 'stable: there is nothing to compare the candidate with'}`
        : `no pod of ${finding.on === 'candidate' ? 'the candidate' : 'stable'} ran long enough to count its ${wordFor(metric, 2)}`;
    case 'no-limit':
      return `${trackCounts(metric, 'candidate', candidate)}: all traffic is on the candidate, stable was not seen before, and there is no objective to hold it to`;
    case 'stale':
      return `no new data on ${wordFor(metric, 2)} for ${age(finding.age)}`;
    case 'too-few':
      return `too few requests reached the candidate: ${grouped(candidate.n)} of ${grouped(plan.minRequests)} wanted`;
  }
}

function countsOf(metric: JudgedMetric, { candidate, stable }: Told): string {
  return `${trackCounts(metric, 'candidate', candidate)}, stable ${grouped(stable.x)} in ${amount(metric, stable.n)}`;
}

/** Without a second track: what it is held to, and where that is from. */
function alone(metric: JudgedMetric, candidate: Arm, limit: Limit): string {
  const allowed = `${rate(metric, limit.rate)} allowed`;
  const source =
    limit.from === 'objective'
      ? 'by the objective'
      : `by stable before (${grouped(limit.stable.x)} in ${trackAmount(metric, limit.stable.n)}, its upper 95 % bound ${ratio(limit.tolerance)} times)`;
  return `${trackCounts(metric, 'candidate', candidate)}, ${allowed} ${source}`;
}

/** What the chance of a false alarm rests on where there is one track only. */
function condition({ from }: Limit): string {
  return from === 'objective'
    ? ', an incident of both versions aside: it would look the same'
    : ' if stable’s rate from before still holds: an incident of both versions would look the same';
}

function trackCounts(metric: JudgedMetric, track: string, { n, x }: Arm): string {
  return `${track} ${grouped(x)} ${wordFor(metric, x)} in ${trackAmount(metric, n)}`;
}

/** The second amount of a sentence does without its unit, for requests. */
function amount(metric: JudgedMetric, n: number): string {
  return metric.kind === 'requests' ? grouped(n) : grouped(minutes(n));
}

function trackAmount({ kind }: JudgedMetric, n: number): string {
  if (kind === 'requests') return `${grouped(n)} ${n === 1 ? 'request' : 'requests'}`;
  const podMinutes = minutes(n);
  return `${grouped(podMinutes)} ${podMinutes === 1 ? 'pod-minute' : 'pod-minutes'}`;
}

/** Pod-minutes of pod-seconds: whole ones, tenths below ten. */
function minutes(podSeconds: number): number {
  const exact = podSeconds / 60;
  return exact < 10 ? Math.round(exact * 10) / 10 : Math.round(exact);
}

function rate({ kind }: JudgedMetric, limit: number): string {
  return kind === 'requests' ? percent(limit) : `${significant(limit * 60)} per pod-minute`;
}

function wordFor({ name, kind }: JudgedMetric, count: number): string {
  const one = count === 1;
  if (name === 'errors') return one ? 'error' : 'errors';
  if (name === 'slow') return one ? 'slow request' : 'slow requests';
  if (name === 'restarts') return one ? 'restart' : 'restarts';
  const thing = kind === 'requests' ? 'bad request' : 'event';
  return `${thing}${one ? '' : 's'} (${name})`;
}

/** Rounded down: what is claimed is proven. Two digits are enough. */
function ratio(value: number): string {
  const unit = 10 ** Math.max(-1, Math.floor(Math.log10(value)) - 1);
  // The small part is for values that are whole but for their last bit.
  return grouped(Number((Math.floor(value / unit + 1e-9) * unit).toFixed(1)));
}

function percent(part: number): string {
  return `${significant(part * 100)} %`;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function age(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

/** Thousands apart: `7,200`. */
function grouped(value: number): string {
  const [whole = '', fraction] = String(Math.round(value * 10) / 10).split('.');
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? parted : `${parted}.${fraction}`;
}
