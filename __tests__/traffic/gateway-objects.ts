import type { KubeObject } from '../../src/cluster/wire.ts';
import { httpRoute } from '../../src/traffic/gateway-route.ts';
import type { Binding, Intent, RoutedApp } from '../../src/traffic/router.ts';
import { type JsonObject, isObject, objectsAt } from '../simulator/json.ts';
import { type Store, appliedAll, objectsOf, storeOf } from './route-store.ts';

/*
 * Routes of the Gateway API for the tests, and what is planned for an HTTPRoute.
 */

export const APP: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
export const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;
export const CANARY = { name: 'x-canary', value: 'true', kind: 'exact' } as const;

export const GATEWAY = {
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
  name: 'public',
  namespace: 'infra',
  sectionName: 'https',
};
export const MESH = { group: '', kind: 'Service', name: 'web', port: 80 };

export function route(
  kind: string,
  rules: readonly object[],
  parentRefs: readonly object[] = [GATEWAY],
  rest = {},
): KubeObject {
  const object = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'uid-web',
      generation: 7,
      resourceVersion: '41',
      labels: { team: 'shop' },
      annotations: { 'example.com/owner': 'shop' },
    },
    spec: { parentRefs, hostnames: ['shop.example.com'], rules, fieldOfTomorrow: { deep: [1, 2] } },
    status: accepted(parentRefs, 7),
    ...rest,
  };
  return object;
}

export function service(name: string, weight?: number, rest = {}): object {
  return { group: '', kind: 'Service', name, port: 80, ...(weight === undefined ? {} : { weight }), ...rest };
}

export function condition(type: string, status: string, observedGeneration?: number, rest = {}): object {
  const said = { type, status, reason: type, message: `${type} is ${status}` };
  return { ...said, ...(observedGeneration === undefined ? {} : { observedGeneration }), ...rest };
}

export function accepted(parentRefs: readonly object[], generation?: number): JsonObject {
  return withConditions(parentRefs, [
    condition('Accepted', 'True', generation),
    condition('ResolvedRefs', 'True', generation),
  ]);
}

export function withConditions(parentRefs: readonly object[], conditions: readonly object[]): JsonObject {
  return {
    parents: parentRefs.map((parentRef) => ({
      parentRef,
      controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
      conditions,
    })),
  };
}

export function withRules(
  edit: (rules: readonly JsonObject[]) => readonly object[],
): (object: KubeObject) => KubeObject {
  return (object) => {
    const spec: unknown = isObject(object) ? object.spec : {};
    return { ...object, ...{ spec: { ...(isObject(spec) ? spec : {}), rules: edit(objectsAt(spec, 'rules')) } } };
  };
}

export function pathOf({ kind, metadata }: KubeObject): string {
  return `/apis/gateway.networking.k8s.io/v1/namespaces/${metadata?.namespace}/${kind?.toLowerCase()}s/${metadata?.name}`;
}

export const HEADERS_FILTER = {
  type: 'RequestHeaderModifier',
  requestHeaderModifier: { set: [{ name: 'x-from', value: 'gateway' }] },
};

/** Three rules, one with a name, one without filters and weights, one with matches that differ in headers and method. */
export const RICH_RULES = [
  {
    name: 'api',
    matches: [
      { path: { type: 'PathPrefix', value: '/api' } },
      { path: { type: 'PathPrefix', value: '/v1' }, headers: [{ type: 'Exact', name: 'X-Api', value: 'old' }] },
    ],
    filters: [
      HEADERS_FILTER,
      { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } },
    ],
    timeouts: { request: '10s', backendRequest: '2s' },
    retry: { codes: [503], attempts: 2 },
    backendRefs: [service('web', 1, { filters: [HEADERS_FILTER] })],
  },
  { backendRefs: [{ name: 'web', port: 80 }] },
  {
    matches: [{ path: { type: 'Exact', value: '/cart' }, method: 'POST' }],
    filters: [],
    backendRefs: [{ name: 'web', namespace: 'shop', port: 80, weight: 5 }],
  },
  { matches: [{ path: { type: 'PathPrefix', value: '/docs' } }], backendRefs: [service('docs', 1)] },
];

export function bound(object: KubeObject): { binding: Binding; store: Store } {
  const { bindings, refusals } = httpRoute.discover(APP, [object]);
  const [binding] = bindings;
  if (binding === undefined) throw new Error(refusals.join(' '));
  return { binding, store: storeOf([object], pathOf) };
}

export function planned(object: KubeObject, wanted: Partial<Intent>) {
  const { binding, store } = bound(object);
  const requests = httpRoute.plan(binding, objectsOf(binding, store), { share: 0, ...NOBODY, ...wanted });
  const after = appliedAll(store, requests);
  const [result] = after.values();
  return { binding, store, requests, after, rules: objectsAt(isObject(result) ? result.spec : undefined, 'rules') };
}
