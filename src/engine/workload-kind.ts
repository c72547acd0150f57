import type { CheckResult } from '../checks/result.ts';
import type { EnvChange, ImageChange } from '../action/request.ts';
import type { SubjectContext } from '../checks/check-context.ts';
import type { Permission } from '../cluster/permissions.ts';
import type { JobManifest } from '../checks/job-manifest.ts';
import type { Api, ApiPort } from '../cluster/api.ts';
import type { AppNow } from '../metrics/prepare.ts';
import type { AnyPlan } from '../release/knative/plan.ts';
import type { Resumable } from '../release/resumption.ts';
import type { State, Turn } from '../release/state.ts';
import type { Clock } from './clock.ts';
import type { RouterCommand } from './command-route.ts';
import type { RouteObjects } from '../traffic/router.ts';
import type { Foreseen } from './foreseen-routes.ts';
import type { Helm } from './helm.ts';
import type { Measuring } from './measuring.ts';
import type { OpenRecord } from './open-record.ts';
import type { RecordBook } from './record-store.ts';
import { type Ended, Release } from './release.ts';
import type { Teller } from './teller.ts';
import type { Workload } from './workload.ts';

/*
 * The seam between the life of a release (lock, record, preflight, run, end), which is the same for every kind of workload, and what a
 * kind does in it.
 */

export interface EngineParts {
  readonly api: Api;
  readonly clock: Clock;
  readonly teller: Teller;
  readonly helm: Helm;
  readonly namespace: string;
  /** Inputs `router-command` and `router-verify`; null: not given. */
  readonly routerCommand: RouterCommand | null;
  /** Of input `job`; null: not given. */
  readonly job: JobManifest | null;
}

/** What the preparation of a release needs. */
export type Preparing = Pick<EngineParts, 'namespace' | 'job'> & { readonly api: ApiPort };

/** What has to be known to say what a release would write, beside the release itself. */
export type ForeseeParts = Pick<EngineParts, 'clock' | 'namespace'> & { readonly holder: string };

/** Where a dry run is sent, and told. */
export type DryRunParts = Pick<EngineParts, 'api' | 'teller'>;

/** What the preflight made of a request. Nothing was written. */
export type Prepared =
  /** The cluster runs exactly this already. */
  | { readonly kind: 'unchanged'; readonly plan: AnyPlan; readonly facts: readonly string[] }
  | {
      readonly kind: 'cleared';
      readonly plan: AnyPlan;
      /** Lines about what was found. */
      readonly facts: readonly string[];
      /** The app as it is now, for those who count; null: nothing of this kind of workload can be counted. */
      readonly app: AppNow | null;
      /** What the user should know although it does not stop the release. */
      readonly warnings: readonly string[];
      /** Every write in its order. */
      readonly foresee: (parts: ForeseeParts, book: RecordBook) => readonly Foreseen[];
      /** The objects that they are about, as they are, by path. */
      readonly objects: RouteObjects;
      /** Pods that the workload wants. */
      readonly replicas: number;
      /** Reads what the preflight did not; the release begins when its record is written. */
      readonly begin: (parts: EngineParts) => Promise<Start>;
    };

/** What makes the candidate's template of stable's. */
export interface TemplateChanges {
  readonly images: readonly ImageChange[];
  readonly env: readonly EnvChange[];
}

/** @param onWatchFailure hears why a watch had to start again */
export type Start = (record: OpenRecord, onWatchFailure: (error: unknown) => void) => Running;

/** A workload under release, whatever its kind. */
export interface Running {
  /** Whether the version before can be released again from what the cluster keeps. */
  readonly keepsHistory: boolean;
  readonly run: (loop: Loop, state: State) => Promise<Ended>;
  /**
   * How far an interrupted release has come, from the objects as they are.
   * @throws Refused when it cannot go on from there
   */
  readonly resumed: (known: Resumable, now: number) => State;
  /** From this state on the candidate will be checked, as the objects are. */
  readonly checksAhead: (state: State) => boolean;
  /**
   * Ends the watches. After the record was closed: their connections end with them, and what is still to be written would need others.
   */
  readonly close: () => Promise<void>;
}

export type Loop = Pick<EngineParts, 'clock' | 'teller' | 'helm' | 'namespace'> & {
  /** Smoke tests and commands against the candidate; results in the order of the inputs. */
  readonly check: (context: SubjectContext, signal: AbortSignal) => Promise<readonly CheckResult[]>;
  /** Null: nothing is measured. */
  readonly measuring: Measuring | null;
  /** Known to be missing on the way back: a refusal for want of it is final. */
  readonly lacking: readonly Permission[];
  /** Puts on record why the release goes back. @throws RecordConflict when another run wrote the record, or what the write throws */
  readonly noteTurn: (turn: Turn) => Promise<void>;
};

export function running<Seen>(workload: Workload<Seen>, keepsHistory: boolean): Running {
  return {
    keepsHistory,
    run: (loop, state) => new Release({ ...loop, workload }, state).run(),
    resumed: (known, now) => workload.resumed(known, workload.observe(), now),
    checksAhead: (state) => workload.checksAhead(state, workload.observe()),
    close: () => workload.close(),
  };
}
