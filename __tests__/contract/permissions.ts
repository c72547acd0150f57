import { describe, expect } from '@jest/globals';
import { parse } from 'yaml';
import { neededPermissions, type Permission, roleFor } from '../../src/cluster/permissions.ts';
import { Api, paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectOriginal, expectPromoted, expectSuccess, GOOD_RELEASE } from './endings.ts';
import { type Scene, scenariosOn } from './scene.ts';

export const NEEDED = neededPermissions({ proxy: false });
/** Users who are tried at the same time in one namespace. */
const AT_ONCE = 4;

/** The Role that the action asks for is enough, and every line of it is needed. */
export function permissions(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a user with the documented Role and nothing else', () => {
    scenario('releases', {}, async (scene) => {
      const kubeconfig = await personaWith(scene, NEEDED);
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, kubeconfig }));
      expect(await scene.writes()).toEqual(GOOD_RELEASE);
      await expectPromoted(scene);
    });

    scenario('is taken back with log and events shown', {}, async (scene) => {
      const kubeconfig = await personaWith(scene, NEEDED);
      const result = await scene.run({ images: `web=${IMAGE.crash}`, kubeconfig });
      expectFailure(result, 'rolled-back', /exit code 3/);
      expect(result.summary).toContain('panic: no database');
      expect(result.summary).toContain('BackOff');
      await expectOriginal(scene);
    });
  });

  scenario('without any one of its permissions: refused, that one named, nothing written', {}, async (scene) => {
    const personas = NEEDED.map(async (missing) => ({
      missing,
      kubeconfig: await personaWith(
        scene,
        NEEDED.filter((other) => other !== missing),
      ),
    }));
    const remaining = await Promise.all(personas);
    const tried: Permission[] = [];
    const work = async (): Promise<void> => {
      for (let next = remaining.pop(); next !== undefined; next = remaining.pop()) {
        await expectNamed(scene, next.missing, next.kubeconfig);
        tried.push(next.missing);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(tried).toHaveLength(NEEDED.length);
    expect(await scene.writes()).toEqual([]);
    expect(await scene.objects()).toEqual(scene.before);
  });

  scenario('a smoke test through the API server needs one more', {}, async (scene) => {
    const kubeconfig = await personaWith(scene, NEEDED);
    const result = await scene.run({ images: `web=${IMAGE.v2}`, 'smoke-test': 'GET /', kubeconfig });
    expectFailure(result, 'failed', /its user lacks: get services\/proxy\./);
    expect(await scene.writes()).toEqual([]);
  });
}

async function expectNamed(scene: Scene, missing: Permission, kubeconfig: string): Promise<void> {
  const result = await scene.run({ images: `web=${IMAGE.v2}`, kubeconfig });
  const { verb, resource, group } = missing;
  const name = `${verb} ${resource}${group === '' ? '' : `.${group}`}`.replaceAll('.', '\\.');
  expectFailure(result, 'failed', new RegExp(`its user lacks: ${name}\\.`));
  expect(rulesOf(roleFor(scene.namespace, [missing]))).toHaveLength(1);
  expect(result.summary).toContain(`verbs: [&quot;${verb}&quot;]`);
}

/** Kubeconfig of a new user with these permissions in the scene's namespace; they count when it is given out. */
export async function personaWith(
  scene: Scene,
  allowed: readonly Permission[],
  needed: readonly Permission[] = NEEDED,
): Promise<string> {
  const { api, namespace } = scene;
  const missing = needed.filter((permission) => !allowed.includes(permission));
  const name = [namespace, 'without', ...missing.map(({ verb, resource }) => `${verb}-${resource}`)]
    .join('-')
    .replaceAll('/', '-');
  const rules = rulesOf(roleFor(namespace, allowed));
  await api.create(paths.roles(namespace), { metadata: { name }, rules });
  await api.create(paths.roleBindings(namespace), {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
  });
  const kubeconfig = await scene.cluster.kubeconfigFor(name);
  await settled(kubeconfig, namespace, allowed);
  return kubeconfig;
}

function rulesOf(role: string): unknown {
  const { rules } = parse(role) as { rules: unknown };
  return rules;
}

interface Review {
  status?: { resourceRules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[] };
}

/** The authorizer learns of new roles by a watch of its own. */
async function settled(kubeconfig: string, namespace: string, allowed: readonly Permission[]): Promise<void> {
  const api = await Api.from(kubeconfig);
  try {
    await until('the role counts', 10_000, async () => {
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
      const { status } = await api.create<Review>(path, review);
      return allowed.every(({ group, resource, verb }) =>
        status?.resourceRules?.some(
          ({ apiGroups, resources, verbs }) =>
            apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb),
        ),
      );
    });
  } finally {
    await api.close();
  }
}
