import { seeded } from '../analysis/ticks.ts';
import type { Rule } from './rules.ts';
import { type Traffic, ticksOf } from './simulated-errors.ts';

/** How one rule did in many simulated releases. */
export interface Score {
  readonly rule: string;
  readonly runs: number;
  /** Part of the releases that it took back within the time, 0–1. */
  readonly wentBack: number;
  /** Seconds until then; those that it never took back count as the whole time. */
  readonly median: number;
  readonly p95: number;
  /** Errors that users of the candidate had until then, on the average. */
  readonly errorsServed: number;
}

/** One kind of release, and how every rule did in it. */
export interface Contest {
  readonly traffic: Traffic;
  readonly scores: readonly Score[];
}

/** All rules watch the same releases, each until it goes back or `seconds` are over. */
export function contest(
  traffic: Traffic,
  rules: readonly Rule[],
  seconds: number,
  runs: number,
  seed: number,
): Contest {
  const random = seeded(seed);
  const results = rules.map(() => ({ times: [] as number[], errors: 0, wentBack: 0 }));
  for (let run = 0; run < runs; run++) {
    const watching = rules.map((rule, index) => ({ index, sees: rule.watch() }));
    let [time, errors] = [0, 0];
    for (const arms of ticksOf(traffic, random)) {
      time += traffic.tickSeconds;
      errors += arms.candidate.x;
      const over = time >= seconds;
      for (let at = watching.length - 1; at >= 0; at--) {
        const watcher = watching[at];
        const result = results[watcher?.index ?? -1];
        if (watcher === undefined || result === undefined) continue;
        const back = watcher.sees(arms, time);
        if (!back && !over) continue;
        result.times.push(time);
        result.errors += errors;
        if (back) result.wentBack++;
        watching.splice(at, 1);
      }
      if (watching.length === 0) break;
    }
  }
  const scores = rules.map(({ name }, index) => {
    const { times = [], errors = 0, wentBack = 0 } = results[index] ?? {};
    times.sort((a, b) => a - b);
    const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0;
    return {
      rule: name,
      runs,
      wentBack: wentBack / runs,
      median: at(0.5),
      p95: at(0.95),
      errorsServed: errors / runs,
    };
  });
  return { traffic, scores };
}
