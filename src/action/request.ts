import type { MetricsRequest } from '../metrics/metrics-request.ts';
import type { Step, Strategy, Testers } from '../release/plan.ts';
import type { Amount, Batch } from './batches.ts';
import type { ActionName } from './operations.ts';

/**
 * What the user asked for: the inputs of `action.yml`, parsed and checked once (`inputs.ts`), never changed afterwards.
 * Durations are milliseconds.
 */
export interface Request {
  readonly action: ActionName;
  readonly strategy: Strategy;
  /** Of a canary, without 100 %. */
  readonly steps: readonly Step[];
  /** Of a rolling release: batches, batches of one size, or null: the plain rolling update. */
  readonly batches: readonly Batch[] | { readonly size: Amount } | null;
  /** For batches that do not say how long. */
  readonly batchTime: number;
  /** A share, or, in a rolling release, a number of pods. */
  readonly pauseAt: Amount | null;
  readonly testers: Testers;
  /** Null: nothing is copied. `stay`: how long, before the first step. */
  readonly mirror: Step | null;
  readonly candidateReplicas: number | null;
  /**
   * `auto`: what is found; otherwise `kind/name` or `command`, in the order in which they are written; none: the numbers of pods alone.
   */
  readonly routers: 'auto' | readonly string[];
  /** Inputs `router-command` and `router-verify`: shell programs. They may hold secrets. */
  readonly routerCommand: { readonly command: string; readonly verify: string | null } | null;
  readonly cluster: {
    /** Content of a kubeconfig, the path of one, or null: `KUBECONFIG`, then `~/.kube/config`, then in-cluster. */
    readonly kubeconfig: { readonly kind: 'content' | 'path'; readonly value: string } | null;
    readonly context: string | null;
    readonly namespace: string | null;
    /** Whether its exec plugin may be run; `auto`: unless a fork may have written it. */
    readonly allowExec: 'auto' | 'true' | 'false';
  };
  /** '' with `knativeService`. */
  readonly deployment: string;
  /** Null: a Deployment is released. */
  readonly knativeService: string | null;
  /** Null: the one Service that selects the pods. */
  readonly service: string | null;
  /** Null: `<service>-candidate`. */
  readonly candidateService: string | null;
  readonly images: readonly ImageChange[];
  readonly env: readonly EnvChange[];
  readonly smokeTests: readonly SmokeTest[];
  readonly smokeCommand: string | null;
  readonly judging: JudgingRequest;
  readonly job: JobSource | null;
  /** Null: nobody is asked. `timeout`: for all tries of one address together. */
  readonly webhook: {
    readonly urls: readonly string[];
    readonly secret: string | null;
    readonly timeout: number;
  } | null;
  /** When smoke tests, command, job and webhooks run: before the first user is moved, or again at every step. */
  readonly checkAt: 'start' | 'every-step';
  readonly thresholds: readonly Threshold[];
  readonly alerts: readonly AlertSelector[];
  /** Which alerts count: those that began after the release did, or all that fire. */
  readonly alertsSince: 'release' | 'any';
  /** Null: alerts are looked up in Prometheus. */
  readonly alertmanager: ServerAddress | null;
  /** What the candidate is judged by; null: nothing is asked for. It may hold secrets. */
  readonly metrics: MetricsRequest | null;
  readonly bakeTime: number;
  readonly drainTime: number;
  readonly settleTime: number;
  /** Deadline of the whole release, counted from its start. */
  readonly timeout: number;
  /** How long to wait for another run that is releasing the same Deployment. */
  readonly lockTimeout: number;
  readonly onFailure: 'rollback' | 'hold';
  /** The rest of the release is not judged by what is measured of it. */
  readonly skipAnalysis: boolean;
  /** What a cancel makes of the release. */
  readonly onCancel: 'take-back' | 'hold';
  /** What a deploy makes of a release that it finds unfinished. */
  readonly onUnfinished: 'take-back' | 'resume' | 'fail';
  /** What `rollback` goes back to, as the user names it; null: what users had before. */
  readonly to: string | null;
  /** Of `promote`: where it stands still next, or that it does not; null: as the release was begun. */
  readonly goOnTo: Amount | 'end' | null;
  readonly switch: 'cut' | 'overlap';
  /** The old version stays up when users are on the new one for good, until another run finishes that. */
  readonly keepWarm: boolean;
  readonly dryRun: boolean;
  readonly summary: boolean;
  /** A plan is shown on the pull request, too; null: it is not. `token`: null: there is none. It is a secret. */
  readonly comment: { readonly token: string | null } | null;
}

