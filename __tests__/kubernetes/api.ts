import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, request } from 'undici';
import type { KubeList, KubeObject } from '../../src/cluster/wire.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How a PATCH body is meant. */
export type PatchType = 'json-patch' | 'merge-patch' | 'strategic-merge-patch' | 'apply-patch';

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** An answer that is not 2xx. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  /** @param text the body: a Status object, mostly */
  constructor(method: string, path: string, status: number, text: string) {
    const told = statusOf(text);
    super(`${method} ${path}: ${status} ${told.message ?? (text.slice(0, 200) || STATUS_CODES[status])}`);
    this.name = 'ApiError';
    this.status = status;
    this.reason = told.reason ?? '';
  }
}

/**
 * The tests' own small client. It shares no code with what is tested, so that a mistake there cannot hide itself here.
 * Answers are typed by the caller: the API server has validated what it sends.
 */
export class Api {
  readonly #server: string;
  readonly #headers: Record<string, string>;
  readonly #agent: Agent;

  private constructor(server: string, headers: Record<string, string>, agent: Agent) {
    this.#server = server;
    this.#headers = headers;
    this.#agent = agent;
  }

  /** @param userAgent what the audit log shows, to tell the test's own requests from those of the program under test */
  static async from(kubeconfig: string, userAgent = 'crossfade-test'): Promise<Api> {
    const config = new KubeConfig();
    config.loadFromString(readFileSync(kubeconfig, 'utf8'));
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error(`${kubeconfig} has no current cluster`);
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const agent = new Agent({
      allowH2: false,
      connect: {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
        ...(servername === undefined ? {} : { servername }),
      },
      // A watch may be silent for as long as it lives.
      bodyTimeout: 0,
    });
    const headers: Record<string, string> = { 'user-agent': userAgent, accept: 'application/json' };
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value);
    return new Api(cluster.server.replace(/\/$/, ''), headers, agent);
  }

  /** One request, no retries. @throws ApiError for any answer that is not 2xx. */
  async request<T = unknown>(
    method: Method,
    path: string,
    body?: unknown,
    options: { readonly patch?: PatchType; readonly timeoutMs?: number } = {},
  ): Promise<T> {
    const patch = options.patch ?? patchTypeOf(body);
    // An apply patch is YAML by its name, and JSON is YAML.
    const suffix = patch === 'apply-patch' ? 'yaml' : 'json';
    const type = method === 'PATCH' ? `application/${patch}+${suffix}` : 'application/json';
    const answer = await this.#send(method, path, AbortSignal.timeout(options.timeoutMs ?? 30_000), body, type);
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new ApiError(method, path, answer.statusCode, text);
    // Logs and the like are plain text; the caller's T says which it expects.
    const json = String(answer.headers['content-type']).startsWith('application/json');
    return (json ? JSON.parse(text) : text) as T;
  }

  get<T>(path: string): Promise<T> {
    return this.request<T>('GET', path);
  }

  /** @returns undefined for a 404 and for nothing else */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  list<T>(path: string): Promise<KubeList<T>> {
    return this.get<KubeList<T>>(path);
  }

  create<T = KubeObject>(path: string, object: unknown): Promise<T> {
    return this.request<T>('POST', path, object);
  }

  /** An array is a JSON Patch, an object a merge patch, if `type` does not say otherwise. */
  patch<T = KubeObject>(path: string, body: unknown, type?: PatchType): Promise<T> {
    return this.request<T>('PATCH', path, body, type === undefined ? {} : { patch: type });
  }

  /** Deletes; that it is not there is fine. */
  async remove(path: string): Promise<void> {
    try {
      await this.request('DELETE', path);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /**
   * Events after `resourceVersion`, until the signal fires or the server ends the stream.
   * @throws ApiError also for an ERROR event (410: the resourceVersion is too old)
   */
  async *watch<T>(path: string, resourceVersion: string, signal: AbortSignal): AsyncGenerator<WatchEvent<T>> {
    const query = new URLSearchParams({ watch: '1', allowWatchBookmarks: 'true', resourceVersion });
    const full = `${path}${path.includes('?') ? '&' : '?'}${query.toString()}`;
    const answer = await this.#send('GET', full, signal);
    if (answer.statusCode >= 300) throw new ApiError('WATCH', path, answer.statusCode, await answer.body.text());
    let rest = '';
    for await (const chunk of answer.body.setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') continue;
        const event = JSON.parse(line) as { type: string; object: unknown };
        if (event.type === 'ERROR') {
          const code = (event.object as { code?: number }).code ?? 500;
          throw new ApiError('WATCH', path, code, JSON.stringify(event.object));
        }
        yield event as WatchEvent<T>;
      }
    }
  }

  /** Ends all connections, watches included. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #send(
    method: Method,
    path: string,
    signal: AbortSignal,
    body?: unknown,
    contentType?: string,
  ): Promise<Dispatcher.ResponseData> {
    return request(`${this.#server}${path}`, {
      method,
      dispatcher: this.#agent,
      signal,
      headers:
        body === undefined ? this.#headers : { ...this.#headers, 'content-type': contentType ?? 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/** Paths of the kinds that tests handle. */
export const paths = {
  namespace: (name?: string): string => `/api/v1/namespaces${part(name)}`,
  core: (namespace: string, resource: string, name?: string): string =>
    `/api/v1/namespaces/${namespace}/${resource}${part(name)}`,
  deployments: (namespace: string, name?: string): string => group('apps/v1', namespace, 'deployments', name),
  replicaSets: (namespace: string, name?: string): string => group('apps/v1', namespace, 'replicasets', name),
  endpointSlices: (namespace: string): string => group('discovery.k8s.io/v1', namespace, 'endpointslices'),
  leases: (namespace: string, name?: string): string => group('coordination.k8s.io/v1', namespace, 'leases', name),
  roles: (namespace: string): string => group('rbac.authorization.k8s.io/v1', namespace, 'roles'),
  roleBindings: (namespace: string): string => group('rbac.authorization.k8s.io/v1', namespace, 'rolebindings'),
} as const;

function group(groupVersion: string, namespace: string, resource: string, name?: string): string {
  return `/apis/${groupVersion}/namespaces/${namespace}/${resource}${part(name)}`;
}

function part(name: string | undefined): string {
  return name === undefined ? '' : `/${name}`;
}

function patchTypeOf(body: unknown): PatchType {
  return Array.isArray(body) ? 'json-patch' : 'merge-patch';
}

function statusOf(text: string): { message?: string; reason?: string } {
  try {
    const status = JSON.parse(text) as unknown;
    return typeof status === 'object' && status !== null ? status : {};
  } catch {
    return {};
  }
}
