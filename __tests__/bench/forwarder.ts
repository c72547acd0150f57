import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Counts the TCP connections that somebody opens to the API server: a port of 127.0.0.1 that leads there. TLS goes through untouched,
 * and the server's certificate holds for the address, so the client needs nothing but another port.
 */
export class Forwarder {
  readonly port: number;
  /** When each was opened, in epoch ms, since the last `reset`. */
  opened: number[] = [];
  /** Most that were open at the same time. */
  peak = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(server: Server, port: number, target: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (client) => this.#forward(client, target));
  }

  static async start(target: number): Promise<Forwarder> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the forwarder has no port');
    return new Forwarder(server, address.port, target);
  }

  /** Begins to count anew. */
  reset(): void {
    this.opened = [];
    this.peak = this.#open.size;
  }

  async close(): Promise<void> {
    for (const client of this.#open) client.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(client: Socket, target: number): void {
    this.opened.push(Date.now());
    this.#open.add(client);
    this.peak = Math.max(this.peak, this.#open.size);
    const server = connect({ host: '127.0.0.1', port: target, noDelay: true });
    client.setNoDelay(true);
    client.pipe(server).pipe(client);
    const end = (): void => {
      this.#open.delete(client);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }
}

/** Port of the API server in a kubeconfig of the test clusters. */
export function serverPort(kubeconfig: string): number {
  return Number(new URL(serverOf(kubeconfig)).port);
}

/** Writes the same kubeconfig with another port. */
export function withPort(kubeconfig: string, port: number, path: string): string {
  const server = new URL(serverOf(kubeconfig));
  const moved = new URL(server);
  moved.port = String(port);
  const text = readFileSync(kubeconfig, 'utf8').replaceAll(server.origin, moved.origin);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function serverOf(kubeconfig: string): string {
  // Written by the test cluster, as JSON with one cluster.
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  const server = config.clusters[0]?.cluster.server;
  if (server === undefined) throw new Error(`${kubeconfig} names no cluster`);
  return server;
}
