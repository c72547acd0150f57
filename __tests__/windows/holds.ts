import { createServer, type Server, type Socket } from 'node:net';
import { until } from '../kubernetes/processes.ts';

/** A server to which programs hold connections: they close when these end, however that comes. */
export class Holds {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      const forget = (): unknown => this.#sockets.delete(socket);
      socket.on('close', forget).on('error', forget).resume();
    });
  }

  static async start(): Promise<Holds> {
    const holds = new Holds();
    await new Promise<void>((resolve) => holds.#server.listen(0, '127.0.0.1', resolve));
    return holds;
  }

  get address(): string {
    const at = this.#server.address();
    if (at === null || typeof at === 'string') throw new Error('no port');
    return `127.0.0.1:${at.port}`;
  }

  get isHeld(): boolean {
    return this.#sockets.size > 0;
  }

  /** Resolves when one holds its connection. */
  async held(): Promise<void> {
    await until('a program holds its connection', 30_000, () => this.isHeld);
  }

  /** Resolves when none does. Such programs hold theirs for ever. */
  async released(): Promise<void> {
    await until('nobody holds a connection', 5_000, () => !this.isHeld);
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
