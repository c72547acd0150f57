import { expect } from '@jest/globals';
import type { Deployment } from '../../src/cluster/wire.ts';
import { paths } from '../kubernetes/api.ts';
import { waitSettled } from '../kubernetes/app.ts';
import { until } from '../kubernetes/processes.ts';
import { PINS_IMAGES } from '../simulator/admission.ts';
import { IMAGE, type TestCluster } from './cluster.ts';
import { expectSuccess } from './endings.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

const V2 = { images: `web=${IMAGE.v2}` } as const;
const DIGEST = `sha256:${'c'.repeat(64)}`;
const PINNED = `${IMAGE.v2}@${DIGEST}`;

/** Admission that changes what is applied, as policies do that write the digest beside each tag. */
export function pinnedImages(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('admission that gives images their digest', () => {
    scenario(
      'a release brings what it made of the tag, and the same tag again is nothing to release',
      {},
      async (scene) => {
        // The rolling update by which the version that runs gets its digest is no release.
        scene.judge = () => undefined;
        await pinImages(scene);
        expectSuccess(await scene.run(V2));
        expect(imageOf(await scene.deployment())).toBe(PINNED);
        const before = await scene.writes();
        for (const how of [
          {},
          { strategy: 'canary', steps: '50% 1s' },
          { strategy: 'rolling' },
          { strategy: 'rolling', batches: '1 1s' },
        ]) {
          const again = await scene.run({ ...V2, ...how });
          expectSuccess(again, 'unchanged');
          expect(again.outputs.images).toContain(PINNED);
        }
        const plan = await scene.run({ ...V2, action: 'plan' });
        expectSuccess(plan, 'unchanged');
        expect(plan.summary).toContain('A deploy would write nothing');
        expect(await scene.writes()).toEqual(before);
        expect((await scene.record()).past).toHaveLength(1);
        expectSuccess(await scene.run({ images: `web=${IMAGE.v3}` }));
      },
    );
  });
}

/** In the scene's namespace, from now on. */
async function pinImages({ api, namespace, cluster, app }: Scene): Promise<void> {
  await api.patch(paths.namespace(namespace), { metadata: { labels: { [PINS_IMAGES]: 'yes' } } });
  if (cluster.tier !== 'simulator') await createPolicy({ api, namespace });
  const path = `${paths.deployments(namespace, app.name)}?dryRun=All`;
  await until('the policy counts', 60_000, async () => {
    const changes = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: IMAGE.v2 }];
    return imageOf(await api.patch<Deployment>(path, changes)).includes('@');
  });
  // Whatever is written to the Deployment then pins the image that runs: here before any release.
  await api.patch(paths.deployments(namespace, app.name), { metadata: { annotations: { touched: 'yes' } } });
  await waitSettled(api, { ...app, image: `${IMAGE.v1}@${DIGEST}` });
}

async function createPolicy({ api, namespace }: Pick<Scene, 'api' | 'namespace'>): Promise<void> {
  const policies = '/apis/admissionregistration.k8s.io/v1';
  const name = `pins-${namespace}`;
  const image = 'object.spec.template.spec.containers[0].image';
  const replace = `JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/image", value: ${image} + '@${DIGEST}'}`;
  await api.create(`${policies}/mutatingadmissionpolicies`, {
    metadata: { name },
    spec: {
      reinvocationPolicy: 'Never',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        resourceRules: [
          { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
        ],
      },
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: `${image}.contains('@') ? [] : [${replace}]` } }],
    },
  });
  await api.create(`${policies}/mutatingadmissionpolicybindings`, { metadata: { name }, spec: { policyName: name } });
}

function imageOf({ spec }: Deployment): string {
  return spec?.template.spec?.containers[0]?.image ?? '';
}
