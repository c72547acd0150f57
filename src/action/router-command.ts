import type { InputProblem } from './input-errors.ts';
import { describesRelease } from './operations.ts';
import type { Request } from './request.ts';

/** What is wrong with `router`, `router-command` and `router-verify` together: each means something only with the one before. */
export function routerCommandProblems(
  { action, routers, routerCommand }: Pick<Request, 'action' | 'routers' | 'routerCommand'>,
  verifies: boolean,
): InputProblem[] {
  const named = routers !== 'auto' && routers.includes('command');
  // A release that goes on, or back, has its routers on record.
  const fits = named || !describesRelease(action);
  const problem = (input: string, text: string, accepted: string): InputProblem[] => [
    { input, line: null, given: null, problem: text, accepted },
  ];
  return [
    ...(named && routerCommand === null
      ? problem(
          'router-command',
          'It is required with router: command.',
          'a shell command, for example router-command: ./scripts/weigh.sh',
        )
      : []),
    ...(routerCommand !== null && !fits
      ? problem('router-command', 'It has no meaning without router: command.', 'leave it out, or add router: command')
      : []),
    ...(routerCommand === null && verifies
      ? problem('router-verify', 'It has no meaning without router-command.', 'leave it out, or add router-command')
      : []),
  ];
}
