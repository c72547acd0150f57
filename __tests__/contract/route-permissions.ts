import { expect } from '@jest/globals';
import type { Permission } from '../../src/cluster/permissions.ts';
import { BY_ROUTE, RAMP, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { expectFailure, expectPromoted, expectSuccess, expectUntouched } from './endings.ts';
import { describe } from './group.ts';
import { NEEDED, personaWith } from './permissions.ts';
import { type Scene, scenariosOn } from './scene.ts';

const GROUP = 'gateway.networking.k8s.io';
const OF_ROUTE: readonly Permission[] = ['get', 'list', 'watch', 'patch'].map((verb) => ({
  group: GROUP,
  resource: 'httproutes',
  verb,
}));
const WITH_ROUTE = [...NEEDED, ...OF_ROUTE];
const NAMED = { ...RAMP, router: 'httproute/web' };

/** A canary by an HTTPRoute needs four verbs more than blue/green, and each of them. */
export function routePermissions(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);
  const routed: typeof scenario = (name, app, script) =>
    scenario(name, { ...app, replicas: 4 }, (scene) => withGateway(scene, () => script(scene)));

  describe('a canary of a user with the documented Role and the verbs of the route', () => {
    routed('releases, and gives everything back', {}, async (scene) => {
      const kubeconfig = await personaWith(scene, WITH_ROUTE, WITH_ROUTE);
      expectSuccess(await scene.run({ ...NAMED, kubeconfig }));
      expect(await scene.writes()).toEqual(BY_ROUTE);
      await expectPromoted(scene);
    });

    routed(
      'without any one of them, and without all: refused, what is missing named, nothing written',
      {},
      async (scene) => {
        const lacking = [...OF_ROUTE.map((missing) => [missing]), OF_ROUTE];
        const tried = await Promise.all(lacking.map((missing) => refused(scene, missing)));
        expect(tried).toHaveLength(OF_ROUTE.length + 1);
        await expectUntouched(scene);
      },
    );
  });
}

async function refused(scene: Scene, missing: readonly Permission[]): Promise<void> {
  const allowed = WITH_ROUTE.filter((permission) => !missing.includes(permission));
  const kubeconfig = await personaWith(scene, allowed, WITH_ROUTE);
  const result = await scene.run({ ...NAMED, kubeconfig });
  // A list is found missing by listing, the others by asking.
  const verbs = missing.map(({ verb }) => verb).sort((a, b) => Number(b === 'list') - Number(a === 'list'));
  const names = verbs.map((verb) => `${verb} httproutes\\.gateway\\.networking\\.k8s\\.io`).join(', ');
  expectFailure(result, 'failed', new RegExp(`its user lacks: ${names}\\. Add`));
  expect(result.summary).toContain(`verbs: [${verbs.map((verb) => `&quot;${verb}&quot;`).join(', ')}]`);
}
