import type { KubeObject } from '../../src/cluster/wire.ts';
import type { RoutedApp } from '../../src/traffic/router.ts';
import type { SampleRequest, Served } from './router-fixture.ts';

/*
 * HTTPProxies for the tests, and Envoy as Contour sets it up.
 */

export const app: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };

interface Service {
  name: string;
  port: number;
  weight?: number;
  mirror?: boolean;
  protocol?: string;
}

interface Header {
  name: string;
  exact?: string;
  notexact?: string;
  regex?: string;
}

interface Condition {
  prefix?: string;
  header?: Header;
}

export interface Route {
  conditions?: Condition[];
  services: Service[];
  [policy: string]: unknown;
}

export interface HTTPProxy extends KubeObject {
  spec: { virtualhost?: object; routes?: Route[]; tcpproxy?: { services: Service[] } };
}

export function service(name: string, weight?: number, more: Partial<Service> = {}): Service {
  return { name, port: 80, ...(weight !== undefined && { weight }), ...more };
}

export function proxy(spec: Partial<HTTPProxy['spec']>): HTTPProxy {
  return {
    apiVersion: 'projectcontour.io/v1',
    kind: 'HTTPProxy',
    metadata: { name: 'web', namespace: 'shop', uid: 'u-web', generation: 3 },
    spec: { virtualhost: { fqdn: 'shop.example.com', tls: { secretName: 'shop' } }, ...spec },
  };
}

export const pathOf = ({ metadata }: KubeObject): string =>
  `/apis/projectcontour.io/v1/namespaces/${metadata?.namespace}/httpproxies/${metadata?.name}`;

export function specOf(object: KubeObject): HTTPProxy['spec'] {
  return (object as HTTPProxy).spec; // the fixtures have only HTTPProxies
}

/** Envoy as Contour sets it up: the longest prefix, then the most headers; only zeros are an even split. */
export function serve(objects: readonly KubeObject[], request: SampleRequest): Served {
  const { routes = [], tcpproxy } = specOf(objects[0] ?? {});
  const matching = routes.filter(({ conditions = [] }) => conditions.every((condition) => matches(condition, request)));
  const rank = ({ conditions = [] }: Route): number =>
    conditions.reduce((sum, { prefix = '' }) => sum + prefix.length * 1000 + (prefix === '' ? 1 : 0), 0);
  const [best = { services: tcpproxy?.services ?? [] }] = matching.sort((a, b) => rank(b) - rank(a));
  const { services, conditions: _conditions, ...policies } = best;
  const taking = services.filter(({ mirror }) => !mirror);
  const isEven = taking.every(({ weight = 0 }) => weight === 0);
  const mirrors = services.filter(({ mirror }) => mirror);
  const ours = mirrors.find(({ name }) => name === app.candidate);
  return {
    weights: Object.fromEntries(taking.map(({ name, weight = 0 }) => [name, isEven ? 1 : weight])),
    settings: { policies, mirrors: mirrors.filter((mirror) => mirror !== ours) },
    mirror: ours === undefined ? 0 : (ours.weight || 100) * 100,
  };
}

function matches({ prefix, header }: Condition, { path, headers }: SampleRequest): boolean {
  if (prefix !== undefined && !path.startsWith(prefix)) return false;
  if (header === undefined) return true;
  const value = headers[header.name.toLowerCase()] ?? '';
  if (header.regex !== undefined) return new RegExp(`^(?:${header.regex})$`).test(value);
  return header.exact === undefined ? value !== header.notexact : value === header.exact;
}

export function valid(
  status: string,
  observedGeneration: (generation: number) => number,
): (object: KubeObject) => KubeObject {
  return (object) => ({
    ...object,
    status: {
      currentStatus: status === 'True' ? 'valid' : 'invalid',
      conditions: [
        {
          type: 'Valid',
          status,
          reason: status === 'True' ? 'Valid' : 'ErrorPresent',
          message: status === 'True' ? 'Valid HTTPProxy' : 'At least one error present, see Errors for details',
          observedGeneration: observedGeneration(object.metadata?.generation ?? 0),
          ...(status === 'False' && {
            errors: [
              { type: 'ServiceError', status: 'True', reason: 'ServiceUnresolvedReference', message: 'no Service' },
            ],
          }),
        },
      ],
    },
  });
}
