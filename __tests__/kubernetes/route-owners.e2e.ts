import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApiError } from '../../src/cluster/errors.ts';
import { dryRunRoutes } from '../../src/engine/dry-run-routes.ts';
import { ORIGINAL } from '../../src/traffic/router.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { applyCrds } from './crds.ts';
import { until } from './processes.ts';
import { type Product, productAs } from './product.ts';
import { NOBODY } from './route-intents.ts';
import { Scene, ownedBy } from './route-scene.ts';
import { fixtureOf, type RouteOnServer } from './routes-on-server.ts';

/*
 * Whose the fields of a route are after a release (point 5 of the routers' contract), and what an older CRD knows of them: both are the
 * API server's own doing.
 */

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const ROUTE_OF_OPENSHIFT = { apiVersion: 'route.openshift.io/v1', kind: 'Route' } as const;

let cluster: ControlPlane;
let admin: Product;
beforeAll(async () => {
  cluster = await startControlPlane();
  admin = await productAs(cluster.kubeconfig);
  await applyCrds(cluster.api);
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

test('5 fields that were put back are their owner’s again: applied without a conflict, and gone when left out', async () => {
  const scene = await sceneOf({ ...fixtureOf('httproute'), objects: [] });
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
  const scene = await sceneOf(fixtureOf('route'));
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
  const scene = await sceneOf(fixtureOf('httproute'));
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
  const scene = await sceneOf(fixtureOf('httproute'));
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
  const silent: Pick<Product['api'], 'write'> = {
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
      30_000,
      async () => (await dryRunRoutes(silent, writes, objects)).length > 0,
    );
    expect(await dryRunRoutes(silent, writes, objects)).toEqual(refusal);
    expect(await dryRunRoutes(scene.api, writes, objects)).toEqual(refusal.slice(0, 1));
  } finally {
    await cluster.api.patch(crd, [{ op: 'replace', path: '/spec', value: spec }]);
    await until(
      'the CRD is served again',
      30_000,
      async () => (await dryRunRoutes(silent, writes, objects)).length === 0,
    );
  }
});
