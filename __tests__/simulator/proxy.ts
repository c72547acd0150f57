import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { SERVICE_NAME } from './controllers/endpointslice.ts';
import type { Stored } from './objects.ts';
import type { PodServers } from './pods.ts';
import type { Store } from './store.ts';

/** Pods that the EndpointSlices of a Service list for one of its ports, by what they can do. */
export interface Endpoints {
  /** Uids. */
  readonly ready: readonly string[];
  /** Uids of those that are on their way out and still answer. */
  readonly leaving: readonly string[];
  /** Any endpoint is listed, whatever its state and ports. */
  readonly any: boolean;
}

/** `port`: its name in the Service; empty for one without a name. */
export function endpointsOf(store: Store, namespace: string, service: string, port: string): Endpoints {
  const slices = store
    .list('endpointslices.discovery.k8s.io', namespace)
    .filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === service);
  const listed = slices.filter((slice) => hasPort(slice, port)).flatMap((slice) => slice.endpoints ?? []);
  const uids = (wanted: (endpoint: (typeof listed)[number]) => boolean | undefined) =>
    listed.filter((endpoint) => wanted(endpoint) === true).map((endpoint) => endpoint.targetRef?.uid ?? '');
  return {
    ready: uids(({ conditions }) => conditions?.ready),
    leaving: uids(({ conditions }) => conditions?.serving === true && conditions.terminating),
    any: slices.some((slice) => (slice.endpoints ?? []).length > 0),
  };
}

function hasPort(slice: Stored<'endpointslices.discovery.k8s.io'>, name: string): boolean {
  return (slice.ports ?? []).some((port) => (port.name ?? '') === name);
}

export interface Listener {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * The data plane (kube-proxy): listens for a Service and hands each new connection to a random endpoint, as the
 * EndpointSlices were `lag` milliseconds ago. A connection stays on its pod; without endpoints it is reset.
 */
export class ServiceProxy {
  readonly #store: Store;
  readonly #pods: PodServers;
  readonly #lag: number;
  #listeners = new Set<() => Promise<void>>();

  constructor(store: Store, pods: PodServers, lag: number) {
    this.#store = store;
    this.#pods = pods;
    this.#lag = lag;
  }

  /** Opens a listener for the first port of a Service; the Service need not exist yet. */
  async listen(namespace: string, service: string): Promise<Listener> {
    const read = () => {
      const port = this.#store.get('services', namespace, service)?.spec.ports?.[0];
      if (port === undefined) return [];
      const { ready, leaving } = endpointsOf(this.#store, namespace, service, port.name ?? '');
      // As kube-proxy: pods that are leaving but still answer are better than none.
      return ready.length > 0 ? ready : leaving;
    };
    let endpoints = read();
    const timers = new Set<NodeJS.Timeout>();
    const unsubscribe = this.#store.subscribe((change) => {
      if (change.object.metadata.labels?.[SERVICE_NAME] !== service || change.object.metadata.namespace !== namespace)
        return;
      const seen = read();
      const timer = setTimeout(() => {
        timers.delete(timer);
        endpoints = seen;
      }, this.#lag);
      timers.add(timer);
    });
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      void this.#forward(socket, endpoints);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = async () => {
      this.#listeners.delete(close);
      unsubscribe();
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await closed(server);
    };
    this.#listeners.add(close);
    // A TCP server that listens has an address of this form.
    return { port: (server.address() as AddressInfo).port, close };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#listeners].map((close) => close()));
  }

  async #forward(client: Socket, endpoints: readonly string[]): Promise<void> {
    client.on('error', () => client.destroy());
    const uid = endpoints[Math.floor(Math.random() * endpoints.length)];
    const port = uid === undefined ? undefined : await this.#pods.portOf(uid);
    if (port === undefined) {
      client.resetAndDestroy();
      return;
    }
    const pod = connect(port, '127.0.0.1');
    pod.on('error', () => client.resetAndDestroy());
    pod.on('close', () => client.destroy());
    client.on('close', () => pod.destroy());
    client.pipe(pod);
    pod.pipe(client);
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
