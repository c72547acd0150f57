import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JUDGEMENT_DEFAULTS } from '../../src/analysis/judgement-plan.ts';
import { type Contest, contest, type Score } from './contests.ts';
import { type Figure, figure } from './figures.ts';
import { type JudgeCost, judgeCost } from './judge-cost.ts';
import { longBursts, type LongBursts } from './long-bursts.ts';
import {
  argo,
  certificate,
  countTest,
  flagger,
  ideal,
  idealOfRatio,
  type Rule,
  temperedCountTest,
  tickTest,
} from './rules.ts';
import type { Traffic } from './simulated-errors.ts';
import { table } from './table.ts';
import { type WholeReleases, wholeReleases } from './whole-releases.ts';

/**
 * The judge against simulated releases, beside the rules of other tools and beside tests that know what nobody does. The seed is fixed: the same
 * code prints the same tables, but for what the judge costs. `out/judgement.json` has every score.
 */

const OUT = join(import.meta.dirname, '../../out');
const SEED = 20_260_101;
const { tolerance: TOLERANCE, worseAtMost: WORSE_AT_MOST } = JUDGEMENT_DEFAULTS;
const TEN_MINUTES = 600;
const HALF_AN_HOUR = 1_800;
const RUNS = { good: 2_000, bad: 400 };

const GOOD: Traffic = {
  rps: 100,
  share: 0.1,
  tickSeconds: 5,
  candidateRate: 0.001,
  stableRate: 0.001,
  burst: 1,
  lasting: 0,
};
const SHARES = [0.05, 0.1, 0.2, 0.5];
const BURSTS = [1, 5, 20, 50];
const RIVALS = [flagger(1), flagger(5), argo(0), argo(3)];
const JUDGES = [tickTest(TOLERANCE), countTest(TOLERANCE), temperedCountTest(TOLERANCE)];

/** 10 requests a second have no bursts: half a request to the candidate in each tick would be one. */
const CELLS: readonly Traffic[] = [
  ...SHARES.map((share) => ({ ...GOOD, rps: 10, share })),
  ...[100, 1_000].flatMap((rps) => BURSTS.flatMap((burst) => SHARES.map((share) => ({ ...GOOD, rps, share, burst })))),
];

export interface JudgementResults {
  readonly good: readonly Contest[];
  /** As much worse as is tolerated, and not more: the most that a false alarm could be provoked. */
  readonly tolerated: readonly Contest[];
  readonly incident: readonly Contest[];
  readonly bad: readonly Contest[];
  readonly faint: readonly Contest[];
  readonly tickLengths: readonly Contest[];
  readonly certificates: readonly Contest[];
  readonly longBursts: readonly LongBursts[];
  readonly whole: WholeReleases;
  readonly cost: JudgeCost;
}

/** Prints the tables and gives the figures that have a target. `say` tells how far it is. */
export function benchJudgement(say: (text: string) => void): Figure[] {
  const results = measured(say);
  const figures = figuresOf(results);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(
    join(OUT, 'judgement.json'),
    `${JSON.stringify({ seed: SEED, runs: RUNS, tolerance: TOLERANCE, figures, ...results }, undefined, 1)}\n`,
  );
  print(results);
  return figures;
}

function measured(say: (text: string) => void): JudgementResults {
  let seed = SEED;
  const play = (traffic: Traffic, rules: readonly Rule[], seconds: number, runs: number): Contest =>
    contest(traffic, rules, seconds, runs, seed++);
  const falsely = (traffic: Traffic): Contest => play(traffic, [...JUDGES, ...RIVALS], TEN_MINUTES, RUNS.good);
  const rightly = (traffic: Traffic, extra: readonly Rule[] = []): Contest =>
    play(
      traffic,
      [
        ...JUDGES,
        ...RIVALS,
        ideal(traffic.candidateRate, traffic.stableRate, TOLERANCE),
        idealOfRatio(traffic.candidateRate, traffic.stableRate, TOLERANCE),
        ...extra,
      ],
      HALF_AN_HOUR,
      RUNS.bad,
    );
  say('judgement: good candidates');
  const good = CELLS.map(falsely);
  const tolerated = CELLS.map((cell) =>
    play({ ...cell, candidateRate: TOLERANCE * cell.stableRate }, JUDGES, TEN_MINUTES, RUNS.good),
  );
  const incident = [10, 100, 1_000].map((rps) => falsely({ ...GOOD, rps, candidateRate: 0.02, stableRate: 0.02 }));
  say('judgement: bad candidates');
  const bad = CELLS.map((cell) => rightly({ ...cell, candidateRate: 0.05 }));
  const faint = [100, 1_000].map((rps) => rightly({ ...GOOD, rps, candidateRate: 0.01 }));
  const tickLengths = [1, 2, 5, 10].flatMap((tickSeconds) =>
    [0.1, 0.5].map((share) =>
      play({ ...GOOD, share, tickSeconds, candidateRate: 0.05 }, [tickTest(TOLERANCE)], HALF_AN_HOUR, RUNS.bad),
    ),
  );
  const certificates = [100, 1_000].flatMap((rps) =>
    [0.001, 0.01].map((rate) =>
      play(
        { ...GOOD, rps, candidateRate: rate, stableRate: rate },
        [certificate(WORSE_AT_MOST, 'tick'), certificate(WORSE_AT_MOST, 'count')],
        HALF_AN_HOUR,
        RUNS.bad,
      ),
    ),
  );
  say('judgement: bursts that outlast a tick, and whole releases');
  return {
    good,
    tolerated,
    incident,
    bad,
    faint,
    tickLengths,
    certificates,
    longBursts: longBursts(seed++),
    whole: wholeReleases(seed++),
    cost: judgeCost(),
  };
}

