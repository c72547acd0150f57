import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Request } from '../../src/action/request.ts';
import { ApiError } from '../../src/cluster/errors.ts';
import type { KubeObject } from '../../src/cluster/wire.ts';
import { findRoutes } from '../../src/engine/find-routes.ts';
import { Refused } from '../../src/engine/refusal.ts';
import { ALL, type Intent, ORIGINAL, type Share } from '../../src/traffic/router.ts';
import { ROUTERS } from '../../src/traffic/routers.ts';
import { paths } from './api.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { applyCrds } from './crds.ts';
import { until } from './processes.ts';
import { type Product, productAs } from './product.ts';
import { Recorder } from './recorder.ts';
import { NOBODY, intentsFor } from './route-intents.ts';
import { Scene, ownedBy, sharesSeen, withoutRepeats } from './route-scene.ts';
import { AWKWARD, fixtureOf, ROUTES, type RouteOnServer } from './routes-on-server.ts';
import { STATUSES } from './routes/statuses.ts';

/*
 * The contract of the routers (reference/routers.md, 19 points) on a real API server with the real CRDs: what rests on its validation,
 * defaults, JSON Patch, field ownership, watches and permissions. Everything is read and written as a release does it.
 */

let cluster: ControlPlane;
let admin: Product;
beforeAll(async () => {
  cluster = await startControlPlane();
  admin = await productAs(cluster.kubeconfig);
});
afterAll(async () => {
  await admin?.connection.close();
  await cluster?.stop();
});

function sceneOf(fixture: RouteOnServer): Promise<Scene> {
  return Scene.set(fixture, cluster, admin);
}

function refused(status: number) {
  return expect.objectContaining({ constructor: ApiError, status });
}

