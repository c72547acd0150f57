import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ActionName } from './action/operations.ts';
import { privateKubeconfig } from './action/private-kubeconfig.ts';
import { Reporter } from './action/reporter.ts';
import type { Runner } from './action/runner.ts';
import { secretsIn } from './action/secrets.ts';
import type { JobSource, Request, Run } from './action/request.ts';
import { type JobManifest, JobUnfit, readJobManifest } from './checks/job-manifest.ts';
import { type Outside, outside } from './checks/outside.ts';
import { routerCommandOf } from './checks/router-command.ts';
import { type CheckPorts, runChecks } from './checks/run-checks.ts';
import { Api } from './cluster/api.ts';
import { type Connection, connect } from './cluster/connection.ts';
import { unconnected } from './cluster/unconnected.ts';
import { serviceProxy } from './cluster/service-proxy.ts';
import { systemClock } from './engine/clock.ts';
import { type DeployParts, NOTHING, type Result } from './engine/deploy.ts';
import { Helm } from './engine/helm.ts';
import { operate, saysOfCluster } from './engine/operations.ts';
import { subjectOf } from './engine/workload-kinds.ts';
import { type Finding, Refused } from './engine/refusal.ts';
import { measuresOf } from './measures.ts';
import { createTeller, type RunTeller } from './report/log.ts';

/** One run of the step: connects, deploys, and tells the runner and the user what came of it, whatever that is. */
export async function step(request: Request, run: Run, runner: Runner): Promise<void> {
  const teller = createTeller({ out: (line) => runner.say(line), clock: systemClock });
  const helm = new Helm();
  const reporter = new Reporter(request, run, teller, systemClock, runner);
  obeySignals(runner, helm, reporter, request.onCancel);
  reporter.secrets.push(...secretsIn((name) => runner.input(name).trim()));
  let connection: Connection | null = null;
  try {
    connection = await connectionFor(request, runner.env, (secret) => {
      runner.mask(secret);
      reporter.secrets.push(secret);
    });
    reporter.namespace = request.cluster.namespace ?? connection.namespace;
    const api = new Api(connection, (message) => teller.warning(`The API server says: ${message}`));
    reporter.requests = () => api.requests;
    const result = await deployWith(request, run, api, reporter, teller, helm, runner);
    if (!(await reporter.tell(result, result.findings))) runner.fail();
  } catch (error) {
    const findings = findingsOf(error, helm);
    if (findings === null) throw error;
    if (!(await reporter.tell(refusal(helm, findings), findings))) runner.fail();
  } finally {
    teller.end();
    await connection?.close();
  }
}

/** A Role can be told without a cluster; what does need one says so. */
function connectionFor(
  { action, cluster }: Request,
  env: NodeJS.ProcessEnv,
  onSecret: (secret: string) => void,
): Promise<Connection> {
  const connecting = connect(cluster, env, onSecret);
  return action === 'role' ? connecting.catch(unconnected) : connecting;
}

/** Those in which the candidate is never checked. */
const UNCHECKED: readonly ActionName[] = ['abort', 'finish', 'status', 'role'];

