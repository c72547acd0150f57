import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Request } from '../../src/action/request.ts';
import { Api as ProductApi } from '../../src/cluster/api.ts';
import { type Connection, connect } from '../../src/cluster/connection.ts';
import { ApiError } from '../../src/cluster/errors.ts';
import type { KubeObject } from '../../src/cluster/wire.ts';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import { dryRunRoutes } from '../../src/engine/dry-run-routes.ts';
import { claimsIn, disownRequest, ownedRoutes } from '../../src/engine/disown.ts';
import { findRoutes } from '../../src/engine/find-routes.ts';
import { Refused } from '../../src/engine/refusal.ts';
import type { OwnedObject } from '../../src/release/plan.ts';
import {
  ALL,
  type Binding,
  type Intent,
  ORIGINAL,
  type RouteObjects,
  type RouteResource,
  type RoutedApp,
  type Share,
} from '../../src/traffic/router.ts';
import { ROUTERS } from '../../src/traffic/routers.ts';
import { paths } from './api.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { applyCrds } from './crds.ts';
import { until } from './processes.ts';
import { type Change, Recorder } from './recorder.ts';
import { AWKWARD, ROUTES, type RouteOnServer } from './routes-on-server.ts';

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

interface Product {
  readonly connection: Connection;
  readonly api: ProductApi;
}

async function productAs(kubeconfig: string): Promise<Product> {
  const connection = await connect(
    { kubeconfig: { kind: 'path', value: kubeconfig }, context: null, namespace: null },
    {},
  );
  return { connection, api: new ProductApi(connection, () => {}) };
}

const NOBODY = { headers: [], cookies: [], mirror: 0 } as const;
const TESTERS = {
  headers: [
    { name: 'x-canary', value: 'true', kind: 'exact' },
    { name: 'x-user', value: '^(a&b|<c>)$', kind: 'regex' },
  ],
  cookies: [{ name: 'canary', value: 'always' }],
} as const;
/** An Ingress knows one header, and ingress-nginx fewer characters. */
const TESTERS_OF_INGRESS = {
  headers: [{ name: 'x-user', value: '^(a&b|c)$', kind: 'regex' }],
  cookies: TESTERS.cookies,
} as const;

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const ROUTE_OF_OPENSHIFT = { apiVersion: 'route.openshift.io/v1', kind: 'Route' } as const;

function collection({ group, resource }: RouteResource, apiVersion: string, namespace: string): string {
  return `/${group === '' ? 'api' : 'apis'}/${apiVersion}/namespaces/${namespace}/${resource}`;
}

/** The version that a release reads and writes: all CRDs here serve the best. */
function bestOf({ group, versions }: RouteResource): string {
  return group === '' ? `${versions[0]}` : `${group}/${versions[0]}`;
}

/** An object without what the server itself changes with every write. */
function essence(object: KubeObject | null | undefined): unknown {
  if (!object) return null;
  const { metadata, ...rest } = object;
  const { resourceVersion: _version, generation: _generation, managedFields: _fields, ...kept } = metadata ?? {};
  return { ...rest, metadata: kept };
}

/** What a dry run tells of an object that it made: all but its birth. */
function unborn(object: unknown): unknown {
  const { metadata, ...rest } = object as KubeObject; // an answer of the API server
  const { uid: _uid, creationTimestamp: _created, ...kept } = metadata ?? {};
  return { ...rest, metadata: kept };
}

function shareOf({ live, candidate }: { live: number; candidate: number }): Share | null {
  return live + candidate > 0 ? Math.round((candidate * ALL) / (live + candidate)) : null;
}

/** A user's objects in a namespace of their own, and a release's hands on them. */
class Scene {
  readonly fixture: RouteOnServer;
  readonly app: RoutedApp;
  readonly api: ProductApi;
  /** What a release keeps on record of the objects of the route that it found. */
  #owned: readonly OwnedObject[] = [];

  private constructor(fixture: RouteOnServer, app: RoutedApp, api: ProductApi) {
    this.fixture = fixture;
    this.app = app;
    this.api = api;
  }

