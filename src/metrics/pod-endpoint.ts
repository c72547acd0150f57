import type { Pod } from '../cluster/wire.ts';
import type { PodsRequest } from './metrics-request.ts';

/** Where the pods of a track have their metrics. */
export interface PodEndpoint {
  readonly port: number;
  /** Beginning with a slash. */
  readonly path: string;
  readonly scheme: 'http' | 'https';
}

/**
 * By the inputs, else by the annotations `prometheus.io/port`, `path` and `scheme`, else the port called metrics or the first one, and
 * `/metrics`. A text: why there is none.
 */
export function endpointOf(pod: Pod, asked: Pick<PodsRequest, 'port' | 'path'>): PodEndpoint | string {
  const annotations = pod.metadata?.annotations ?? {};
  const path = asked.path ?? annotations['prometheus.io/path'] ?? '/metrics';
  const scheme = annotations['prometheus.io/scheme']?.toLowerCase() === 'https' ? 'https' : 'http';
  const port = portOf(pod, asked.port, annotations['prometheus.io/port']);
  return typeof port === 'string' ? port : { port, path: path.startsWith('/') ? path : `/${path}`, scheme };
}

function portOf(pod: Pod, asked: string | null, annotated: string | undefined): number | string {
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const names = ports.map(({ name, containerPort }) =>
    name === undefined ? `${containerPort}` : `${name} (${containerPort})`,
  );
  const wanted = asked ?? annotated;
  if (wanted !== undefined) {
    if (/^\d+$/.test(wanted)) return Number(wanted);
    const named = ports.find(({ name }) => name === wanted);
    if (named !== undefined) return named.containerPort;
    const where = asked === null ? 'annotation prometheus.io/port' : 'input metrics-port';
    return `${where} says ${wanted}, and its containers have the ports ${names.join(', ') || 'none'}`;
  }
  const port = ports.find(({ name }) => name !== undefined && /metrics|prometheus/.test(name)) ?? ports[0];
  return (
    port?.containerPort ??
    'it has neither annotation prometheus.io/port nor a port of a container: give input metrics-port'
  );
}
