import type { Arm, Verdict } from './arms.ts';
import { dispersionOf } from './dispersion.ts';
import { lnEvidence } from './evidence.ts';
import { type JudgedMetric, type JudgementPlan, thresholdOf } from './judgement-plan.ts';
import type { Judgement } from './judgement.ts';
import { freshEvidence, type MetricEvidence } from './metric-evidence.ts';
import { type Finding, sentenceOf } from './sentence.ts';
import { NO_HISTORY, type StableHistory } from './stable-history.ts';
import { whyMerged } from './tick-length.ts';
import type { TracePoint } from './trace.ts';

/** What is known in a step, by all metrics together: one that condemns condemns; healthy and certified only when all are. */
export interface Judged {
  readonly step: number;
  readonly verdict: Verdict;
  readonly condemned: boolean;
  readonly certified: boolean;
  /** Of the metric that decided, for a person. */
  readonly sentence: string;
  readonly metrics: readonly JudgedByMetric[];
}

/** What is known in a step by one metric. */
export interface JudgedByMetric {
  readonly name: string;
  readonly kind: JudgedMetric['kind'];
  readonly verdict: Verdict;
  readonly condemned: boolean;
  readonly certified: boolean;
  /** ln E against "no worse than tolerated". */
  readonly lnEvidence: number;
  /** ln E against "worse than the certificate allows"; 0 where all traffic is on the candidate. */
  readonly lnCertificate: number;
  /** Where both condemn, or certify. */
  readonly threshold: number;
  readonly condemnedAt: number | null;
  readonly certifiedAt: number | null;
  /** Totals of the step. Intervals of their rates: interval.ts. */
  readonly candidate: Arm;
  readonly stable: Arm;
  /** φ of stable's errors so far: 1 for independent ones, about the size of a burst otherwise. */
  readonly dispersion: number;
  readonly ticksPerTrial: number;
  /** What a person should know of how it was judged; null: nothing. */
  readonly note: string | null;
  readonly sentence: string;
  readonly trace: readonly TracePoint[];
}

export function judged(plan: JudgementPlan, judgement: Judgement): Judged {
  const metrics = plan.metrics.map((metric) => byMetric(plan, judgement, metric));
  const all = (test: (metric: JudgedByMetric) => boolean): boolean => metrics.length > 0 && metrics.every(test);
  const condemned = metrics.some((metric) => metric.condemned);
  const verdict: Verdict = condemned
    ? 'unhealthy'
    : all((metric) => metric.verdict === 'healthy')
      ? 'healthy'
      : 'inconclusive';
  const telling = metrics.filter((metric) => metric.verdict === verdict);
  return {
    step: judgement.step,
    verdict,
    condemned,
    certified: all((metric) => metric.certified),
    sentence: metrics.length === 0 ? 'no metric is judged' : telling.map(({ sentence }) => sentence).join('; '),
    metrics,
  };
}

function byMetric(plan: JudgementPlan, judgement: Judgement, metric: JudgedMetric): JudgedByMetric {
  const history = judgement.stable[metric.name] ?? NO_HISTORY;
  const evidence = judgement.evidence[metric.name] ?? freshEvidence(plan, metric, judgement.sides, history);
  const finding = findingOf(plan, judgement, metric, evidence);
  const { candidate, stable, condemnedAt, certifiedAt, ticksPerTrial } = evidence;
  return {
    name: metric.name,
    kind: metric.kind,
    verdict: verdictOf(finding),
    condemned: condemnedAt !== null,
    certified: finding.is === 'certified',
    lnEvidence: lnEvidence(evidence.condemn),
    lnCertificate: lnEvidence(evidence.certify),
    threshold: thresholdOf(plan),
    condemnedAt,
    certifiedAt,
    candidate,
    stable,
    dispersion: dispersionOf(history.series, metric.kind),
    ticksPerTrial,
    note: noteOf(plan, history, ticksPerTrial),
    sentence: sentenceOf(plan, metric, evidence, finding),
    trace: evidence.trace.points,
  };
}

function noteOf({ tickMs }: JudgementPlan, { length }: StableHistory, ticksPerTrial: number): string | null {
  return ticksPerTrial > 1 ? whyMerged(length, tickMs) : null;
}

/** What is condemned stays condemned. Otherwise data comes first: without it nothing is healthy, certified earlier or not. */
function findingOf(
  plan: JudgementPlan,
  { sides, lookedAt }: Judgement,
  { kind }: JudgedMetric,
  evidence: MetricEvidence,
): Finding {
  const { candidate, stable, freshAt, condemnedAt, certifiedAt, limit, worseBy } = evidence;
  if (condemnedAt !== null) return { is: 'condemned', atLeast: worseBy.proven ?? plan.tolerance };
  if (freshAt === null) return { is: 'no-data' };
  if (candidate.n <= 0) return { is: 'no-traffic', on: 'candidate' };
  if (sides === 'both' && stable.n <= 0) return { is: 'no-traffic', on: 'stable' };
  if (sides === 'candidate' && limit === null) return { is: 'no-limit' };
  const age = (lookedAt ?? freshAt) - freshAt;
  if (age > plan.staleMs) return { is: 'stale', age };
  if (certifiedAt !== null) return { is: 'certified' };
  if (kind === 'requests' && candidate.n < plan.minRequests) return { is: 'too-few' };
  return { is: 'no-sign' };
}

function verdictOf({ is }: Finding): Verdict {
  if (is === 'condemned') return 'unhealthy';
  return is === 'certified' || is === 'no-sign' ? 'healthy' : 'inconclusive';
}
