import { type IncomingMessage, type ServerResponse, request as httpRequest } from 'node:http';
import type { Target } from './paths.ts';
import type { PodServers } from './pods.ts';
import { endpointsOf } from './proxy.ts';
import { ApiError, notFound } from './status.ts';
import type { Store } from './store.ts';

/** `[scheme:]name[:port]` of a proxy path. */
function parseName(text: string): { name: string; port: string } {
  const parts = text.split(':');
  if (parts.length === 3) return { name: parts[1] ?? '', port: parts[2] ?? '' };
  return { name: parts[0] ?? '', port: parts[1] ?? '' };
}

function unavailable(message: string): ApiError {
  return new ApiError(503, 'ServiceUnavailable', message);
}

/** Port on 127.0.0.1 of the pod that a pods/proxy or services/proxy request goes to. Throws 404 and 503 as the real server. */
export async function proxyPort(store: Store, pods: PodServers | null, target: Target): Promise<number> {
  const named = parseName(target.name ?? '');
  const namespace = target.namespace ?? '';
  const uid =
    target.plural === 'services'
      ? serviceEndpoint(store, namespace, named, target.name ?? '')
      : podUid(store, namespace, named.name);
  const port = await pods?.portOf(uid);
  if (port === undefined) throw unavailable('error trying to reach service: dial tcp: connect: connection refused');
  return port;
}

function podUid(store: Store, namespace: string, name: string): string {
  const pod = store.get('pods', namespace, name);
  if (pod === undefined) throw notFound(store.typeOf('pods'), name);
  return pod.metadata.uid;
}

function serviceEndpoint(
  store: Store,
  namespace: string,
  { name, port }: { name: string; port: string },
  asked: string,
): string {
  const service = store.get('services', namespace, name);
  if (service === undefined) throw notFound(store.typeOf('services'), name);
  let portName = port;
  if (/^\d+$/.test(port)) {
    const found = service.spec.ports?.find((other) => other.port === Number(port));
    if (found === undefined) throw unavailable(`no service port ${port} found for service "${name}"`);
    portName = found.name ?? '';
  }
  const { ready, any } = endpointsOf(store, namespace, name, portName);
  const chosen = ready[Math.floor(Math.random() * ready.length)];
  if (chosen === undefined) throw unavailable(`no endpoints available for service "${any ? asked : name}"`);
  return chosen;
}

/** Sends a request on to a pod and its answer back. Resolves with the status that the client got. */
export function forward(
  port: number,
  path: string,
  body: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<number> {
  return new Promise((resolve) => {
    const { host: _, authorization: __, connection: ___, 'transfer-encoding': ____, ...headers } = request.headers;
    const upstream = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method: request.method ?? 'GET',
        headers: { ...headers, 'content-length': body.length },
        agent: false,
      },
      (answer) => {
        const status = answer.statusCode ?? 502;
        response.writeHead(status, answer.headers);
        answer.pipe(response);
        answer.on('close', () => resolve(status));
      },
    );
    upstream.on('error', (error) => {
      const { body: status } = unavailable(`error trying to reach service: ${error.message}`);
      if (!response.headersSent) {
        response.writeHead(503, { 'content-type': 'application/json' });
        response.end(JSON.stringify(status));
      } else response.destroy();
      resolve(503);
    });
    upstream.end(body);
  });
}
