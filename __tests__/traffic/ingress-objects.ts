import type { V1Ingress } from '@kubernetes/client-node';
import type { KubeObject, Wire } from '../../src/cluster/wire.ts';
import type { RoutedApp } from '../../src/traffic/router.ts';
import type { SampleRequest, Served } from './router-fixture.ts';

/*
 * Ingresses for the tests of canary annotations, and ingress-nginx as far as these need it.
 */

export const app: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
export const NGINX = 'nginx.ingress.kubernetes.io/';

export type Ingress = KubeObject & Wire<V1Ingress>;
type Rule = NonNullable<NonNullable<Ingress['spec']>['rules']>[number];

export function ruleFor(host: string | null, ...paths: [path: string, service: string][]): Rule {
  return {
    ...(host === null ? {} : { host }),
    http: {
      paths: paths.map(([path, name]) => ({
        path,
        pathType: 'Prefix',
        backend: { service: { name, port: { number: 80 } } },
      })),
    },
  };
}

export const SHOP = ruleFor('shop.example.com', ['/', 'web'], ['/static', 'static']);

export function ingress(
  name: string,
  rules: Rule[],
  annotations: Record<string, string> = {},
  spec: Partial<Ingress['spec']> = {},
): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: app.namespace, uid: `uid-${name}`, generation: 1, annotations },
    spec: { ingressClassName: 'nginx', rules, ...spec },
  };
}

export function pathOf({ metadata }: KubeObject): string {
  return `/apis/networking.k8s.io/v1/namespaces/${metadata?.namespace}/ingresses/${metadata?.name}`;
}

/** ingress-nginx: the longest path of a host; then the canary of the same host and path, by header, by cookie, by weight. */
export function serve(objects: readonly KubeObject[], { host, path, headers }: SampleRequest): Served {
  const all = objects as readonly Ingress[]; // all objects here are
  const isCanary = ({ metadata }: Ingress): boolean => metadata?.annotations?.[`${NGINX}canary`] === 'true';
  const locations = all.flatMap((object) =>
    (object.spec?.rules ?? [])
      .filter((rule) => rule.host === undefined || rule.host === host)
      .flatMap((rule) => (rule.http?.paths ?? []).map((location) => ({ object, host: rule.host, location }))),
  );
  const [primary] = locations
    .filter(({ object, location }) => !isCanary(object) && path.startsWith(location.path ?? '/'))
    .sort((a, b) => (b.location.path ?? '').length - (a.location.path ?? '').length);
  const settings = { annotations: primary?.object.metadata?.annotations, tls: primary?.object.spec?.tls };
  const live = primary?.location.backend.service?.name ?? 'none';
  const canary = locations.find(
    (other) =>
      isCanary(other.object) &&
      other.host === primary?.host &&
      other.location.path === primary?.location.path &&
      other.location.pathType === primary?.location.pathType,
  );
  if (canary === undefined) return { weights: { [live]: 1 }, settings };
  const says = (key: string): string | undefined => canary.object.metadata?.annotations?.[`${NGINX}canary-${key}`];
  const candidate = canary.location.backend.service?.name ?? 'none';
  const only = (name: string): Served => ({ weights: { [name]: 1 }, settings });
  const value = headers[says('by-header') ?? ''];
  if (value !== undefined) {
    const exact = says('by-header-value');
    const pattern = says('by-header-pattern');
    if (exact !== undefined) {
      if (value === exact) return only(candidate);
    } else if (pattern !== undefined) {
      if (new RegExp(pattern).test(value)) return only(candidate);
    } else if (value === 'always') return only(candidate);
    else if (value === 'never') return only(live);
  }
  const cookies = new Map((headers.cookie ?? '').split(/;\s*/).map((pair) => [pair.split('=')[0], pair.split('=')[1]]));
  const cookie = cookies.get(says('by-cookie'));
  if (cookie === 'always') return only(candidate);
  if (cookie === 'never') return only(live);
  const total = Math.max(100, Number(says('weight-total') ?? 100));
  const weight = Math.min(total, Number(says('weight') ?? 0));
  return { weights: { [live]: total - weight, [candidate]: weight }, settings };
}

export function isUsers({ metadata }: KubeObject): boolean {
  return metadata?.labels?.['app.kubernetes.io/managed-by'] !== 'crossfade';
}
