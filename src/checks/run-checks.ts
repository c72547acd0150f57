import type { SmokeTest } from '../action/request.ts';
import type { CheckResult } from './result.ts';
import { runSmokeCommand, type SmokeCommandContext, type SmokeCommandPorts } from './smoke-command.ts';
import { runSmokeTest, type ServiceProxy } from './smoke-test.ts';

export interface Checks {
  readonly smokeTests: readonly SmokeTest[];
  readonly smokeCommand: string | null;
}

/**
 * All smoke tests at the same time, then, when each passed, the command. Results in the order of the inputs.
 * `deadline`: epoch ms at which the release ends, and the command with it.
 */
export async function runChecks(
  checks: Checks,
  context: SmokeCommandContext,
  ports: SmokeCommandPorts & { readonly proxy: ServiceProxy },
  deadline: number,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const tests = await Promise.all(
    checks.smokeTests.map((test) => runSmokeTest(test, context.candidateService, ports, signal)),
  );
  if (checks.smokeCommand === null || tests.some((test) => test.verdict !== 'healthy')) return tests;
  const left = deadline - ports.clock.now();
  return [...tests, await runSmokeCommand(checks.smokeCommand, context, ports, left, signal)];
}
