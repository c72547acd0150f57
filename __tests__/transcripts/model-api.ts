import type { ApiPort } from '../../src/cluster/api.ts';
import { ApiError } from '../../src/cluster/errors.ts';
import type { KubeList, KubeObject } from '../../src/cluster/wire.ts';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import type { Model, ModelRequest } from '../simulator/model.ts';

/** The product's API port on a model: the same requests as over HTTP, answered at once. */
export function modelApi(model: Model): ApiPort {
  return {
    get: async <T extends KubeObject>(path: string) => read<T>(model, path),
    list: async <T extends KubeObject>(path: string, query = {}) => list<T>(model, path, textQuery(query)),
    write: async <T extends KubeObject>(request: WriteRequest, options: { dryRun?: boolean } = {}) =>
      send(model, request, options.dryRun ?? false) as T,
    ask: async <T>(path: string, body: object | null) =>
      ok(body === null ? { method: 'GET', path } : { method: 'POST', path, body }, model) as T,
    text: async (path, query = {}) => {
      const { status, body } = model.request({ method: 'GET', path, query: textQuery(query) });
      return { status, body: typeof body === 'string' ? body : JSON.stringify(body), whole: true, retryAfter: null };
    },
  };
}

/** Null for a 404. */
export function read<T extends KubeObject>(model: Model, path: string): T | null {
  const answer = model.request({ method: 'GET', path });
  return answer.status === 404 ? null : (checked(answer, `GET ${path}`) as T);
}

export function list<T extends KubeObject>(
  model: Model,
  path: string,
  query: Record<string, string> = {},
): KubeList<T> {
  return ok({ method: 'GET', path, query }, model) as KubeList<T>;
}

/** Sends a planned write as the product does. Throws ApiError. */
export function send(model: Model, request: WriteRequest, dryRun = false): unknown {
  const query = { fieldManager: 'crossfade', ...(dryRun ? { dryRun: 'All' } : {}) };
  const { path } = request;
  switch (request.verb) {
    case 'patch': {
      const body = dryRun ? request.changes : [...request.tests, ...request.changes];
      return ok({ method: 'PATCH', path, query, body, contentType: 'application/json-patch+json' }, model);
    }
    case 'create':
      return ok({ method: 'POST', path, query, body: request.body }, model);
    case 'update':
      return ok({ method: 'PUT', path, query, body: request.body }, model);
    case 'delete':
      return ok({ method: 'DELETE', path, body: { preconditions: { uid: request.uid } } }, model);
  }
}

function ok(request: ModelRequest, model: Model): unknown {
  return checked(model.request({ userAgent: 'crossfade', ...request }), `${request.method} ${request.path}`);
}

function checked(answer: { status: number; body: unknown }, what: string): unknown {
  if (answer.status < 400) return answer.body;
  // Errors of the model are Status objects, as the real server's.
  const { reason = '', message = '' } = answer.body as { reason?: string; message?: string };
  throw new ApiError(what, answer.status, reason, message);
}

function textQuery(query: Readonly<Record<string, unknown>>): Record<string, string> {
  const set = Object.entries(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}
