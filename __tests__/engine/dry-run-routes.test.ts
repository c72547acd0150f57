import { describe, expect, test } from '@jest/globals';
import type { ApiPort } from '../../src/cluster/api.ts';
import { ApiError } from '../../src/cluster/errors.ts';
import { patched } from '../../src/cluster/json-patch.ts';
import type { KubeObject } from '../../src/cluster/wire.ts';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import { dryRunRoutes } from '../../src/engine/dry-run-routes.ts';
import { httpRoute } from '../../src/traffic/gateway-route.ts';
import { ingressAnnotations } from '../../src/traffic/ingress-annotations.ts';
import type { Router } from '../../src/traffic/router.ts';

const APP = { namespace: 'shop', live: 'web', candidate: 'web-candidate' };
const INTENT = {
  share: 0,
  headers: [{ name: 'x-canary', value: 'true', kind: 'exact' }],
  cookies: [],
  mirror: 1000,
} as const;

/** An API server that stores what `store` makes of what is sent. */
function server(
  objects: ReadonlyMap<string, KubeObject>,
  store: (object: KubeObject) => object,
): Pick<ApiPort, 'write'> {
  return {
    write: async <T extends KubeObject>(write: WriteRequest, options: { dryRun?: boolean } = {}) => {
      expect(options.dryRun).toBe(true);
      const before = objects.get(write.path) ?? {};
      const sent = write.verb === 'patch' ? patched(before, write.changes) : 'body' in write ? write.body : {};
      return store(structuredClone(sent)) as T; // an object of the kind that was sent
    },
  };
}

function planned(
  router: Router,
  object: KubeObject,
  intent = {},
): [ReadonlyMap<string, KubeObject>, readonly WriteRequest[]] {
  const { bindings } = router.discover(APP, [object]);
  const [binding] = bindings;
  if (binding === undefined) throw new Error('no route');
  const objects = new Map([[binding.paths.find((path) => path.endsWith('/web')) ?? '', object]]);
  return [objects, router.plan(binding, objects, { ...INTENT, ...intent })];
}

const ROUTE: KubeObject = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'web', namespace: 'shop', uid: 'u' },
  ...{
    spec: {
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'web', port: 80 }] }],
    },
  },
};

/** Without that field, wherever it stands. */
function without(field: string): (object: object) => object {
  return (object) => JSON.parse(JSON.stringify(object, (key, value: unknown) => (key === field ? undefined : value)));
}

describe('a dry run of the first writes of a route', () => {
  const [objects, writes] = planned(httpRoute, ROUTE);

  test('finds nothing where everything would be stored, with defaults', async () => {
    const withDefaults = (object: KubeObject) => ({ ...object, status: { parents: [] } });
    expect(writes).toHaveLength(1);
    expect(await dryRunRoutes(server(objects, withDefaults), writes, objects)).toEqual([]);
  });

  test('names a field that the server’s schema does not know, the object, and what to do', async () => {
    expect(await dryRunRoutes(server(objects, without('percent')), writes, objects)).toEqual([
      {
        message:
          'Wanted to write spec.rules[0].filters[0].requestMirror.percent of HTTPRoute web; the API server does not know this field and would drop it: ' +
          'its schema of gateway.networking.k8s.io/v1 is an older one. ' +
          'Install newer CRDs of gateway.networking.k8s.io, or leave out what needs the field (inputs headers, cookie, mirror).',
      },
    ]);
  });

  test('names what a webhook makes of it', async () => {
    const heavy = (object: object): object =>
      JSON.parse(JSON.stringify(object, (key, value: unknown) => (key === 'percent' ? 100 : value)));
    expect(await dryRunRoutes(server(objects, heavy), writes, objects)).toEqual([
      {
        message: expect.stringMatching(
          /^Wanted spec\.rules\[0\]\.filters\[0\]\.requestMirror\.percent of HTTPRoute web to be 10; a dry run answers 100: .* webhook/,
        ),
      },
    ]);
  });

  test('says the same when the server refuses the field by itself, and hands other refusals on', async () => {
    const refusing = (message: string) => ({
      write: () => Promise.reject(new ApiError('PATCH /x', 422, 'Invalid', message)),
    });
    const strict = 'strict decoding error: unknown field "spec.rules[0].filters[0].requestMirror.percent"';
    expect(await dryRunRoutes(refusing(strict), writes, objects)).toEqual([
      {
        message: expect.stringMatching(
          /^Wanted to write spec\.rules\[0\].*percent of HTTPRoute web; .*Install newer CRDs/,
        ),
      },
    ]);
    expect(await dryRunRoutes(refusing('quota exceeded'), writes, objects)).toEqual([
      { message: expect.stringMatching(/^The API server would refuse a write of this release: .*quota exceeded/) },
    ]);
  });

  test('looks at what is created, too', async () => {
    const ingress: KubeObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'shop', uid: 'u' },
      ...{
        spec: {
          ingressClassName: 'nginx',
          rules: [
            {
              http: {
                paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
              },
            },
          ],
        },
      },
    };
    const [before, creations] = planned(ingressAnnotations, ingress, { mirror: 0, share: 1000 });
    expect(creations.map(({ verb }) => verb)).toEqual(['create']);
    expect(
      await dryRunRoutes(
        server(before, (object) => object),
        creations,
        before,
      ),
    ).toEqual([]);
    const dropped = without('nginx.ingress.kubernetes.io/canary-weight');
    expect(await dryRunRoutes(server(before, dropped), creations, before)).toEqual([
      { message: expect.stringContaining('metadata.annotations["nginx.ingress.kubernetes.io/canary-weight"]') },
    ]);
  });
});
