import type { ActionStep } from '../runner/runner.ts';

/**
 * What a cluster of the test tiers offers. The simulator, the real control plane (fake pods) and the real node all implement it,
 * so that one contract suite runs on each. A test names images by what they do, never by how a tier fakes it.
 */
export interface TestCluster {
  readonly tier: 'simulator' | 'control-plane' | 'node' | 'given';
  /** Path of a kubeconfig with full rights. */
  readonly kubeconfig: string;
  /** Path of a kubeconfig of the user `name`, who has no rights but those that RBAC objects give. */
  kubeconfigFor(name: string): Promise<string>;
  /** A namespace of its own, removed (or forgotten) by `stop`. */
  namespace(prefix: string): Promise<string>;
  /**
   * Every request the API server answered since `since` (epoch ms), oldest first; server-side truth. Those of the cluster's own components may
   * be missing. Not on a given cluster.
   */
  audit(since: number): Promise<AuditedRequest[]>;
  /** Runs that nobody kills are run without a process each, unless a scene asks for one; so is what post does after one that was killed. */
  readonly inProcess?: boolean;
  /** What runs main and post here, in place of a process of this machine's own Node.js. */
  readonly host?: ActionStep['host'];
  stop(): Promise<void>;
}

export interface AuditedRequest {
  /** Epoch milliseconds of arrival. */
  readonly at: number;
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  /** Path with query, e.g. `/apis/apps/v1/namespaces/a/deployments/web?dryRun=All`. */
  readonly uri: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly userAgent: string;
  readonly user: string;
  readonly code: number;
  /** Request body where the tier records it (the simulator always, the control plane for writes). */
  readonly body?: unknown;
}

/** Repository of the test images. Tags say what the pod does; each tier makes it true in its own way. */
export const REPOSITORY = 'registry.test/web';

/**
 * | tag | what its pods do |
 * | --- | --- |
 * | v1, v2, v3 | Ready after about a second (simulator: 100 ms), answer with their tag |
 * | slow | as v2, Ready after 5 s (simulator: 1 s) |
 * | never-ready | run, never Ready |
 * | crash | exit with code 3 at once after logging `panic: no database`; CrashLoopBackOff, restartCount rising |
 * | missing | cannot be pulled: ErrImagePull, then ImagePullBackOff |
 * | late-crash | as v2, Ready for 8 s (simulator: 4 s), then exit with code 1 (restartCount 1), then Ready again |
 * | unready-later | as v2, Ready for 8 s (simulator: 4 s), then not Ready for good |
 */
export const IMAGE = {
  v1: `${REPOSITORY}:v1`,
  v2: `${REPOSITORY}:v2`,
  v3: `${REPOSITORY}:v3`,
  slow: `${REPOSITORY}:slow`,
  neverReady: `${REPOSITORY}:never-ready`,
  crash: `${REPOSITORY}:crash`,
  missing: `${REPOSITORY}:missing`,
  lateCrash: `${REPOSITORY}:late-crash`,
  unreadyLater: `${REPOSITORY}:unready-later`,
} as const;
