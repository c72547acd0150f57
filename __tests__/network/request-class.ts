/** What kind of request it is; each is handled in a way of its own. */
export type RequestClass =
  | 'read'
  | 'list'
  | 'watch start'
  | 'dry run'
  | 'review'
  | 'subresource'
  | 'lock'
  | 'record'
  | 'create'
  | 'patch'
  | 'delete';

/** They change nothing: whether the server has carried them out makes no difference. */
export const READS: readonly RequestClass[] = ['read', 'list', 'watch start', 'dry run', 'review', 'subresource'];
export const WRITES: readonly RequestClass[] = ['lock', 'record', 'create', 'patch', 'delete'];

/** @param path without query */
export function classOf({
  method,
  path,
  query,
}: {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}): RequestClass {
  if (path.startsWith('/apis/authorization.k8s.io/')) return 'review';
  if (query.has('watch')) return 'watch start';
  if (query.has('dryRun')) return 'dry run';
  if (/\/pods\/[^/]+\/./.test(path)) return 'subresource';
  if (method === 'GET') return query.has('limit') ? 'list' : 'read';
  if (path.includes('/leases')) return 'lock';
  if (path.includes('/configmaps')) return 'record';
  if (method === 'POST') return 'create';
  return method === 'DELETE' ? 'delete' : 'patch';
}

/** A request is refused before the server has looked at it, or when it was carried out. */
export type When = 'before' | 'after';

/**
 * Where the answer is believed, and nothing is left of the release. Everything else is weathered. An API server says 409 and 422 of no
 * read; and a write that was carried out and yet refused is found to be there, whatever was said. A read that is
 * refused by 403 is weathered once the release has begun; before, it tells what permission is missing.
 */
const BELIEVED: Readonly<Partial<Record<RequestClass, Readonly<Record<When, readonly string[]>>>>> = {
  read: { before: ['409', '422'], after: [] },
  list: { before: ['409', '422', '403'], after: [] },
  'dry run': { before: ['409', '422', '403'], after: [] },
  review: { before: ['409', '422', '403'], after: [] },
  lock: { before: ['422', '403'], after: [] },
  record: { before: ['422', '403'], after: [] },
  create: { before: ['403'], after: ['403'] },
  patch: { before: ['403'], after: ['403'] },
};

/** @param fault `409` … */
export function isBelieved(of: RequestClass, when: When, fault: string): boolean {
  return BELIEVED[of]?.[when].includes(fault) ?? false;
}
