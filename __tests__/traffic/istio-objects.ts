import type { KubeObject } from '../../src/cluster/wire.ts';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import { type Binding, type Intent, ORIGINAL, type RoutedApp } from '../../src/traffic/router.ts';
import { virtualService as router } from '../../src/traffic/virtual-service.ts';
import { appliedAll, objectsOf, type Store, storeOf } from './route-store.ts';

/*
 * Istio's objects, short to write, and what becomes of their rules.
 */

export const APP: RoutedApp = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
export const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;
export const CANARY = { name: 'x-canary', value: 'true', kind: 'exact' } as const;

export type Fields = Record<string, unknown>;

export function istio(kind: string, name: string, spec: Fields, metadata: Fields = {}): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, generation: 1, ...metadata },
    spec,
  } as KubeObject; // an object of the API has more than the fields that all have
}

export function route(spec: Fields, metadata: Fields = {}): KubeObject {
  return istio('VirtualService', 'web', { hosts: ['web'], ...spec }, metadata);
}

export function policy(name: string, spec: Fields, metadata: Fields = {}): KubeObject {
  return istio('DestinationRule', name, spec, metadata);
}

export function to(host: string, weight?: number, more: Fields = {}): Fields {
  return { destination: { host, ...more }, ...(weight === undefined ? {} : { weight }) };
}

export function pathOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `/apis/${apiVersion}/namespaces/${metadata?.namespace}/${kind?.toLowerCase()}s/${metadata?.name}`;
}

/** Fields of an object of which the types know little. */
export function specOf(object: KubeObject | undefined): Fields {
  return ((object ?? {}) as { spec?: Fields }).spec ?? {}; // every object in here has a spec
}

export function listAt(object: unknown, key: string): Fields[] {
  return ((object as Fields)[key] ?? []) as Fields[]; // lists of objects in everything that this file makes
}

export function withSpec(object: KubeObject, edit: (spec: Fields) => Fields): KubeObject {
  return { ...object, spec: edit(specOf(object)) } as KubeObject; // as above
}

export const STRICT = { tls: { mode: 'ISTIO_MUTUAL' }, connectionPool: { tcp: { maxConnections: 7 } } };

/** Rules with everything that a rule may have, a subset, a third destination, and a policy that the candidate must not lack. */
export function rich(): KubeObject[] {
  return [
    route({
      gateways: ['istio-system/public', 'mesh'],
      http: [
        { name: 'static', match: [{ uri: { prefix: '/static' } }], route: [to('files')] },
        {
          name: 'api',
          match: [
            { uri: { prefix: '/api/' }, ignoreUriCase: true },
            { uri: { exact: '/api' }, headers: { 'x-plan': { exact: 'gold' } } },
          ],
          timeout: '3s',
          retries: { attempts: 2, retryOn: '5xx' },
          rewrite: { uri: '/v1/' },
          route: [
            { ...to('web', 50, { subset: 'stable', port: { number: 80 } }), headers: { request: { set: { a: 'b' } } } },
            to('legacy', 50),
          ],
        },
        {
          match: [{ uri: { prefix: '/shop' } }],
          corsPolicy: { allowOrigins: [{ exact: 'https://shop.example' }] },
          headers: { response: { remove: ['server'] } },
          route: [to('web.shop.svc.cluster.local', undefined, { subset: 'stable' })],
        },
        { route: [to('web', 100, { subset: 'stable' })] },
      ],
    }),
    policy('web', {
      host: 'web',
      trafficPolicy: { tls: STRICT.tls, loadBalancer: { simple: 'LEAST_REQUEST' } },
      subsets: [
        { name: 'stable', labels: { app: 'web' }, trafficPolicy: { connectionPool: STRICT.connectionPool } },
        { name: 'unused', labels: { app: 'other' } },
      ],
      exportTo: ['.'],
    }),
  ];
}

export function stream(protocol: 'tls' | 'tcp', match: (key: number) => Fields): KubeObject[] {
  return [
    route({
      [protocol]: [
        { match: [match(1)], route: [to('web', 60, { port: { number: 5432 } }), to('legacy', 40)] },
        { match: [match(2)], route: [to('web')] },
      ],
    }),
  ];
}

export function bound(objects: readonly KubeObject[], app = APP): { binding: Binding; store: Store } {
  const [binding, ...others] = router.discover(app, objects).bindings;
  if (binding === undefined || others.length > 0) throw new Error(JSON.stringify(router.discover(app, objects)));
  return { binding, store: storeOf(objects, pathOf) };
}

export function planned(
  { binding, store }: { binding: Binding; store: Store },
  wanted: Partial<Intent> | typeof ORIGINAL,
): readonly WriteRequest[] {
  const intent = wanted === ORIGINAL ? wanted : { share: 0, ...NOBODY, ...wanted };
  return router.plan(binding, objectsOf(binding, store), intent);
}

/** The http rules after these intents, one after the other. */
export function rulesAfter(objects: readonly KubeObject[], ...wanted: (Partial<Intent> | typeof ORIGINAL)[]): Fields[] {
  const start = bound(objects);
  const store = wanted.reduce(
    (now: Store, intent) => appliedAll(now, planned({ ...start, store: now }, intent)),
    start.store,
  );
  return listAt(specOf([...store.values()].find(({ kind }) => kind === 'VirtualService')), 'http');
}

export function changeRoute(protocol: string, edit: (rules: Fields[]) => Fields[]): (object: KubeObject) => KubeObject {
  return (object) =>
    object.kind === 'VirtualService'
      ? withSpec(object, (spec) => ({ ...spec, [protocol]: edit(listAt(spec, protocol)) }))
      : object;
}
