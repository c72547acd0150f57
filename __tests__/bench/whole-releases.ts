import { addTick, beginStep, newJudgement, verdictsOf } from '../../src/analysis/judgement.ts';
import type { JudgementPlan } from '../../src/analysis/judgement-plan.ts';
import { seeded } from '../analysis/ticks.ts';
import { COST_PLAN } from './judge-cost.ts';
import { type Traffic, ticksOf } from './simulated-errors.ts';

/** What the judge said in whole releases: five steps of two minutes, errors and slow requests in bursts of 20, and restarts. */
export interface WholeReleases {
  readonly releases: number;
  /** Part of them with a step that was condemned, though the candidate was as good as stable. */
  readonly condemned: number;
  /** Part of them with a metric certified in any step, though the candidate was just as much worse as a certificate denies. */
  readonly certified: number;
}

const RELEASES = 500;
const SHARES = [0.05, 0.1, 0.2, 0.5, 0.8];
const TICKS = 24;
const METRICS: Readonly<Record<string, Omit<Traffic, 'share'>>> = {
  errors: { rps: 200, tickSeconds: 5, candidateRate: 0.002, stableRate: 0.002, burst: 20, lasting: 0 },
  slow: { rps: 200, tickSeconds: 5, candidateRate: 0.01, stableRate: 0.01, burst: 20, lasting: 0 },
  // Ten pods of which one restarts every two minutes or so; `n` is pod-seconds.
  restarts: { rps: 10, tickSeconds: 5, candidateRate: 0.001, stableRate: 0.001, burst: 1, lasting: 0 },
};

export function wholeReleases(seed: number): WholeReleases {
  const random = seeded(seed);
  let [condemned, certified] = [0, 0];
  for (let release = 0; release < RELEASES; release++) {
    if (judgedRelease(COST_PLAN, 1, random).condemned) condemned++;
    if (judgedRelease(COST_PLAN, COST_PLAN.worseAtMost, random).certified) certified++;
  }
  return { releases: RELEASES, condemned: condemned / RELEASES, certified: certified / RELEASES };
}

/** The candidate is `worse` times worse than stable by every metric. */
function judgedRelease(
  plan: JudgementPlan,
  worse: number,
  random: () => number,
): { condemned: boolean; certified: boolean } {
  let judgement = newJudgement(plan);
  let [at, condemned, certified] = [0, false, false];
  for (const [index, share] of SHARES.entries()) {
    judgement = beginStep(plan, judgement, index + 1);
    const metrics = Object.entries(METRICS).map(([name, traffic]) => ({
      name,
      ticks: ticksOf({ ...traffic, share, candidateRate: worse * traffic.stableRate }, random),
    }));
    for (let tick = 0; tick < TICKS; tick++) {
      at += 5_000;
      const arms = Object.fromEntries(metrics.map(({ name, ticks }) => [name, ticks.next().value]));
      judgement = addTick(plan, judgement, { at, arms });
    }
    const judged = verdictsOf(plan, judgement);
    condemned ||= judged.condemned;
    certified ||= judged.metrics.some(({ certifiedAt }) => certifiedAt !== null);
  }
  return { condemned, certified };
}