  static async set(fixture: RouteOnServer, by = admin): Promise<Scene> {
    const namespace = await cluster.namespace('routes');
    const scene = new Scene(fixture, { namespace, live: 'web', candidate: 'web-candidate' }, by.api);
    for (const object of fixture.objects)
      await cluster.api.create(
        `${collection(scene.#resourceOf(object), object.apiVersion ?? '', namespace)}?fieldManager=user&fieldValidation=Strict`,
        object,
      );
    return scene;
  }

  #resourceOf({ kind }: KubeObject): RouteResource {
    const found = this.fixture.router.resources.find((resource) => resource.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} in this router`);
    return found;
  }

  collections(): Record<string, string> {
    const { namespace } = this.app;
    return Object.fromEntries(
      this.fixture.router.resources.map((resource) => [
        resource.kind,
        collection(resource, bestOf(resource), namespace),
      ]),
    );
  }

  /** As the engine hands objects of a list to a router. */
  async listed(): Promise<KubeObject[]> {
    const lists = this.fixture.router.resources.map(async (resource) => {
      const path = collection(resource, bestOf(resource), this.app.namespace);
      const { items } = await this.api.list<KubeObject>(path);
      return items.map((item) => ({ ...item, apiVersion: bestOf(resource), kind: resource.kind }));
    });
    return (await Promise.all(lists)).flat();
  }

  /** The binding as another process reads it from the record. */
  async bind(): Promise<Binding> {
    const { bindings, refusals } = this.fixture.router.discover(this.app, await this.listed());
    const found = bindings.find(({ router }) => router === this.fixture.route);
    if (found === undefined) throw new Error(`no ${this.fixture.route}; refusals: ${refusals.join(' ')}`);
    this.#owned = JSON.parse(JSON.stringify(ownedRoutes([found], await this.objects(found))));
    return JSON.parse(JSON.stringify(found));
  }

  async objects({ paths: all }: Binding): Promise<RouteObjects> {
    return new Map(await Promise.all(all.map(async (path) => [path, await this.api.get(path)] as const)));
  }

  async plan(binding: Binding, wanted: Intent | typeof ORIGINAL): Promise<readonly WriteRequest[]> {
    return this.fixture.router.plan(binding, await this.objects(binding), wanted);
  }

  async read(binding: Binding): Promise<ReturnType<RouteOnServer['router']['read']>> {
    return this.fixture.router.read(binding, await this.objects(binding));
  }

  /** One request after the other, each planned anew, each after a dry run of it. */
  async reach(binding: Binding, wanted: Intent | typeof ORIGINAL): Promise<WriteRequest[]> {
    const sent: WriteRequest[] = [];
    for (;;) {
      const [request] = await this.plan(binding, wanted);
      if (request === undefined) return sent;
      expect(await dryRunRoutes(this.api, [request], await this.objects(binding))).toEqual([]);
      const dry = await this.api.write(request, { dryRun: true });
      const real = await this.api.write(request);
      if (request.verb === 'create')
        expect(essence(unborn(dry) as KubeObject)).toEqual(essence(unborn(real) as KubeObject));
      else if (request.verb === 'patch') expect(essence(dry)).toEqual(essence(real));
      expect(sent.map(({ path }) => path)).not.toContain(request.path);
      sent.push(request);
    }
  }

  /** Somebody else's change of an object of the route. */
  async change({ name, patch }: RouteOnServer['foreign']): Promise<void> {
    const found = (await this.listed()).find(({ metadata, kind }) => metadata?.name === name && kind !== 'Service');
    if (found === undefined) throw new Error(`no ${name}`);
    const path = collection(this.#resourceOf(found), found.apiVersion ?? '', this.app.namespace);
    await cluster.api.patch(`${path}/${name}?fieldManager=somebody&fieldValidation=Strict`, patch);
  }

  async state(): Promise<unknown[]> {
    return (await this.listed()).map(essence);
  }

  /** Who has which fields of which object. */
  async entries(): Promise<unknown[]> {
    return (await this.listed()).map(({ kind, metadata }) => [kind, metadata?.name, metadata?.managedFields]);
  }

  /** What a release does last: one request for each object that was there before it. Nothing of ours is left afterwards. */
  async disown(binding: Binding, stale?: RouteObjects): Promise<void> {
    const nobody = { name: '', uid: '' };
    const plan = {
      owned: this.#owned,
      deployment: nobody,
      service: { ...nobody, selector: {} },
      stable: { hash: '', digest: '', images: {}, revision: null },
    };
    for (const index of plan.owned.keys()) {
      const routes = stale ?? (await this.objects(binding));
      const request = disownRequest(plan, index, { routes, deployment: null, liveService: null });
      if (request !== undefined) await this.api.write(request);
    }
    expect((await this.listed()).flatMap((object) => ownedBy('crossfade', object))).toEqual([]);
    expect(claimsIn(plan, { routes: await this.objects(binding), deployment: null, liveService: null })).toEqual([]);
  }

  shares(objects: readonly KubeObject[]): (Share | null)[] {
    return [...new Set(this.fixture.pairs(objects).map(shareOf))];
  }
}

/** Everything that a release may want of a route, from the first share to the last and back. */
function intentsFor({ shares, testers, mirror, route }: RouteOnServer): Intent[] {
  const known = route.startsWith('ingress/') ? TESTERS_OF_INGRESS : TESTERS;
  const last = shares.at(-1) ?? 0;
  return [
    { share: 0, ...NOBODY },
    ...(mirror > 0 ? [{ share: 0, ...NOBODY, mirror }] : []),
    ...shares.map((share) => ({ share, ...NOBODY })),
    { share: ALL, ...NOBODY },
    ...(testers ? [last, 0, ALL].map((share) => ({ share, mirror: 0, ...known })) : []),
    ...(testers && mirror > 0 ? [{ share: last, ...known, mirror }] : []),
    { share: last, ...NOBODY },
  ];
}

/** The share after every event of the watches. */
function sharesSeen(scene: Scene, changes: readonly Change[]): (Share | null)[] {
  const objects = new Map<string, KubeObject>();
  const seen: (Share | null)[] = [];
  for (const [index, { kind, type, object }] of changes.entries()) {
    const key = `${kind}/${object.metadata?.name}`;
    if (type === 'deleted') objects.delete(key);
    else objects.set(key, { ...object, kind });
    if (type === 'present' && changes[index + 1]?.type === 'present') continue;
    const shares = scene.shares([...objects.values()]);
    expect(shares).toHaveLength(1);
    seen.push(shares[0] ?? null);
  }
  return withoutRepeats(seen);
}

function withoutRepeats<T>(values: readonly T[]): T[] {
  return values.filter((value, index) => index === 0 || value !== values[index - 1]);
}

function refused(status: number) {
  return expect.objectContaining({ constructor: ApiError, status });
}

/** By kind of router, for a generation. */
const STATUSES: Readonly<Record<string, (observedGeneration: number) => object>> = (() => {
  const condition = (type: string, observedGeneration: number): object => ({
    ...{ type, status: 'True', reason: type, message: `${type} it is`, lastTransitionTime: '2026-01-02T03:04:05Z' },
    observedGeneration,
  });
  const parents = (generation: number): object => ({
    parents: [
      {
        parentRef: { name: 'public' },
        controllerName: 'example.com/controller',
        conditions: [condition('Accepted', generation), condition('ResolvedRefs', generation)],
      },
    ],
  });
  return {
    httproute: parents,
    grpcroute: parents,
    httpproxy: (generation) => ({ currentStatus: 'valid', conditions: [condition('Valid', generation)] }),
    route: () => ({ ingress: [{ routerName: 'default', conditions: [{ type: 'Admitted', status: 'True' }] }] }),
    apisixroute: (observedGeneration) => ({
      conditions: [
        { type: 'ResourcesAvailable', status: 'True', reason: 'Synced', message: 'Sync', observedGeneration },
      ],
    }),
    virtualservice: (generation) => ({
      observedGeneration: generation,
      conditions: [{ type: 'Reconciled', status: 'True' }],
    }),
  };
})();

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
      const scene = await Scene.set(fixture);
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
      const scene = await Scene.set(fixture);
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
      const scene = await Scene.set(fixture);
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
      const scene = await Scene.set(fixture);
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
      const [here, there] = [await Scene.set(fixture), await Scene.set(fixture)];
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
    const scene = await Scene.set(fixture);
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
    await until('the role counts', 5000, () => Promise.all(collections.map((path) => api.list(path))));
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
    const scene = await Scene.set(fixtureOf(kind));
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
    expect(await (await Scene.set(fixtureOf('httproute'))).listed()).toMatchObject([
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
    expect(await (await Scene.set(fixtureOf('route'))).listed()).toMatchObject([{ spec: { to: { weight: 100 } } }]);
  });

  test('5 fields that were put back are their owner’s again: applied without a conflict, and gone when left out', async () => {
    const scene = await Scene.set({ ...fixtureOf('httproute'), objects: [] });
    const [users] = fixtureOf('httproute').objects;
    const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${scene.app.namespace}/httproutes/web`;
    const apply = (object: unknown) => cluster.api.patch(`${path}?fieldManager=helm`, object, 'apply-patch');
    const before = await apply(users);
    expect(ownedBy('helm', before)).toContain('spec.rules');
    const binding = await scene.bind();
    await scene.reach(binding, { share: 5000, ...NOBODY });
    await scene.reach(binding, ORIGINAL);
    // Why it is worth a request.
    await expect(apply(users)).rejects.toMatchObject({ status: 409, message: expect.stringContaining('"crossfade"') });
    await scene.disown(binding);
    expect((await scene.listed())[0]?.metadata?.managedFields).toEqual(before.metadata?.managedFields);
    const { spec } = users as { spec?: { rules?: readonly unknown[] } }; // ours, from the fixtures
    const rules = spec?.rules?.slice(0, 1);
    expect(await apply({ ...users, spec: { ...spec, rules } })).toMatchObject({ spec: { rules: [{}] } });
  });

  test('5 an owner of nothing but the weights has them again, and an object that nobody owned is nobody’s', async () => {
    const scene = await Scene.set(fixtureOf('route'));
    const path = `${Object.values(scene.collections())[0]}/web`;
    const other = { kind: 'Service', name: 'web-candidate', weight: 10 };
    const weights = (spec: object) =>
      cluster.api.patch(`${path}?fieldManager=helm&force=true`, { ...ROUTE_OF_OPENSHIFT, spec }, 'apply-patch');
    await cluster.api.patch(path, [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]);
    expect((await scene.listed())[0]?.metadata?.managedFields).toBeUndefined();
    const free = await scene.bind();
    await scene.reach(free, { share: 5000, ...NOBODY });
    await scene.reach(free, ORIGINAL);
    await scene.disown(free);
    expect((await scene.listed())[0]?.metadata?.managedFields).toBeUndefined();
    const before = await weights({ to: { weight: 90 }, alternateBackends: [other] });
    expect(ownedBy('helm', before)).toEqual(['spec.alternateBackends', 'spec.to.weight']);
    const binding = await scene.bind();
    await scene.reach(binding, { share: 5000, ...NOBODY });
    await scene.reach(binding, ORIGINAL);
    await scene.disown(binding);
    expect((await scene.listed())[0]?.metadata?.managedFields).toEqual(before.metadata?.managedFields);
    const after = await weights({ to: { weight: 90 } });
    expect(after).toMatchObject({ spec: { to: { weight: 90 } } });
    expect(after).not.toHaveProperty('spec.alternateBackends');
  });

  test('5 somebody writes the status between reading and giving back: refused, looked at again, given back', async () => {
    const scene = await Scene.set(fixtureOf('httproute'));
    const entries = await scene.entries();
    const binding = await scene.bind();
    await scene.reach(binding, { share: 5000, ...NOBODY });
    await scene.reach(binding, ORIGINAL);
    const stale = await scene.objects(binding);
    const path = binding.paths[0] ?? '';
    await cluster.api.patch(path, [{ op: 'add', path: '/metadata/labels', value: { seen: 'yes' } }]);
    await expect(scene.disown(binding, stale)).rejects.toEqual(refused(422));
    await scene.disown(binding);
    await cluster.api.patch(path, [{ op: 'remove', path: '/metadata/labels' }]);
    expect(await scene.entries()).toEqual(entries);
  });

  test('a field that the CRD of the cluster does not have yet is refused before any write, by whichever API server', async () => {
    const scene = await Scene.set(fixtureOf('httproute'));
    const [binding, crd] = [await scene.bind(), `${CRDS}/httproutes.gateway.networking.k8s.io`];
    const writes = await scene.plan(binding, { share: 0, ...NOBODY, mirror: 1000 });
    const objects = await scene.objects(binding);
    expect(await dryRunRoutes(scene.api, writes, objects)).toEqual([]);
    const { spec } = await cluster.api.get<{ spec: { versions: object[] } }>(crd);
    // Its own rules name the field, too.
    const newer = ['percent', 'x-kubernetes-validations'];
    const older = JSON.parse(JSON.stringify(spec), (key, value) => (newer.includes(key) ? undefined : value));
    await cluster.api.patch(crd, [{ op: 'replace', path: '/spec', value: older }]);
    // Those before 1.25 know no fieldValidation, and say nothing.
    const silent: Pick<ProductApi, 'write'> = {
      write: (write) => cluster.api.patch(`${write.path}?dryRun=All`, write.verb === 'patch' ? write.changes : []),
    };
    const refusal = [
      {
        message: expect.stringMatching(
          /^Wanted to write spec\.rules\[0\]\.filters\[2\]\.requestMirror\.percent of HTTPRoute web; .*Install newer CRDs of gateway\.networking\.k8s\.io/,
        ),
      },
      { message: expect.stringContaining('spec.rules[1].filters[0].requestMirror.percent') },
    ];
    try {
      await until(
        'the older CRD is served',
        10_000,
        async () => (await dryRunRoutes(silent, writes, objects)).length > 0,
      );
      expect(await dryRunRoutes(silent, writes, objects)).toEqual(refusal);
      expect(await dryRunRoutes(scene.api, writes, objects)).toEqual(refusal.slice(0, 1));
    } finally {
      await cluster.api.patch(crd, [{ op: 'replace', path: '/spec', value: spec }]);
      await until(
        'the CRD is served again',
        10_000,
        async () => (await dryRunRoutes(silent, writes, objects)).length === 0,
      );
    }
  });

  test('16 the policies of the candidate come before the route, and go after it', async () => {
    const scene = await Scene.set(fixtureOf('virtualservice'));
    const binding = await scene.bind();
    const verbs = async (wanted: Intent | typeof ORIGINAL): Promise<string[]> =>
      (await scene.reach(binding, wanted)).map(({ verb }) => verb);
    expect(await verbs({ share: 5000, ...NOBODY })).toEqual(['create', 'patch']);
    expect(await verbs(ORIGINAL)).toEqual(['patch', 'delete']);
  });

  test('an Ingress of ours goes with the one that it stands beside', async () => {
    const scene = await Scene.set(fixtureOf('ingress'));
    await scene.reach(await scene.bind(), { share: 5000, ...NOBODY });
    const path = Object.values(scene.collections())[0] ?? '';
    expect((await scene.listed()).length).toBe(2);
    await cluster.api.remove(`${path}/web`);
    await until('both are gone', 20_000, async () => (await scene.listed()).length === 0);
  });

  test.each(Object.entries(STATUSES))('13 the status of a %s, as its controller writes it', async (kind, status) => {
    const scene = await Scene.set(fixtureOf(kind));
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

/** The fields that a manager owns in an object, without the steps in between. */
function ownedBy(manager: string, { metadata }: KubeObject): string[] {
  const leaves = (fields: object, path: string): string[] => {
    const inner = Object.entries(fields).filter(([key]) => key.startsWith('f:'));
    return inner.length === 0
      ? [path]
      : inner.flatMap(([key, value]) => leaves(value as object, `${path}${path === '' ? '' : '.'}${key.slice(2)}`)); // FieldsV1
  };
  const entries = (metadata?.managedFields ?? []).filter((entry) => entry.manager === manager);
  return entries.flatMap(({ fieldsV1 }) => leaves(fieldsV1 ?? {}, '')).sort();
}

function fixtureOf(kind: string): RouteOnServer {
  const found = ROUTES.find(({ router }) => router.kind === kind);
  if (found === undefined) throw new Error(`no route of kind ${kind}`);
  return found;
}

function told(permission: string) {
  return expect.objectContaining({ constructor: Refused, message: expect.stringContaining(permission) });
}

/** Somebody deletes an object and makes it again. */
async function remake(path: string): Promise<void> {
  const { metadata, ...rest } = await cluster.api.get<KubeObject>(path);
  const { name, labels, annotations } = metadata ?? {};
  await cluster.api.remove(path);
  await until(`${path} is gone`, 5000, async () => (await cluster.api.find(path)) === undefined);
  await cluster.api.create(path.slice(0, path.lastIndexOf('/')), { ...rest, metadata: { name, labels, annotations } });
}
