import type { CheckResult } from '../checks/result.ts';
import type { Share } from './route.ts';

/** How far a release has come in this run. Changed only by `progress` below; times are epoch milliseconds. */
export interface State {
  /** Null: forward. Otherwise why it goes back, and since when. */
  readonly back: Turn | null;
  /** A person wants its end now, without further judgement (`action: finish`). Null: nobody does. */
  readonly finishing: Finishing | null;
  /** Digest of a foreign template that an earlier run has named and stopped for: a run after that may replace it. */
  readonly toldTemplate: string | null;
  /** The same of routes: the share of somebody else's that was found in each, by the route's name. */
  readonly toldRoutes: ToldRoutes;
  /** Index of the step of the plan that is being reached, or held. */
  readonly step: number;
  readonly marks: Marks;
  /** Of all stages so far. */
  readonly checks: readonly StageCheck[];
  /** The stage that a person let go on (`action: promote`): what was lacking in it is lacking no more. Null: none. */
  readonly approved: number | null;
  /** Restarts of each candidate pod when it was found well; one more is a restart under users. */
  readonly restartsAtSwitch: Readonly<Record<string, number>>;
  /** First time each grave sign was seen, by pod and reason: it becomes certain after the grace. */
  readonly signsSince: Readonly<Record<string, number>>;
  /** Indices of the plan's routes that this run's user may not bring home: they stay as they are, and so does what they lead to. */
  readonly keptRoutes: readonly number[];
  /** That it goes back may not be put on record: what shows it to a later run stays. */
  readonly unnoted: boolean;
  /** Indices of the plan's `owned` objects whose fields were given back, or could not be. */
  readonly disowned: readonly number[];
}

/** `stage`: see `stageOf`. */
export type StageCheck = CheckResult & { readonly stage: number };

/** Null: no share that could be read. */
export type ToldRoutes = Readonly<Record<string, Share | null>>;

export interface Finishing {
  /** It was promoted before, and stable is kept warm since. */
  readonly warm: boolean;
  /** Why the run that does it has to leave; null: it does not. What has begun is completed all the same. */
  readonly stopped: string | null;
}

export interface Turn {
  readonly at: number;
  readonly cause: Cause;
  /** One line for annotation and summary: what was wanted and what was found. */
  readonly reason: string;
}

/**
 * Why a release is taken back. `inconclusive`: nothing certain could be known of the candidate, and the user wants that taken back.
 * `conflict`: somebody else changed what the release manages.
 * `cancelled`, `aborted` and `wanted-back` (a person asked for it: `action: abort`, `action: rollback`) and `resumed` (a later run found it
 * unfinished) are nobody's failure.
 */
export type Cause =
  | 'unhealthy'
  | 'inconclusive'
  | 'deadline'
  | 'conflict'
  | 'cancelled'
  | 'aborted'
  | 'wanted-back'
  | 'resumed'
  | 'error';

/** Moments that cannot be read back from the objects, or are wanted in the summary. */
export interface Marks {
  readonly paused?: number;
  readonly pinned?: number;
  readonly opened?: number;
  readonly resized?: number;
  readonly frozen?: number;
  readonly ready?: number;
  readonly checked?: number;
  /** Of the present step: its weight was written, a part of its pods and all of them were Ready, its share was reached. */
  readonly routed?: number;
  readonly waveReady?: number;
  readonly stepReady?: number;
  readonly stepReached?: number;
  readonly overlapping?: number;
  readonly overlapped?: number;
  readonly switching?: number;
  readonly switched?: number;
  readonly homed?: number;
  readonly baked?: number;
  readonly closing?: number;
  readonly regrowing?: number;
  readonly evicting?: number;
  readonly heldAgain?: number;
  readonly backSwitched?: number;
  readonly backVerified?: number;
  /** Pin and fields are as they were: the Deployment is the user's own again. */
  readonly restored?: number;
  readonly closed?: number;
}

export const BEGINNING: State = {
  back: null,
  finishing: null,
  toldTemplate: null,
  toldRoutes: {},
  step: 0,
  marks: {},
  checks: [],
  approved: null,
  restartsAtSwitch: {},
  signsSince: {},
  disowned: [],
  keptRoutes: [],
  unnoted: false,
};
