import type { ApiPort } from '../cluster/api.ts';
import { patched } from '../cluster/json-patch.ts';
import type { Permission } from '../cluster/permissions.ts';
import type { KubeObject } from '../cluster/wire.ts';
import type { WriteRequest } from '../cluster/write-request.ts';

/** What somebody has to be allowed to do in order to send a write, as a dry run, too. */
export function permissionFor({ verb, path }: WriteRequest): Permission {
  const parts = path.split('/').slice(1);
  const [group, resource] = parts[0] === 'api' ? ['', parts[4]] : [parts[1], parts[5]];
  return { group: group ?? '', resource: resource ?? '', verb };
}

export function isAmong(permissions: readonly Permission[], wanted: Permission): boolean {
  return permissions.some(
    ({ group, resource, verb }) => group === wanted.group && resource === wanted.resource && verb === wanted.verb,
  );
}

/**
 * The API for a plan: nothing is ever written, and a dry run for which the user lacks the permission is worked out here, without the
 * API server's admission and defaults.
 * @param missing what the user is known to lack by now
 */
export function planApi(api: ApiPort, missing: () => readonly Permission[]): ApiPort {
  return {
    get: (path, signal) => api.get(path, signal),
    list: (path, query, signal) => api.list(path, query, signal),
    ask: (path, body) => api.ask(path, body),
    text: (path, query, options) => api.text(path, query, options),
    async write<T extends KubeObject>(write: WriteRequest, options: { dryRun?: boolean; signal?: AbortSignal } = {}) {
      if (options.dryRun !== true) throw new Error(`a plan writes nothing: ${write.why}`);
      if (!isAmong(missing(), permissionFor(write))) return api.write<T>(write, options);
      // An object of the kind that is written, as the caller knows.
      return (await workedOut(api, write)) as T;
    },
  };
}

async function workedOut(api: ApiPort, write: WriteRequest): Promise<object> {
  if (write.verb === 'create' || write.verb === 'update') return write.body;
  const object = (await api.get(write.path)) ?? {};
  return write.verb === 'patch' ? patched(object, write.changes) : object;
}
