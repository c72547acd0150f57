import { formatDuration } from '../action/durations.ts';
import type { CheckResult } from './result.ts';
import { type ReleaseNames, releaseVariables, runUserCommand, type UserCommandPorts } from './user-command.ts';

/** What the command is told of the release. */
export interface SmokeCommandContext extends ReleaseNames {
  readonly stableHash: string;
  readonly candidateHash: string;
  /** Image by container. */
  readonly images: Readonly<Record<string, string>>;
  /** Path of the kubeconfig that the release uses; null: the command finds the cluster as we do. */
  readonly kubeconfig: string | null;
}

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
  const ended = await runUserCommand(command, variables(context), ports, deadlineMs, signal);
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

function variables(context: SmokeCommandContext): Record<string, string> {
  return {
    ...releaseVariables(context, context.kubeconfig),
    CROSSFADE_STABLE_HASH: context.stableHash,
    CROSSFADE_CANDIDATE_HASH: context.candidateHash,
    CROSSFADE_IMAGES: Object.entries(context.images)
      .map(([container, image]) => `${container}=${image}`)
      .join('\n'),
  };
}

/** The first line of the command, with `…` when that is not all of it. */
function nameOf(command: string): string {
  const first = command.trim().split(/\r?\n/, 1)[0] ?? '';
  const all = first === command.trim() && first.length <= LONGEST_NAME;
  return all ? first : `${first.slice(0, LONGEST_NAME - 1)}…`;
}
