import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Pod, isReady } from './controllers/context.ts';
import { tagOf } from './images.ts';
import type { Kubelet } from './kubelet.ts';
import { Counts, Mood } from './mood.ts';
import type { Store } from './store.ts';

interface PodServer {
  readonly server: Server;
  readonly port: Promise<number>;
}

/**
 * Pods as real HTTP servers on 127.0.0.1, one for each pod of which a container listens: `GET /` answers `<tag> <pod>` (or the
 * container's variable RESPONSE), as does any other path but `/ready` and `/healthz` (200 when Ready and 503 otherwise) and `/metrics`; how well it does is its
 * container's mood (mood.ts). A pod that is ending serves on, asks its clients to close their connections, and resets what is left when it is gone.
 */
export class PodServers {
  readonly #store: Store;
  #servers = new Map<string, PodServer>();
  readonly #unsubscribe: () => void;

  constructor(store: Store, kubelet: Kubelet) {
    this.#store = store;
    this.#unsubscribe = store.subscribe((change) => {
      if (change.resource !== 'pods') return;
      const { uid, namespace, name } = change.object.metadata;
      const listening = kubelet.isListening(uid);
      if (listening && !this.#servers.has(uid)) this.#open(uid, namespace, name);
      if (!listening) this.#close(uid);
    });
  }

  /** Port of a pod's server once it listens; undefined: nothing listens in that pod. */
  portOf(uid: string): Promise<number> | undefined {
    return this.#servers.get(uid)?.port;
  }

  stop(): void {
    this.#unsubscribe();
    for (const uid of [...this.#servers.keys()]) this.#close(uid);
  }

  #open(uid: string, namespace: string | undefined, name: string): void {
    const env = this.#store.get('pods', namespace, name)?.spec.containers[0]?.env;
    const app = { mood: new Mood(env), counts: new Counts() };
    const server = createServer((request, response) => {
      const pod = this.#store.get('pods', namespace, name);
      if (pod === undefined) request.socket.resetAndDestroy();
      else answer(pod, app, request, response);
    });
    const port = new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        // A TCP server that listens has an address of this form.
        resolve((server.address() as AddressInfo).port);
      });
    });
    this.#servers.set(uid, { server, port });
  }

  #close(uid: string): void {
    const found = this.#servers.get(uid);
    if (found === undefined) return;
    this.#servers.delete(uid);
    found.server.close();
    found.server.closeAllConnections();
  }
}

interface MoodyApp {
  readonly mood: Mood;
  readonly counts: Counts;
}

function answer(pod: Pod, app: MoodyApp, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  if (pod.metadata.deletionTimestamp !== undefined) response.setHeader('connection', 'close');
  const path = (request.url ?? '/').split('?')[0];
  const send = (status: number, text: string) => {
    response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(text);
  };
  if (path === '/metrics') send(200, app.counts.page());
  else if (path !== '/healthz' && path !== '/ready') answerUser(pod, app, send);
  else if (isReady(pod)) send(200, 'ok');
  else send(503, 'not ready');
}

/** As the mood of the app is. */
function answerUser(pod: Pod, { mood, counts }: MoodyApp, send: (status: number, text: string) => void): void {
  const began = performance.now();
  const { fails, afterMs } = mood.next();
  const say = () => {
    if (fails) send(500, 'no luck today');
    else send(200, bodyOf(pod));
    counts.count(fails ? 500 : 200, (performance.now() - began) / 1000);
  };
  if (afterMs === 0) say();
  else setTimeout(say, afterMs);
}

function bodyOf(pod: Pod): string {
  const [container] = pod.spec.containers;
  const response = container?.env?.find((variable) => variable.name === 'RESPONSE')?.value;
  return response ?? `${tagOf(container?.image ?? '')} ${pod.metadata.name}`;
}
