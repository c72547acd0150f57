import { addTick, beginStep, type Judgement, newJudgement, verdictsOf } from '../../src/analysis/judgement.ts';
import { JUDGEMENT_DEFAULTS, type JudgementPlan } from '../../src/analysis/judgement-plan.ts';
import { seeded } from '../analysis/ticks.ts';
import { tickTest } from './rules.ts';
import { type Traffic, ticksOf } from './simulated-errors.ts';

/** How the tick test does where bursts outlast its ticks. */
export interface LongBursts {
  readonly name: string;
  /** Part of the good candidates taken back in 10 min, 0–1. */
  readonly falsely: number;
  /** Median seconds until a bad one is taken back. */
  readonly seconds: number;
  /** Mean ticks that were one trial in the end, good candidates. */
  readonly ticks: number;
}

const TRAFFIC: Traffic = {
  rps: 1_000,
  share: 0.1,
  tickSeconds: 5,
  candidateRate: 0.001,
  stableRate: 0.001,
  burst: 5,
  lasting: 30,
};
const TEN_MINUTES = 600;
const HALF_AN_HOUR = 1_800;
const RUNS = { good: 500, bad: 100 };

/** A release that may end with a rollback: after so many seconds, and how many ticks were one trial; null: it did not. */
type Release = (traffic: Traffic, seconds: number, random: () => number) => { back: number | null; ticks: number };

export function longBursts(seed: number): LongBursts[] {
  return [
    scored('ticks of 5 s as they are', TRAFFIC, asTheyAre, seed),
    scored('ticks of 15 s as they are', { ...TRAFFIC, tickSeconds: 15 }, asTheyAre, seed),
    scored('ticks of 30 s as they are', { ...TRAFFIC, tickSeconds: 30 }, asTheyAre, seed),
    scored('ticks of 60 s as they are', { ...TRAFFIC, tickSeconds: 60 }, asTheyAre, seed),
    scored('ticks of 5 s, merged by what stable shows during the release', TRAFFIC, judgedAfter(0), seed),
    scored('ticks of 5 s, merged by what stable showed in 5 min before, too', TRAFFIC, judgedAfter(300), seed),
    scored('ticks of 5 s, merged by what stable showed in 20 min before, too', TRAFFIC, judgedAfter(1_200), seed),
  ];
}

function scored(name: string, traffic: Traffic, release: Release, seed: number): LongBursts {
  const random = seeded(seed);
  const good = Array.from({ length: RUNS.good }, () => release(traffic, TEN_MINUTES, random));
  const worse = { ...traffic, candidateRate: 0.05 };
  const bad = Array.from({ length: RUNS.bad }, () => release(worse, HALF_AN_HOUR, random).back ?? HALF_AN_HOUR);
  bad.sort((a, b) => a - b);
  return {
    name,
    falsely: good.filter(({ back }) => back !== null).length / good.length,
    seconds: bad[Math.floor(bad.length / 2)] ?? 0,
    ticks: good.reduce((sum, { ticks }) => sum + ticks, 0) / good.length,
  };
}

const asTheyAre: Release = (traffic, seconds, random) => {
  const sees = tickTest(JUDGEMENT_DEFAULTS.tolerance).watch();
  let time = 0;
  for (const arms of ticksOf(traffic, random)) {
    time += traffic.tickSeconds;
    if (sees(arms, time)) return { back: time, ticks: 1 };
    if (time >= seconds) break;
  }
  return { back: null, ticks: 1 };
};

/** By the judge as a release has it. `before`: seconds for which stable was watched. */
function judgedAfter(before: number): Release {
  return (traffic, seconds, random) => {
    const plan: JudgementPlan = {
      ...JUDGEMENT_DEFAULTS,
      metrics: [{ name: 'errors', kind: 'requests', objective: null }],
      evidence: 'ticks',
      steps: 1,
      minRequests: 50,
      tickMs: traffic.tickSeconds * 1_000,
      staleMs: 60_000,
    };
    let judgement: Judgement = newJudgement(plan);
    let time = -before;
    if (before === 0) judgement = beginStep(plan, judgement, 1);
    for (const { candidate, stable } of ticksOf(traffic, random)) {
      const errors = { candidate: time < 0 ? { n: 0, x: 0 } : candidate, stable };
      time += traffic.tickSeconds;
      judgement = addTick(plan, judgement, { at: time * 1_000, arms: { errors } });
      if (time === 0) judgement = beginStep(plan, judgement, 1);
      const [judged] = verdictsOf(plan, judgement).metrics;
      if (judged?.condemned === true) return { back: time, ticks: judged.ticksPerTrial };
      if (time >= seconds) return { back: null, ticks: judged?.ticksPerTrial ?? 1 };
    }
    throw new Error('ticks go on for ever');
  };
}
