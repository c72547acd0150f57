import { expect } from '@jest/globals';
import { parse } from 'yaml';
import { neededPermissions, type Permission, roleFor } from '../../src/cluster/permissions.ts';
import { Api, paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { RunResult } from '../runner/runner.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectOriginal, expectPromoted, expectSuccess, GOOD_RELEASE } from './endings.ts';
import { describe } from './group.ts';
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

    scenario('keeps the old version warm, finishes, and goes back to it', {}, async (scene) => {
      const kubeconfig = await personaWith(scene, NEEDED);
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'keep-warm': 'true', kubeconfig }));
      expectSuccess(await scene.run({ action: 'finish', kubeconfig }));
      await expectPromoted(scene);
      expectSuccess(await scene.run({ action: 'rollback', kubeconfig }), 'rolled-back');
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

  for (const action of ['promote', 'abort'] as const)
    scenario(
      action === 'abort'
        ? 'abort without any one of the permissions to move users: refused, that one named, nothing written'
        : 'promote without any one of its permissions: refused, that one named, nothing written',
      {},
      async (scene) => {
        expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
        const [before, users] = [await scene.writes(), await scene.users()];
        const needed = NEEDED.filter((permission) => action === 'promote' || isForUsersWayBack(permission));
        // On the simulator one of each kind: how a permission is found missing is the same for all.
        const isSampled = scene.cluster.tier === 'simulator' && action === 'promote';
        const tried = isSampled ? needed.filter(isOfSample) : needed;
        expect(tried.length).toBeGreaterThan(3);
        const remaining = [...tried];
        const work = async (): Promise<void> => {
          for (let missing = remaining.pop(); missing !== undefined; missing = remaining.pop()) {
            const allowed = NEEDED.filter((other) => other !== missing);
            expectLacking(await scene.run({ action, kubeconfig: await personaWith(scene, allowed) }), missing);
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, work));
        expect([await scene.writes(), await scene.users()]).toEqual([before, users]);
        const enough = NEEDED.filter((permission) => action === 'promote' || isForTheWayBack(permission));
        const kubeconfig = await personaWith(scene, enough);
        expectSuccess(await scene.run({ action, kubeconfig }), action === 'abort' ? 'aborted' : 'promoted');
        await (action === 'abort' ? expectOriginal(scene, 'aborted') : expectPromoted(scene));
      },
    );

  for (const action of ['finish', 'rollback'] as const)
    scenario(
      action === 'finish'
        ? 'finish of an old version that is kept warm without one of its permissions: refused, that one named, nothing written'
        : 'rollback of an old version that is kept warm without one of those to move users, and to note that: refused, nothing written',
      {},
      async (scene) => {
        expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'keep-warm': 'true' }));
        const [before, users] = [await scene.writes(), await scene.users()];
        const needed = NEEDED.filter((permission) =>
          action === 'finish' ? isOfSample(permission) : isForUsersWayBack(permission) || isOfRecord(permission),
        );
        expect(needed.length).toBeGreaterThan(4);
        for (const missing of needed) {
          const allowed = NEEDED.filter((other) => other !== missing);
          expectLacking(await scene.run({ action, kubeconfig: await personaWith(scene, allowed) }), missing);
        }
        expect([await scene.writes(), await scene.users()]).toEqual([before, users]);
      },
    );

  scenario(
    'a new release without the permissions to take back an unfinished one leaves that alone',
    {},
    async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v2}`, 'pause-at': '0%' }), 'paused');
      const before = await scene.writes();
      const missing = NEEDED.find(({ resource, verb }) => resource === 'services' && verb === 'patch');
      const kubeconfig = await personaWith(
        scene,
        NEEDED.filter((permission) => permission !== missing),
      );
      const result = await scene.run({ images: `web=${IMAGE.v3}`, kubeconfig });
      expectFailure(result, 'failed', /its user lacks: patch services\./);
      expect(await scene.writes()).toEqual(before);
    },
  );

  scenario('a smoke test through the API server needs one more', {}, async (scene) => {
    const kubeconfig = await personaWith(scene, NEEDED);
    const result = await scene.run({ images: `web=${IMAGE.v2}`, 'smoke-test': 'GET /', kubeconfig });
    expectFailure(result, 'failed', /its user lacks: get services\/proxy\./);
    expect(await scene.writes()).toEqual([]);
  });
}

async function expectNamed(scene: Scene, missing: Permission, kubeconfig: string): Promise<void> {
  expectLacking(await scene.run({ images: `web=${IMAGE.v2}`, kubeconfig }), missing);
  expect(rulesOf(roleFor(scene.namespace, [missing]))).toHaveLength(1);
}

/** Refused, with just that permission named, and the Role that would give it. */
export function expectLacking(result: RunResult, missing: Permission): void {
  const { verb, resource, group } = missing;
  const name = `${verb} ${resource}${group === '' ? '' : `.${group}`}`.replaceAll('.', '\\.');
  expectFailure(result, 'failed', new RegExp(`its user lacks: ${name}\\.`));
  expect(result.summary).toContain(`verbs: [&quot;${verb}&quot;]`);
}

/** To take users back nothing new is made, and no failure is explained. */
function isForTheWayBack({ resource, verb }: Permission): boolean {
  const others = ['pods/log get', 'events list', 'services list', 'services create', 'configmaps create'];
  return !others.includes(`${resource} ${verb}`);
}

/** To move users, and to see where they are: without the rest they are taken back all the same (short-way-back.ts). */
function isForUsersWayBack({ resource, verb }: Permission): boolean {
  const looks = ['deployments get', 'deployments list', 'replicasets list', 'pods list', 'services get'];
  const more = ['endpointslices list', 'configmaps get', 'leases get', 'services patch'];
  return [...looks, ...more].includes(`${resource} ${verb}`);
}

/** While an old version is kept warm, no run takes users back that cannot say so. */
function isOfRecord({ resource, verb }: Permission): boolean {
  return resource === 'configmaps' && verb === 'update';
}

function isOfSample({ resource, verb }: Permission): boolean {
  const sample = ['configmaps get', 'configmaps update', 'leases create', 'services patch', 'deployments watch'];
  return sample.includes(`${resource} ${verb}`);
}

/** Kubeconfig of a new user with these permissions in the scene's namespace; they count when it is given out. */
export async function personaWith(
  scene: Pick<Scene, 'api' | 'cluster' | 'namespace'>,
  allowed: readonly Permission[],
  needed: readonly Permission[] = NEEDED,
): Promise<string> {
  const { api, namespace } = scene;
  const missing = needed.filter((permission) => !allowed.includes(permission));
  const name = nameWithout(namespace, missing);
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

/** Of a persona that has had all it needs, one permission is taken. */
export async function withdraw(
  { api, namespace }: Pick<Scene, 'api' | 'namespace'>,
  kubeconfig: string,
  gone: Permission,
): Promise<void> {
  const rest = NEEDED.filter((permission) => permission !== gone);
  const rules = rulesOf(roleFor(namespace, rest));
  await api.patch(`${paths.roles(namespace)}/${nameWithout(namespace, [])}`, { rules });
  await settled(kubeconfig, namespace, rest, [gone]);
}

/** The user of a persona. */
export function nameWithout(namespace: string, missing: readonly Permission[]): string {
  return [namespace, 'without', ...missing.map(({ verb, resource }) => `${verb}-${resource}`)]
    .join('-')
    .replaceAll('/', '-');
}

function rulesOf(role: string): unknown {
  const { rules } = parse(role) as { rules: unknown };
  return rules;
}

interface Review {
  status?: { resourceRules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[] };
}

/** The authorizer learns of new roles by a watch of its own. */
export async function settled(
  kubeconfig: string,
  namespace: string,
  allowed: readonly Permission[],
  gone: readonly Permission[] = [],
): Promise<void> {
  const api = await Api.from(kubeconfig);
  try {
    await until('the role counts', 30_000, async () => {
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
      const { status } = await api.create<Review>(path, review);
      const counts = ({ group, resource, verb }: Permission): boolean =>
        status?.resourceRules?.some(
          ({ apiGroups, resources, verbs }) =>
            apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb),
        ) === true;
      return allowed.every(counts) && !gone.some(counts);
    });
  } finally {
    await api.close();
  }
}
