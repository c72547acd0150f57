import type { Arms } from '../../src/analysis/arms.ts';
import { mirrored, mirroredTolerance } from '../../src/analysis/certificate.ts';
import { addToSeries, EMPTY_SERIES } from '../../src/analysis/count-series.ts';
import { addToCountTest, FRESH_COUNT_TEST } from '../../src/analysis/count-test.ts';
import { dispersionOf } from '../../src/analysis/dispersion.ts';
import { lnEvidence } from '../../src/analysis/evidence.ts';
import { addToTickTest, FRESH_TICK_TEST } from '../../src/analysis/tick-test.ts';
import { isComparable, observedShare } from '../../src/analysis/tolerated-share.ts';

/** Something that watches a release and says when to go back. */
export interface Rule {
  readonly name: string;
  /** Of one release: told every tick with the seconds passed by its end, it answers whether it goes back now. */
  watch(): (arms: Arms, seconds: number) => boolean;
}

/** One test, one step, one metric: all of α. */
const THRESHOLD = Math.log(100);

export function tickTest(tolerance: number): Rule {
  return {
    name: 'tick test',
    watch: () => {
      let bets = FRESH_TICK_TEST;
      return (arms) => {
        bets = addToTickTest(bets, arms, tolerance);
        return lnEvidence(bets) >= THRESHOLD;
      };
    },
  };
}

export function countTest(tolerance: number): Rule {
  return {
    name: 'count test',
    watch: () => {
      let bets = FRESH_COUNT_TEST;
      return (arms) => {
        if (!isComparable(arms)) return false;
        bets = addToCountTest(bets, arms, tolerance, 1);
        return lnEvidence(bets) >= THRESHOLD;
      };
    },
  };
}

export function temperedCountTest(tolerance: number): Rule {
  return {
    name: 'count test, tempered',
    watch: () => {
      let bets = FRESH_COUNT_TEST;
      let series = EMPTY_SERIES;
      return (arms) => {
        const temper = 1 / dispersionOf(series, 'requests');
        series = addToSeries(series, arms.stable);
        if (!isComparable(arms)) return false;
        bets = addToCountTest(bets, arms, tolerance, temper);
        return lnEvidence(bets) >= THRESHOLD;
      };
    },
  };
}

/** When the candidate would be certified to be at most so many times worse. */
export function certificate(worseAtMost: number, trial: 'tick' | 'count'): Rule {
  const rule = trial === 'tick' ? tickTest(mirroredTolerance(worseAtMost)) : countTest(mirroredTolerance(worseAtMost));
  return {
    name: `certificate by ${trial}s`,
    watch: () => {
      const sees = rule.watch();
      return (arms, seconds) => sees(mirrored(arms), seconds);
    },
  };
}

/**
 * Wald's sequential probability ratio test that knows both rates: nobody does, and none that keeps α decides sooner. Against the same null,
 * `tolerance` times stable's rate.
 */
export function ideal(candidateRate: number, stableRate: number, tolerance: number): Rule {
  const allowed = stableRate * tolerance;
  const [bad, good] = [Math.log(candidateRate / allowed), Math.log((1 - candidateRate) / (1 - allowed))];
  return {
    name: 'ideal (knows both rates)',
    watch: () => {
      let sum = 0;
      return ({ candidate: { n, x } }) => {
        sum += x * bad + (n - x) * good;
        return sum >= THRESHOLD;
      };
    },
  };
}

/** The same for a test that knows by how many times they differ, but not stable's rate, which an incident may change: which track errors fall on. */
export function idealOfRatio(candidateRate: number, stableRate: number, tolerance: number): Rule {
  const ratio = candidateRate / stableRate;
  return {
    name: 'ideal (knows their ratio)',
    watch: () => {
      let sum = 0;
      return (arms) => {
        const { candidate, stable } = arms;
        const share = observedShare(arms);
        const apart = Math.log1p(share * (tolerance - 1)) - Math.log1p(share * (ratio - 1));
        sum += candidate.x * Math.log(ratio / tolerance) + (candidate.x + stable.x) * apart;
        return sum >= THRESHOLD;
      };
    },
  };
}

const INTERVAL_SECONDS = 60;
const SUCCESS = 0.99;

/**
 * Flagger: 99 % success of the candidate over a minute, looked at every minute; no answer counts as a failure. It goes back at the look
 * after the one with which failures reached the threshold.
 */
export function flagger(threshold: number): Rule {
  return {
    name: `Flagger, threshold ${threshold}`,
    watch: () => {
      const window = overOneMinute();
      let failed = 0;
      return (arms, seconds) => {
        window.add(arms, seconds);
        if (seconds % INTERVAL_SECONDS !== 0) return false;
        if (failed >= threshold) return true;
        const success = window.success();
        if (success === null || success < SUCCESS) failed++;
        return false;
      };
    },
  };
}

/** Argo Rollouts: the same condition, measured every minute; more failures than `failureLimit` abort at once. No answer is no failure. */
export function argo(failureLimit: number): Rule {
  return {
    name: `Argo, failureLimit ${failureLimit}`,
    watch: () => {
      const window = overOneMinute();
      let failed = 0;
      return (arms, seconds) => {
        window.add(arms, seconds);
        if (seconds % INTERVAL_SECONDS !== 0) return false;
        const success = window.success();
        if (success !== null && success < SUCCESS) failed++;
        return failed > failureLimit;
      };
    },
  };
}

const SCRAPE_SECONDS = 15;

/** What `rate(…[1m])` of counters scraped every 15 s sees: the increase from the first to the last of four scrapes. */
function overOneMinute(): { add(arms: Arms, seconds: number): void; success(): number | null } {
  let [n, x] = [0, 0];
  const scrapes: { n: number; x: number }[] = [];
  return {
    add({ candidate }, seconds) {
      n += candidate.n;
      x += candidate.x;
      if (seconds % SCRAPE_SECONDS !== 0) return;
      scrapes.push({ n, x });
      if (scrapes.length > 4) scrapes.shift();
    },
    success() {
      const [first, last] = [scrapes[0], scrapes.at(-1)];
      if (first === undefined || last === undefined || last.n <= first.n) return null;
      return 1 - (last.x - first.x) / (last.n - first.n);
    },
  };
}
