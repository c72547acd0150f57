import { formatDuration } from '../action/durations.ts';
import type { CheckResult } from './result.ts';
import type { Versions } from './check-context.ts';
import { releaseVariables, runUserCommand, type UserCommandPorts } from './user-command.ts';

/** What commands and Jobs are told of the release. `kubeconfig`: path of the one that it uses; null: a command finds the cluster as we do. */
export type SmokeCommandContext = Versions & { readonly kubeconfig: string | null };

export type SmokeCommandPorts = UserCommandPorts;

const LONGEST_NAME = 100;

/**
 * Runs the user's command. Healthy: it ended with exit code 0 within `deadlineMs` milliseconds and nobody cancelled. Never rejects;
 * after a cancel or the deadline it resolves within about 2.5 seconds, when the command and all that it started are gone.
 */
export async function runSmokeCommand(
  command: string,
  context: SmokeCommandContext,
  ports: SmokeCommandPorts,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { clock } = ports;
  const started = clock.now();
  const result = (verdict: CheckResult['verdict'], detail: string, lastLines: readonly string[] = []): CheckResult => ({
    name: nameOf(command),
    kind: 'smoke-command',
    verdict,
    tries: 1,
    took: clock.now() - started,
    detail: [detail, ...lastLines].join('\n'),
  });
  if (signal.aborted) return { ...result('cancelled', 'cancelled before it was started'), tries: 0 };
  if (deadlineMs <= 0) return { ...result('unhealthy', 'no time was left to run it'), tries: 0 };
  const ended = await runUserCommand(command, checkVariables(context), ports, deadlineMs, signal);
  const { lastLines } = ended;
  switch (ended.how) {
    case 'cancelled':
      return result('cancelled', 'cancelled while it ran, and ended', lastLines);
    case 'limit':
      return result('unhealthy', `not done within ${formatDuration(deadlineMs)}, and ended`, lastLines);
    case 'not-started':
      return result('unhealthy', `it could not be started: ${ended.message}`, lastLines);
    case 'signalled':
      return result('unhealthy', `ended by ${ended.signal}`, lastLines);
    case 'exited':
      return result(ended.code === 0 ? 'healthy' : 'unhealthy', `exit code ${ended.code}`, lastLines);
  }
}

/** What commands and Jobs find in their environment. */
export function checkVariables(context: SmokeCommandContext): Record<string, string> {
  const images = Object.entries(context.images).map(([container, image]) => `${container}=${image}`);
  return { ...variablesOf(context), CROSSFADE_IMAGES: images.join('\n') };
}

function variablesOf(context: SmokeCommandContext): Record<string, string> {
  if (!('knativeService' in context))
    return {
      ...releaseVariables(context, context.kubeconfig),
      CROSSFADE_STABLE_HASH: context.stableHash,
      CROSSFADE_CANDIDATE_HASH: context.candidateHash,
    };
  return {
    CROSSFADE_NAMESPACE: context.namespace,
    CROSSFADE_KNATIVE_SERVICE: context.knativeService,
    CROSSFADE_STABLE_REVISION: context.stableRevision,
    CROSSFADE_CANDIDATE_REVISION: context.candidateRevision,
    CROSSFADE_CANDIDATE_URL: context.candidateUrl ?? '',
    CROSSFADE_RELEASE: context.release,
    ...(context.kubeconfig === null ? {} : { KUBECONFIG: context.kubeconfig }),
  };
}

/** The first line of the command, with `…` when that is not all of it. */
function nameOf(command: string): string {
  const first = command.trim().split(/\r?\n/, 1)[0] ?? '';
  const all = first === command.trim() && first.length <= LONGEST_NAME;
  return all ? first : `${first.slice(0, LONGEST_NAME - 1)}…`;
}
