import type { Arm, Arms } from './arms.ts';
import type { JudgementPlan } from './judgement-plan.ts';
import { addToEvidence, freshEvidence, type MetricEvidence, type Sides } from './metric-evidence.ts';
import { addToHistory, NO_HISTORY, type StableHistory } from './stable-history.ts';
import { EMPTY_TRACE, pastPoints } from './trace.ts';
import { judged, type Judged } from './verdicts.ts';

/**
 * Everything that is known of a candidate; plain JSON, kept between runs. Its size depends on the metrics and steps, not on the
 * length of the release.
 */
export interface Judgement {
  readonly step: number;
  readonly sides: Sides;
  /** Epoch ms of the newest tick, with data or without; null: there was none. */
  readonly lookedAt: number | null;
  /** By metric. */
  readonly stable: Readonly<Record<string, StableHistory>>;
  /** Of the step; by metric. */
  readonly evidence: Readonly<Record<string, MetricEvidence>>;
  /** How earlier steps ended. */
  readonly past: readonly Judged[];
}

/** What arrived together. Null, or a metric that is not there: no new data, which is no evidence of anything. */
export interface JudgementTick {
  /** Epoch ms. */
  readonly at: number;
  readonly arms: Readonly<Record<string, Arms | null>>;
}

/** Before any user is moved (step 0): ticks of stable alone are welcome here, they say how its errors come. */
export function newJudgement(plan: JudgementPlan): Judgement {
  const blank: Judgement = { step: 0, sides: 'both', lookedAt: null, stable: {}, evidence: {}, past: [] };
  return { ...blank, evidence: evidenceOf(plan, blank, 'both') };
}

/**
 * The release has reached a step: new tests begin, how the last step ended is kept. `sides` is `candidate` for a step in which all
 * traffic is on the candidate. To begin the step that is being judged already changes nothing, so that a later run may say it again.
 */
export function beginStep(plan: JudgementPlan, judgement: Judgement, step: number, sides: Sides = 'both'): Judgement {
  if (step === judgement.step && sides === judgement.sides) return judgement;
  return {
    ...judgement,
    step,
    sides,
    evidence: evidenceOf(plan, judgement, sides),
    past: wasLookedAt(judgement) ? [...judgement.past, ended(plan, judgement)] : judgement.past,
  };
}

/** What stable's counters showed when they were first read, by metric; what is known of that already stays. */
export function withLifetimes(judgement: Judgement, lifetimes: Readonly<Record<string, Arm>>): Judgement {
  const stable = { ...judgement.stable };
  for (const [name, lifetime] of Object.entries(lifetimes)) {
    const history = stable[name] ?? NO_HISTORY;
    if (history.lifetime === null && isCounted(lifetime)) stable[name] = { ...history, lifetime };
  }
  return { ...judgement, stable };
}

/**
 * After one tick, at every look, whether there was data or not: that looks go by without data is how it is known to be old. Numbers that no counter can give (negative, NaN) count as no data.
 */
export function addTick(plan: JudgementPlan, judgement: Judgement, { at, arms }: JudgementTick): Judgement {
  const { sides } = judgement;
  const stable = { ...judgement.stable };
  const evidence = { ...judgement.evidence };
  for (const metric of plan.metrics) {
    const tick = arms[metric.name] ?? null;
    if (tick === null || !isCounted(tick.candidate) || !isCounted(tick.stable)) continue;
    // How a tick is weighed is settled before it is looked at.
    const history = stable[metric.name] ?? NO_HISTORY;
    const before = evidence[metric.name] ?? freshEvidence(plan, metric, sides, history);
    evidence[metric.name] = addToEvidence(plan, metric, sides, history, before, at, tick);
    stable[metric.name] = addToHistory(history, tick.stable);
  }
  return { ...judgement, lookedAt: Math.max(at, judgement.lookedAt ?? at), stable, evidence };
}

/** What is known now of the step that is being judged. */
export function verdictsOf(plan: JudgementPlan, judgement: Judgement): Judged {
  return judged(plan, judgement);
}

/** What is decided by, without the pictures: small enough for a record. */
export function withoutTraces(judgement: Judgement): Judgement {
  const evidence = Object.entries(judgement.evidence).map(([name, known]) => [name, { ...known, trace: EMPTY_TRACE }]);
  const past = judgement.past.map((step) => ({
    ...step,
    metrics: step.metrics.map((metric) => ({ ...metric, trace: [] })),
  }));
  return { ...judgement, evidence: Object.fromEntries(evidence), past };
}

function ended(plan: JudgementPlan, judgement: Judgement): Judged {
  const last = verdictsOf(plan, judgement);
  return { ...last, metrics: last.metrics.map((metric) => ({ ...metric, trace: pastPoints(metric.trace) })) };
}

function evidenceOf(plan: JudgementPlan, { stable }: Judgement, sides: Sides): Record<string, MetricEvidence> {
  return Object.fromEntries(
    plan.metrics.map((metric) => [metric.name, freshEvidence(plan, metric, sides, stable[metric.name] ?? NO_HISTORY)]),
  );
}

/** Ticks of stable alone are no step that anybody wants to read of. */
function wasLookedAt({ step, evidence }: Judgement): boolean {
  return step > 0 || Object.values(evidence).some(({ candidate }) => candidate.n > 0);
}

function isCounted({ n, x }: Arm): boolean {
  return Number.isFinite(n) && Number.isFinite(x) && n >= 0 && x >= 0;
}
