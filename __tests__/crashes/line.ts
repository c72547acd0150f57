import { Dispatcher } from 'undici';
import type { KubeObject } from '../../src/cluster/wire.ts';
import type { AuditedRequest } from '../contract/cluster.ts';
import type { ControlPlane } from '../simulator/control-plane.ts';
import { type ApiRequest, type ApiResponse, authorize, handle } from '../simulator/handle.ts';
import { type Target, targetOf } from '../simulator/paths.ts';
import { ADMIN } from '../simulator/rbac.ts';
import { ApiError } from '../simulator/status.ts';
import { type WatchEvent, type WatchSink, watch } from '../simulator/watch.ts';
import { Exchange } from './exchange.ts';
import type { Fate } from './fate.ts';
import { isUnserved, type LineFault, pageText, statusText, type Unserved } from './line-faults.ts';
import type { Time } from './time.ts';

export interface LineParts {
  readonly plane: ControlPlane;
  readonly time: Time;
  /** Milliseconds of the way there, and of the way back. */
  readonly latency: () => number;
  /** Told of each request that would change something (dry runs and questions do not), before it is sent. Null: nothing befalls it. */
  readonly fateOf: (request: Asked) => Fate | null;
  /** Told as such a request comes to each point at which its run may die. */
  readonly onPoint?: (fate: Fate, request: Asked) => void;
  /** What goes wrong with a request of any kind, as it arrives. */
  readonly faultOf: (request: ApiRequest) => LineFault | null;
  /** Before this moment (epoch ms) no watch brings anything. */
  readonly watchesHeldUntil: () => number;
  /** The run's end, when a fate wants it. */
  readonly onDeath: () => void;
  /** Told of what was carried out and would change something. */
  readonly onMutation: (request: AuditedRequest) => void;
}

/** A request on its way. */
export type Asked = Omit<AuditedRequest, 'at' | 'code'>;

type Handler = Dispatcher.DispatchHandler;

/**
 * The product's connections to the simulated API server, without sockets: what the product's own HTTP client sends is answered as the
 * server answers it, each way some simulated milliseconds later. When its run is dead nothing goes over it, in neither direction.
 */
export class Line extends Dispatcher {
  readonly #parts: LineParts;
  readonly #exchanges = new Set<Exchange>();
  /** Reads that were made, by path and query, and how they would have been answered before the run's last write. */
  readonly #reads = new Map<string, ApiRequest>();
  readonly #before = new Map<string, ApiResponse>();
  #isDead = false;

  constructor(parts: LineParts) {
    super();
    this.#parts = parts;
  }

