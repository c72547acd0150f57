import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, request } from 'undici';

/** One request as it goes on. */
export interface Sent {
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** JSON, or empty. */
  readonly body: string;
  readonly headers?: IncomingHttpHeaders;
  readonly signal?: AbortSignal;
}

/** An answer, whole, with what the API server itself says in its headers. */
export interface Heard {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly content: Buffer;
}

/** The API server behind a gate, asked by the user of a kubeconfig. */
export class Upstream {
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;

  private constructor(origin: string, headers: Readonly<Record<string, string>>, agent: Agent) {
    this.#origin = origin;
    this.#headers = headers;
    this.#agent = agent;
  }

  static async of(kubeconfig: string): Promise<Upstream> {
    const config = new KubeConfig();
    config.loadFromString(readFileSync(kubeconfig, 'utf8'));
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error(`${kubeconfig} has no current cluster`);
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key } = options;
    const agent = new Agent({
      allowH2: false,
      connect: {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
      bodyTimeout: 0,
    });
    const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return new Upstream(cluster.server.replace(/\/$/, ''), Object.fromEntries(headers), agent);
  }

  send({ method, path, body, headers = {}, signal }: Sent): Promise<Dispatcher.ResponseData> {
    const { 'content-type': type, 'user-agent': agent } = headers;
    return request(`${this.#origin}${path}`, {
      // What node:http accepted as a method is one.
      method: method as Dispatcher.HttpMethod,
      headers: {
        accept: 'application/json',
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(agent === undefined ? {} : { 'user-agent': agent }),
        ...this.#headers,
      },
      ...(body === '' ? {} : { body }),
      dispatcher: this.#agent,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

export async function hear(answer: Dispatcher.ResponseData): Promise<Heard> {
  const content = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: headersOf(answer), content };
}

export function headersOf({ headers }: Dispatcher.ResponseData): OutgoingHttpHeaders {
  return Object.fromEntries(
    ['content-type', 'retry-after', 'warning'].flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
