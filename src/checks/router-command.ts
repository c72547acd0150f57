import { formatDuration } from '../action/durations.ts';
import type { Request } from '../action/request.ts';
import type { CommandOutcome, RouterCommand } from '../engine/command-route.ts';
import { shareVariable } from '../traffic/command-route.ts';
import {
  type CommandEnded,
  type ReleaseNames,
  releaseVariables,
  runUserCommand,
  type UserCommandPorts,
} from './user-command.ts';

/** Milliseconds that one run of either command may take. */
const LIMIT = 120_000;

export interface RouterCommandPorts extends Omit<UserCommandPorts, 'onLine'> {
  /** Gets each line of output as it comes, with the input whose command wrote it. */
  readonly onLine: (input: 'router-command' | 'router-verify', line: string) => void;
  /** Path of the kubeconfig that the release uses; null: the commands find the cluster as we do. */
  readonly kubeconfig: string | null;
}

/** Inputs `router-command` and `router-verify` as the engine runs them; null: there is no `router-command`. */
export function routerCommandOf(
  { routerCommand }: Pick<Request, 'routerCommand'>,
  ports: RouterCommandPorts,
): RouterCommand | null {
  if (routerCommand === null) return null;
  const { command, verify } = routerCommand;
  const runner =
    (input: 'router-command' | 'router-verify', script: string): RouterCommand['tell'] =>
    async (names: ReleaseNames, share, signal) => {
      const variables = { ...releaseVariables(names, ports.kubeconfig), CROSSFADE_SHARE: shareVariable(share) };
      const onLine = (line: string): void => ports.onLine(input, line);
      return outcomeOf(await runUserCommand(script, variables, { ...ports, onLine }, LIMIT, signal));
    };
  return {
    tell: runner('router-command', command),
    verify: verify === null ? null : runner('router-verify', verify),
  };
}

/** The last line that it wrote is mostly its reason. */
function outcomeOf(ended: CommandEnded): CommandOutcome {
  const last = ended.lastLines.findLast((line) => line.trim() !== '');
  const reason = last === undefined ? howOf(ended) : `${howOf(ended)}: ${last.trim()}`;
  return { ok: ended.how === 'exited' && ended.code === 0, reason };
}

function howOf(ended: CommandEnded): string {
  switch (ended.how) {
    case 'cancelled':
      return 'ended before it was done';
    case 'limit':
      return `not done within ${formatDuration(LIMIT)}, and ended`;
    case 'not-started':
      return `it could not be started, ${ended.message}`;
    case 'signalled':
      return `ended by ${ended.signal}`;
    case 'exited':
      return `exit code ${ended.code}`;
  }
}
