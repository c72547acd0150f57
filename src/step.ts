import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import * as core from '@actions/core';
import { privateKubeconfig } from './action/private-kubeconfig.ts';
import { Reporter } from './action/reporter.ts';
import type { Request, Run } from './action/request.ts';
import { routerCommandOf } from './checks/router-command.ts';
import { runChecks } from './checks/run-checks.ts';
import { Api } from './cluster/api.ts';
import { type Connection, ConnectionError, connect } from './cluster/connection.ts';
import { ApiError, UnknownOutcome } from './cluster/errors.ts';
import { LockHeld } from './cluster/lease.ts';
import { serviceProxy } from './cluster/service-proxy.ts';
import { systemClock } from './engine/clock.ts';
import { deploy, type DeployParts, NOTHING, type Result } from './engine/deploy.ts';
import { abort, promote } from './engine/promote.ts';
import { Helm } from './engine/helm.ts';
import { RecordConflict, RecordError } from './engine/record-store.ts';
import { type Finding, Refused } from './engine/refusal.ts';
import { createTeller, type RunTeller } from './report/log.ts';

/** One run of the step: connects, deploys, and tells the runner and the user what came of it, whatever that is. */
export async function step(request: Request, run: Run): Promise<void> {
  const teller = createTeller({ out: (line) => process.stdout.write(`${line}\n`), clock: systemClock });
  const helm = new Helm();
  const reporter = new Reporter(request, run, teller, systemClock);
  obeySignals(helm, reporter);
  let connection: Connection | null = null;
  try {
    connection = await connect(request.cluster, process.env);
    for (const secret of connection.secrets) core.setSecret(secret);
    reporter.namespace = request.cluster.namespace ?? connection.namespace;
    const api = new Api(connection, (message) => teller.warning(`The API server says: ${message}`));
    reporter.requests = () => api.requests;
    const result = await deployWith(request, run, api, reporter, teller, helm);
    fail(!(await reporter.tell(result, [])));
  } catch (error) {
    const findings = findingsOf(error, helm);
    if (findings === null) throw error;
    fail(!(await reporter.tell(refusal(helm, findings), findings)));
  } finally {
    teller.end();
    await connection?.close();
  }
}

const ACTIONS = { deploy, promote, abort } as const;

async function deployWith(
  request: Request,
  run: Run,
  api: Api,
  reporter: Reporter,
  teller: RunTeller,
  helm: Helm,
): Promise<Result> {
  const holder = `${run.url ?? `a run on ${hostname()}`} (${randomBytes(3).toString('hex')})`;
  const namespace = reporter.namespace ?? 'default';
  const kubeconfig = privateKubeconfig(request);
  const onLine = (line: string): void => teller.foreign('smoke-command', [line]);
  try {
    const parts: DeployParts = {
      api,
      clock: systemClock,
      teller,
      helm,
      run,
      namespace,
      holder,
      check: (context, deadline, signal) =>
        runChecks(
          request,
          { ...context, kubeconfig: kubeconfig.path },
          { clock: systemClock, env: process.env, onLine, proxy: serviceProxy(api, namespace) },
          deadline,
          signal,
        ),
      routerCommand: routerCommandOf(request, {
        clock: systemClock,
        env: process.env,
        kubeconfig: kubeconfig.path,
        onLine: (input, line) => teller.foreign(input, [line]),
        // For post, if this process is killed while the command runs.
        onProcess: (pid) => core.saveState('command', pid ?? ''),
      }),
      onLock: (release) => {
        const unfinished = { release, namespace, deployment: request.deployment, holder };
        core.saveState('unfinished', JSON.stringify(unfinished));
      },
      onBegin: (plan) => reporter.tellBeginning(plan),
    };
    const result = await ACTIONS[request.action](request, parts);
    if (result.left !== 'unfinished') core.saveState('unfinished', '');
    return result;
  } finally {
    kubeconfig.remove();
  }
}

/**
 * The runner cancels with SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. The first takes traffic back at once; at the second,
 * outputs and summary are written as things stand, and the post step completes the rest.
 */
function obeySignals(helm: Helm, reporter: Reporter): void {
  process.on('SIGINT', () => helm.turnBack('cancelled', 'The run was cancelled.'));
  process.on('SIGTERM', () => {
    if (helm.order === null) return helm.turnBack('cancelled', 'The run was told to stop (SIGTERM).');
    void reporter.tell(refusal(helm, []), []).finally(() => process.exit(1));
  });
}

function fail(failed: boolean): void {
  if (failed) process.exitCode = 1;
}

/** Errors that say something about the user's cluster and not about our code; null: an error of ours. */
function findingsOf(error: unknown, helm: Helm): readonly Finding[] | null {
  if (helm.order !== null) return [];
  if (error instanceof Refused) return error.findings;
  const isKnown = [ConnectionError, LockHeld, RecordError, RecordConflict, ApiError, UnknownOutcome].some(
    (kind) => error instanceof kind,
  );
  return isKnown && error instanceof Error ? [{ message: error.message }] : null;
}

function refusal(helm: Helm, findings: readonly Finding[]): Result {
  return {
    ...NOTHING,
    outcome: helm.order === null ? 'failed' : 'aborted',
    reason: helm.order?.reason ?? findings.map((finding) => finding.message).join(' '),
  };
}
