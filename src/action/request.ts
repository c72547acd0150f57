import type { Step, Strategy, Testers } from '../release/plan.ts';
import type { Amount, Batch } from './batches.ts';

/**
 * What the user asked for: the inputs of `action.yml`, parsed and checked once (`inputs.ts`), never changed afterwards.
 * Durations are milliseconds.
 */
export interface Request {
  readonly action: 'deploy' | 'promote' | 'abort';
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
  };
  readonly deployment: string;
  /** Null: the one Service that selects the pods. */
  readonly service: string | null;
  /** Null: `<service>-candidate`. */
  readonly candidateService: string | null;
  readonly images: readonly ImageChange[];
  readonly env: readonly EnvChange[];
  readonly smokeTests: readonly SmokeTest[];
  readonly smokeCommand: string | null;
  readonly bakeTime: number;
  readonly drainTime: number;
  readonly settleTime: number;
  /** Deadline of the whole release, counted from its start. */
  readonly timeout: number;
  /** How long to wait for another run that is releasing the same Deployment. */
  readonly lockTimeout: number;
  readonly onFailure: 'rollback' | 'hold';
  readonly switch: 'cut' | 'overlap';
  readonly dryRun: boolean;
  readonly summary: boolean;
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