/** How what is measured of the candidate is judged. */
export interface JudgingRequest {
  /** What counts as one trial: the tick as a whole, or each error. */
  readonly evidence: 'ticks' | 'counts';
  /** Milliseconds between two looks. */
  readonly tick: number;
  /** The candidate's error odds may be so many times stable's. */
  readonly tolerance: number;
  /** A candidate is certified when its error odds are shown to be less than so many times stable's. */
  readonly atMostWorse: number;
  /** Probability, 0 to 1: of ever condemning a candidate that is within the tolerance. */
  readonly falseAlarms: number;
  /** The highest rate of failures that is well, 0 to 1, where there is no stable to compare with; null: what stable had before. */
  readonly objective: number | null;
  readonly restarts: 'any' | 'compare' | 'ignore';
  /** Of the candidate, in each stage. */
  readonly minRequests: number;
  /** Milliseconds that a stage lasts beyond its time at most while evidence is lacking. */
  readonly patience: number;
  readonly onInconclusive: 'pause' | 'promote' | 'rollback';
  readonly early: boolean;
}

/** One line of `images`. */
export type ImageChange =
  | { readonly kind: 'container'; readonly container: string; readonly image: string }
  /** For every container that runs this repository (registry and path, without tag and digest). */
  | { readonly kind: 'repository'; readonly repository: string; readonly image: string };

/** One line of `env`: `container.NAME=value`. */
export interface EnvChange {
  readonly container: string;
  readonly name: string;
  readonly value: string;
}

/** One line of `smoke-test`: `GET /healthz 200-299 port=http contains="ok" within=30s`. */
export interface SmokeTest {
  /** The line as the user wrote it: its name in log and summary. */
  readonly line: string;
  readonly method: 'GET' | 'HEAD';
  /** Path with query, beginning with `/`. */
  readonly path: string;
  /** Name or number of the Service's port; null: its first. */
  readonly port: string | null;
  readonly scheme: 'http' | 'https';
  /** Accepted status codes, inclusive. */
  readonly status: { readonly from: number; readonly to: number };
  /** Text that the body must contain; null: any body. */
  readonly contains: string | null;
  /** Milliseconds that all tries together may take. */
  readonly deadline: number;
}

/** Input `job`: a manifest, or the path of a file with one. */
export interface JobSource {
  readonly kind: 'content' | 'path';
  readonly value: string;
}

export const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** One line of `thresholds`: `error-rate: <query> < 0.01 for 30s`. */
export interface Threshold {
  /** The line as the user wrote it. */
  readonly line: string;
  readonly name: string;
  /** PromQL with variables such as `$candidate`. */
  readonly query: string;
  /** What must hold: `query comparison bound`. */
  readonly comparison: Comparison;
  readonly bound: number;
  /** Milliseconds for which it may fail to hold. */
  readonly patience: number;
}

/** One line of `alerts`. */
export interface AlertSelector {
  /** The line as the user wrote it. */
  readonly line: string;
  /** The one alert that it can fit; null: it has no such name in it. */
  readonly alert: string | null;
  readonly matchers: readonly LabelMatcher[];
}

export interface LabelMatcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** Where a server of the user's is; a Service is reached through the API server. */
export type ServerAddress =
  | {
      readonly kind: 'url';
      /** Without a slash at its end. */
      readonly url: string;
      readonly basic: { readonly user: string; readonly password: string } | null;
    }
  | { readonly kind: 'service'; readonly namespace: string; readonly service: string; readonly port: string };

/** Where this run stands at GitHub, from the runner's environment; every field may be empty outside a runner. */
export interface Run {
  readonly url: string | null;
  readonly id: string | null;
  readonly attempt: string | null;
  readonly actor: string | null;
  readonly repository: string | null;
  readonly sha: string | null;
  readonly ref: string | null;
  readonly job: string | null;
}
