import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { outputsOf } from './action/outputs.ts';
import type { Request, Run } from './action/request.ts';
import { runChecks } from './checks/run-checks.ts';
import { Api } from './cluster/api.ts';
import { type Connection, ConnectionError, connect } from './cluster/connection.ts';
import { ApiError, UnknownOutcome } from './cluster/errors.ts';
import { LockHeld } from './cluster/lease.ts';
import { serviceProxy } from './cluster/service-proxy.ts';
import { systemClock } from './engine/clock.ts';
import { deploy, type Result } from './engine/deploy.ts';
import { Helm } from './engine/helm.ts';
import { RecordConflict, RecordError } from './engine/record-store.ts';
import { type Finding, Refused } from './engine/refusal.ts';
import { annotationFor } from './report/annotation.ts';
import { createTeller, type RunTeller } from './report/log.ts';
import type { Story } from './report/story.ts';
import { renderSummary } from './report/summary.ts';

/** One run of the step: connects, deploys, and tells the runner and the user what came of it, whatever that is. */
export async function step(request: Request, run: Run): Promise<void> {
  const startedAt = systemClock.now();
  const teller = createTeller({ out: (line) => process.stdout.write(`${line}\n`), clock: systemClock });
  const helm = new Helm();
  const reporter = new Reporter(request, run, teller, startedAt);
  obeySignals(helm, reporter);
  let connection: Connection | null = null;
  try {
    connection = await connect(request.cluster, process.env);
    for (const secret of connection.secrets) core.setSecret(secret);
    reporter.namespace = request.cluster.namespace ?? connection.namespace;
    reporter.api = new Api(connection, (message) => teller.warning(`The API server says: ${message}`));
    const result = await deployWith(request, run, reporter.api, reporter.namespace, teller, helm);
    await reporter.tell(result, []);
  } catch (error) {
    const findings = findingsOf(error, helm);
    if (findings === null) throw error;
    await reporter.tell(refusal(helm, findings), findings);
  } finally {
    teller.end();
    await connection?.close();
  }
}

async function deployWith(
  request: Request,
  run: Run,
  api: Api,
  namespace: string,
  teller: RunTeller,
  helm: Helm,
): Promise<Result> {
  const holder = `${run.url ?? `a run on ${hostname()}`} (${randomBytes(3).toString('hex')})`;
  const kubeconfig = privateKubeconfig(request);
  const onLine = (line: string): void => teller.foreign('smoke-command', [line]);
  try {
    const result = await deploy(request, {
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
      onBegin: (release) =>
        core.saveState('unfinished', JSON.stringify({ release, namespace, deployment: request.deployment, holder })),
    });
    if (result.left !== 'unfinished') core.saveState('unfinished', '');
    return result;
  } finally {
    kubeconfig.remove();
  }
}

/** The kubeconfig that the user's own command gets: content becomes a file that only this user can read. */
function privateKubeconfig({ cluster, smokeCommand }: Request): { path: string | null; remove: () => void } {
  const { kubeconfig } = cluster;
  if (kubeconfig === null || smokeCommand === null) return { path: null, remove: () => undefined };
  if (kubeconfig.kind === 'path') return { path: kubeconfig.value, remove: () => undefined };
  const folder = mkdtempSync(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'crossfade-'));
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfig.value, { mode: 0o600 });
  chmodSync(path, 0o600);
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
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
    outcome: helm.order === null ? 'failed' : 'aborted',
    reason: helm.order?.reason ?? findings.map((finding) => finding.message).join(' '),
    plan: null,
    candidateHash: null,
    checks: [],
    diagnosis: null,
    left: 'nothing',
    rollbackPossible: false,
  };
}

/** Writes outputs, summary and annotation, once. */
class Reporter {
  namespace: string | null = null;
  api: Api | null = null;
  #told = false;
  readonly #request: Request;
  readonly #run: Run;
  readonly #teller: RunTeller;
  readonly #startedAt: number;

  constructor(request: Request, run: Run, teller: RunTeller, startedAt: number) {
    this.#request = request;
    this.#run = run;
    this.#teller = teller;
    this.#startedAt = startedAt;
  }

  async tell(result: Result, findings: readonly Finding[]): Promise<void> {
    if (this.#told) return;
    this.#told = true;
    this.#teller.end();
    const story = this.#story(result, findings);
    for (const [name, value] of Object.entries(outputsOf(story))) core.setOutput(name, value);
    if (this.#request.summary && (process.env['GITHUB_STEP_SUMMARY'] ?? '') !== '')
      await core.summary.addRaw(renderSummary(story), true).write();
    if (!isSuccess(story)) {
      const { title, message } = annotationFor(story);
      core.error(message, { title });
      process.exitCode = 1;
    }
  }

  #story(result: Result, findings: readonly Finding[]): Story {
    const { plan } = result;
    const teller = this.#teller;
    return {
      outcome: result.outcome,
      reason: result.reason,
      dryRun: this.#request.dryRun,
      release: plan?.release ?? null,
      namespace: this.namespace,
      deployment: this.#request.deployment,
      service: plan?.service.name ?? this.#request.service,
      strategy: this.#request.strategy,
      stableHash: plan?.stable.hash ?? null,
      candidateHash: result.candidateHash,
      from: plan?.stable.images ?? {},
      to: plan?.candidate.images ?? {},
      run: this.#run,
      startedAt: this.#startedAt,
      finishedAt: systemClock.now(),
      phases: teller.phases(),
      checks: result.checks,
      writes: teller.writes(),
      warnings: teller.warnings(),
      findings,
      diagnosis: result.diagnosis,
      held: result.left === 'standing',
      rollbackPossible: result.rollbackPossible,
      requests: this.api?.requests ?? 0,
    };
  }
}

function isSuccess(story: Story): boolean {
  return story.outcome === 'promoted' || story.outcome === 'unchanged' || story.outcome === 'paused';
}
