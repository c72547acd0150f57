import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { createAuthority } from '../kubernetes/certificates.ts';
import { EarlierAnswers } from './earlier-answers.ts';
import { hear, headersOf, type Heard, Upstream } from './upstream.ts';
import { linesOf, type Telling } from './watch-events.ts';

/** One request on its way through the gate. */
export interface Passing {
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** As sent; JSON, or empty. */
  readonly body: string;
  /**
   * - `write`: would change the cluster;
   * - `renewal`: an update of the Lease; how many there are is a matter of time;
   * - `watch`: its answer does not end;
   * - `read`: everything else, dry runs and access reviews included.
   */
  readonly kind: 'read' | 'watch' | 'renewal' | 'write';
  /** How many of its kind, itself included, have come: the first one is 1. */
  readonly count: number;
}

export type Treatment =
  | { readonly do: 'forward' }
  /** The API server never hears of it. */
  | ({ readonly do: 'answer' } & Spoken)
  | { readonly do: 'reset' }
  /** The API server carries it out, and the caller never hears of that. `first` comes in between. */
  | { readonly do: 'forward-and-reset'; readonly first?: () => void | Promise<void> }
  /** As 'forward', with something to do when the API server has answered and the caller has not heard it yet. */
  | { readonly do: 'forward-and-tell'; readonly first: () => void | Promise<void> }
  /** The caller gets half of the answer, as if that were all of it. */
  | { readonly do: 'forward-and-truncate' }
  | { readonly do: 'delay'; readonly ms: number }
  /** The answer comes byte by byte, each so many milliseconds after the one before. */
  | { readonly do: 'forward-and-drip'; readonly ms: number }
  /** The API server carries it out, and the caller hears something else. */
  | { readonly do: 'forward-and-answer'; readonly with: Spoken }
  /** As 'forward', after everything that was read before has been read anew, for 'answer-as-earlier'. */
  | { readonly do: 'read-and-forward' }
  /** A read that is answered as at the last 'read-and-forward'; as 'forward' where nobody had read the same by then. */
  | { readonly do: 'answer-as-earlier' }
  /** With a warning of the API server's beside the answer. */
  | { readonly do: 'forward-and-warn'; readonly text: string }
  /** A watch that is broken off as soon as it has said something. */
  | { readonly do: 'break-off' }
  /** A watch whose events are told in another way; `begin` is called for each. */
  | { readonly do: 'tell'; readonly begin: () => Telling }
  /** A watch that says nothing, for ever. */
  | { readonly do: 'mute' };

/** What a gate says by itself. */
export interface Spoken {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Asked for each request before it goes on; may do something else first, such as killing the one who sent it. */
export type Rule = (passing: Passing) => Treatment | Promise<Treatment>;

export const FORWARD: Treatment = { do: 'forward' };

/** All gates are one cluster's, as far as TLS goes. */
const AUTHORITY = createAuthority('gate-authority');
const IDENTITY = AUTHORITY.issue({ commonName: 'gate' }, { names: ['localhost'], addresses: ['127.0.0.1'] });

/**
 * A proxy between one run and its API server: it counts the run's requests, stops at any of them, and lets things go wrong. To the
 * server it is the user of the kubeconfig; to the run it is an API server over TLS, which wants a token that may change.
 */
export class Gate {
  /** Path of the kubeconfig that leads through the gate. */
  readonly kubeconfig: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly #upstream: Upstream;
  readonly #earlier: EarlierAnswers;
  readonly #counts = { read: 0, watch: 0, renewal: 0, write: 0 };
  /** The connections without their TLS, by the other side's port: only such a one can be reset. */
  readonly #sockets = new Map<number, Socket>();
  /** Connections on which nothing is said any more. */
  readonly #hushed = new WeakSet<Socket>();
  readonly #hushable = new Set<Socket>();
  #answeredAsEarlier = 0;
  #isAway = false;
  #token = 'gate';
  #rule: Rule;

