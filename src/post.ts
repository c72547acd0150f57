import { readRequest } from './action/inputs.ts';
import { privateKubeconfig } from './action/private-kubeconfig.ts';
import { Reporter } from './action/reporter.ts';
import { readJobStatus } from './action/job-status.ts';
import { readRun } from './action/run.ts';
import type { Runner } from './action/runner.ts';
import { endLeftover } from './checks/leftover-command.ts';
import { routerCommandOf } from './checks/router-command.ts';
import { Api } from './cluster/api.ts';
import { connect } from './cluster/connection.ts';
import { acquireLease, lockHolder } from './cluster/lease.ts';
import { systemClock } from './engine/clock.ts';
import { finishedResult, resultOf, withoutNamespace } from './engine/deploy.ts';
import { Helm } from './engine/helm.ts';
import { completeFinish, endRollback } from './engine/finish-release.ts';
import { askForLostNamespace } from './engine/lost-namespace.ts';
import { lockToGoBack } from './engine/lock-to-go-back.ts';
import type { OpenBook } from './engine/open-record.ts';
import { readBook } from './engine/record-store.ts';
import { Refused } from './engine/refusal.ts';
import type { Ended } from './engine/release.ts';
import { standStill } from './engine/stand-still.ts';
import { describeOpen, takeBack } from './engine/take-back.ts';
import type { EngineParts } from './engine/workload-kind.ts';
import type { Cause } from './release/state.ts';
import { createTeller } from './report/log.ts';

/** Milliseconds that the pods of the version that a person went back to have to be Ready when its step has died. */
const ROLLBACK_PATIENCE = 60_000;

/** What the step left in the runner's state when it began to change the cluster. */
interface Unfinished {
  /** Null: it had only asked for the lock. */
  readonly release: string | null;
  readonly namespace: string;
  /** Key of record and lock. */
  readonly subject: string;
  readonly holder: string;
}

/**
 * Runs after the step, also when it was cancelled or killed: looks whether its release is still open in the cluster's record and, if so,
 * takes it back (or completes it, when the old version was retired already).
 */
export async function post(runner: Runner): Promise<void> {
  // Written by our own step.
  const unfinished = JSON.parse(runner.state('unfinished')) as Unfinished;
  const { namespace, subject, holder } = unfinished;
  // First of all: it must not tell anybody anything any more.
  const command = Number(runner.state('command'));
  if (command > 0 && unfinished.release !== null) endLeftover(command, unfinished.release);
  const request = await readRequest((name) => runner.input(name));
  const teller = createTeller({ out: (line) => runner.say(line), clock: systemClock });
  const connection = await connect(request.cluster, runner.env, (secret) => runner.mask(secret));
  const api = new Api(connection, (message) => teller.warning(`The API server says: ${message}`));
  const helm = new Helm();
  const run = readRun(runner.env);
  const reporter = new Reporter(request, run, teller, systemClock, runner);
  reporter.namespace = namespace;
  reporter.requests = () => api.requests;
  const kubeconfig = privateKubeconfig(request, runner.env, () => undefined);
  try {
    const [found, lockedBy, lost] = await Promise.all([
      readBook(api, namespace, subject),
      lockHolder(api, namespace, subject),
      askForLostNamespace(api, namespace),
    ]);
    if (lost !== null && unfinished.release !== null) {
      await reporter.tell(withoutNamespace(lost), []);
      runner.fail();
      return;
    }
    // A step that never got the lock, or whose release somebody has taken back since, has nothing to be completed.
    if (lockedBy !== holder && found.open?.plan.release !== unfinished.release) return;
    const lease = await lockToGoBack(
      { api, clock: systemClock, teller, helm, namespace },
      { key: subject, holder },
      () =>
        acquireLease(api, systemClock, {
          namespace,
          deployment: subject,
          holder,
          patience: 60_000,
          signal: helm.signal,
          onWait: (other) => teller.fact(`another run is at work on ${subject}: ${other}`),
          onTakeOver: (other) => teller.fact(`that run is taken for dead, and the lock is ours now (${other} had it)`),
        }),
    );
    try {
      const book = await readBook(api, namespace, subject);
      if (book.open === null || book.open.plan.release !== unfinished.release) return;
      const isCancelled = readJobStatus((name) => runner.input(name).trim()) === 'cancelled';
      const isHeld = request.onCancel === 'hold' && isCancelled;
      const routerCommand = routerCommandOf(request, {
        clock: systemClock,
        env: runner.env,
        kubeconfig: kubeconfig.path,
        onLine: (input, line) => teller.foreign(input, [line]),
      });
      const parts = { api, clock: systemClock, teller, helm, namespace, routerCommand, job: null };
      const reason = `the step ended before the release did (${run.url ?? 'no run'})`;
      let opened: OpenBook = { ...book, open: book.open };
      if (book.open.warm !== null) {
        teller.phase('Finish');
        const finished = await completeFinish(parts, opened, `It stays as it is: ${reason}.`, request.timeout);
        await reporter.tell(finishedResult(parts, book.open, finished), []);
        return;
      }
      // Whoever cancels a rollback wants it undone; one that died is wanted still.
      if (book.open.plan.rollback && (book.open.turned ?? null) === null && !isCancelled) {
        const { drain, settle } = book.open.plan.times;
        const timeout = Math.min(request.timeout, drain + settle + ROLLBACK_PATIENCE);
        const { finished, book: left } = await endRollback(parts, opened, timeout);
        if (finished !== null) {
          await reporter.tell(finishedResult(parts, book.open, finished), []);
          return;
        }
        opened = left;
      }
      const turn = { cause: 'cancelled', reason } as const;
      const ended = (isHeld ? await leave(parts, opened) : null) ?? (await back(parts, opened, turn));
      const result = resultOf(book.open.plan, ended);
      await reporter.tell(result, result.findings);
      // The step itself has failed or was cancelled; this one fails only when users are not where they were.
      if (ended.ending.outcome === 'failed') runner.fail();
    } finally {
      await lease.release();
    }
  } finally {
    kubeconfig.remove();
    teller.end();
    await connection.close();
  }
}

/** With `on-cancel: hold`. Null: it had not begun to start pods, there is nothing to be left. */
async function leave(parts: EngineParts, book: OpenBook): Promise<Ended | null> {
  parts.teller.phase('Hold an unfinished release');
  parts.teller.fact(
    `${describeOpen(book.open)} was left unfinished by its step, and on-cancel: hold leaves it as it is`,
  );
  parts.helm.give({ cause: 'cancelled', reason: 'The run was cancelled.', do: 'hold' });
  try {
    return await standStill(parts, book);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

async function back(parts: EngineParts, book: OpenBook, turn: { cause: Cause; reason: string }): Promise<Ended> {
  parts.teller.phase('Take back an unfinished release');
  parts.teller.fact(`${describeOpen(book.open)} was left unfinished by its step`);
  return (await takeBack(parts, book, turn)).ended;
}
