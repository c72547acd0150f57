import type { AuditedRequest } from '../contract/cluster.ts';
import { GatewayController, routeManifest, routePath } from '../contract/gateway.ts';
import { changesOf } from '../contract/writes.ts';
import { createApp } from '../kubernetes/app.ts';
import type { ControlPlane } from '../kubernetes/control-plane.ts';
import { startAction } from '../runner/runner.ts';
import { USER } from './release.ts';

/** One ramp by an HTTPRoute, looked at from outside. Milliseconds. */
export interface MeasuredRamp {
  readonly replicas: number;
  readonly steps: number;
  /** Requests from one weight to the next, by step. */
  readonly requests: readonly number[];
  /** From the word in the log that the next step begins to its weight at the API server; steps that need no further pods. */
  readonly decided: readonly number[];
  /** How long each resize left the Deployment unpaused. */
  readonly thawed: readonly number[];
  readonly peakMemoryMiB: number;
}

export interface RampWish {
  readonly replicas: number;
  /** As the input has them. */
  readonly steps: string;
}

interface Stage {
  readonly cluster: ControlPlane;
  readonly action: string;
  /** Kubeconfig of `USER`. */
  readonly kubeconfig: string;
  readonly signal: AbortSignal;
}

/** The cluster has to serve HTTPRoutes. @throws Error when the ramp is not promoted */
export async function measureRamp(stage: Stage, { replicas, steps }: RampWish): Promise<MeasuredRamp> {
  const { cluster, action, kubeconfig, signal } = stage;
  const namespace = await cluster.namespace('bench-ramp');
  await createApp(cluster.api, { namespace, replicas });
  await cluster.api.create(routePath(namespace), routeManifest(namespace));
  const gateway = await GatewayController.start(cluster.kubeconfig, namespace);
  const next: number[] = [];
  const began = Date.now();
  try {
    const inputs = { kubeconfig, namespace, deployment: 'web', env: 'web.ROUND=ramp', strategy: 'canary', steps };
    const running = startAction({
      action,
      inputs: { ...inputs, 'bake-time': '0s', 'drain-time': '0s', 'settle-time': '0s' },
      kill: { signal, by: 'loss-of-runner' },
      timeoutMs: 120_000,
      onLine: (text) => {
        if (/ next: \d/.test(text)) next.push(Date.now());
      },
    });
    const result = await running.done;
    if (result.outputs.outcome !== 'promoted') throw new Error(`the ramp was not promoted:\n${result.displayedLog}`);
    if (result.peakMemoryMiB === undefined) throw new Error('only Linux tells the peak memory of a process (/proc)');
    const requests = (await cluster.audit(began)).filter(({ user, uri }) => user === USER && uri.includes(namespace));
    const peakMemoryMiB = result.peakMemoryMiB;
    return { replicas, steps: next.length, ...stepsOf(requests, next), thawed: thawedIn(requests), peakMemoryMiB };
  } finally {
    await gateway.stop();
  }
}

/** @param next epoch ms at which each step began, by the log */
function stepsOf(
  requests: readonly AuditedRequest[],
  next: readonly number[],
): Pick<MeasuredRamp, 'requests' | 'decided'> {
  // The look at both Services every five seconds is a matter of time, not of steps.
  const stepwise = requests.filter(({ verb, resource }) => !(verb === 'get' && resource === 'services'));
  const weights = requests.filter(
    ({ verb, resource, uri }) => verb === 'patch' && resource === 'httproutes' && !uri.includes('dryRun=All'),
  );
  // The last one puts the route back.
  const steps = weights.slice(0, -1).map(({ at }, index) => {
    // The log is heard a moment after the fact.
    const since = index === 0 ? Math.min(next[0] ?? at, at - 1) : (weights[index - 1]?.at ?? at);
    return { at, within: stepwise.filter((request) => request.at > since && request.at <= at) };
  });
  const decided = steps.flatMap(({ at, within }) => {
    const needsPods = within.some(({ resource, verb }) => resource === 'deployments' && verb === 'patch');
    const decision = next.findLast((moment) => moment <= at);
    return needsPods || decision === undefined ? [] : [at - decision];
  });
  return { requests: steps.map(({ within }) => within.length), decided };
}

function thawedIn(requests: readonly AuditedRequest[]): number[] {
  const patches = requests.filter(({ verb, resource, uri }) => {
    return verb === 'patch' && resource === 'deployments' && !uri.includes('dryRun=All');
  });
  return patches.flatMap(({ at, body }, index) => {
    const paths = changesOf(body).map(({ path }) => path);
    if (paths.includes('/spec/template') || !paths.includes('/spec/strategy') || paths.length !== 2) return [];
    const frozen = patches[index + 1];
    return frozen === undefined ? [] : [frozen.at - at];
  });
}
