import type { Arm, Arms } from '../../src/analysis/arms.ts';

/** A live release as counters see it: requests evenly, errors in bursts. */
export interface Traffic {
  /** Requests a second, of both tracks. */
  readonly rps: number;
  /** The candidate's part of them, 0–1. */
  readonly share: number;
  readonly tickSeconds: number;
  /** Errors per request of each track, 0–1. */
  readonly candidateRate: number;
  readonly stableRate: number;
  /** Errors come in bursts of so many, on the average (geometric); 1: each by itself. Every burst is on one track. */
  readonly burst: number;
  /** Seconds over which the errors of a burst are spread; 0: all in one tick. */
  readonly lasting: number;
}

/** Ticks of such a release, one after the other, for ever. */
export function* ticksOf(traffic: Traffic, random: () => number): Generator<Arms> {
  const { rps, share, tickSeconds } = traffic;
  const requests = rps * tickSeconds;
  const candidate = track(traffic, requests * share, traffic.candidateRate, random);
  const stable = track(traffic, requests * (1 - share), traffic.stableRate, random);
  while (true) yield { candidate: candidate(), stable: stable() };
}

function track({ burst, lasting, tickSeconds }: Traffic, n: number, rate: number, random: () => number): () => Arm {
  // Errors of a burst that are still to come, by the tick that they fall into.
  const ahead: number[] = [];
  return () => {
    for (let bursts = poisson((n * rate) / burst, random); bursts > 0; bursts--)
      for (let errors = geometric(burst, random); errors > 0; errors--) {
        const tick = lasting > 0 ? Math.floor((random() * lasting) / tickSeconds) : 0;
        ahead[tick] = (ahead[tick] ?? 0) + 1;
      }
    return { n, x: Math.min(n, ahead.shift() ?? 0) };
  };
}

/** By inversion; means of some hundreds at most. */
function poisson(mean: number, random: () => number): number {
  let chance = Math.exp(-mean);
  let left = random() - chance;
  let count = 0;
  while (left > 0 && count < 10 * mean + 50) {
    count++;
    chance *= mean / count;
    left -= chance;
  }
  return count;
}

/** 1, 2, 3 … with this mean. */
function geometric(mean: number, random: () => number): number {
  return mean <= 1 ? 1 : 1 + Math.floor(Math.log1p(-random()) / Math.log1p(-1 / mean));
}
