import { describe, expect, test } from '@jest/globals';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import { CannotRoute, ORIGINAL } from '../../src/traffic/router.ts';
import { virtualService as router } from '../../src/traffic/virtual-service.ts';
import { APP, bound, pathOf, planned, policy, rich, route, STRICT, to } from './istio-objects.ts';
import { appliedAll, objectsOf } from './route-store.ts';

describe('the policies of the live Service', () => {
  const http = [{ route: [to('web')] }];

  test('the candidate gets a DestinationRule before the route names it; it goes after the route', () => {
    const start = bound(rich());
    const [create, patch, ...others] = planned(start, { share: 1000 });
    expect(others).toEqual([]);
    expect(create).toEqual({
      verb: 'create',
      path: '/apis/networking.istio.io/v1/namespaces/shop/destinationrules',
      body: {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: {
          name: 'crossfade-web-candidate',
          namespace: 'shop',
          labels: { 'app.kubernetes.io/managed-by': 'crossfade' },
          ownerReferences: [
            { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', name: 'web', uid: 'uid-web' },
          ],
        },
        spec: {
          host: 'web-candidate',
          trafficPolicy: { ...STRICT, loadBalancer: { simple: 'LEAST_REQUEST' } },
          exportTo: ['.'],
        },
      },
      why: 'create DestinationRule crossfade-web-candidate: Service web-candidate gets the traffic policy of Service web',
    });
    const store = appliedAll(start.store, planned(start, { share: 1000 }));
    expect(patch?.verb).toBe('patch');
    expect(planned({ ...start, store }, ORIGINAL).map(({ verb }) => verb)).toEqual(['patch', 'delete']);
  });

  test('it is there before anybody comes, too', () => {
    expect(planned(bound(rich()), { share: 0 }).map(({ verb }) => verb)).toEqual(['create']);
  });

  test('none is made without a policy, for a wildcard host, or where the user made one', () => {
    for (const objects of [
      [policy('web', { host: 'web', subsets: [{ name: 'v1', labels: { version: 'v1' } }] })],
      [policy('all', { host: '*.shop.svc.cluster.local', trafficPolicy: STRICT })],
      [policy('web', { host: 'web', trafficPolicy: STRICT }), policy('candidate', { host: 'web-candidate.shop' })],
      [policy('web', { host: 'web', trafficPolicy: STRICT }, { namespace: 'another' })],
    ])
      expect(bound([route({ http }), ...objects]).binding.paths).toHaveLength(1);
  });

  test('what a port says replaces what stands beside it, in host and subset', () => {
    const start = bound([
      route({ http: [{ route: [to('web', undefined, { subset: 'x' })] }] }),
      policy('web', {
        host: 'web',
        trafficPolicy: {
          tls: { mode: 'SIMPLE' },
          portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'DISABLE' } }, { port: { number: 81 } }],
        },
        subsets: [
          {
            name: 'x',
            trafficPolicy: {
              connectionPool: { http: { maxRetries: 1 } },
              portLevelSettings: [{ port: { number: 81 }, tls: { mode: 'MUTUAL' } }],
            },
          },
        ],
      }),
    ]);
    const { spec } = bodyOf(planned(start, {})[0]);
    expect(spec).toEqual({
      host: 'web-candidate',
      trafficPolicy: {
        tls: { mode: 'SIMPLE' },
        connectionPool: { http: { maxRetries: 1 } },
        portLevelSettings: [
          { port: { number: 81 }, tls: { mode: 'MUTUAL' } },
          { port: { number: 80 }, tls: { mode: 'DISABLE' }, connectionPool: { http: { maxRetries: 1 } } },
        ],
      },
    });
  });

  test('a subset is kept for live and told of, with the labels that the new version must carry', () => {
    expect(router.discover(APP, rich()).warnings).toEqual([
      'VirtualService web sends users to subset stable of Service web (app=web). ' +
        'The new version must carry these labels too: after the release its users come through that subset.',
    ]);
    expect(router.discover(APP, rich().slice(0, 1)).warnings.join()).toContain('which no DestinationRule in namespace');
  });

  test('a policy for chosen clients is not copied, and said so', () => {
    const objects = [
      route({ http }),
      policy('web', { host: 'web', trafficPolicy: STRICT, workloadSelector: { matchLabels: { app: 'a' } } }),
    ];
    expect(router.discover(APP, objects).warnings.join()).toContain('for chosen clients only');
    expect(bound(objects).binding.paths).toHaveLength(1);
  });

  test('subsets that mean different pods are refused', () => {
    const objects = [
      route({
        http: [
          { match: [{ uri: { prefix: '/b' } }], route: [to('web', undefined, { subset: 'v2' })] },
          { route: [to('web', undefined, { subset: 'v1' })] },
        ],
      }),
      policy('web', {
        host: 'web',
        subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
      }),
    ];
    expect(router.discover(APP, objects)).toMatchObject({
      bindings: [],
      refusals: [expect.stringContaining('VirtualService web tells subsets v2, v1 of Service web apart')],
    });
  });

  test('a DestinationRule of that name that is not ours stops the release, and is never deleted', () => {
    const start = bound(rich());
    const foreign = policy('crossfade-web-candidate', { host: 'elsewhere' });
    const store = new Map([...start.store, [pathOf(foreign), foreign]]);
    expect(() => planned({ ...start, store }, { share: 100 })).toThrow(CannotRoute);
    expect(planned({ ...start, store }, ORIGINAL)).toEqual([]);
  });

  test('a route that leads to a candidate without its policies is not fine', () => {
    const start = bound(rich());
    const released = new Map(appliedAll(start.store, planned(start, { share: 1000 })));
    released.delete(start.binding.paths[0] ?? '');
    const verdict = router.verdict(start.binding, objectsOf(start.binding, released));
    expect(verdict).toMatchObject({ is: 'no', reasons: [expect.stringContaining('lacks the traffic policy')] });
  });
});

function bodyOf(request: WriteRequest | undefined): { spec?: unknown } {
  return request?.verb === 'create' ? request.body : {};
}
