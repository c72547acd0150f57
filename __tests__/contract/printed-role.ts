import { expect } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { Permission } from '../../src/cluster/permissions.ts';
import { type Api, paths } from '../kubernetes/api.ts';
import { BY_ROUTE, RAMP, withGateway } from './canary.ts';
import { IMAGE, type TestCluster } from './cluster.ts';
import {
  expectFailure,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  expectUntouched,
  GOOD_RELEASE,
} from './endings.ts';
import type { RunResult } from '../runner/runner.ts';
import { describe } from './group.ts';
import { knativeScenariosOn } from './knative-scene.ts';
import { settled } from './permissions.ts';
import { PROCESS, type Inputs, type Scene, scenariosOn } from './scene.ts';

interface Printed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** What `action: role` prints is enough for the very same inputs, and is made without a cluster where it can be. */
export function printedRoles(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);
  const FOUR = { replicas: 4 } as const;

  describe('the Role that is printed, applied as it stands', () => {
    scenario('is enough for a blue/green release with a Job', {}, async (scene) => {
      const job = JSON.stringify({
        apiVersion: 'batch/v1',
        kind: 'Job',
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: IMAGE.v1 }] } } },
      });
      const { kubeconfig, rules } = await appliedRole(scene, { job });
      expect(rules).toContain('create jobs.batch');
      expect(rules).not.toContain('get services/proxy');
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, kubeconfig }, PROCESS));
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });

    scenario('is enough for a canary by a named route, and was made without the cluster', FOUR, (scene) =>
      withGateway(scene, async () => {
        const inputs = { ...RAMP, router: 'httproute/web' };
        const { kubeconfig, result } = await appliedRole(scene, inputs);
        expect(result.displayedLog).toContain('the cluster was not asked');
        expectSuccess(await scene.run({ ...inputs, kubeconfig }));
        expect(await scene.writes()).toEqual(BY_ROUTE);
        await expectPromoted(scene);
      }),
    );

    scenario('is enough for a canary whose route has to be found', FOUR, (scene) =>
      withGateway(scene, async () => {
        const { kubeconfig, result, rules } = await appliedRole(scene, RAMP);
        expect(result.displayedLog).toContain('was found in the cluster: httproute/web');
        expect(rules).toContain('patch httproutes.gateway.networking.k8s.io');
        expectSuccess(await scene.run({ ...RAMP, kubeconfig }));
        expect(await scene.writes()).toEqual(BY_ROUTE);
        await expectPromoted(scene);
      }),
    );

    scenario('is enough for a canary where there is no route', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      const { kubeconfig, result } = await appliedRole(scene, RAMP);
      expect(result.displayedLog).toContain('No route leads to Service web: the numbers of pods split its users');
      expectSuccess(await scene.run({ ...RAMP, kubeconfig }));
      await expectPromoted(scene);
    });
  });

  scenario('a Role needs no cluster, unless a route has to be found', {}, async (scene) => {
    const nowhere = { kubeconfig: kubeconfigTo('http://127.0.0.1:9'), 'smoke-test': 'GET /' };
    const result = await scene.run({ action: 'role', ...nowhere }, PROCESS);
    expectSuccess(result, 'unchanged');
    expect(rulesIn(result.outputs.role ?? '')).toContain('get services/proxy');
    expect(result.summary).toContain('kind: RoleBinding');
    const missing = { action: 'role', kubeconfig: './no-such-file' };
    expectSuccess(await scene.run(missing), 'unchanged');
    expectFailure(
      await scene.run({ ...missing, strategy: 'canary' }),
      'failed',
      /Wanted to find the route of the canary .*no-such-file.* Name what splits the users with input router/,
    );
    expectFailure(
      await scene.run({ action: 'role', strategy: 'canary', deployment: 'wbe' }),
      'failed',
      /Wanted Deployment wbe in namespace \S+; it has: web/,
    );
    await expectUntouched(scene);
  });

  scenario('counters and alerts elsewhere have Roles there', {}, async (scene) => {
    const result = await scene.run({
      action: 'role',
      namespace: 'shop',
      prometheus: 'monitoring/prometheus:9090',
      alerts: 'HighErrorRate',
      alertmanager: 'alerting/alertmanager:9093',
    });
    expectSuccess(result, 'unchanged');
    const printed = documents(result.outputs.role ?? '').map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`,
    );
    expect(printed).toEqual([
      'ServiceAccount shop/crossfade',
      'Role shop/crossfade.web',
      'RoleBinding shop/crossfade.web',
      'Role monitoring/crossfade.shop.web',
      'RoleBinding monitoring/crossfade.shop.web',
      'Role alerting/crossfade.shop.web',
      'RoleBinding alerting/crossfade.shop.web',
    ]);
  });
}

/** The same of a Knative Service. */
export function printedKnativeRoles(cluster: () => TestCluster): void {
  knativeScenariosOn(cluster)('the Role that is printed is enough for a canary', {}, async (scene) => {
    const { kubeconfig, result, rules } = await appliedRole(scene, { strategy: 'canary', steps: '50% 1s' });
    expect(result.displayedLog).toContain('the cluster was not asked');
    expect(rules).toContain('patch services.serving.knative.dev');
    expect(rules.filter((rule) => rule.endsWith('deployments.apps'))).toEqual([]);
    const inputs = { strategy: 'canary', steps: '50% 1s', images: `web=${IMAGE.v2}` };
    expectSuccess(await scene.run({ ...inputs, kubeconfig }));
    await scene.expectReleased(IMAGE.v2);
  });
}

/** Asks for the Role of these inputs, applies what is printed, and answers the kubeconfig of its ServiceAccount. */
async function appliedRole(
  scene: Pick<Scene, 'api' | 'cluster' | 'namespace' | 'run'>,
  inputs: Inputs,
): Promise<{ kubeconfig: string; result: RunResult; rules: readonly string[] }> {
  const { api, namespace } = scene;
  const result = await scene.run({ ...inputs, action: 'role' });
  expectSuccess(result, 'unchanged');
  const yaml = result.outputs.role ?? '';
  for (const object of documents(yaml)) await apply(api, object);
  const kubeconfig = await scene.cluster.kubeconfigFor(`system:serviceaccount:${namespace}:crossfade`);
  await settled(kubeconfig, namespace, permissionsIn(yaml));
  return { kubeconfig, result, rules: rulesIn(yaml) };
}

const RESOURCES: Readonly<Record<string, (namespace: string) => string>> = {
  ServiceAccount: (namespace) => paths.core(namespace, 'serviceaccounts'),
  Role: paths.roles,
  RoleBinding: paths.roleBindings,
};

async function apply(api: Api, object: Printed): Promise<void> {
  const path = RESOURCES[object.kind];
  if (path === undefined) throw new Error(`no ${object.kind} is wanted in what is printed`);
  await api.create(path(object.metadata.namespace), object);
}

function documents(yaml: string): Printed[] {
  // Looked at as far as the fields above go; the API server judges the rest.
  return parseAllDocuments(yaml).map((document) => document.toJS() as Printed);
}

function permissionsIn(yaml: string): Permission[] {
  return documents(yaml).flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))),
    ),
  );
}

function rulesIn(yaml: string): string[] {
  return permissionsIn(yaml).map(
    ({ group, resource, verb }) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`,
  );
}

function kubeconfigTo(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}
