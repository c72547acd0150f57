import type { ServiceProxy } from '../checks/smoke-test.ts';
import type { ApiPort } from './api.ts';
import type { Service } from './wire.ts';
import { servicePath } from './write-request.ts';

/**
 * Reaches the pods of a Service through the API server, so that the runner needs no way into the cluster's network.
 * @param over `metrics`: several requests at a time
 */
export function serviceProxy(
  api: Pick<ApiPort, 'get' | 'text'>,
  namespace: string,
  over: 'slow' | 'metrics' = 'slow',
): ServiceProxy {
  const firstPorts = new Map<string, Promise<string>>();
  // Without a port the API server looks for one that has no name, and says "no endpoints" when all have one.
  const firstPort = (service: string): Promise<string> => {
    const known = firstPorts.get(service);
    if (known !== undefined) return known;
    const asked = api
      .get<Service>(servicePath(namespace, service))
      .then((found) => String(found?.spec?.ports?.[0]?.port ?? ''));
    firstPorts.set(service, asked);
    asked.catch(() => firstPorts.delete(service));
    return asked;
  };
  return {
    async get({ method, service, port, scheme, path, timeoutMs, signal, headers = {} }) {
      const target = `${scheme === 'https' ? 'https:' : ''}${service}:${port ?? (await firstPort(service))}`;
      const url = `/api/v1/namespaces/${namespace}/services/${target}/proxy${path}`;
      return api.text(
        url,
        {},
        { method, deadline: timeoutMs, signal, over, ...(headers === undefined ? {} : { headers }) },
      );
    },
  };
}