test('14 without any CRD nothing is found, and a list says 404', async () => {
  const namespace = await cluster.namespace('bare');
  const app = { namespace, live: 'web', candidate: 'web-candidate' };
  expect(await findRoutes(admin.api, canary({}), app)).toMatchObject({ bindings: [], warnings: [] });
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`;
  await expect(admin.api.list(path)).rejects.toEqual(refused(404));
  expect(await admin.api.get(`${path}/web`)).toBeNull();
  const named = findRoutes(admin.api, canary({ routers: ['httproute/web', 'ingress/web'] }), app);
  await expect(named).rejects.toEqual(told('the cluster does not serve HTTPRoute'));
  await expect(named).rejects.toEqual(told('Wanted ingress/web (input router), a route that leads to Service web'));
});

/** The inputs of a canary, as far as the search for routes asks for them. */
function canary(more: Partial<Request>): Request {
  const known: Partial<Request> = {
    strategy: 'canary',
    steps: [{ share: 1000, stay: 0 }],
    routers: 'auto',
    testers: { headers: [], cookies: [] },
    mirror: null,
    candidateReplicas: null,
    ...more,
  };
  return known as Request; // all that is read of it is there
}

describe('with the CRDs', () => {
  beforeAll(() => applyCrds(cluster.api));

  describe.each(ROUTES)('$name', (fixture) => {
    test('1, 2, 4, 5, 17 shares, testers, mirror and back', async () => {
      const scene = await sceneOf(fixture);
      const [before, entries] = [await scene.state(), await scene.entries()];
      const binding = await scene.bind();
      expect(binding.originalShare).toBe(fixture.originalShare);
      expect(await scene.read(binding)).toEqual({
        share: fixture.originalShare,
        overrides: false,
        mirror: 0,
        original: true,
      });
      expect(await scene.plan(binding, ORIGINAL)).toEqual([]);
      const recorder = await Recorder.start(cluster.api, scene.collections());
      const wanted: Share[] = [fixture.originalShare];
      for (const intent of intentsFor(fixture)) {
        await scene.reach(binding, intent);
        const objects = await scene.objects(binding);
        const { original: _original, ...state } = fixture.router.read(binding, objects);
        expect(state).toEqual({
          share: intent.share,
          overrides: intent.headers.length + intent.cookies.length > 0,
          mirror: intent.mirror,
        });
        expect(fixture.router.plan(binding, objects, intent)).toEqual([]);
        wanted.push(intent.share);
      }
      await scene.reach(binding, ORIGINAL);
      expect(await scene.read(binding)).toMatchObject({ share: fixture.originalShare, original: true });
      expect(await scene.state()).toEqual(before);
      expect(sharesSeen(scene, await recorder.stop())).toEqual(withoutRepeats([...wanted, fixture.originalShare]));
      expect((await scene.listed()).flatMap((object) => ownedBy('crossfade', object))).toEqual(fixture.owned);
      await scene.disown(binding);
      expect(await scene.entries()).toEqual(entries);
      expect(await scene.state()).toEqual(before);
    });

    test('7 a rule that somebody puts first between read and write: 422, and planned again the right rule', async () => {
      const { insert, foreign } = fixture;
      if (typeof insert === 'string') return expect(insert).not.toBe('');
      const scene = await sceneOf(fixture);
      const before = await scene.state();
      const binding = await scene.bind();
      const [half = 0] = fixture.shares;
      let inserted = 0;
      for (const wanted of [{ share: half, ...NOBODY }, { share: ALL, ...NOBODY }, ORIGINAL] as const) {
        const [request] = (await scene.plan(binding, wanted)).filter(({ verb }) => verb === 'patch');
        if (request === undefined) throw new Error('nothing to write');
        await scene.change({ name: foreign.name, patch: insert });
        inserted += 1;
        await expect(scene.api.write(request)).rejects.toEqual(refused(422));
        await scene.reach(binding, wanted);
        const share = wanted === ORIGINAL ? fixture.originalShare : wanted.share;
        expect(scene.shares(await scene.listed())).toEqual([share]);
        expect(await scene.plan(binding, wanted)).toEqual([]);
      }
      const [{ path = '' } = {}] = insert;
      for (; inserted > 0; inserted -= 1) await scene.change({ name: foreign.name, patch: [{ op: 'remove', path }] });
      expect(await scene.state()).toEqual(before);
    });

    test('8 a foreign weight: 422 for what was planned before, seen, and given back all the same', async () => {
      const scene = await sceneOf(fixture);
      const before = await scene.state();
      const binding = await scene.bind();
      const half = fixture.shares.at(-1) ?? 0;
      await scene.reach(binding, { share: half, ...NOBODY });
      const planned = await Promise.all([
        scene.plan(binding, { share: ALL, ...NOBODY }),
        scene.plan(binding, ORIGINAL),
      ]);
      await scene.change(fixture.foreign);
      const share = (await scene.read(binding)).share;
      expect(share).not.toBe(half);
      const patches = planned.flat().filter(({ verb }) => verb === 'patch');
      expect(patches.length).toBeGreaterThan(0);
      for (const request of patches) await expect(scene.api.write(request)).rejects.toEqual(refused(422));
      expect((await scene.read(binding)).share).toBe(share);
      await scene.reach(binding, ORIGINAL);
      expect(await scene.state()).toEqual(before);
    });

    test('7 an object that was deleted and made again between read and write is not touched', async () => {
      const scene = await sceneOf(fixture);
      const binding = await scene.bind();
      const half = fixture.shares.at(-1) ?? 0;
      await scene.reach(binding, { share: half, ...NOBODY });
      const planned = (
        await Promise.all([scene.plan(binding, { share: ALL, ...NOBODY }), scene.plan(binding, ORIGINAL)])
      ).flat();
      expect(planned.length).toBeGreaterThan(1);
      for (const path of new Set(planned.map((request) => request.path))) await remake(path);
      const state = await scene.state();
      for (const request of planned)
        await expect(scene.api.write(request)).rejects.toEqual(refused(request.verb === 'delete' ? 409 : 422));
      expect(await scene.state()).toEqual(state);
    });

    test('18 objects of another namespace are not found, whatever they are called', async () => {
      const [here, there] = [await sceneOf(fixture), await sceneOf(fixture)];
      const objects = [...(await there.listed()), ...(await here.listed())];
      const { bindings } = fixture.router.discover(here.app, objects);
      expect(bindings).toEqual(fixture.router.discover(here.app, await here.listed()).bindings);
      const named = bindings.flatMap(({ paths: all }) => all);
      expect(named.filter((path) => !path.includes(`/namespaces/${here.app.namespace}/`))).toEqual([]);
      expect(fixture.router.discover({ ...here.app, namespace: 'default' }, objects).bindings).toEqual([]);
    });
  });

  test.each(
    ROUTERS.map((router) => [router.kind, router] as const),
  )('14 a user who may not list what %s needs is told so; one who may not write it, too', async (kind, router) => {
    const fixture = fixtureOf(kind);
    const scene = await sceneOf(fixture);
    const user = `user-of-${kind}`;
    const { connection, api } = await productAs(await cluster.kubeconfigFor(user));
    const request = canary({ routers: [fixture.route] });
    const [resource] = router.resources;
    const name = `${resource?.resource}.${resource?.group}`;
    const collections = Object.values(scene.collections());
    for (const path of collections)
      await expect(api.list(path)).rejects.toMatchObject({ constructor: ApiError, status: 403, reason: 'Forbidden' });
    await expect(findRoutes(api, request, scene.app)).rejects.toEqual(told(`list ${name}`));
    await cluster.api.create(paths.roles(scene.app.namespace), {
      metadata: { name: 'look' },
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }],
    });
    await cluster.api.create(paths.roleBindings(scene.app.namespace), {
      metadata: { name: 'look' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'look' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
    await until('the role counts', 30_000, () => Promise.all(collections.map((path) => api.list(path))));
    await expect(findRoutes(api, request, scene.app)).rejects.toEqual(told(`patch ${name}`));
    const [write] = await scene.plan(await scene.bind(), { share: ALL, ...NOBODY });
    if (write === undefined) throw new Error('nothing to write');
    await expect(api.write(write)).rejects.toMatchObject({ constructor: ApiError, status: 403, reason: 'Forbidden' });
    await connection.close();
  });

  test.each([
    'httproute',
    'grpcroute',
    'virtualservice',
    'httpproxy',
    'apisixroute',
  ])('texts with & < > in a %s: the API server compares them byte for byte with its own JSON, and ours is that', async (kind) => {
    const scene = await sceneOf(fixtureOf(kind));
    expect(JSON.stringify(await scene.listed())).toContain(JSON.stringify(AWKWARD).slice(1, -1));
    const binding = await scene.bind();
    await scene.reach(binding, { share: 0, ...NOBODY });
    const [request] = await scene.plan(binding, { share: ALL, ...NOBODY });
    if (request?.verb !== 'patch') throw new Error('no patch');
    // The tests' own client writes plain JSON.
    const plain = cluster.api.patch(`${request.path}?dryRun=All`, [...request.tests, ...request.changes]);
    await expect(plain).rejects.toMatchObject({ status: 422 });
    await expect(scene.api.write(request)).resolves.toMatchObject({ kind: expect.anything() });
  });

  test('what the API server fills in is there before a release looks', async () => {
    const slash = { path: { type: 'PathPrefix', value: '/' } };
    expect(await (await sceneOf(fixtureOf('httproute'))).listed()).toMatchObject([
      {
        spec: {
          parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public' }],
          rules: [
            { matches: [{}, {}, slash, slash], backendRefs: [{ group: '', kind: 'Service', weight: 1 }] },
            { matches: [slash], backendRefs: [{ weight: 1 }] },
            {},
          ],
        },
      },
    ]);
    expect(await (await sceneOf(fixtureOf('route'))).listed()).toMatchObject([{ spec: { to: { weight: 100 } } }]);
  });

  test('16 the policies of the candidate come before the route, and go after it', async () => {
    const scene = await sceneOf(fixtureOf('virtualservice'));
    const binding = await scene.bind();
    const verbs = async (wanted: Intent | typeof ORIGINAL): Promise<string[]> =>
      (await scene.reach(binding, wanted)).map(({ verb }) => verb);
    expect(await verbs({ share: 5000, ...NOBODY })).toEqual(['create', 'patch']);
    expect(await verbs(ORIGINAL)).toEqual(['patch', 'delete']);
  });

  test('an Ingress of ours goes with the one that it stands beside', async () => {
    const scene = await sceneOf(fixtureOf('ingress'));
    await scene.reach(await scene.bind(), { share: 5000, ...NOBODY });
    const path = Object.values(scene.collections())[0] ?? '';
    expect((await scene.listed()).length).toBe(2);
    await cluster.api.remove(`${path}/web`);
    await until('both are gone', 30_000, async () => (await scene.listed()).length === 0);
  });

  test.each(Object.entries(STATUSES))('13 the status of a %s, as its controller writes it', async (kind, status) => {
    const scene = await sceneOf(fixtureOf(kind));
    const binding = await scene.bind();
    const path = binding.paths.at(-1) ?? '';
    const verdict = async (): Promise<string> => scene.fixture.router.verdict(binding, await scene.objects(binding)).is;
    await scene.reach(binding, { share: 5000, ...NOBODY });
    const { metadata } = await cluster.api.get<KubeObject>(path);
    const body = { status: status(metadata?.generation ?? 0) };
    await cluster.api.patch(`${path}/status?fieldValidation=Strict`, body);
    expect(await verdict()).toBe('yes');
    await scene.reach(binding, ORIGINAL);
    // Admitted has no generation: a router of OpenShift does not tell what it has admitted.
    if (kind === 'route') expect(await verdict()).toBe('yes');
    else expect(['no', 'unknown']).toContain(await verdict());
  });
});

function told(permission: string) {
  return expect.objectContaining({ constructor: Refused, message: expect.stringContaining(permission) });
}

/** Somebody deletes an object and makes it again. */
async function remake(path: string): Promise<void> {
  const { metadata, ...rest } = await cluster.api.get<KubeObject>(path);
  const { name, labels, annotations } = metadata ?? {};
  await cluster.api.remove(path);
  await until(`${path} is gone`, 30_000, async () => (await cluster.api.find(path)) === undefined);
  await cluster.api.create(path.slice(0, path.lastIndexOf('/')), { ...rest, metadata: { name, labels, annotations } });
}