function figuresOf({ good, tolerated, bad, whole, cost }: JudgementResults): Figure[] {
  const falseAlarms = good.map((cell) => scoreOf(cell, 'tick test').wentBack);
  const atTheLimit = tolerated.map((cell) => scoreOf(cell, 'tick test').wentBack);
  const independent = bad.filter(({ traffic: { burst, share } }) => burst === 1 && share === 0.1);
  const price = independent.map((cell) => ratioTo(cell, 'count test', 'ideal (knows both rates)'));
  return [
    figure({
      figure: 'count test: errors served beside the ideal test, 5 % against 0.1 %, 10 % share',
      toReach: '≤ 2 times',
      measured: independent.map(({ traffic: { rps } }, at) => `${price[at]?.toFixed(1)} at ${rps} rps`).join(', '),
      comparison: '',
      value: Math.max(...price),
      limit: 2,
      unit: 'times',
      samples: price,
    }),
    figure({
      figure: `tick test: false rollbacks in 10 min, bursts within a tick (${good.length} cells)`,
      toReach: '≤ 1 % in every one',
      measured: `${percent(Math.max(...falseAlarms))} at most`,
      comparison: `Flagger ${percent(Math.max(...good.map((cell) => scoreOf(cell, 'Flagger, threshold 1').wentBack)))}`,
      value: Math.max(...falseAlarms),
      limit: 0.01,
      unit: 'part',
      samples: falseAlarms,
    }),
    figure({
      figure: `tick test: the same, the candidate ${TOLERANCE} times worse`,
      toReach: '≤ 1 % in every one',
      measured: `${percent(Math.max(...atTheLimit))} at most`,
      comparison: '',
      value: Math.max(...atTheLimit),
      limit: 0.01,
      unit: 'part',
      samples: atTheLimit,
    }),
    figure({
      figure: 'judge: whole good releases (5 steps, 3 metrics, bursts of 20) condemned',
      toReach: '≤ 1 %',
      measured: `${percent(whole.condemned)} of ${whole.releases}`,
      comparison: '',
      value: whole.condemned,
      limit: 0.01,
      unit: 'part',
      samples: [whole.condemned],
    }),
    figure({
      figure: `judge: whole releases certified though ${WORSE_AT_MOST} times worse`,
      toReach: '≤ 1 %',
      measured: `${percent(whole.certified)} of ${whole.releases}`,
      comparison: '',
      value: whole.certified,
      limit: 0.01,
      unit: 'part',
      samples: [whole.certified],
    }),
    figure({
      figure: 'judge: time for a tick of three metrics',
      toReach: '≤ 1 ms',
      measured: `${cost.msPerTick.toFixed(3)} ms`,
      comparison: '',
      value: cost.msPerTick,
      limit: 1,
      unit: 'ms',
      samples: [cost.msPerTick],
    }),
    figure({
      figure: 'judge: what is kept after an hour of ticks, beside half an hour',
      toReach: 'no growth (≤ 10 %, more digits)',
      measured: `${(cost.bytesLate / 1e3).toFixed(1)} kB after ${(cost.bytesEarly / 1e3).toFixed(1)} kB`,
      comparison: '',
      value: cost.bytesLate / cost.bytesEarly,
      limit: 1.1,
      unit: 'times',
      samples: [cost.bytesEarly, cost.bytesLate],
    }),
  ];
}

