import type { KubeObject } from '../../src/cluster/wire.ts';
import type { RoutedApp } from '../../src/traffic/router.ts';
import type { Member } from '../../src/traffic/traefik-list.ts';
import type { SampleRequest, Served } from './router-fixture.ts';

/*
 * IngressRoutes for the tests, and Traefik as far as these need it.
 */

export const app: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };

export interface Route {
  readonly match: string;
  readonly services: readonly Member[];
  readonly priority?: number;
  readonly [field: string]: unknown;
}
export type IngressRoute = KubeObject & { readonly spec: { readonly routes: readonly Route[] } };

export function object(
  name: string,
  routes: readonly Route[],
  kind = 'IngressRoute',
  namespace = app.namespace,
): IngressRoute {
  const spec = { entryPoints: ['websecure'], routes, tls: { secretName: 'shop-tls' } };
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind,
    metadata: { name, namespace, uid: `uid-${name}`, generation: 1 },
    spec,
  };
}

export function pathOf({ kind, metadata }: KubeObject): string {
  return `/apis/traefik.io/v1alpha1/namespaces/${metadata?.namespace}/${kind?.toLowerCase()}s/${metadata?.name}`;
}

export function edited(edit: (routes: readonly Route[]) => readonly Route[]): (object: KubeObject) => KubeObject {
  return (object) => {
    const { spec } = object as IngressRoute; // all objects here are
    return object.metadata?.name === 'web' ? { ...object, spec: { ...spec, routes: edit(spec.routes) } } : object;
  };
}

/** Traefik's rules, as far as the tests need them. */
function matches(rule: string, { host, path, headers }: SampleRequest): boolean {
  const source = rule.replace(
    /(\w+)\(((?:`[^`]*`|"(?:[^"\\]|\\.)*"|[\s,])*)\)/g,
    (_all, matcher: string, list: string) => {
      const [first = '', second = ''] = [...list.matchAll(/`([^`]*)`|("(?:[^"\\]|\\.)*")/g)].map(
        ([, raw, quoted]) => raw ?? JSON.parse(quoted ?? '""'),
      );
      const header = headers[first.toLowerCase()];
      switch (matcher) {
        case 'Host':
        case 'HostSNI':
          return String(first === '*' || host === first);
        case 'PathPrefix':
          return String(path.startsWith(first));
        case 'Header':
        case 'Headers':
          return String(header === second);
        case 'HeaderRegexp':
        case 'HeadersRegexp':
          return String(header !== undefined && new RegExp(second).test(header));
        default:
          throw new Error(`matcher ${matcher} in ${rule}`);
      }
    },
  );
  return truth(source.replace(/\s+/g, ''));
}

/** The value of a formula of true, false, !, &&, || and parentheses. */
function truth(formula: string): boolean {
  const inner = /!?\(([^()]*)\)/.exec(formula);
  if (inner !== null) {
    const value = truth(inner[1] ?? '') !== inner[0].startsWith('!');
    return truth(formula.replace(inner[0], String(value)));
  }
  return formula.split('||').some((part) => part.split('&&').every((term) => term === 'true' || term === '!false'));
}

/** The route of the highest priority (the length of its rule when it has none); absent weights are 1, entries at 0 are dropped. */
export function serve(objects: readonly KubeObject[], request: SampleRequest): Served {
  const priorityOf = ({ priority = 0, match }: Route): number => (priority === 0 ? match.length : priority);
  const [best] = objects
    .flatMap((object) => (object as IngressRoute).spec.routes) // all objects here are
    .filter(({ match }) => matches(match, request))
    .sort((a, b) => priorityOf(b) - priorityOf(a));
  const weights: Record<string, number> = {};
  for (const { name = '', weight = 1 } of best?.services ?? []) if (weight > 0) weights[name] = weight;
  return { weights, settings: { middlewares: best?.middlewares, passHostHeader: best?.services[0]?.passHostHeader } };
}