  private constructor(folder: string, server: Server, upstream: Upstream, rule: Rule) {
    this.#folder = folder;
    this.kubeconfig = join(folder, 'kubeconfig');
    this.#server = server;
    this.#upstream = upstream;
    this.#earlier = new EarlierAnswers(async (path) => hear(await upstream.send({ method: 'GET', path, body: '' })));
    this.#rule = rule;
    writeFileSync(this.#tokenFile, this.#token);
    server.on('connection', (socket: Socket) => {
      const port = socket.remotePort ?? 0;
      this.#sockets.set(port, socket);
      socket.on('close', () => this.#sockets.delete(port));
      if (this.#isAway) socket.resetAndDestroy();
    });
    server.on('tlsClientError', () => undefined);
    server.on('request', (incoming, outgoing) => {
      this.#pass(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  static async open(kubeconfig: string, rule: Rule = () => FORWARD): Promise<Gate> {
    const folder = mkdtempSync(join(tmpdir(), 'gate-'));
    const server = createServer({ keepAliveTimeout: 60_000, cert: IDENTITY.certificate, key: IDENTITY.key });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gate = new Gate(folder, server, await Upstream.of(kubeconfig), rule);
    // A server that listens on a TCP port has an AddressInfo.
    const { port } = server.address() as AddressInfo;
    writeFileSync(gate.kubeconfig, JSON.stringify(kubeconfigOf(`https://127.0.0.1:${port}`, gate.#tokenFile)));
    return gate;
  }

  /** Mutating requests that have come so far. */
  get writes(): number {
    return this.#counts.write;
  }

  /** Requests of all kinds. */
  get requests(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count);
  }

  /** Reads that were answered as at an earlier moment. */
  get answeredAsEarlier(): number {
    return this.#answeredAsEarlier;
  }

  /** From here on another rule holds; the counts go on. */
  set rule(rule: Rule) {
    this.#rule = rule;
  }

  get #tokenFile(): string {
    return join(this.#folder, 'token');
  }

  /** Resets all connections, watches included. */
  breakOff(): void {
    for (const socket of [...this.#sockets.values()]) socket.resetAndDestroy();
  }

  /** Resets all connections, and every new one, until it comes back. */
  leave(): void {
    this.#isAway = true;
    this.breakOff();
  }

  comeBack(): void {
    this.#isAway = false;
  }

  /** On all connections that there are, watches included, nothing is said any more; nor are they closed. New ones are as ever. */
  hush(): void {
    for (const socket of this.#hushable) this.#hushed.add(socket);
  }

  /** From now on only another token is let in; those who read the file anew find it after so many milliseconds. */
  async changeToken(lag: number): Promise<void> {
    this.#token = `${this.#token}+`;
    await sleep(lag);
    writeFileSync(this.#tokenFile, this.#token);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#upstream.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.#hushable.add(incoming.socket);
    incoming.socket.once('close', () => this.#hushable.delete(incoming.socket));
    const body = await textOf(incoming);
    if (this.#hushed.has(incoming.socket)) return;
    if (incoming.headers.authorization !== `Bearer ${this.#token}`) {
      outgoing.writeHead(401, { 'content-type': 'application/json' });
      outgoing.end(
        JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Unauthorized', code: 401 }),
      );
      return;
    }
    const { method = 'GET', url: path = '/' } = incoming;
    const kind = kindOf(method, path);
    this.#counts[kind] += 1;
    const passing: Passing = { method, path, body, kind, count: this.#counts[kind] };
    const treatment = await this.#rule(passing);
    switch (treatment.do) {
      case 'answer':
        say(outgoing, treatment);
        return;
      case 'reset':
        this.#reset(incoming);
        return;
      case 'delay':
        await sleep(treatment.ms);
        break;
      case 'read-and-forward':
        await this.#earlier.keep();
        break;
      case 'answer-as-earlier': {
        const heard = this.#earlier.of(path);
        if (heard === undefined) break;
        this.#answeredAsEarlier += 1;
        repeat(outgoing, heard);
        return;
      }
      default:
    }
    if (kind === 'read' && method === 'GET') this.#earlier.note(path);
    // One who is gone can no longer ask for anything.
    if (incoming.socket.destroyed) return;
    await this.#forward(passing, incoming, outgoing, treatment);
  }

  async #forward(
    passing: Passing,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    treatment: Treatment,
  ): Promise<void> {
    const abandoned = new AbortController();
    outgoing.on('close', () => abandoned.abort());
    // A write that has been sent is carried out, whoever waits for the answer.
    const isSafe = passing.kind === 'write' || passing.kind === 'renewal';
    const answer = await this.#upstream.send({
      ...passing,
      headers: incoming.headers,
      ...(isSafe ? {} : { signal: abandoned.signal }),
    });
    if (passing.kind === 'watch' && answer.statusCode === 200) {
      await this.#relay(answer, incoming, outgoing, treatment);
      return;
    }
    const heard = await hear(answer);
    if ('first' in treatment) await treatment.first?.();
    if (treatment.do === 'forward-and-reset') {
      this.#reset(incoming);
      return;
    }
    if (this.#hushed.has(incoming.socket)) return;
    switch (treatment.do) {
      case 'forward-and-answer':
        say(outgoing, treatment.with);
        return;
      case 'forward-and-drip':
        outgoing.writeHead(heard.status, heard.headers);
        await drip(outgoing, heard.content, treatment.ms);
        return;
      case 'forward-and-truncate':
        repeat(outgoing, { ...heard, content: heard.content.subarray(0, Math.floor(heard.content.length / 2)) });
        return;
      case 'forward-and-warn':
        repeat(outgoing, { ...heard, headers: { ...heard.headers, warning: `299 - "${treatment.text}"` } });
        return;
      default:
        repeat(outgoing, heard);
    }
  }

  /** What a watch says, for as long as it speaks. */
  async #relay(
    answer: Dispatcher.ResponseData,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    treatment: Treatment,
  ): Promise<void> {
    outgoing.writeHead(200, headersOf(answer));
    outgoing.flushHeaders();
    const telling = treatment.do === 'tell' ? treatment.begin() : ASIS;
    for await (const line of linesOf(answer.body)) {
      if (treatment.do === 'mute' || this.#hushed.has(incoming.socket)) continue;
      const { lines, isLast = false } = telling(line);
      if (lines.length === 0) continue;
      const written = Promise.withResolvers<void>();
      outgoing.write(lines.map((text) => `${text}\n`).join(''), () => written.resolve());
      if (isLast) break;
      if (treatment.do !== 'break-off') continue;
      await written.promise;
      // No reset, which might overtake what was said.
      incoming.socket.destroy();
      return;
    }
    if (!this.#hushed.has(incoming.socket)) outgoing.end();
  }

  #reset(incoming: IncomingMessage): void {
    this.#sockets.get(incoming.socket.remotePort ?? 0)?.resetAndDestroy();
  }
}

function kubeconfigOf(server: string, tokenFile: string): unknown {
  const authority = Buffer.from(AUTHORITY.certificate).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'gate', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'gate', user: { tokenFile } }],
    contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'gate' } }],
    'current-context': 'gate',
  };
}

const ASIS: Telling = (event) => ({ lines: [event] });

function repeat(outgoing: ServerResponse, { status, headers, content }: Heard): void {
  outgoing.writeHead(status, headers);
  outgoing.end(content);
}

function say(outgoing: ServerResponse, { status, headers, body }: Spoken): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(body);
}

/** Until all is said, or nobody listens. */
async function drip(outgoing: ServerResponse, content: Buffer, ms: number): Promise<void> {
  for (const byte of content) {
    if (outgoing.destroyed) return;
    outgoing.write(Buffer.of(byte));
    await sleep(ms);
  }
  outgoing.end();
}

function kindOf(method: string, path: string): Passing['kind'] {
  const { pathname, searchParams } = new URL(path, 'http://gate');
  if (method === 'GET' || method === 'HEAD') return searchParams.has('watch') ? 'watch' : 'read';
  if (method === 'PUT' && pathname.includes('/leases/')) return 'renewal';
  const isReview = pathname.startsWith('/apis/authorization.k8s.io/');
  return isReview || searchParams.get('dryRun') === 'All' ? 'read' : 'write';
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
