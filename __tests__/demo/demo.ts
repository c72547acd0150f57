import { HELP, parseRequest } from './arguments.ts';
import { playEmbedded } from './embedded.ts';
import { releaseOnGivenCluster } from './given.ts';
import { say } from './terminal.ts';

/** `npm run demo`; see `HELP`. */
async function main(): Promise<number> {
  const request = parseRequest(process.argv.slice(2), process.env.KUBECONFIG);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  switch (request.run) {
    case 'help':
      say(HELP);
      return 0;
    case 'nothing':
      console.error(request.complaint);
      return 2;
    case 'given':
      return releaseOnGivenCluster(request, interrupted.signal);
    case 'embedded':
      if (request.kubeconfigUnused)
        say(
          'KUBECONFIG is set but not used: with -- --deployment NAME --image CONTAINER=IMAGE this releases on its cluster.\n',
        );
      return playEmbedded(interrupted.signal);
  }
}

process.exitCode = await main();
