import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { AuditedRequest } from '../contract/cluster.ts';
import type { Certificate } from '../kubernetes/certificates.ts';
import { forward, proxyPort } from './api-proxy.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Fault, FaultRequest, Faults } from './faults.ts';
import { type ApiRequest, authorize, handle } from './handle.ts';
import { type Target, targetOf } from './paths.ts';
import type { PodServers } from './pods.ts';
import { ANONYMOUS, type User } from './rbac.ts';
import { ApiError, badRequest, unsupportedMediaType } from './status.ts';
import { streamWatch } from './watch-stream.ts';

/** Bytes of a request body; more is refused with 413. */
const LARGEST_BODY = 3 * 1024 * 1024;

export interface ApiServerOptions {
  readonly plane: ControlPlane;
  readonly faults: Faults;
  /** Null: pods are not served, proxies answer 503. */
  readonly pods: PodServers | null;
  /** Certificate and key of the server, PEM; null: plain HTTP. */
  readonly tls: Certificate | null;
  /** The user of a bearer token; undefined: nobody's. */
  userOf(token: string): User | undefined;
}

/** The API server on HTTP: audit, faults, who asks, and then `handle` (or a watch, or a proxy). */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #server: Server;
  #audit: { -readonly [K in keyof AuditedRequest]: AuditedRequest[K] }[] = [];
  /** Connections by the client's port: below TLS, where they can be reset. */
  #sockets = new Map<number, Socket>();
  #requests = 0;
  #mutations = 0;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch((error: unknown) => {
        // A mistake in the simulator: said loudly, and answered as the real server answers a panic.
        console.error(error);
        response.destroy();
      });
    };
    const { tls } = options;
    this.#server =
      tls === null ? createServer(listener) : createTlsServer({ cert: tls.certificate, key: tls.key }, listener);
    this.#server.on('connection', (socket: Socket) => {
      const { remotePort } = socket;
      if (remotePort === undefined) return;
      this.#sockets.set(remotePort, socket);
      socket.on('close', () => this.#sockets.delete(remotePort));
    });
  }

  /** Listens on a free port of 127.0.0.1. Returns the URL. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    // A TCP server that listens has an address of this form.
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls === null ? 'http' : 'https'}://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await done;
  }

  /** Requests that were executed since `since` (epoch milliseconds), oldest first. */
  audit(since: number): AuditedRequest[] {
    return this.#audit.filter((entry) => entry.at >= since && entry.code !== 0);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.#options.plane.clock.now();
    const raw = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://simulator');
    const user = this.#authenticate(request.headers.authorization);
    const contentType = request.headers['content-type'] ?? 'application/json';
    const parsed = parseBody(raw, contentType);
    const asked: ApiRequest = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: parsed.body,
      contentType,
      user: user ?? ANONYMOUS,
      userAgent: request.headers['user-agent'] ?? '',
    };
    const seen = this.#describe(asked, request.url ?? '/');
    const entry = auditEntry(seen, at);
    this.#audit.push(entry);
    const fault = await this.#options.faults.before(seen);
    if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if (fault?.kind === 'reset' && fault.when === 'before') return this.#reset(request);
    if (fault?.kind === 'refuse') return refuse(response, fault);
    if (fault?.kind === 'html' && fault.when !== 'after') return sendPage(response, fault.status);
    const refusal = raw === null ? tooLarge() : user === undefined ? unauthorized() : null;
    if (refusal !== null) {
      entry.code = refusal.code;
      return send(response, refusal.code, refusal.body);
    }
    const special = await this.#serveStream(asked, request, response, raw ?? Buffer.alloc(0), fault, entry);
    if (special) return;
    const { error } = parsed;
    const answer = error === undefined ? handle(this.#options.plane, asked) : { status: error.code, body: error.body };
    entry.code = answer.status;
    await this.#options.faults.after(seen, answer.status);
    if (fault?.kind === 'reset') this.#reset(request);
    else reply(request, response, answer.status, answer.body, fault);
  }

  /** Watches and proxies. False: the request is neither. */
  async #serveStream(
    asked: ApiRequest,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    fault: Fault | undefined,
    entry: { code: number },
  ): Promise<boolean> {
    const { plane, pods, faults } = this.#options;
    const target = targetOf(plane.store.catalogue, asked.method, asked.path, asked.query);
    const proxied =
      target?.type !== undefined && target.subresource === 'proxy' && ['pods', 'services'].includes(target.plural);
    if (target?.type === undefined || (target.verb !== 'watch' && !proxied)) return false;
    try {
      authorize(plane.store, asked);
      if (proxied) entry.code = await this.#proxy(target, pods, asked, body, request, response);
      else {
        streamWatch(plane.store, target, asked.query, faults, fault, response, () => this.#reset(request));
        entry.code = 200;
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      entry.code = error.code;
      send(response, error.code, error.body);
    }
    return true;
  }

  async #proxy(
    target: Target,
    pods: PodServers | null,
    asked: ApiRequest,
    body: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<number> {
    const port = await proxyPort(this.#options.plane.store, pods, target);
    const query = asked.query.toString();
    const path = `${target.rest === '' ? '/' : target.rest}${query === '' ? '' : `?${query}`}`;
    return forward(port, path, body, request, response);
  }

  #reset(request: IncomingMessage): void {
    this.#sockets.get(request.socket.remotePort ?? 0)?.resetAndDestroy();
  }

  /** Undefined: a token that nobody has. */
  #authenticate(header: string | undefined): User | undefined {
    const token = /^Bearer (.+)$/.exec(header ?? '')?.[1];
    return token === undefined ? ANONYMOUS : this.#options.userOf(token);
  }

  #describe(asked: ApiRequest, uri: string): FaultRequest {
    const target = targetOf(this.#options.plane.store.catalogue, asked.method, asked.path, asked.query);
    const question = target?.group === 'authorization.k8s.io' || target?.group === 'authentication.k8s.io';
    const changes =
      asked.method !== 'GET' &&
      target !== null &&
      !question &&
      !asked.query.has('dryRun') &&
      target.subresource !== 'proxy';
    return {
      number: ++this.#requests,
      mutation: changes ? ++this.#mutations : null,
      verb: target?.verb ?? 'get',
      uri,
      resource: target?.plural ?? '',
      subresource: target?.subresource ?? '',
      namespace: target?.namespace,
      name: target?.name,
      user: asked.user.name,
      userAgent: asked.userAgent,
      body: asked.body,
    };
  }
}

