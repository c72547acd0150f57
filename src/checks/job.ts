import { formatDuration } from '../action/durations.ts';
import type { ApiPort } from '../cluster/api.ts';
import { ApiError, UnknownOutcome } from '../cluster/errors.ts';
import type { Deployment, Job, Pod, Service } from '../cluster/wire.ts';
import { deploymentPath, jobPath, servicePath, type WriteRequest } from '../cluster/write-request.ts';
import type { Clock } from '../engine/clock.ts';
import { describeSign, signOf } from '../release/signs.ts';
import type { CheckContext } from './check-context.ts';
import { readJobLog } from './job-log.ts';
import { jobFor, type JobManifest, podsOf, whyReached } from './job-manifest.ts';
import { removeJob } from './leftover-jobs.ts';
import type { CheckResult } from './result.ts';

export interface JobPorts {
  readonly api: ApiPort;
  readonly clock: Clock;
  /** Told of each write to the cluster after it was carried out. */
  readonly onWrite: (write: WriteRequest) => void;
  readonly onFact: (text: string) => void;
  /** Gets the last lines that the Job wrote. Untrusted text: it may look like a workflow command. */
  readonly onLines: (lines: readonly string[]) => void;
  /** A few letters and digits, others each time. */
  readonly suffix: () => string;
}

/** Milliseconds between two looks at the Job and its pods. */
const LOOK = 1_000;
/** Milliseconds that a pod may be unable to start (its image, its Secrets) before the Job is given up. */
const GRACE = 5_000;
const CREATE_TRIES = 3;

/** What became of a Job, and its last lines. */
type Ended = Pick<CheckResult, 'verdict' | 'detail'>;

/** Epoch milliseconds. */
export interface JobTimes {
  /** Its pods are in the cluster, whose proxies have to know the candidate Service's endpoints first: till then they refuse connections. */
  readonly notBefore: number;
  readonly deadline: number;
}

/**
 * Creates the Job, waits for its end and removes it, whatever came of it. Healthy: it completed before the deadline and nobody
 * cancelled. Never rejects. After a cancel it resolves when the Job has been removed.
 */
export async function runJob(
  manifest: JobManifest,
  context: CheckContext,
  ports: JobPorts,
  { notBefore, deadline }: JobTimes,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { clock } = ports;
  const started = clock.now();
  const result = (tries: number, { verdict, detail }: Ended): CheckResult => ({
    name: manifest.name,
    kind: 'job',
    verdict,
    tries,
    took: clock.now() - started,
    detail,
  });
  const cancelled: Ended = { verdict: 'cancelled', detail: 'cancelled before it was started' };
  try {
    const [problem] = await Promise.all([
      reached(manifest, context, ports.api),
      clock.sleep(Math.max(0, notBefore - started), signal),
    ]);
    if (signal.aborted) return result(0, cancelled);
    if (problem !== null) return result(0, { verdict: 'unhealthy', detail: problem });
    const began = clock.now();
    const limit = { began, deadlineMs: deadline - began };
    if (limit.deadlineMs <= 0) return result(0, { verdict: 'unhealthy', detail: 'no time was left to run it' });
    const job = await create(jobFor(manifest, context, ports.suffix(), limit.deadlineMs), ports);
    return result(1, await followed(job, ports, limit, signal));
  } catch (error) {
    if (signal.aborted) return result(0, cancelled);
    const message = error instanceof Error ? error.message : String(error);
    // The API server's no is about the manifest or our permissions; anything else is trouble on the way.
    if (error instanceof ApiError)
      return result(1, { verdict: 'unhealthy', detail: `it could not be run: ${message}` });
    return result(1, { verdict: 'inconclusive', detail: `it could not be run: ${message}` });
  }
}

/** Why its pods must not run beside the Deployment's, as the objects are now. */
async function reached(manifest: JobManifest, context: CheckContext, api: ApiPort): Promise<string | null> {
  // Knative's Services select labels of its own.
  if ('knativeService' in context) return null;
  const { namespace, deployment, service, candidateService } = context;
  const [found, ...services] = await Promise.all([
    api.get<Deployment>(deploymentPath(namespace, deployment)),
    api.get<Service>(servicePath(namespace, service)),
    api.get<Service>(servicePath(namespace, candidateService)),
  ]);
  return found === null
    ? `Deployment ${deployment} is not there any more`
    : whyReached(manifest, { deployment: found, services });
}

