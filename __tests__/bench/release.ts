import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditedRequest } from '../contract/cluster.ts';
import { paths } from '../kubernetes/api.ts';
import { type App, pods, waitSettled } from '../kubernetes/app.ts';
import type { ControlPlane } from '../kubernetes/control-plane.ts';
import { until } from '../kubernetes/processes.ts';
import { Recorder } from '../kubernetes/recorder.ts';
import { type RunResult, startAction } from '../runner/runner.ts';
import type { Forwarder } from './forwarder.ts';
import {
  type Opening,
  openingOf,
  type Promotion,
  promotionOf,
  type Scene,
  type TurnBack,
  turnBackOf,
} from './moments.ts';
import { countRequests, kindOf, type RequestCount } from './requests.ts';

/** Who the release is for the API server: all requests of this user are its own, and it has no others. */
export const USER = 'crossfade-bench';

export interface Stage {
  readonly cluster: ControlPlane;
  /** Folder with `action.yml`. */
  readonly action: string;
  /** Kubeconfig of `USER`. */
  readonly kubeconfig: string;
  /** Given when `kubeconfig` leads through it: connections are counted then. */
  readonly forwarder?: Forwarder;
  /** Ends the release that runs. */
  readonly signal: AbortSignal;
}

export interface Wish {
  readonly app: App & { readonly replicas: number };
  readonly image: string;
  /** Different in every release of an app, so that each makes a ReplicaSet of its own. */
  readonly round: number;
  readonly expected: 'promoted' | 'rolled-back';
}

/** One run of the bundle. Times are epoch ms. */
export interface Measured {
  readonly image: string;
  readonly replicas: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly opening: Opening;
  readonly promotion?: Promotion;
  readonly turnBack?: TurnBack & { /** First word of going back in the log. */ readonly verdict: number };
  readonly requests: RequestCount;
  readonly connections?: { readonly opened: number; readonly peak: number };
  readonly peakMemoryMiB: number;
  readonly timeline: readonly string[];
}

/** Runs one release to its end, without bake, drain and settle times, and looks at it from outside. */
export async function measureRelease(stage: Stage, wish: Wish): Promise<Measured> {
  const { cluster, forwarder } = stage;
  const { app, image, expected } = wish;
  const { namespace, name = 'web', replicas } = app;
  const recorder = await Recorder.start(cluster.api, {
    Deployment: paths.deployments(namespace),
    Pod: paths.core(namespace, 'pods'),
    Service: paths.core(namespace, 'services'),
    EndpointSlice: paths.endpointSlices(namespace),
  });
  forwarder?.reset();
  const lines: LogLine[] = [];
  const { result, startedAt } = await run(stage, wish, lines);
  const candidate = result.outputs['candidate-hash'] ?? '';
  if (result.outputs.outcome !== expected || candidate === '') {
    throw new Error(`the release of ${image} was to end ${expected}, and did not:\n${result.displayedLog}`);
  }
  const opened = forwarder?.opened ?? [];
  const connections = forwarder === undefined ? {} : { connections: { opened: opened.length, peak: forwarder.peak } };
  await waitSettled(cluster.api, app);
  await until(
    'only the pods that serve are left',
    30_000,
    async () => (await pods(cluster.api, app)).length === replicas,
  );
  const changes = await recorder.stop();
  const audited = await cluster.audit(startedAt);
  const requests = audited.filter((request) => request.user === USER);
  const own = ownCount(result);
  if (own !== requests.length) {
    throw new Error(`the API server audited ${requests.length} requests, and the release says it sent ${own}`);
  }
  const scene: Scene = { changes, requests, deployment: name, service: name, candidate, replicas };
  return {
    image,
    replicas,
    startedAt,
    endedAt: startedAt + result.durationMs,
    opening: openingOf(scene),
    ...(expected === 'promoted'
      ? { promotion: promotionOf(scene) }
      : { turnBack: { ...turnBackOf(scene), verdict: verdictIn(lines) } }),
    requests: countRequests(requests),
    ...connections,
    peakMemoryMiB: memoryOf(result),
    timeline: timelineOf(startedAt, requests, lines, opened),
  };
}

interface LogLine {
  readonly at: number;
  readonly text: string;
}

async function run(
  { action, kubeconfig, signal }: Stage,
  { app, image, round }: Wish,
  lines: LogLine[],
): Promise<{ result: RunResult; startedAt: number }> {
  const { namespace, name = 'web' } = app;
  const running = startAction({
    action,
    inputs: {
      kubeconfig,
      namespace,
      deployment: name,
      images: `${name}=${image}`,
      env: `${name}.ROUND=${round}`,
      strategy: 'blue-green',
      'bake-time': '0s',
      'drain-time': '0s',
      'settle-time': '0s',
    },
    kill: { signal, by: 'loss-of-runner' },
    timeoutMs: 60_000,
    onLine: (text, part) => {
      if (part === 'main') lines.push({ at: Date.now(), text });
    },
  });
  let ended = false;
  const done = running.done.finally(() => {
    ended = true;
  });
  // The harness tells how long the process ran, not when it began; the moment is needed to place it among the others.
  while (running.pid === undefined && !ended) await sleep(1);
  const startedAt = Date.now();
  const result = await done;
  signal.throwIfAborted();
  return { result, startedAt };
}

/** How many requests the release says it sent: a request that is not in the audit log is one that we would not have counted. */
function ownCount(result: RunResult): number {
  // The output `result` is documented as one JSON document.
  const { requests } = JSON.parse(result.outputs.result ?? '{}') as { requests?: number };
  return requests ?? 0;
}

/** Zero for unknown would be a fine figure, and a wrong one. */
function memoryOf({ peakMemoryMiB }: RunResult): number {
  if (peakMemoryMiB === undefined) throw new Error('only Linux tells the peak memory of a process (/proc)');
  return peakMemoryMiB;
}

function verdictIn(lines: readonly LogLine[]): number {
  const verdict = lines.find(({ text }) => text === '::group::Go back');
  if (verdict === undefined) throw new Error('the log of a release that was taken back has no group for it');
  return verdict.at;
}

/** Requests, connections and log lines in one order, with milliseconds since the start: where the time went, when it went. */
function timelineOf(
  startedAt: number,
  requests: readonly AuditedRequest[],
  lines: readonly LogLine[],
  connections: readonly number[],
): string[] {
  return [
    ...connections.map((at, index) => ({ at, text: `TCP connection ${index + 1}` })),
    ...requests.map((request) => ({
      at: request.at,
      text: `${kindOf(request)} ${request.name ?? ''} ${request.code}`,
    })),
    ...lines.filter(({ text }) => isTold(text)).map(({ at, text }) => ({ at, text: `log: ${text.trim()}` })),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `+${at - startedAt} ms  ${text}`);
}

/** Not the lines meant for the runner: masks, ends of groups. */
function isTold(line: string): boolean {
  return line.trim() !== '' && (!line.startsWith('::') || /^::(group|warning|error)[: ]/.test(line));
}
