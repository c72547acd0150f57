import { createServer, type Server } from 'node:https';
import type { Pod } from '../../src/cluster/wire.ts';
import { IMAGE } from '../contract/cluster.ts';
import { type Api, paths } from './api.ts';
import type { Authority } from './certificates.ts';

/**
 * The one thing of a kubelet that kwok cannot do by image: logs of fake pods. The API server asks here when somebody reads
 * `pods/log`. Answers and refusals are the real kubelet's.
 */
export interface FakeKubelet {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): void;
}

export async function startFakeKubelet(authority: Authority, api: Api): Promise<FakeKubelet> {
  const { certificate, key } = authority.issue({ commonName: 'kubelet' }, { names: [], addresses: ['127.0.0.1'] });
  const server = createServer(
    { cert: certificate, key, ca: authority.certificate, requestCert: true },
    (request, response) => {
      const url = new URL(request.url ?? '/', 'https://127.0.0.1');
      answer(api, url).then(
        ({ code, text }) => response.writeHead(code, { 'content-type': 'text/plain' }).end(text),
        (error: Error) => response.writeHead(500).end(error.message),
      );
    },
  );
  const port = await listen(server);
  server.unref();
  return {
    port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

async function answer(api: Api, url: URL): Promise<Answer> {
  const [, kind, namespace = '', name = '', container = ''] = url.pathname.split('/');
  if (kind !== 'containerLogs') return { code: 404, text: `a fake pod has no ${kind}` };
  const pod = await api.get<Pod>(paths.core(namespace, 'pods', name));
  const image = pod.spec?.containers.find((each) => each.name === container)?.image;
  const status = pod.status?.containerStatuses?.find((each) => each.name === container);
  const previous = url.searchParams.get('previous') === 'true';
  const subject = `container "${container}" in pod "${name}"`;
  if (previous && status?.lastState?.terminated === undefined) {
    return { code: 400, text: `previous terminated ${subject} not found` };
  }
  const waiting = status?.state?.waiting;
  if (waiting !== undefined && status?.lastState?.terminated === undefined) {
    const why = image === IMAGE.missing ? 'trying and failing to pull image' : waiting.reason;
    return { code: 400, text: `${subject} is waiting to start: ${why}` };
  }
  const lines = logOf(image, previous || status?.state?.terminated !== undefined);
  const tail = Number(url.searchParams.get('tailLines') ?? lines.length);
  return { code: 200, text: lines.slice(lines.length - Math.min(tail, lines.length)).join('') };
}

/** What the test program writes; see images/web. */
function logOf(image: string | undefined, ended: boolean): string[] {
  if (image === IMAGE.crash) return ['panic: no database\n'];
  const version = image?.slice(image.lastIndexOf(':') + 1) ?? '';
  const first = `web ${version} serves on :8080\n`;
  return ended && image === IMAGE.lateCrash ? [first, 'panic: lost the database\n'] : [first];
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
}
