import { expect } from '@jest/globals';
import type { Deployment, KubeObject, Service } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { readyEndpoints, setImage } from '../kubernetes/app.ts';
import { until } from '../kubernetes/processes.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectSuccess } from './endings.ts';
import { describe } from './group.ts';
import { type Inputs, type Scene, scenariosOn } from './scene.ts';

const GOOD: Inputs = { images: `web=${IMAGE.v2}` };

/** What stands in the way is said before anything is written: what was wanted, what was found. */
export function refusals(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('refused: the Deployment', () => {
    scenario('is not there', {}, async (scene) => {
      await expectRefused(scene, { ...GOOD, deployment: 'wbe' }, /Wanted Deployment wbe in namespace .* it has: web/);
    });

    scenario('is paused', {}, async (scene) => {
      await scene.api.patch(deploymentOf(scene), { spec: { paused: true } });
      await expectRefused(scene, GOOD, /Deployment web is paused/);
    });

    scenario('is scaled to zero', {}, async (scene) => {
      await scene.api.patch(deploymentOf(scene), { spec: { replicas: 0 } });
      await until('all pods are gone', 30_000, async () => (await scene.podsOf(scene.stable.hash)).length === 0);
      await expectRefused(scene, GOOD, /Deployment web is scaled to zero/);
    });

    scenario('is in the middle of another update', {}, async (scene) => {
      await setImage(scene.api, scene.app, IMAGE.neverReady);
      await until('the new ReplicaSet has a pod', 30_000, async () => {
        return (await scene.podsOf(await scene.hash(IMAGE.neverReady))).length > 0;
      });
      await expectRefused(scene, GOOD, /Deployment web is in the middle of another update: .* with 2 pods/);
    });

    scenario('is driven by another tool', {}, async (scene) => {
      const annotations = { 'rollout.argoproj.io/revision': '1' };
      await scene.api.patch(deploymentOf(scene), { metadata: { annotations } });
      await expectRefused(scene, GOOD, /Deployment web is driven by Argo Rollouts/);
    });

    scenario('has no such container', {}, async (scene) => {
      const images = `wbe=${IMAGE.v2}`;
      await expectRefused(
        scene,
        { images },
        /images .*wanted a container named wbe; found web \(registry\.test\/web:v1\)/,
      );
    });

    scenario('runs no such repository', {}, async (scene) => {
      await expectRefused(
        scene,
        { images: 'registry.test/api:v2' },
        /wanted a container that runs registry\.test\/api/,
      );
    });

    scenario('has no such container for a variable', {}, async (scene) => {
      await expectRefused(scene, { ...GOOD, env: 'api.MODEL=x' }, /env .*wanted a container named api; found web/);
    });

    scenario('would not fit the quota of pods', {}, async (scene) => {
      await scene.api.create(paths.core(scene.namespace, 'resourcequotas'), {
        metadata: { name: 'few' },
        spec: { hard: { pods: '3' } },
      });
      await until('the quota is counted', 30_000, async () => {
        const quota = await scene.api.get<{ status?: { used?: { pods?: string } } }>(
          paths.core(scene.namespace, 'resourcequotas', 'few'),
        );
        return quota.status?.used?.pods === '2';
      });
      await expectRefused(scene, GOOD, /ResourceQuota few allows 3 pods and 2 are used: the release needs 2 more/);
    });
  });

  describe('refused: the live Service', () => {
    scenario('is not there', {}, async (scene) => {
      await expectRefused(scene, { ...GOOD, service: 'wbe' }, /Wanted Service wbe \(input service\); .* has: web/);
    });

    scenario('is none', {}, async (scene) => {
      // Users are gone with it, and that is the test's own doing.
      scene.judge = () => undefined;
      await scene.api.patch(serviceOf(scene), { spec: { selector: { app: 'other' } } });
      await expectRefused(scene, GOOD, /Wanted a Service that selects the pods of Deployment web .*app=web/);
    });

    scenario('is one of several', {}, async (scene) => {
      await addService(scene, 'web-internal', { selector: { app: 'web' }, ports: [{ port: 80 }] });
      await expectRefused(scene, GOOD, /Several Services select the pods of Deployment web: web, web-internal/);
    });

    const unfit: Readonly<Record<string, { spec: object; reason: RegExp }>> = {
      'is an ExternalName': { spec: { type: 'ExternalName', externalName: 'example.test' }, reason: /ExternalName/ },
      'is headless': {
        spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 80 }] },
        reason: /headless/,
      },
      'has no selector': { spec: { ports: [{ port: 80 }] }, reason: /it has no selector/ },
      'does not select the pods': {
        spec: { selector: { app: 'web', tier: 'front' }, ports: [{ port: 80 }] },
        reason: /its selector \(app=web, tier=front\) does not select the pods/,
      },
      'shows pods that are not Ready': {
        spec: { selector: { app: 'web' }, publishNotReadyAddresses: true, ports: [{ port: 80 }] },
        reason: /publishNotReadyAddresses/,
      },
      'is pinned by nobody knows whom': {
        spec: { selector: { app: 'web', 'pod-template-hash': 'abc' }, ports: [{ port: 80 }] },
        reason: /pod-template-hash already, .* another Deployment is to be ended first/,
      },
      'sends to a port that the pods do not have': {
        spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'grpc' }] },
        reason: /a container port named grpc; the pods declare http/,
      },
    };
    scenario('sends users to pods of another Deployment as well; a rollback goes on', {}, async (scene) => {
      // Users are on pods of others from the beginning.
      scene.judge = () => undefined;
      expectSuccess(await scene.run(GOOD));
      const { spec } = await scene.api.get<Deployment>(deploymentOf(scene));
      const labels = { app: 'web', part: 'spot' };
      await scene.api.create(paths.deployments(scene.namespace), {
        metadata: { name: 'spot' },
        spec: {
          replicas: 1,
          selector: { matchLabels: { part: 'spot' } },
          template: { ...spec?.template, metadata: { labels } },
        },
      });
      await until('the Service reaches it', 60_000, async () => {
        return (await readyEndpoints(scene.api, scene.namespace, 'web')).length === 3;
      });
      const before = await scene.writes();
      const reason = /Service web sends users to 1 pod that is not of Deployment web: spot-/;
      for (const strategy of ['blue-green', 'rolling'])
        expectFailure(await scene.run({ images: `web=${IMAGE.v3}`, strategy }), 'failed', reason);
      expect(await scene.writes()).toEqual(before);
      const back = await scene.run({ action: 'rollback' });
      expectSuccess(back, 'rolled-back');
      expect(back.annotations).toContainEqual(
        expect.objectContaining({ kind: 'warning', message: expect.stringMatching(reason) }),
      );
    });

    scenario('has a name too long for its candidate Service', {}, async (scene) => {
      const service = `${'x'.repeat(54)}`;
      await addService(scene, service, { selector: { app: 'web' }, ports: [{ port: 80 }] });
      await scene.api.remove(serviceOf(scene));
      await expectRefused(scene, GOOD, /“-candidate”, which is too long\. It has 64 characters and may have 63/);
    });

    for (const [name, { spec, reason }] of Object.entries(unfit)) {
      scenario(name, {}, async (scene) => {
        await addService(scene, 'front', spec);
        await expectRefused(scene, { ...GOOD, service: 'front' }, reason);
      });
    }
  });

  describe('refused: the candidate Service', () => {
    scenario('has the name of one that is not ours', {}, async (scene) => {
      await addService(scene, 'web-candidate', { selector: { app: 'other' }, ports: [{ port: 80 }] });
      await expectRefused(scene, GOOD, /Service web-candidate .* exists already and is not Crossfade's/);
    });

    scenario('is the live one', {}, async (scene) => {
      await expectRefused(
        scene,
        { ...GOOD, 'candidate-service': 'web' },
        /candidate-service names the live Service web/,
      );
    });

    scenario('is the live one, as the inputs alone show', {}, async (scene) => {
      await expectBadInput(scene, { ...GOOD, service: 'web', 'candidate-service': 'web' }, /^candidate-service$/m);
    });

    scenario('could never select the candidate’s pods', {}, async (scene) => {
      await addService(scene, 'preview', { selector: { app: 'web', track: 'preview' }, ports: [{ port: 80 }] });
      const inputs = { ...GOOD, 'candidate-service': 'preview', timeout: '5s' };
      await expectRefused(scene, inputs, /Service preview .*does not select the pods/);
    });
  });

  describe('refused: the record', () => {
    scenario('is of a newer version', {}, async (scene) => {
      await scene.api.create(paths.core(scene.namespace, 'configmaps'), {
        metadata: { name: 'crossfade.web' },
        data: { schema: '99' },
      });
      await expectRefused(scene, GOOD, /ConfigMap crossfade\.web has schema 99/);
    });
  });

  describe('refused: the connection', () => {
    scenario('leads nowhere', {}, async (scene) => {
      const kubeconfig = kubeconfigTo('http://127.0.0.1:9');
      await expectRefused(
        scene,
        { ...GOOD, kubeconfig },
        /API server http:\/\/127\.0\.0\.1:9; nobody listens there \(ECONNREFUSED\)\. Check address/,
      );
    });

    scenario('is to a context that does not exist', {}, async (scene) => {
      const inputs = { ...GOOD, kubeconfig: kubeconfigTo('http://127.0.0.1:9'), context: 'production' };
      await expectRefused(scene, inputs, /Wanted context production \(input context\) in the kubeconfig; it has: test/);
    });

    scenario('is described by a kubeconfig that cannot be read', {}, async (scene) => {
      const kubeconfig = 'apiVersion: v1\nkind: Config\nclusters: [';
      await expectBadInput(scene, { ...GOOD, kubeconfig }, /^kubeconfig\n.*\n.*Line 3 is not valid YAML/m);
    });

    scenario('is described by a file that is not there', {}, async (scene) => {
      await expectRefused(scene, { ...GOOD, kubeconfig: './no-such-file' }, /no-such-file/);
    });
  });

  scenario('refused: every bad input is named at once', {}, async (scene) => {
    const bad: Inputs = {
      action: 'deply',
      strategy: 'purple',
      deployment: 'Web_1',
      images: 'web=',
      env: 'MODEL',
      'smoke-test': 'FETCH healthz',
      'bake-time': '5 m',
      'drain-time': '-3s',
      timeout: '120%',
      switch: 'both',
      'on-failure': 'explode',
      'dry-run': 'yes',
      summary: 'maybe',
    };
    const message = await expectBadInput(scene, bad, /13 inputs cannot be used/);
    for (const [name, value] of Object.entries(bad)) {
      expect(message).toMatch(new RegExp(`^${name}(, line \\d+)?$`, 'm'));
      expect(message).toContain(value);
    }
  });
}

