import type { Arm, Arms } from './arms.ts';
import { mirrored, mirroredTolerance } from './certificate.ts';
import { addToCountTest, FRESH_COUNT_TEST } from './count-test.ts';
import { dispersionOf } from './dispersion.ts';
import { type Bets, lnEvidence } from './evidence.ts';
import { type JudgedMetric, type JudgementPlan, thresholdOf, trialOf } from './judgement-plan.ts';
import {
  addToOneArmCountTest,
  addToOneArmTickTest,
  FRESH_ONE_ARM_COUNT_TEST,
  FRESH_ONE_ARM_TICK_TEST,
} from './one-arm-test.ts';
import { type Limit, limitOf, type StableHistory, ticksPerTrial } from './stable-history.ts';
import { addToTickTest, FRESH_TICK_TEST } from './tick-test.ts';
import { addToTrace, EMPTY_TRACE, type Trace } from './trace.ts';
import { addCountsToWorseBy, addTickToWorseBy, freshWorseBy, type WorseBy } from './worse-by.ts';

/** Whether a step has traffic on both tracks, or all of it on the candidate. */
export type Sides = 'both' | 'candidate';

/** What is known of the candidate by one metric in one step. */
export interface MetricEvidence {
  /** Totals of the step. */
  readonly candidate: Arm;
  readonly stable: Arm;
  /** Epoch ms of the newest tick with data; null: there was none. */
  readonly freshAt: number | null;
  /** Of the tick test: what has arrived of a tick that is made of several. */
  readonly pending: Arms | null;
  readonly arrived: number;
  /** Ticks that are one trial. */
  readonly ticksPerTrial: number;
  readonly condemn: Bets;
  /** Empty where all traffic is on the candidate: nothing is certified then. */
  readonly certify: Bets;
  readonly worseBy: WorseBy;
  /** When ln E first reached the threshold. What is condemned stays condemned in its step. */
  readonly condemnedAt: number | null;
  readonly certifiedAt: number | null;
  /** Where all traffic is on the candidate: what it is held to. */
  readonly limit: Limit | null;
  readonly trace: Trace;
}

const NOTHING: Arm = { n: 0, x: 0 };

/** At the beginning of a step. */
export function freshEvidence(
  plan: JudgementPlan,
  metric: JudgedMetric,
  sides: Sides,
  history: StableHistory,
): MetricEvidence {
  return {
    candidate: NOTHING,
    stable: NOTHING,
    freshAt: null,
    condemnedAt: null,
    certifiedAt: null,
    limit: sides === 'candidate' ? limitOf(plan, metric, history) : null,
    trace: EMPTY_TRACE,
    ...freshTests(plan, metric, sides, ticksPerTrial(plan, metric, history)),
  };
}

/** After one tick with data at `at`, epoch ms. `history` is what stable did before it. */
export function addToEvidence(
  plan: JudgementPlan,
  metric: JudgedMetric,
  sides: Sides,
  history: StableHistory,
  evidence: MetricEvidence,
  at: number,
  arms: Arms,
): MetricEvidence {
  const seen: MetricEvidence = {
    ...evidence,
    candidate: sum(evidence.candidate, arms.candidate),
    stable: sum(evidence.stable, arms.stable),
    freshAt: at,
  };
  if (trialOf(plan, metric) === 'count') {
    const temper = metric.kind === 'requests' ? 1 / dispersionOf(history.series, metric.kind) : 1;
    return marked(plan, counted(plan, metric, sides, seen, arms, temper), at);
  }
  const wanted = ticksPerTrial(plan, metric, history);
  // Evidence from ticks that turned out too short is none. What was condemned stays so.
  const current =
    wanted === seen.ticksPerTrial || seen.condemnedAt !== null
      ? seen
      : { ...seen, ...freshTests(plan, metric, sides, wanted) };
  const pending = current.pending === null ? arms : both(current.pending, arms);
  const arrived = current.arrived + 1;
  if (arrived < current.ticksPerTrial) return { ...current, pending, arrived };
  return marked(plan, { ...ticked(plan, sides, current, pending), pending: null, arrived: 0 }, at);
}

function freshTests(
  plan: JudgementPlan,
  metric: JudgedMetric,
  sides: Sides,
  perTrial: number,
): Pick<MetricEvidence, 'condemn' | 'certify' | 'worseBy' | 'pending' | 'arrived' | 'ticksPerTrial'> {
  const byTicks = trialOf(plan, metric) === 'tick';
  const common = { pending: null, arrived: 0, ticksPerTrial: perTrial };
  const noLadder: WorseBy = { proven: null, ladder: [] };
  if (sides === 'candidate') {
    const condemn = byTicks ? FRESH_ONE_ARM_TICK_TEST : FRESH_ONE_ARM_COUNT_TEST;
    return { ...common, condemn, certify: [], worseBy: noLadder };
  }
  return byTicks
    ? { ...common, condemn: FRESH_TICK_TEST, certify: FRESH_TICK_TEST, worseBy: freshWorseBy(plan.tolerance) }
    : { ...common, condemn: FRESH_COUNT_TEST, certify: FRESH_COUNT_TEST, worseBy: noLadder };
}

function ticked(plan: JudgementPlan, sides: Sides, evidence: MetricEvidence, arms: Arms): MetricEvidence {
  if (sides === 'candidate') {
    if (evidence.limit === null) return evidence;
    return { ...evidence, condemn: addToOneArmTickTest(evidence.condemn, arms.candidate, evidence.limit.rate) };
  }
  return {
    ...evidence,
    condemn: addToTickTest(evidence.condemn, arms, plan.tolerance),
    certify: addToTickTest(evidence.certify, mirrored(arms), mirroredTolerance(plan.worseAtMost)),
    worseBy: addTickToWorseBy(evidence.worseBy, arms, thresholdOf(plan)),
  };
}

function counted(
  plan: JudgementPlan,
  metric: JudgedMetric,
  sides: Sides,
  evidence: MetricEvidence,
  arms: Arms,
  temper: number,
): MetricEvidence {
  if (sides === 'candidate') {
    if (evidence.limit === null) return evidence;
    const { rate } = evidence.limit;
    return {
      ...evidence,
      condemn: addToOneArmCountTest(evidence.condemn, arms.candidate, metric.kind, rate, temper),
    };
  }
  const condemn = addToCountTest(evidence.condemn, arms, plan.tolerance, temper);
  return {
    ...evidence,
    condemn,
    certify: addToCountTest(evidence.certify, mirrored(arms), mirroredTolerance(plan.worseAtMost), temper),
    worseBy: addCountsToWorseBy(evidence.worseBy, condemn, plan.tolerance, thresholdOf(plan)),
  };
}

function marked(plan: JudgementPlan, evidence: MetricEvidence, at: number): MetricEvidence {
  const threshold = thresholdOf(plan);
  const [condemn, certify] = [lnEvidence(evidence.condemn), lnEvidence(evidence.certify)];
  return {
    ...evidence,
    condemnedAt: evidence.condemnedAt ?? (condemn >= threshold ? at : null),
    certifiedAt: evidence.certifiedAt ?? (certify >= threshold ? at : null),
    trace: addToTrace(evidence.trace, { at, condemn, certify }),
  };
}

function both(a: Arms, b: Arms): Arms {
  return { candidate: sum(a.candidate, b.candidate), stable: sum(a.stable, b.stable) };
}

function sum(a: Arm, b: Arm): Arm {
  return { n: a.n + b.n, x: a.x + b.x };
}
