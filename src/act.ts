import { readRequest } from './action/inputs.ts';
import { InputErrors } from './action/input-errors.ts';
import { removeFolder } from './action/private-kubeconfig.ts';
import { readRun } from './action/run.ts';
import type { Runner } from './action/runner.ts';
import { secretsIn } from './action/secrets.ts';

/*
 * The step and its post step, which are one program. Only what bad inputs need is loaded at once; the cluster code comes when there is
 * something to do.
 */

/** Set by the step itself, so that the post step knows that it is one. */
const POST = 'isPost';

/** All that a process of the action does; what goes wrong is told to the runner. */
export async function act(runner: Runner): Promise<void> {
  try {
    await stepOrPost(runner);
  } catch (error) {
    runner.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    runner.fail();
  }
}

async function stepOrPost(runner: Runner): Promise<void> {
  if (runner.state(POST) !== '') {
    // Left when the step was killed.
    if (runner.state('private') !== '') removeFolder(runner.state('private'));
    if (runner.state('unfinished') === '') return;
    const { post } = await import('./post.ts');
    return post(runner);
  }
  runner.saveState(POST, 'true');
  for (const secret of secretsIn((name) => runner.input(name).trim())) runner.mask(secret);
  try {
    const request = await readRequest((name) => runner.input(name));
    const { step } = await import('./step.ts');
    await step(request, readRun(runner.env), runner);
  } catch (error) {
    if (!(error instanceof InputErrors)) throw error;
    runner.setOutput('outcome', 'failed');
    runner.setOutput('reason', 'inputs are not valid');
    runner.error(error.message, 'Crossfade: inputs are not valid, nothing was touched');
    runner.fail();
  }
}