/** Its name is its own: when nobody knows whether it was created, a look at that name tells. */
async function create(job: Job, { api, onWrite }: JobPorts): Promise<Job> {
  const { namespace = '', name = '' } = job.metadata ?? {};
  const write: WriteRequest = {
    verb: 'create',
    path: jobPath(namespace),
    body: job,
    why: `run the Job ${name} against the candidate`,
  };
  for (let tried = 1; ; tried += 1) {
    try {
      const created = await api.write<Job>(write);
      onWrite(write);
      return created;
    } catch (error) {
      if (!(error instanceof UnknownOutcome)) throw error;
      const found = await api.get<Job>(jobPath(namespace, name));
      if (found !== null) {
        onWrite(write);
        return found;
      }
      if (tried >= CREATE_TRIES) throw error;
    }
  }
}

/** `began`: epoch ms; `deadlineMs`: milliseconds from then. */
interface Limit {
  readonly began: number;
  readonly deadlineMs: number;
}

async function followed(job: Job, ports: JobPorts, limit: Limit, signal: AbortSignal): Promise<Ended> {
  try {
    const ended = await awaitEnd(job, ports, limit, signal);
    if (ended.verdict === 'cancelled') return ended;
    const log = await readJobLog(ports.api, job);
    if (log.lines.length > 0) ports.onLines(log.lines);
    return { ...ended, detail: [ended.detail, ...log.lines].join('\n') };
  } finally {
    await removeJob(job, ports);
  }
}

async function awaitEnd(
  job: Job,
  { api, clock, onFact }: JobPorts,
  { began, deadlineMs }: Limit,
  signal: AbortSignal,
): Promise<Ended> {
  const { name = '', uid } = job.metadata ?? {};
  const end = began + deadlineMs;
  const told = new Set<string>();
  let stuckSince: number | null = null;
  let unread = '';
  try {
    for (;;) {
      signal.throwIfAborted();
      const seen = await look(api, job, signal);
      signal.throwIfAborted();
      if ('unread' in seen) unread = seen.unread;
      else {
        unread = '';
        if (seen.job === null || seen.job.metadata?.uid !== uid)
          return { verdict: 'inconclusive', detail: `somebody deleted the Job ${name} while it ran` };
        const signs = seen.pods.map(signOf).filter((sign) => sign !== null);
        for (const sign of signs) {
          const kind = `${sign.container}/${sign.reason}/${sign.restarts}`;
          if (!told.has(kind)) onFact(`job ${name}: ${describeSign(sign)}`);
          told.add(kind);
        }
        const ended = verdictOf(seen.job);
        if (ended !== null) return ended;
        // What crashed is the Job's own to judge, by its backoffLimit; what cannot start would only use up the time.
        const stuck = signs.find(({ level, exitCode }) => level !== 'warning' && exitCode === null);
        stuckSince = stuck === undefined ? null : (stuckSince ?? clock.now());
        if (stuck !== undefined && (stuck.level === 'fatal' || clock.now() - (stuckSince ?? 0) >= GRACE))
          return { verdict: 'unhealthy', detail: `it cannot start: ${describeSign(stuck)}` };
      }
      if (clock.now() >= end) break;
      await clock.sleep(Math.max(0, Math.min(LOOK, end - clock.now())), signal);
    }
  } catch (error) {
    if (signal.aborted) return { verdict: 'cancelled', detail: 'cancelled while it ran, and removed' };
    throw error;
  }
  if (unread !== '') return { verdict: 'inconclusive', detail: `what became of it is not known: ${unread}` };
  return { verdict: 'unhealthy', detail: `not done within ${formatDuration(deadlineMs)}, and removed` };
}

type Seen = { readonly job: Job | null; readonly pods: readonly Pod[] } | { readonly unread: string };

/** A read that fails is no reason to give up: the next one may succeed. */
async function look(api: ApiPort, job: Job, signal: AbortSignal): Promise<Seen> {
  const { namespace = '', name = '' } = job.metadata ?? {};
  try {
    const [found, pods] = await Promise.all([
      api.get<Job>(jobPath(namespace, name), signal),
      api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, { labelSelector: podsOf(job) }, signal),
    ]);
    return { job: found, pods: pods.items };
  } catch (error) {
    if (error instanceof ApiError || error instanceof UnknownOutcome) return { unread: error.message };
    throw error;
  }
}

function verdictOf({ status }: Job): Ended | null {
  const is = (type: string) => status?.conditions?.find((each) => each.type === type && each.status === 'True');
  if (is('Complete') !== undefined) return { verdict: 'healthy', detail: 'completed' };
  const failed = is('Failed');
  if (failed === undefined) return null;
  const { reason = 'no reason given', message = '' } = failed;
  return { verdict: 'unhealthy', detail: message === '' ? reason : `${reason}: ${message}` };
}