function print(results: JudgementResults): void {
  const { good, tolerated, incident, bad, faint, tickLengths, certificates, longBursts: long } = results;
  show(
    `False rollbacks of a good candidate in 10 min (0.1 % errors on both, 5 s ticks, ${RUNS.good} releases each; in brackets: the candidate ${TOLERANCE} times worse)`,
    [
      ['rps, share, bursts of', ...namesOf(good)],
      ...good.map((cell, at) => [
        named(cell),
        ...cell.scores.map(({ rule, wentBack }) => {
          const limit = tolerated[at]?.scores.find((score) => score.rule === rule);
          return limit === undefined ? percent(wentBack) : `${percent(wentBack)} (${percent(limit.wentBack)})`;
        }),
      ]),
    ],
  );
  show('The same in a common incident: 2 % errors on both, independent', [
    ['rps, share, bursts of', ...namesOf(incident)],
    ...incident.map((cell) => [named(cell), ...cell.scores.map(({ wentBack }) => percent(wentBack))]),
  ]);
  const timed = (cells: readonly Contest[]): string[][] => [
    ['rps, share, bursts of', ...namesOf(cells), 'tick ÷ ideal', 'count ÷ ideal', 'count ÷ ideal that knows the ratio'],
    ...cells.map((cell) => [
      named(cell),
      ...cell.scores.map(timeOf),
      ...[
        ['tick test', 'ideal (knows both rates)'] as const,
        ['count test', 'ideal (knows both rates)'] as const,
        ['count test', 'ideal (knows their ratio)'] as const,
      ].map(([rule, limit]) => (cell.traffic.burst === 1 ? ratioTo(cell, rule, limit).toFixed(1) : '')),
    ]),
  ];
  show(
    `5 % errors against 0.1 %: median / p95 seconds to go back, errors served (${RUNS.bad} releases each, half an hour at most; ratios are of errors served)`,
    timed(bad),
  );
  show('1 % errors against 0.1 %', timed(faint));
  show('Tick test by length of tick, 100 rps, 5 % against 0.1 %: median / p95 seconds, errors served', [
    ['tick', '10 % share', '50 % share'],
    ...[1, 2, 5, 10].map((seconds) => [
      `${seconds} s`,
      ...tickLengths
        .filter(({ traffic }) => traffic.tickSeconds === seconds)
        .map(({ scores }) => scores.map(timeOf).join()),
    ]),
  ]);
  show(
    `Certificate of a candidate as good as stable (at most ${WORSE_AT_MOST} times worse), 10 % share, 5 s ticks: median / p95 seconds`,
    [
      ['rps, errors of both', ...namesOf(certificates)],
      ...certificates.map(({ traffic: { rps, stableRate }, scores }) => [
        `${rps}, ${percent(stableRate)}`,
        ...scores.map(({ median, p95 }) => `${median} / ${p95}`),
      ]),
    ],
  );
  show('Bursts of 5 errors that last 30 s, 1,000 rps, 10 % share: false rollbacks in 10 min, and 5 % against 0.1 %', [
    ['tick test', 'false rollbacks', 'median s to go back', 'ticks that are one trial (mean)'],
    ...long.map(({ name, falsely, seconds, ticks }) => [name, percent(falsely), String(seconds), ticks.toFixed(1)]),
  ]);
}

function show(title: string, rows: readonly (readonly string[])[]): void {
  console.log(`\n${title}\n\n${table(rows)}`);
}

function namesOf([first]: readonly Contest[]): string[] {
  return first?.scores.map(({ rule }) => rule) ?? [];
}

function named({ traffic: { rps, share, burst } }: Contest): string {
  return `${rps}, ${percent(share, 0)}, ${burst}`;
}

function timeOf({ median, p95, errorsServed, wentBack }: Score): string {
  const missed = wentBack < 1 ? `, ${percent(1 - wentBack, 0)} never` : '';
  return `${median} / ${p95}, ${errorsServed.toFixed(errorsServed < 10 ? 1 : 0)}${missed}`;
}

function scoreOf({ scores }: Contest, rule: string): Score {
  const score = scores.find((each) => each.rule === rule);
  if (score === undefined) throw new Error(`no score of ${rule}`);
  return score;
}

function ratioTo(cell: Contest, rule: string, limit: string): number {
  return scoreOf(cell, rule).errorsServed / scoreOf(cell, limit).errorsServed;
}

function percent(part: number, digits = 1): string {
  return `${(part * 100).toFixed(digits)} %`;
}
