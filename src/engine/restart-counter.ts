import type { Arm, Arms } from '../analysis/arms.ts';

/** The pods of both tracks that run, with the restarts of all their containers. */
export interface PodCounts {
  readonly pods: { readonly candidate: readonly CountedPod[]; readonly stable: readonly CountedPod[] };
}

export interface CountedPod {
  readonly name: string;
  readonly restarts: number;
}

/** Restarts by pod-seconds: what has no requests to be compared by. A pod counts from its first look. */
export class RestartCounter {
  #before = new Map<string, number>();
  #at: number | null = null;

  /** Between the look before and this one, at `at` (epoch ms); null: this is the first. */
  advance({ pods }: PodCounts, at: number): Arms | null {
    const [before, since] = [this.#before, this.#at];
    this.#before = new Map([...pods.candidate, ...pods.stable].map(({ name, restarts }) => [name, restarts]));
    this.#at = at;
    if (since === null) return null;
    const seconds = Math.max(0, at - since) / 1000;
    const arm = (track: readonly CountedPod[]): Arm => {
      const known = track.filter(({ name }) => before.has(name));
      const restarted = known.map(({ name, restarts }) => Math.max(0, restarts - (before.get(name) ?? restarts)));
      return { n: known.length * seconds, x: restarted.reduce((sum, each) => sum + each, 0) };
    };
    return { candidate: arm(pods.candidate), stable: arm(pods.stable) };
  }
}
