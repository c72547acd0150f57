import type { Request } from '../action/request.ts';
import { type CheckContext, smokeTargetOf } from './check-context.ts';
import { type JobPorts, runJob } from './job.ts';
import type { JobManifest } from './job-manifest.ts';
import { CHECK_KINDS, type CheckKind, type CheckResult } from './result.ts';
import { runSmokeCommand, type SmokeCommandPorts } from './smoke-command.ts';
import { runSmokeTest, type ServiceProxy } from './smoke-test.ts';
import { callWebhooks, releaseState, type WebhookPorts } from './webhook.ts';

/** What the candidate has to pass: the request's checks, with the Job's manifest read. */
export interface Checks extends Pick<Request, 'smokeTests' | 'smokeCommand' | 'webhook' | 'settleTime'> {
  readonly job: JobManifest | null;
}

export type CheckPorts = SmokeCommandPorts &
  WebhookPorts & {
    readonly proxy: ServiceProxy;
    readonly job: JobPorts;
  };

/** The inputs that say what checks there are. */
export function kindsOfChecks({
  smokeTests,
  smokeCommand,
  job,
  webhook,
}: Pick<Request, 'smokeTests' | 'smokeCommand' | 'job' | 'webhook'>): readonly CheckKind[] {
  const isGiven: Readonly<Record<CheckKind, boolean>> = {
    'smoke-test': smokeTests.length > 0,
    'smoke-command': smokeCommand !== null,
    job: job !== null,
    webhook: webhook !== null,
  };
  return CHECK_KINDS.filter((kind) => isGiven[kind]);
}

/** How many results there are when all have passed. */
export function numberOfChecks({
  smokeTests,
  smokeCommand,
  job,
  webhook,
}: Omit<Checks, 'job'> & { readonly job: object | null }): number {
  return smokeTests.length + (smokeCommand === null ? 0 : 1) + (job === null ? 0 : 1) + (webhook?.urls.length ?? 0);
}

/**
 * All smoke tests at the same time, then the command, then the Job, then all webhooks at the same time; each only when all before it
 * passed. Results in this order. `deadline`: epoch ms at which the release ends, and command and Job with it.
 */
export async function runChecks(
  checks: Checks,
  context: CheckContext,
  ports: CheckPorts,
  deadline: number,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { smokeTests, smokeCommand, job, webhook, settleTime } = checks;
  const settled = ports.clock.now() + settleTime;
  const left = (): number => deadline - ports.clock.now();
  const { service, headers } = smokeTargetOf(context);
  const proxy: ServiceProxy = { get: (request) => ports.proxy.get({ ...request, headers }) };
  const results: CheckResult[] = await Promise.all(
    smokeTests.map((test) => runSmokeTest(test, service, { ...ports, proxy }, signal)),
  );
  const passed = (): boolean => results.every(({ verdict }) => verdict === 'healthy');
  if (smokeCommand !== null && passed())
    results.push(await runSmokeCommand(smokeCommand, context, ports, left(), signal));
  if (job !== null && passed())
    results.push(await runJob(job, context, ports.job, { notBefore: settled, deadline }, signal));
  if (webhook !== null && passed())
    results.push(...(await callWebhooks(webhook, releaseState(context, results), ports, signal)));
  return results;
}
