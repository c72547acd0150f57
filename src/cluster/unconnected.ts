import { Agent } from 'undici';
import type { Connection } from './connection.ts';
import { ConnectionError } from './errors.ts';

/**
 * Stands where there is no connection, for what may do without one: every request fails, for that reason.
 * @throws what is no ConnectionError
 */
export function unconnected(error: unknown): Connection {
  if (!(error instanceof ConnectionError)) throw error;
  const dispatcher = new Agent();
  return {
    server: 'http://localhost',
    namespace: 'default',
    dispatcher,
    slowDispatcher: dispatcher,
    routeDispatcher: dispatcher,
    metricsDispatcher: dispatcher,
    authorization: () => Promise.reject(error),
    impersonation: {},
    describeUser: () => 'nobody',
    close: () => dispatcher.destroy(),
  };
}
