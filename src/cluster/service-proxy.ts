import type { ServiceProxy } from '../checks/smoke-test.ts';
import type { ApiPort } from './api.ts';

/** Reaches the pods of a Service through the API server, so that the runner needs no way into the cluster's network. */
export function serviceProxy(api: ApiPort, namespace: string): ServiceProxy {
  return {
    async get({ method, service, port, scheme, path, timeoutMs, signal }) {
      const scope = scheme === 'https' ? 'https:' : '';
      const target = `${scope}${service}${port === null && scope === '' ? '' : `:${port ?? ''}`}`;
      const url = `/api/v1/namespaces/${namespace}/services/${target}/proxy${path}`;
      return api.text(url, {}, { method, deadline: timeoutMs, signal });
    },
  };
}