  /** Nothing is delivered any more; the server drops the watches. */
  die(): void {
    this.#isDead = true;
    for (const exchange of [...this.#exchanges]) exchange.forget();
  }

  /** Every connection that there is, watches included, is reset. */
  breakOff(): void {
    for (const exchange of [...this.#exchanges]) exchange.fail(new Error('read ECONNRESET'));
  }

  /** Every connection that there is, watches included, is as good as gone, and says nothing of that, for ever. */
  hush(): void {
    for (const exchange of this.#exchanges) exchange.hush();
  }

  override async close(): Promise<void> {
    this.die();
  }

  override async destroy(): Promise<void> {
    this.die();
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Handler): boolean {
    if (this.#isDead) return true;
    const { plane, time, latency, fateOf, onDeath } = this.#parts;
    const request = readRequest(options);
    const target = targetOf(plane.store.catalogue, request.method, request.path, request.query);
    const exchange: Exchange = new Exchange(time, handler, () => this.#exchanges.delete(exchange));
    this.#exchanges.add(exchange);
    exchange.begin();
    const asked = target === null || !changes(request, target) ? null : auditOf(request, target, options.path);
    const fate = asked === null ? null : fateOf(asked);
    if (asked !== null) this.#parts.onPoint?.('unsent', asked);
    if (fate === 'unsent') {
      onDeath();
      return true;
    }
    const isWatch = target?.verb === 'watch' && target.type !== undefined;
    const arrive = (fault: LineFault | null): void => {
      if (fault !== null && isUnserved(fault)) this.#refuse(exchange, fault);
      else if (isWatch) this.#watch(exchange, request, target, fault);
      else this.#answer(exchange, request, asked, fate, fault);
    };
    exchange.later(latency(), () => {
      const fault = this.#parts.faultOf(request);
      if (fault?.kind === 'delay') exchange.later(fault.ms, () => arrive(null));
      else arrive(fault);
    });
    return true;
  }

  /** The server does nothing about it. */
  #refuse(exchange: Exchange, fault: Unserved): void {
    exchange.later(this.#parts.latency(), () => {
      if (fault.kind === 'reset') exchange.fail(new Error('read ECONNRESET'));
      else if (fault.kind === 'html') exchange.answer(fault.status, pageText(fault.status));
      else exchange.answer(fault.status, statusText(fault.status, fault.message), retryAfter(fault));
    });
  }

  #answer(
    exchange: Exchange,
    request: ApiRequest,
    asked: Asked | null,
    fate: Fate | null,
    fault: LineFault | null,
  ): void {
    const { time, latency, onDeath, onMutation, onPoint } = this.#parts;
    const { status, body } = this.#serve(request, asked !== null, fault?.kind === 'stale');
    if (asked !== null) onMutation({ ...asked, at: time.now(), code: status });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    exchange.later(latency(), () => {
      if (asked !== null) onPoint?.('unheard', asked);
      if (fate === 'unheard') {
        onDeath();
        return;
      }
      switch (fault?.kind) {
        case 'hang':
          return;
        case 'lose-answer':
          exchange.answer(fault.status, statusText(fault.status), retryAfter(fault));
          break;
        case 'html':
          exchange.answer(fault.status, pageText(fault.status));
          break;
        case 'reset':
          exchange.fail(new Error('read ECONNRESET'));
          break;
        case 'truncate':
          exchange.breakOff(status, text);
          break;
        case 'warn':
          exchange.answer(status, text, { warning: `299 - "${fault.text}"` });
          break;
        default:
          exchange.answer(status, text);
      }
      if (asked !== null && onPoint !== undefined) setImmediate(() => onPoint('heard', asked));
      if (fate === 'heard') setImmediate(onDeath);
    });
  }

  #serve(request: ApiRequest, changes: boolean, isStale: boolean): ApiResponse {
    const { plane } = this.#parts;
    const uri = `${request.path}?${request.query}`;
    if (changes) for (const [read, of] of this.#reads) this.#before.set(read, handle(plane, of));
    const answer = handle(plane, request);
    if (request.method === 'GET') this.#reads.set(uri, request);
    return (isStale ? this.#before.get(uri) : undefined) ?? answer;
  }

  #watch(exchange: Exchange, request: ApiRequest, target: Target, fault: LineFault | null): void {
    const { plane, time, latency, watchesHeldUntil } = this.#parts;
    try {
      authorize(plane.store, request);
      // Checked by the caller: it is a resource's.
      if (target.type === undefined) return;
      const namespace = target.type.namespaced ? target.namespace : undefined;
      exchange.inOrder(latency(), () => exchange.start(200));
      const deliver = watched(exchange, fault);
      if (fault?.kind === 'watch-ends' && fault.after === 0) exchange.inOrder(latency(), () => ended(exchange, fault));
      const sink: WatchSink = {
        send: (event) => {
          const ms = Math.max(latency(), watchesHeldUntil() - time.now());
          exchange.inOrder(ms, () => deliver(event));
        },
        end: () => exchange.inOrder(latency(), () => exchange.finish()),
      };
      exchange.onEnd(watch(plane.store, target.type, namespace, request.query, sink, time.ofRuns));
      exchange.later(Number(request.query.get('timeoutSeconds') ?? 1800) * 1000, () => exchange.finish());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      exchange.inOrder(latency(), () => exchange.answer(error.code, JSON.stringify(error.body)));
    }
  }
}

/** How the events of a watch arrive. */
function watched(exchange: Exchange, fault: LineFault | null): (event: WatchEvent) => void {
  let count = 0;
  const last = new Map<string, string>();
  return (event) => {
    const line = `${JSON.stringify(event)}\n`;
    count += 1;
    switch (fault?.kind) {
      case 'cut-watch':
        if (count > fault.events) exchange.fail(new Error('read ECONNRESET'));
        else exchange.send(line);
        return;
      case 'watch-twice':
        exchange.send(`${line}${last.get(nameOf(event)) ?? line}`);
        last.set(nameOf(event), line);
        return;
      case 'watch-loses':
        if (count % fault.oneIn !== 0) exchange.send(line);
        return;
      case 'watch-hushed':
        if (count > fault.after) exchange.hush();
        else exchange.send(line);
        return;
      case 'watch-ends':
        if (count <= fault.after) exchange.send(line);
        if (count === fault.after) ended(exchange, fault);
        return;
      default:
        exchange.send(line);
    }
  };
}

function nameOf({ object }: WatchEvent): string {
  // Whatever it is, it is an object of the API.
  return (object as KubeObject).metadata?.name ?? '';
}

function ended(exchange: Exchange, { error }: { readonly error?: number }): void {
  if (error !== undefined) exchange.send(`{"type":"ERROR","object":${statusText(error)}}\n`);
  exchange.finish();
}

function retryAfter({ retryAfter: seconds }: { readonly retryAfter?: number }): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}

function readRequest({ method, path, body, headers }: Dispatcher.DispatchOptions): ApiRequest {
  const url = new URL(path, 'http://simulator');
  // The product's headers are an object of texts.
  const given = headers as Readonly<Record<string, string>>;
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    body: typeof body === 'string' ? (JSON.parse(body) as unknown) : undefined,
    contentType: given['content-type'] ?? 'application/json',
    user: ADMIN,
    userAgent: given['user-agent'] ?? '',
  };
}

function changes({ method, query }: ApiRequest, { group, subresource }: Target): boolean {
  const isQuestion = group === 'authorization.k8s.io' || group === 'authentication.k8s.io';
  return method !== 'GET' && !isQuestion && !query.has('dryRun') && subresource !== 'proxy';
}

function auditOf(request: ApiRequest, target: Target, uri: string): Asked {
  const { verb, plural: resource, subresource, namespace, name } = target;
  return {
    verb,
    uri,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    userAgent: request.userAgent,
    user: request.user.name,
    ...(request.body === undefined ? {} : { body: request.body }),
  };
}
