import { delimiter, resolve } from 'node:path';
import { startAction } from '../runner/runner.ts';
import type { GivenRelease } from './arguments.ts';
import { summaryPage } from './page.ts';
import { ACTION, writePage } from './places.ts';
import { follow, heading, say } from './terminal.ts';

/** Releases on the cluster of `KUBECONFIG` as a job would; the exit code. Once the signal fires, the release is cancelled. */
export async function releaseOnGivenCluster(request: GivenRelease, signal: AbortSignal): Promise<number> {
  const { deployment, images, namespace, service, bake } = request;
  say(heading(`Releasing ${deployment} on the cluster of KUBECONFIG: ${images.join(', ')}`));
  const running = startAction({
    action: ACTION,
    inputs: {
      deployment,
      images: images.join('\n'),
      ...(namespace === null ? {} : { namespace }),
      ...(service === null ? {} : { service }),
      ...(bake === null ? {} : { 'bake-time': bake }),
    },
    env: environment(request.kubeconfig),
    timeoutMs: LONGEST_RUN_MS,
    cancel: { signal },
    onLine: follow(),
  });
  const result = await running.done;
  const outcome = result.outputs.outcome ?? '';
  const good = result.conclusion === 'success' && ['promoted', 'unchanged'].includes(outcome);
  say();
  say(heading(`${outcome === '' ? result.conclusion : outcome} in ${(result.durationMs / 1000).toFixed(1)} s`));
  if (result.summary !== '')
    say(`The job summary: ${writePage('release.html', summaryPage(result.summary, `Release of ${deployment}`))}`);
  if (signal.aborted) return 130;
  return good ? 0 : 1;
}

/** The action's own `timeout` ends a release long before. */
const LONGEST_RUN_MS = 60 * 60_000;

/**
 * A person's kubectl finds its plugins and their credentials by the environment, so the action gets it too; but not what would
 * make it, or its Node.js, take this for another run.
 */
function environment(kubeconfig: string): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^(GITHUB_|RUNNER_|INPUT_|STATE_|ACTIONS_|NODE_|npm_)/.test(name)
      ? []
      : [[name, value] as const],
  );
  const paths = kubeconfig.split(delimiter).filter((path) => path !== '');
  return { ...Object.fromEntries(own), KUBECONFIG: paths.map((path) => resolve(path)).join(delimiter) };
}
