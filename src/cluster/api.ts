import { request as send } from 'undici';
import { type Clock, systemClock } from '../engine/clock.ts';
import { detailsOf, isTransient, parse, text } from './answer-body.ts';
import type { Connection } from './connection.ts';
import { deadline } from './deadline.ts';
import { Abandoned, ApiError, UnknownOutcome } from './errors.ts';
import { FIELD_MANAGER } from './field-owners.ts';
import { FirstContact } from './first-contact.ts';
import { type NamespaceEnd, namespaceEndIn } from './namespace-end.ts';
import type { KubeList, KubeObject } from './wire.ts';
import type { WriteRequest } from './write-request.ts';

/** Milliseconds one request may take; a watch has none. */
const DEADLINE = 10_000;
/** Tries of a read, and of any request that was answered 429, before it is given up. */
const TRIES = 5;
const PAGE = 500;
/** Of an answer that comes from a pod: enough to judge it by, however much it sends. Bytes. */
const LONGEST_TEXT = 262_144;
/** Milliseconds by which clocks may differ that nobody can tell from an answer's way. */
const COARSENESS = 3_000;
export const USER_AGENT = 'crossfade';
const NEVER = new AbortController().signal;

export interface Query {
  readonly [name: string]: string | number | boolean | undefined;
}

interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly type?: string;
  readonly signal?: AbortSignal;
  readonly deadline?: number;
  /** Which connections; default: those of writes. Other answers than theirs are texts, and read up to `most` bytes. */
  readonly over?: 'slow' | 'metrics';
  readonly most?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TextOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; default 10 s. */
  readonly deadline?: number;
  readonly method?: 'GET' | 'HEAD';
  readonly over?: 'slow' | 'metrics';
  /** Bytes of the answer; default 256 KiB. */
  readonly most?: number;
  /** Instead of, or beside, our own; the API server's proxies hand them on, but for `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API as the rest of the code sees it: reads and writes of JSON objects, each once, without watches. */
export type ApiPort = Pick<Api, 'get' | 'list' | 'write' | 'ask' | 'text'> & {
  /** By which pauses between tries are made; default: the system's. */
  readonly clock?: Clock;
};

/** Objects of the API as JSON over HTTP/1.1: nothing is dropped on the way, every request has a deadline, retries are safe ones. */
export class Api {
  /** Deadlines, and pauses between tries, are this one's. */
  readonly clock: Clock;
  readonly #connection: Connection;
  readonly #warn: (message: string) => void;
  readonly #contact: FirstContact;
  #serverAhead = 0;
  readonly #namespaceEnds = new Map<string, NamespaceEnd>();
  /** Requests sent, watches included. */
  requests = 0;

  /** `warn` hears the API server's own warnings (deprecations, policy audits) on successful writes. */
  constructor(connection: Connection, warn: (message: string) => void, clock: Clock = systemClock) {
    this.#connection = connection;
    this.#warn = warn;
    this.#contact = new FirstContact(connection);
    this.clock = clock;
  }

  /** Milliseconds by which the API server's clock is ahead of ours, as its answers say; what those are too coarse for is 0. */
  get serverAhead(): number {
    return this.#serverAhead;
  }

  /** What the API server has said of a namespace when it refused to make something there; null: nothing. */
  namespaceEnd(namespace: string): NamespaceEnd | null {
    return this.#namespaceEnds.get(namespace) ?? null;
  }

  /** Null only for a 404. Throws ApiError, or UnknownOutcome after the last try. */
  async get<T extends KubeObject>(path: string, signal?: AbortSignal): Promise<T | null> {
    try {
      return await this.#json<T>({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  /** All pages. The resourceVersion is the first page's: a watch from there misses nothing. */
  async list<T extends KubeObject>(path: string, query: Query = {}, signal?: AbortSignal): Promise<KubeList<T>> {
    const items: T[] = [];
    let resourceVersion: string | undefined;
    let next: string | undefined;
    do {
      const page: KubeList<T> = await this.#json<KubeList<T>>({
        method: 'GET',
        path,
        query: { ...query, limit: PAGE, continue: next },
        ...(signal === undefined ? {} : { signal }),
      });
      items.push(...page.items);
      resourceVersion ??= page.metadata.resourceVersion;
      next = page.metadata.continue;
    } while (next !== undefined && next !== '');
    return { metadata: resourceVersion === undefined ? {} : { resourceVersion }, items };
  }

