import { setTimeout as sleep } from 'node:timers/promises';
import { request as send } from 'undici';
import type { Connection } from './connection.ts';
import { Abandoned, ApiError, UnknownOutcome } from './errors.ts';
import { FIELD_MANAGER } from './field-owners.ts';
import type { KubeList, KubeObject } from './wire.ts';
import type { WriteRequest } from './write-request.ts';

/** Milliseconds one request may take; a watch has none. */
const DEADLINE = 10_000;
/** Tries of a read, and of any request that was answered 429, before it is given up. */
const TRIES = 5;
const PAGE = 500;
export const USER_AGENT = 'crossfade';

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
  readonly slow?: boolean;
}

/** The API as the rest of the code sees it: reads and writes of JSON objects, each once, without watches. */
export type ApiPort = Pick<Api, 'get' | 'list' | 'write' | 'ask' | 'text'>;

/** Objects of the API as JSON over HTTP/1.1: nothing is dropped on the way, every request has a deadline, retries are safe ones. */
export class Api {
  readonly #connection: Connection;
  readonly #warn: (message: string) => void;
  /** Requests sent, watches included. */
  requests = 0;

  /** `warn` hears the API server's own warnings (deprecations, policy audits) on successful writes. */
  constructor(connection: Connection, warn: (message: string) => void) {
    this.#connection = connection;
    this.#warn = warn;
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

  /** Text of any answer with its status, up to 256 KiB: logs, the service proxy. Slow answers stand in nobody's way. */
  async text(
    path: string,
    query: Query = {},
    options: { signal?: AbortSignal; deadline?: number; method?: 'GET' | 'HEAD' } = {},
  ): Promise<{ status: number; body: string }> {
    return this.#send({ method: 'GET', path, query, slow: true, ...options });
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
      throw new ApiError(what, response.statusCode, text(status.reason), text(status.message));
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
    const { body, status } = await this.#withRetries(call);
    const parsed = parse(body);
    if (status >= 200 && status < 300) {
      if (Object.keys(parsed).length === 0)
        throw new UnknownOutcome(describe(call), new Error('the answer was no JSON object'));
      return parsed as T;
    }
    throw new ApiError(describe(call), status, text(parsed.reason), text(parsed.message));
  }

  /** Reads: resets and 5xx are tried again. Every verb: 429. Writes of unknown outcome are the caller's to look after. */
  async #withRetries(call: Call): Promise<Answer> {
    const isRead = call.method === 'GET' || call.path.startsWith('/apis/authorization.k8s.io/');
    let renewed = false;
    for (let tried = 1; ; tried += 1) {
      const answer = await this.#try(call);
      const last = tried >= TRIES;
      if ('failure' in answer) {
        if (call.signal?.aborted) throw new Abandoned(describe(call));
        if (!isRead || last) throw new UnknownOutcome(describe(call), answer.failure);
      } else if (answer.status === 401 && !renewed) {
        renewed = true;
        await this.#connection.authorization(true);
        continue;
      } else if (answer.status === 429) {
        if (last) return answer;
      } else if (answer.status >= 500 && isTransient(answer)) {
        if (!isRead || last)
          throw new UnknownOutcome(describe(call), new Error(`HTTP ${answer.status}: ${oneLine(answer.body)}`));
      } else if (isRead && answer.status < 300 && !isJsonObject(answer.body)) {
        // A proxy's error page, or an answer cut short.
        if (last)
          throw new UnknownOutcome(describe(call), new Error(`the answer was no JSON: ${oneLine(answer.body)}`));
      } else return answer;
      const pause = 'retryAfter' in answer && answer.retryAfter !== null ? answer.retryAfter : 100 * 2 ** (tried - 1);
      await sleep(Math.min(pause, 10_000), undefined, call.signal === undefined ? {} : { signal: call.signal }).catch(
        () => {
          throw new Abandoned(describe(call));
        },
      );
    }
  }

  async #try(call: Call): Promise<Answer | { failure: unknown }> {
    try {
      return await this.#send(call);
    } catch (failure) {
      return { failure };
    }
  }

  async #send(call: Call): Promise<Answer> {
    const deadline = AbortSignal.timeout(call.deadline ?? DEADLINE);
    this.requests += 1;
    const response = await send(this.#url(call.path, call.query ?? {}), {
      method: call.method,
      headers: {
        ...(await this.#headers()),
        ...(call.body === undefined ? {} : { 'content-type': call.type ?? 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: asGoWrites(call.body) }),
      dispatcher: call.slow === true ? this.#connection.slowDispatcher : this.#connection.dispatcher,
      // undici closes the connection after a DELETE with a body unless told that the next request may use it.
      reset: false,
      signal: call.signal === undefined ? deadline : AbortSignal.any([deadline, call.signal]),
    });
    const body = call.slow === true ? await firstBytes(response.body) : await response.body.text();
    for (const warning of [response.headers.warning ?? []].flat())
      this.#warn(/^299 \S+ "(.*)"$/.exec(warning)?.[1] ?? warning);
    const retryAfter = Number([response.headers['retry-after'] ?? []].flat()[0]);
    return { status: response.statusCode, body, retryAfter: retryAfter > 0 ? retryAfter * 1000 : null };
  }

  #url(path: string, query: Query): string {
    // A smoke test's path may have a query of its own.
    const set = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) set.set(name, String(value));
    const joint = path.includes('?') ? '&' : '?';
    return `${this.#connection.server}${path}${set.size === 0 ? '' : `${joint}${set}`}`;
  }

  async #headers(): Promise<Record<string, string>> {
    const authorization = await this.#connection.authorization();
    return {
      accept: 'application/json',
      'user-agent': USER_AGENT,
      ...(authorization === null ? {} : { authorization }),
    };
  }
}

/** Of an answer that comes from a pod: enough to judge it by, however much it sends. Bytes. */
const LONGEST_TEXT = 262_144;

async function firstBytes(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= LONGEST_TEXT) break;
  }
  return Buffer.concat(chunks).subarray(0, LONGEST_TEXT).toString('utf8');
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: number | null;
}

/** A 500 with a clear word of the API server's is final; a webhook that could not be called may be back in a moment. */
function isTransient({ status, body }: Answer): boolean {
  if (status !== 500) return true;
  const { message, reason } = parse(body);
  return (
    reason !== 'InternalError' ||
    text(message).includes('failed calling webhook') ||
    text(message).includes('etcdserver')
  );
}

function isJsonObject(body: string): boolean {
  return Object.keys(parse(body)).length > 0;
}

function parse(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    // Checked to be a non-null object; JSON objects have string keys.
    return parsed !== null && typeof parsed === 'object' ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
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
