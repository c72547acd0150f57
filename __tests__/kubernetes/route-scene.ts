import { expect } from '@jest/globals';
import type { Api as ProductApi } from '../../src/cluster/api.ts';
import type { KubeObject } from '../../src/cluster/wire.ts';
import type { WriteRequest } from '../../src/cluster/write-request.ts';
import { claimsIn, disownRequest, ownedRoutes } from '../../src/engine/disown.ts';
import { dryRunRoutes } from '../../src/engine/dry-run-routes.ts';
import type { OwnedObject } from '../../src/release/plan.ts';
import {
  ALL,
  type Binding,
  type Intent,
  type ORIGINAL,
  type RouteObjects,
  type RouteResource,
  type RoutedApp,
  type Share,
} from '../../src/traffic/router.ts';
import type { Api } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Product } from './product.ts';
import type { Change } from './recorder.ts';
import type { RouteOnServer } from './routes-on-server.ts';

/** A user's objects in a namespace of their own, and a release's hands on them. */
export class Scene {
  readonly fixture: RouteOnServer;
  readonly app: RoutedApp;
  /** As a release reads and writes. */
  readonly api: ProductApi;
  readonly #users: Api;
  /** What a release keeps on record of the objects of the route that it found. */
  #owned: readonly OwnedObject[] = [];

  private constructor(fixture: RouteOnServer, app: RoutedApp, api: ProductApi, users: Api) {
    this.fixture = fixture;
    this.app = app;
    this.api = api;
    this.#users = users;
  }

  static async set(fixture: RouteOnServer, cluster: ControlPlane, { api }: Product): Promise<Scene> {
    const namespace = await cluster.namespace('routes');
    const scene = new Scene(fixture, { namespace, live: 'web', candidate: 'web-candidate' }, api, cluster.api);
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
    await this.#users.patch(`${path}/${name}?fieldManager=somebody&fieldValidation=Strict`, patch);
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

/** The share after every event of the watches. */
export function sharesSeen(scene: Scene, changes: readonly Change[]): (Share | null)[] {
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

export function withoutRepeats<T>(values: readonly T[]): T[] {
  return values.filter((value, index) => index === 0 || value !== values[index - 1]);
}

/** The fields that a manager owns in an object, without the steps in between. */
export function ownedBy(manager: string, { metadata }: KubeObject): string[] {
  const leaves = (fields: object, path: string): string[] => {
    const inner = Object.entries(fields).filter(([key]) => key.startsWith('f:'));
    return inner.length === 0
      ? [path]
      : inner.flatMap(([key, value]) => leaves(value as object, `${path}${path === '' ? '' : '.'}${key.slice(2)}`)); // FieldsV1
  };
  const entries = (metadata?.managedFields ?? []).filter((entry) => entry.manager === manager);
  return entries.flatMap(({ fieldsV1 }) => leaves(fieldsV1 ?? {}, '')).sort();
}

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
