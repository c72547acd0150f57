import './heap.ts';
import * as core from '@actions/core';
import { readRequest } from './action/inputs.ts';
import { InputErrors } from './action/input-errors.ts';
import { readRun } from './action/run.ts';

/*
 * The entry of both the step and its post step. Only what bad inputs need is loaded at once; the cluster code (and the Kubernetes
 * library with it) comes when there is something to do.
 */

/** Set by the step itself, so that the post step knows that it is one. */
const POST = 'isPost';

async function main(): Promise<void> {
  if (core.getState(POST) !== '') {
    if (core.getState('unfinished') === '') return;
    const { post } = await import('./post.ts');
    return post();
  }
  core.saveState(POST, 'true');
  const kubeconfig = core.getInput('kubeconfig');
  // Content has many lines (or is one long line of base64); a path is no secret.
  if (kubeconfig.includes('\n') || kubeconfig.length > 300) core.setSecret(kubeconfig);
  try {
    const request = await readRequest((name) => core.getInput(name, { trimWhitespace: false }));
    const { step } = await import('./step.ts');
    await step(request, readRun(process.env));
  } catch (error) {
    if (!(error instanceof InputErrors)) throw error;
    core.setOutput('outcome', 'failed');
    core.setOutput('reason', 'inputs are not valid');
    core.error(error.message, { title: 'Crossfade: inputs are not valid, nothing was touched' });
    process.exitCode = 1;
  }
}

await main().catch((error: unknown) => {
  core.setFailed(error instanceof Error ? (error.stack ?? error.message) : String(error));
});