  /**
   * Sends a planned write once (429 apart: that was not executed). Throws ApiError for a refusal (422 also when a test failed),
   * UnknownOutcome when nobody knows whether it happened.
   */
  async write<T extends KubeObject>(
    write: WriteRequest,
    options: { dryRun?: boolean; signal?: AbortSignal } = {},
  ): Promise<T> {
    const query = {
      fieldManager: FIELD_MANAGER,
      ...(options.dryRun === true ? { dryRun: 'All', fieldValidation: 'Strict' } : {}),
    };
    const common = { path: write.path, query, ...(options.signal === undefined ? {} : { signal: options.signal }) };
    switch (write.verb) {
      case 'patch': {
        const body = options.dryRun === true ? write.changes : [...write.tests, ...write.changes];
        return this.#json<T>({ ...common, method: 'PATCH', body, type: 'application/json-patch+json' });
      }
      case 'create':
        return this.#json<T>({ ...common, method: 'POST', body: write.body });
      case 'update':
        return this.#json<T>({ ...common, method: 'PUT', body: write.body });
      case 'delete':
        return this.#json<T>({
          ...common,
          query: options.dryRun === true ? { dryRun: 'All' } : {},
          method: 'DELETE',
          body: {
            kind: 'DeleteOptions',
            apiVersion: 'v1',
            preconditions: { uid: write.uid },
            ...(write.propagation === undefined ? {} : { propagationPolicy: write.propagation }),
            // Where there is a body, the API server does not look at the query: without this a dry run deletes.
            ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
          },
        });
    }
  }

  /** A request whose answer is an object made for it: access reviews; without a body: lists of what the API serves. */
  async ask<T>(path: string, body: object | null): Promise<T> {
    return this.#json<T>(body === null ? { method: 'GET', path } : { method: 'POST', path, body });
  }

  /**
   * Text of any answer with its status: logs, the proxies. Slow answers stand in nobody's way. `whole`: false when it was longer than
   * `most`. Rejects when there is no answer; nothing is tried again.
   */
  async text(path: string, query: Query = {}, options: TextOptions = {}): Promise<TextAnswer> {
    return this.#send({ method: 'GET', path, query, over: 'slow', ...options });
  }

  /** A watch's events from `resourceVersion` on, until the server ends it, it fails, or the signal. */
  async *watch<T extends KubeObject>(
    path: string,
    query: Query,
    signal: AbortSignal,
    of: 'release' | 'route' = 'release',
  ): AsyncGenerator<WatchEvent<T>> {
    const what = `watch ${path}`;
    this.requests += 1;
    const response = await send(this.#url(path, { ...query, watch: true, allowWatchBookmarks: true }), {
      method: 'GET',
      headers: await this.#headers(),
      dispatcher: of === 'route' ? this.#connection.routeDispatcher : this.#connection.dispatcher,
      signal,
    });
    if (response.statusCode !== 200) {
      const status = parse(await response.body.text());
      throw new ApiError(what, response.statusCode, text(status.reason), text(status.message), detailsOf(status));
    }
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent<T>;
    }
  }

  async #json<T>(call: Call): Promise<T> {
    const { parsed, status } = await this.#withRetries(call);
    if (status >= 200 && status < 300) {
      if (Object.keys(parsed).length === 0)
        throw new UnknownOutcome(describe(call), new Error('the answer was no JSON object'));
      return parsed as T;
    }
    const error = new ApiError(describe(call), status, text(parsed.reason), text(parsed.message), detailsOf(parsed));
    this.#noteNamespaceEnd(call.path, error);
    throw error;
  }

  #noteNamespaceEnd(path: string, error: ApiError): void {
    const end = namespaceEndIn(error);
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    if (end !== null && namespace !== undefined) this.#namespaceEnds.set(namespace, end);
  }

  /**
   * Reads, and writes that are only tried: resets and 5xx are tried again. Every verb: 429, and 401, which says that nobody looked at
   * the request (what signs people in may be away for a moment, too). Writes of unknown outcome are the caller's to look after.
   */
  async #withRetries(call: Call): Promise<{ status: number; parsed: Record<string, unknown> }> {
    const changesNothing = call.query?.dryRun === 'All' || call.path.startsWith('/apis/authorization.k8s.io/');
    const isRead = call.method === 'GET' || changesNothing;
    let renewed = false;
    this.#contact.begin();
    for (let tried = 1; ; tried += 1) {
      const answer = await this.#try(call);
      const last = tried >= TRIES;
      const parsed = 'failure' in answer ? {} : parse(answer.body);
      if (!('failure' in answer) && (answer.status !== 401 || renewed))
        this.#contact.answered(answer.status, answer.body);
      if ('failure' in answer) {
        if (call.signal?.aborted) throw new Abandoned(describe(call));
        this.#contact.failed(answer.failure, !isRead || last);
        if (!isRead || last) throw new UnknownOutcome(describe(call), answer.failure);
      } else if (answer.status === 401 && !renewed) {
        renewed = true;
        const failure: unknown = await this.#connection.authorization(true).then(
          () => null,
          (error: unknown) => error,
        );
        if (failure === null) continue;
        // What cannot be renewed at this moment (a plugin that fails, a file that is being written) is a fault like others.
        this.#contact.failed(failure, true);
        if (!isRead || last) throw new UnknownOutcome(describe(call), failure);
      } else if (answer.status === 429 || answer.status === 401) {
        if (last) return { status: answer.status, parsed };
      } else if (answer.status >= 500 && isTransient(answer)) {
        if (!isRead || last)
          throw new UnknownOutcome(describe(call), new Error(`HTTP ${answer.status}: ${oneLine(answer.body)}`));
      } else if (isRead && answer.status < 300 && Object.keys(parsed).length === 0) {
        // A proxy's error page, or an answer cut short.
        if (last)
          throw new UnknownOutcome(describe(call), new Error(`the answer was no JSON: ${oneLine(answer.body)}`));
      } else return { status: answer.status, parsed };
      const pause = 'retryAfter' in answer && answer.retryAfter !== null ? answer.retryAfter : 100 * 2 ** (tried - 1);
      await this.clock.sleep(Math.min(pause, 10_000), call.signal ?? NEVER).catch(() => {
        throw new Abandoned(describe(call));
      });
    }
  }

  async #try(call: Call): Promise<TextAnswer | { failure: unknown }> {
    try {
      return await this.#send(call);
    } catch (failure) {
      return { failure };
    }
  }

  async #send(call: Call): Promise<TextAnswer> {
    const limit = deadline(this.clock, call.deadline ?? DEADLINE);
    try {
      return await this.#sendUntil(call, limit.signal);
    } finally {
      limit.end();
    }
  }

  async #sendUntil(call: Call, limit: AbortSignal): Promise<TextAnswer> {
    this.requests += 1;
    const response = await send(this.#url(call.path, call.query ?? {}), {
      method: call.method,
      headers: {
        ...call.headers,
        ...(await this.#headers()),
        ...call.headers,
        ...(call.body === undefined ? {} : { 'content-type': call.type ?? 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: asGoWrites(call.body) }),
      dispatcher: this.#dispatcher(call),
      // undici closes the connection after a DELETE with a body unless told that the next request may use it.
      reset: false,
      signal: call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]),
    });
    const { body, whole } =
      call.over === undefined
        ? { body: await response.body.text(), whole: true }
        : await firstBytes(response.body, call.most ?? LONGEST_TEXT);
    for (const warning of [response.headers.warning ?? []].flat())
      this.#warn(/^299 \S+ "(.*)"$/.exec(warning)?.[1] ?? warning);
    const date = Date.parse(String(response.headers.date ?? ''));
    if (call.over === undefined && !Number.isNaN(date)) this.#serverAhead = worthwhile(date - this.clock.now());
    const retryAfter = Number([response.headers['retry-after'] ?? []].flat()[0]);
    return { status: response.statusCode, body, whole, retryAfter: retryAfter > 0 ? retryAfter * 1000 : null };
  }

  #dispatcher({ over }: Call): Connection['dispatcher'] {
    if (over === 'slow') return this.#connection.slowDispatcher;
    return over === 'metrics' ? this.#connection.metricsDispatcher : this.#connection.dispatcher;
  }

  #url(path: string, query: Query): string {
    // A smoke test's path may have a query of its own.
    const set = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) set.set(name, String(value));
    const joint = path.includes('?') ? '&' : '?';
    return `${this.#connection.server}${path}${set.size === 0 ? '' : `${joint}${set}`}`;
  }

  async #headers(): Promise<Record<string, string | string[]>> {
    const authorization = await this.#connection.authorization();
    return {
      accept: 'application/json',
      'user-agent': USER_AGENT,
      ...this.#connection.impersonation,
      ...(authorization === null ? {} : { authorization }),
    };
  }
}

/** The time in a header is one of whole seconds, and some milliseconds old. */
function worthwhile(ahead: number): number {
  return Math.abs(ahead) < COARSENESS ? 0 : ahead;
}

/** At most so many bytes of a body, as UTF-8. */
export async function firstBytes(
  body: AsyncIterable<Uint8Array>,
  most: number,
): Promise<{ body: string; whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, most).toString('utf8'), whole: size <= most };
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export interface TextAnswer {
  readonly status: number;
  readonly body: string;
  readonly whole: boolean;
  /** Milliseconds. */
  readonly retryAfter: number | null;
}

/**
 * JSON with the escapes of Go's encoder. The API server compares the strings of a JSON Patch's `test` byte for byte with its own
 * encoding of the object (evanphx/json-patch): without them a `test` of a text with `&` in it fails for ever.
 */
function asGoWrites(body: unknown): string {
  return JSON.stringify(body).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function describe(call: Call): string {
  return `${call.method} ${call.path}`;
}

function oneLine(body: string): string {
  return body.replace(/\s+/g, ' ').slice(0, 200);
}