/** Refused before any request is sent. */
async function expectBadInput(scene: Scene, inputs: Inputs, reason: RegExp): Promise<string> {
  const gate = await scene.gate();
  const result = await scene.run({ kubeconfig: gate.kubeconfig, ...inputs });
  expect(result).toMatchObject({ conclusion: 'failure', exitCode: 1, outputs: { outcome: 'failed' } });
  const [error, ...more] = result.annotations.filter(({ kind }) => kind === 'error');
  expect(more).toEqual([]);
  expect(error?.message).toMatch(reason);
  expect(gate.requests).toBe(0);
  return error?.message ?? '';
}

/** Refused with that reason, and every object of the namespace that a release would touch is what it was, to the last write. */
async function expectRefused(scene: Scene, inputs: Inputs, reason: RegExp): Promise<void> {
  const before = await versions(scene);
  const result = await scene.run(inputs);
  expectFailure(result, 'failed', reason);
  expect(await scene.writes()).toEqual([]);
  expect(await versions(scene)).toEqual(before);
}

/** Spec generation or version of what a release writes; status updates of a controller at work do not count. */
async function versions(scene: Scene): Promise<unknown> {
  const [deployments, services, configMaps] = await Promise.all([
    scene.api.list<Deployment>(paths.deployments(scene.namespace)),
    scene.api.list<Service>(paths.core(scene.namespace, 'services')),
    scene.api.list<KubeObject>(paths.core(scene.namespace, 'configmaps')),
  ]);
  return {
    deployments: deployments.items.map(({ metadata }) => [metadata?.name, metadata?.generation]),
    services: services.items.map(({ metadata }) => [metadata?.name, metadata?.resourceVersion]),
    // A controller makes the one with the authority's certificate in its own time.
    configMaps: configMaps.items
      .filter(({ metadata }) => metadata?.name !== 'kube-root-ca.crt')
      .map(({ metadata }) => [metadata?.name, metadata?.resourceVersion]),
  };
}

function deploymentOf(scene: Scene): string {
  return paths.deployments(scene.namespace, scene.app.name);
}

function serviceOf(scene: Scene): string {
  return paths.core(scene.namespace, 'services', scene.app.name);
}

async function addService(scene: Scene, name: string, spec: object): Promise<void> {
  await scene.api.create(paths.core(scene.namespace, 'services'), { metadata: { name }, spec });
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
