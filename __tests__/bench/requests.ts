import type { AuditedRequest } from '../contract/cluster.ts';

/** Requests of one release, as the API server's audit log has them. A watch is one request, however long it lasts. */
export interface RequestCount {
  /** Without further list pages. */
  readonly total: number;
  /** Second and later pages of lists: the only requests that may grow with the number of pods. */
  readonly listPages: number;
  /** By what was asked, e.g. `patch deployments (dry run)`. */
  readonly byKind: Readonly<Record<string, number>>;
}

export function countRequests(requests: readonly AuditedRequest[]): RequestCount {
  const first = requests.filter((request) => !isFurtherPage(request));
  const byKind: Record<string, number> = {};
  for (const request of first) {
    const kind = kindOf(request);
    byKind[kind] = (byKind[kind] ?? 0) + 1;
  }
  return { total: first.length, listPages: requests.length - first.length, byKind };
}

/** e.g. `create selfsubjectaccessreviews`, `get pods/log`, `patch services (dry run)`. */
export function kindOf({ verb, resource, subresource, uri }: AuditedRequest): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${what}${isDryRun(uri) ? ' (dry run)' : ''}`;
}

export function isDryRun(uri: string): boolean {
  return query(uri).has('dryRun');
}

function isFurtherPage({ verb, uri }: AuditedRequest): boolean {
  return verb === 'list' && (query(uri).get('continue') ?? '') !== '';
}

function query(uri: string): URLSearchParams {
  const [, text = ''] = uri.split('?', 2);
  return new URLSearchParams(text);
}
