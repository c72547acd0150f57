import * as core from '@actions/core';
import { readRequest } from './action/inputs.ts';
import { privateKubeconfig } from './action/private-kubeconfig.ts';
import { Reporter } from './action/reporter.ts';
import { readRun } from './action/run.ts';
import { endLeftover } from './checks/leftover-command.ts';
import { routerCommandOf } from './checks/router-command.ts';
import { Api } from './cluster/api.ts';
import { connect } from './cluster/connection.ts';
import { acquireLease, lockHolder } from './cluster/lease.ts';
import { systemClock } from './engine/clock.ts';
import { resultOf } from './engine/deploy.ts';
import { Helm } from './engine/helm.ts';
import { readBook } from './engine/record-store.ts';
import { describeOpen, takeBack } from './engine/take-back.ts';
import { createTeller } from './report/log.ts';

/** What the step left in the runner's state when it began to change the cluster. */
interface Unfinished {
  /** Null: it had only asked for the lock. */
  readonly release: string | null;
  readonly namespace: string;
  readonly deployment: string;
  readonly holder: string;
}

/**
 * Runs after the step, also when it was cancelled or killed: looks whether its release is still open in the cluster's record and, if so,
 * takes it back (or completes it, when the old version was retired already).
 */
export async function post(): Promise<void> {
  // Written by our own step.
  const unfinished = JSON.parse(core.getState('unfinished')) as Unfinished;
  const { namespace, deployment, holder } = unfinished;
  // First of all: it must not tell anybody anything any more.
  const command = Number(core.getState('command'));
  if (command > 0 && unfinished.release !== null) endLeftover(command, unfinished.release);
  const request = await readRequest((name) => core.getInput(name, { trimWhitespace: false }));
  const teller = createTeller({ out: (line) => process.stdout.write(`${line}\n`), clock: systemClock });
  const connection = await connect(request.cluster, process.env);
  const api = new Api(connection, (message) => teller.warning(`The API server says: ${message}`));
  const helm = new Helm();
  const run = readRun(process.env);
  const reporter = new Reporter(request, run, teller, systemClock);
  reporter.namespace = namespace;
  reporter.requests = () => api.requests;
  const kubeconfig = privateKubeconfig(request);
  try {
    const [found, lockedBy] = await Promise.all([
      readBook(api, namespace, deployment),
      lockHolder(api, namespace, deployment),
    ]);
    // A step that never got the lock, or whose release somebody has taken back since, has nothing to be completed.
    if (lockedBy !== holder && found.open?.plan.release !== unfinished.release) return;
    const lease = await acquireLease(api, systemClock, {
      namespace,
      deployment,
      holder,
      patience: 60_000,
      signal: helm.signal,
      onWait: (other) => teller.fact(`another run is at work on ${deployment}: ${other}`),
    });
    try {
      const book = await readBook(api, namespace, deployment);
      if (book.open === null || book.open.plan.release !== unfinished.release) return;
      teller.phase('Take back an unfinished release');
      teller.fact(`${describeOpen(book.open)} was left unfinished by its step`);
      const routerCommand = routerCommandOf(request, {
        clock: systemClock,
        env: process.env,
        kubeconfig: kubeconfig.path,
        onLine: (input, line) => teller.foreign(input, [line]),
      });
      const parts = { api, clock: systemClock, teller, helm, namespace, routerCommand };
      const turn = {
        cause: 'cancelled',
        reason: `the step ended before the release did (${run.url ?? 'no run'})`,
      } as const;
      const { ended } = await takeBack(parts, { ...book, open: book.open }, turn);
      await reporter.tell(resultOf(book.open.plan, ended), []);
      // The step itself has failed or was cancelled; this one fails only when users are not where they were.
      if (ended.ending.outcome === 'failed') process.exitCode = 1;
    } finally {
      await lease.release();
    }
  } finally {
    kubeconfig.remove();
    teller.end();
    await connection.close();
  }
}
