import http from 'node:http';
import type { Simulator } from './cluster.ts';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** A plain HTTP client of a simulator without TLS: every request on a connection of its own, nothing tried twice. */
export class Client {
  readonly #cluster: Simulator;

  constructor(cluster: Simulator) {
    this.#cluster = cluster;
  }

  /** As the administrator. A body that is no text is sent as JSON. Rejects when the connection breaks. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const type = method === 'PATCH' ? 'application/json-patch+json' : 'application/json';
    const { token, url } = this.#cluster;
    const all = { authorization: `Bearer ${token}`, 'content-type': type, 'user-agent': 'tests/1', ...headers };
    return new Promise((resolve, reject) => {
      const request = http.request(`${url}${path}`, { method, agent: false, headers: all }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      request.on('error', reject);
      request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  watch(path: string): WatchLines {
    return new WatchLines(`${this.#cluster.url}${path}`, this.#cluster.token);
  }
}

/** A watch, as far as it has come. */
export class WatchLines {
  /** How it ended: `end`, `reset`, or empty while it goes on. */
  ended = '';
  readonly #lines: string[] = [];
  readonly #request: http.ClientRequest;

  constructor(url: string, token: string) {
    this.#request = http.get(url, { agent: false, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        this.#lines.push(...parts);
      });
      response.on('error', () => {
        this.ended = 'reset';
      });
      response.on('end', () => {
        this.ended = 'end';
      });
    });
    this.#request.on('error', () => {
      this.ended = 'reset';
    });
  }

  /** `ADDED web`, one each. */
  get events(): string[] {
    return this.#lines.map((line) => JSON.parse(line)).map(({ type, object }) => `${type} ${object.metadata.name}`);
  }

  close(): void {
    this.#request.destroy();
  }
}

/** Body of a `GET` on 127.0.0.1. Rejects when the connection is refused or breaks. */
export function get(port: number, path = '/', agent: http.Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('error', reject);
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
  });
}

/** Waits for something to hold; rejects after 30 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