function auditEntry(seen: FaultRequest, at: number) {
  const { verb, uri, resource, subresource, namespace, name, userAgent, user, body } = seen;
  return {
    at,
    verb,
    uri,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    userAgent,
    user,
    code: 0,
    ...(body === undefined ? {} : { body }),
  };
}

/** Null: longer than the server takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
  }
  return size > LARGEST_BODY ? null : Buffer.concat(chunks);
}

/** Only JSON is understood: no protobuf, and no other YAML. */
function parseBody(raw: Buffer | null, contentType: string): { body?: unknown; error?: ApiError } {
  if (raw === null || raw.length === 0) return {};
  // What is applied is YAML by its name, and JSON is YAML.
  if (!/json|apply-patch\+yaml/.test(contentType)) return { error: unsupportedMediaType() };
  try {
    return { body: JSON.parse(raw.toString()) };
  } catch (error) {
    return { error: badRequest(`error decoding the request body: ${String(error)}`) };
  }
}

function tooLarge(): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${LARGEST_BODY}`);
}

function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

const REASONS: Readonly<Record<number, string>> = {
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function refuse(response: ServerResponse, fault: Extract<Fault, { kind: 'refuse' }>): void {
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', String(fault.retryAfter));
  const message = fault.message ?? `simulated ${fault.status}`;
  send(response, fault.status, new ApiError(fault.status, REASONS[fault.status], message).body);
}

/** Sends the answer, unless the fault wants something else to arrive. */
function reply(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
  fault: Fault | undefined,
): void {
  switch (fault?.kind) {
    case 'hang':
      return;
    case 'lose-answer':
      refuse(response, { ...fault, kind: 'refuse' });
      return;
    case 'html':
      sendPage(response, fault.status);
      return;
    case 'truncate': {
      const text = JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
      return;
    }
    default:
      send(response, status, body);
  }
}

/** What proxies say. */
function sendPage(response: ServerResponse, status: number): void {
  send(response, status, `<html><body><h1>${status}</h1></body></html>`, 'text/html');
}

function send(response: ServerResponse, status: number, body: unknown, contentType?: string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': contentType ?? (typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'),
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
