import type { Measured } from '../analysis/measured.ts';
import type { ActionName } from '../action/operations.ts';
import type { Run } from '../action/request.ts';
import type { CheckResult } from '../checks/result.ts';
import type { Diagnosis } from '../cluster/diagnosis.ts';
import type { Looked } from '../engine/looked.ts';
import type { Finding } from '../engine/refusal.ts';
import type { ReachedStep } from '../engine/workload.ts';
import type { Images, Step } from '../release/plan.ts';
import type { Share } from '../release/route.ts';

/** How a run ended; the word of output `outcome`. */
export type Outcome = 'promoted' | 'paused' | 'rolled-back' | 'aborted' | 'unchanged' | 'failed';

/** The chapters of a release, as log groups and in the summary's timeline. */
export type Phase =
  | 'Take back an unfinished release'
  | 'Hold an unfinished release'
  | 'Roll back'
  | 'Finish'
  | 'Preflight'
  | 'Open'
  | 'Start candidate'
  | 'Check candidate'
  | 'Ramp'
  | 'Switch users'
  | 'Bake'
  | 'Set the template back'
  | 'Drain'
  | 'Close'
  | 'Go back'
  | 'Dry run';

export type WorkloadKind = 'Deployment' | 'Knative Service';

/** Everything that is told about a run: the source of summary, outputs and annotations. Times are epoch milliseconds. */
export interface Story {
  readonly action: ActionName;
  readonly outcome: Outcome;
  /** One line: why it ended so; null when there is nothing to explain. */
  readonly reason: string | null;
  readonly dryRun: boolean;
  /** Null when the run was refused before a release began. */
  readonly release: string | null;
  readonly namespace: string | null;
  /** The name of the workload, whatever its kind. */
  readonly deployment: string;
  readonly kind: WorkloadKind;
  readonly service: string | null;
  readonly strategy: string;
  readonly stableHash: string | null;
  readonly candidateHash: string | null;
  readonly from: Images;
  readonly to: Images;
  readonly run: Run;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly phases: readonly PhaseSpan[];
  readonly checks: readonly CheckResult[];
  readonly writes: readonly ToldWrite[];
  readonly warnings: readonly string[];
  readonly findings: readonly Finding[];
  readonly diagnosis: Diagnosis | null;
  /** Of a canary: the steps as planned, and those that this run reached. */
  readonly steps: readonly Step[];
  readonly ramp: readonly ReachedStep[];
  /** The part of the users that was on the new version when this run began with the release, basis points; null: that is not known. */
  readonly foundAt: Share | null;
  /** When this run first saw users on the new version, epoch ms; null: it never did. */
  readonly reachedAt: number | null;
  /** Null: nothing was measured. */
  readonly measured: Measured | null;
  /** Where a paused release stands, basis points; null: it does not. */
  readonly pausedAt: Share | null;
  /** Both tracks were left standing for a person to look at. */
  readonly held: boolean;
  /**
   * What took the release out of its hands: `namespace`: it is being deleted, and everything in it with it; `workload`: it was deleted, and
   * its pods with it; `template`: somebody else's rolls out by Kubernetes' own rolling update. Null: nothing did.
   */
  readonly lost: 'namespace' | 'workload' | 'template' | null;
  /** Users are back on the old version, and the rest of the way back is for want of a permission not done. */
  readonly denied: boolean;
  /** Users are on the new version for good, and the old one's pods were left beside it. */
  readonly keptWarm: boolean;
  /** Inputs with the user's own programs that split the users (`router: command`): not on record, and needed by each run that goes on or back. */
  readonly programs: readonly ('router-command' | 'router-verify')[];
  /** It was to bring a version back that users had before. */
  readonly rollback: boolean;
  /** Whether the previous version can be released again from what the cluster keeps. */
  readonly rollbackPossible: boolean;
  /** Requests sent to the API server, watches included. */
  readonly requests: number;
  /** What an operation that only looks has found; null: of every other, or it found nothing. */
  readonly looked: Looked | null;
}

export interface PhaseSpan {
  readonly phase: Phase;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The last facts of the phase, in order. */
  readonly facts: readonly string[];
}

export interface ToldWrite {
  readonly at: number;
  /** `PATCH /apis/apps/v1/namespaces/shop/deployments/web`. */
  readonly request: string;
  readonly why: string;
}
