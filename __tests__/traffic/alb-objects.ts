import type { KubeObject } from '../../src/cluster/wire.ts';
import type { RoutedApp } from '../../src/traffic/router.ts';
import type { SampleRequest, Served } from './router-fixture.ts';

/*
 * Ingresses with actions for the tests, and the load balancer that the AWS Load Balancer Controller makes of them.
 */

export const app: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
export const PREFIX = 'alb.ingress.kubernetes.io/';

interface Backend {
  service: { name: string; port: { name?: string; number?: number } };
}

export interface Ingress extends KubeObject {
  spec: { ingressClassName?: string; defaultBackend?: Backend; rules?: object[] };
}

interface Group {
  serviceName?: string;
  targetGroupARN?: string;
  servicePort?: number | string;
  weight?: number;
}

export const uses = (name: string): Backend => ({ service: { name, port: { name: 'use-annotation' } } });
export const direct = (name: string, number = 80): Backend => ({ service: { name, port: { number } } });

export function group(serviceName: string, weight?: number): Group {
  return { serviceName, servicePort: 80, ...(weight !== undefined && { weight }) };
}

export function forward(...targetGroups: Group[]): string {
  return JSON.stringify({ type: 'forward', forwardConfig: { targetGroups } }, null, 1);
}

export function rule(paths: Record<string, Backend>, host = 'shop.example.com'): object {
  const list = Object.entries(paths).map(([path, backend]) => ({ path, pathType: 'Prefix', backend }));
  return { host, http: { paths: list } };
}

export function ingress(
  spec: Partial<Ingress['spec']>,
  actions: Record<string, string> = {},
  more: Record<string, string> = { [`${PREFIX}target-type`]: 'ip' },
): Ingress {
  const own = Object.entries(actions).map(([name, text]) => [`${PREFIX}actions.${name}`, text]);
  const annotations = { ...more, ...Object.fromEntries(own) };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'u-web',
      generation: 3,
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: { ingressClassName: 'alb', ...spec },
  };
}

export function service(name: string, annotations: Record<string, string> = {}, type = 'ClusterIP'): KubeObject {
  const object = { apiVersion: 'v1', kind: 'Service', spec: { type, ports: [{ port: 80 }] } };
  return { ...object, metadata: { name, namespace: 'shop', uid: `u-${name}`, annotations } };
}

export function pathOf({ kind, metadata }: KubeObject): string {
  return kind === 'Service'
    ? `/api/v1/namespaces/${metadata?.namespace}/services/${metadata?.name}`
    : `/apis/networking.k8s.io/v1/namespaces/${metadata?.namespace}/ingresses/${metadata?.name}`;
}

/** The load balancer: the longest path; a single target group has all. */
export function serve(objects: readonly KubeObject[], request: SampleRequest): Served {
  const found = objects.find(({ kind }) => kind === 'Ingress') as Ingress; // each fixture has one
  const rules = (found.spec.rules ?? []) as { http: { paths: { path: string; backend: Backend }[] } }[]; // see `rule`
  const [best] = rules
    .flatMap(({ http }) => http.paths)
    .filter(({ path }) => request.path.startsWith(path))
    .sort((a, b) => b.path.length - a.path.length);
  const backend = best?.backend ?? found.spec.defaultBackend;
  if (backend === undefined) throw new Error(`nobody serves ${request.path}`);
  const { name, port } = backend.service;
  const conditions = found.metadata?.annotations?.[`${PREFIX}conditions.${name}`];
  if (port.name !== 'use-annotation') return { weights: { [name]: 1 }, settings: { conditions } };
  const text = found.metadata?.annotations?.[`${PREFIX}actions.${name}`];
  if (text === undefined) return { weights: {}, settings: 503 };
  const { forwardConfig } = JSON.parse(text);
  const groups: Group[] = forwardConfig.targetGroups;
  const only = groups.length === 1;
  return {
    weights: Object.fromEntries(
      groups.map(({ serviceName, targetGroupARN, weight = only ? 1 : Number.NaN }) => [
        serviceName ?? targetGroupARN,
        weight,
      ]),
    ),
    settings: { conditions },
  };
}