async function deployWith(
  request: Request,
  run: Run,
  api: Api,
  reporter: Reporter,
  teller: RunTeller,
  helm: Helm,
  runner: Runner,
): Promise<Result> {
  const holder = `${run.url ?? `a run on ${hostname()}`} (${randomBytes(3).toString('hex')})`;
  const namespace = reporter.namespace ?? 'default';
  const { env } = runner;
  const kubeconfig = privateKubeconfig(request, env, (folder) => runner.saveState('private', folder));
  const outsideServers = outside(env);
  const over = new AbortController();
  const { measures, close } = measuresOf(request, {
    api,
    clock: systemClock,
    env,
    outside: outsideServers,
    namespace,
    warn: (message) => teller.warning(message),
    signal: AbortSignal.any([helm.signal, over.signal]),
  });
  const checks: Promise<unknown>[] = [];
  try {
    const job = request.job === null || UNCHECKED.includes(request.action) ? null : await readJob(request.job, runner);
    const parts: DeployParts = {
      api,
      clock: systemClock,
      teller,
      helm,
      run,
      namespace,
      holder,
      job,
      check: (context, deadline, signal) => {
        const checking = runChecks(
          { ...request, job },
          { ...context, kubeconfig: kubeconfig.path },
          checkPorts(api, namespace, teller, outsideServers, env),
          deadline,
          AbortSignal.any([signal, over.signal]),
        );
        checks.push(checking);
        return checking;
      },
      routerCommand: routerCommandOf(request, {
        clock: systemClock,
        env,
        kubeconfig: kubeconfig.path,
        onLine: (input, line) => teller.foreign(input, [line]),
        // For post, if this process is killed while the command runs.
        onProcess: (pid) => runner.saveState('command', String(pid ?? '')),
      }),
      measures,
      onLock: (release) => {
        const unfinished = { release, namespace, subject: subjectOf(request).key, holder };
        runner.saveState('unfinished', JSON.stringify(unfinished));
      },
      onBegin: (plan) => reporter.tellBeginning(plan),
    };
    const result = await operate(request, parts);
    if (result.left !== 'unfinished') runner.saveState('unfinished', '');
    return result;
  } finally {
    over.abort();
    // A Job that runs is removed when its check was given up: the connection has to last until then.
    await Promise.allSettled(checks);
    await close();
    await outsideServers.close();
    kubeconfig.remove();
  }
}

function checkPorts(
  api: Api,
  namespace: string,
  teller: RunTeller,
  outsideServers: Outside,
  env: NodeJS.ProcessEnv,
): CheckPorts {
  return {
    clock: systemClock,
    env,
    onLine: (line) => teller.foreign('smoke-command', [line]),
    proxy: serviceProxy(api, namespace),
    outside: outsideServers,
    delivery: randomUUID,
    job: {
      api,
      clock: systemClock,
      onWrite: (write) => teller.wrote(write),
      onFact: (text) => teller.fact(text),
      onLines: (lines) => teller.foreign('job', lines),
      suffix: () => randomBytes(2).toString('hex'),
    },
  };
}

async function readJob(source: JobSource, { env, process }: Runner): Promise<JobManifest> {
  try {
    return await readJobManifest(source, env.GITHUB_WORKSPACE ?? process.cwd());
  } catch (error) {
    if (error instanceof JobUnfit) throw new Refused([{ message: error.message }]);
    throw error;
  }
}

/**
 * The runner cancels with SIGINT, SIGTERM 7.5 s later (on Windows: Ctrl+C, which Node calls SIGINT, and Ctrl+Break, SIGBREAK), and kills
 * 2.5 s after that. The first takes traffic back at once; at the second, outputs and summary are written as things stand, and the post
 * step completes the rest.
 */
function obeySignals({ process }: Runner, helm: Helm, reporter: Reporter, onCancel: Request['onCancel']): void {
  process.on('SIGINT', () => helm.give({ cause: 'cancelled', reason: 'The run was cancelled.', do: onCancel }));
  for (const signal of ['SIGTERM', 'SIGBREAK'] as const)
    process.on(signal, () => {
      if (helm.order === null)
        return helm.give({ cause: 'cancelled', reason: `The run was told to stop (${signal}).`, do: onCancel });
      void reporter.tell(refusal(helm, []), []).finally(() => process.exit(1));
    });
}

/** Errors that say something about the user's cluster and not about our code; null: an error of ours. */
function findingsOf(error: unknown, helm: Helm): readonly Finding[] | null {
  if (helm.order !== null) return [];
  if (error instanceof Refused) return error.findings;
  return saysOfCluster(error) ? [{ message: error.message }] : null;
}

function refusal(helm: Helm, findings: readonly Finding[]): Result {
  return {
    ...NOTHING,
    outcome: helm.order === null ? 'failed' : 'aborted',
    reason: helm.order?.reason ?? findings.map((finding) => finding.message).join(' '),
  };
}
