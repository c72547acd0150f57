import { addTick, beginStep, newJudgement, verdictsOf } from '../../src/analysis/judgement.ts';
import { JUDGEMENT_DEFAULTS, type JudgementPlan } from '../../src/analysis/judgement-plan.ts';
import { seeded } from '../analysis/ticks.ts';
import { type Traffic, ticksOf } from './simulated-errors.ts';

/** What judging costs: three metrics, a tick every 5 s for an hour, a verdict after each. */
export interface JudgeCost {
  readonly msPerTick: number;
  /** Bytes of the judgement as it is kept, after half an hour and after an hour. */
  readonly bytesEarly: number;
  readonly bytesLate: number;
}

const METRICS = ['errors', 'slow', 'restarts'] as const;
const TRAFFIC: Traffic = {
  rps: 100,
  share: 0.1,
  tickSeconds: 5,
  candidateRate: 0.001,
  stableRate: 0.001,
  burst: 5,
  lasting: 30,
};

export const COST_PLAN: JudgementPlan = {
  ...JUDGEMENT_DEFAULTS,
  metrics: METRICS.map((name) => ({ name, kind: name === 'restarts' ? 'pod-seconds' : 'requests', objective: null })),
  evidence: 'ticks',
  steps: 5,
  minRequests: 50,
  tickMs: 5_000,
  staleMs: 60_000,
};

/** Pods are summed up before they are judged: their number does not matter here. */
export function judgeCost(): JudgeCost {
  const ticks = ticksOf(TRAFFIC, seeded(5));
  let judgement = beginStep(COST_PLAN, newJudgement(COST_PLAN), 1);
  let [spent, bytesEarly, count] = [0, 0, 0];
  for (let at = 5_000; at <= 3_600_000; at += 5_000) {
    const { value: arms } = ticks.next();
    const began = performance.now();
    judgement = addTick(COST_PLAN, judgement, { at, arms: { errors: arms, slow: arms, restarts: arms } });
    verdictsOf(COST_PLAN, judgement);
    spent += performance.now() - began;
    count++;
    if (at === 1_800_000) bytesEarly = JSON.stringify(judgement).length;
  }
  return { msPerTick: spent / count, bytesEarly, bytesLate: JSON.stringify(judgement).length };
}
