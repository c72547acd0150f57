import { expect } from '@jest/globals';
import type { Permission } from '../../src/cluster/permissions.ts';
import type { Service } from '../../src/cluster/wire.ts';
import type { RunResult } from '../runner/runner.ts';
import { routeOf, withGateway } from './canary.ts';
import { IMAGE, type TestCluster } from './cluster.ts';
import { carriedOut, expectFailure, expectOriginal, expectStanding, expectSuccess } from './endings.ts';
import { describe } from './group.ts';
import { NEEDED, personaWith, withdraw } from './permissions.ts';
import { type Scene, scenariosOn } from './scene.ts';

const ROUTES: readonly Permission[] = ['get', 'list', 'watch', 'patch'].map((verb) => ({
  group: 'gateway.networking.k8s.io',
  resource: 'httproutes',
  verb,
}));

/** Whoever may not do all of a way back moves users, and as much of the rest as is allowed. */
export function shortWaysBack(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a way back without a permission that only its end needs', () => {
    scenario('to delete Services: all but the candidate Service is as it was', {}, async (scene) => {
      await standInBake(scene);
      expectShort(await scene.run(await abortWithout(scene, 'services delete')), 'delete services');
      const { services, ...objects } = await scene.objects();
      const own = services.filter((service) => (service as Service).metadata?.name === 'web');
      expect(services).toHaveLength(own.length + 1);
      const { configMaps: _, ...before } = scene.before;
      expect({ ...objects, services: own }).toEqual({ ...before, configMaps: ['crossfade.web'] });
      expect(await scene.users()).toEqual(scene.stable.pods);
      await expectEnds(scene);
    });

    scenario('to patch Deployments: users are on stable, and both versions stand', {}, async (scene) => {
      await standInBake(scene);
      const result = await scene.run(await abortWithout(scene, 'deployments patch'));
      expectShort(result, 'patch deployments.apps');
      expect(result.outputs.reason).toContain('2 pods of the new version; Deployment web is paused');
      await expectStanding(scene, IMAGE.v2);
      await expectEnds(scene);
    });

    scenario('to write the record: users are on stable, and both versions stand to show it', {}, async (scene) => {
      await standInBake(scene);
      expectShort(await scene.run(await abortWithout(scene, 'configmaps update')), 'update configmaps');
      await expectStanding(scene, IMAGE.v2);
      await expectEnds(scene);
    });

    for (const verb of ['create', 'update'])
      scenario(`to ${verb} the lock, which nobody has: done without it`, {}, async (scene) => {
        await standInBake(scene);
        const result = await scene.run(await abortWithout(scene, `leases ${verb}`));
        expectWhole(result, `${verb} leases`);
        await expectOriginal(scene, 'aborted');
      });

    scenario('to give the lock back: it is over by itself in half a minute', {}, async (scene) => {
      await standInBake(scene);
      expectWhole(await scene.run(await abortWithout(scene, 'leases delete')), 'delete leases');
      expect((await scene.objects()).leases).toEqual(['crossfade.web']);
      await scene.removeLock();
      await expectOriginal(scene, 'aborted');
    });

    scenario('to watch: what lists tell is enough', {}, async (scene) => {
      await standInBake(scene);
      const watches = ['deployments watch', 'pods watch', 'endpointslices watch'];
      expectWhole(await scene.run(await abortWithout(scene, ...watches)), 'watch deployments.apps, watch pods');
      await expectOriginal(scene, 'aborted');
    });

    scenario('a lock that a run at work has: it cannot be asked, and nothing is begun', {}, async (scene) => {
      const action = scene.follow({ images: `web=${IMAGE.v2}`, 'bake-time': '20s' });
      await action.line(/waiting: users are on the candidate/);
      const before = carriedOut(await scene.writes());
      const result = await scene.run(await abortWithout(scene, 'leases update'));
      expectFailure(result, 'failed', /Another run is at work on web: .* lacks: update leases\.coordination\.k8s\.io/);
      expect(carriedOut(await scene.writes())).toEqual(before);
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
      await action.done;
      await expectOriginal(scene, 'aborted');
    });

    scenario('post of a killed run, which may not write its own lock any more, goes without', {}, async (scene) => {
      const kubeconfig = await personaWith(scene, NEEDED);
      const action = scene.start({ images: `web=${IMAGE.v2}`, 'bake-time': '40s', kubeconfig });
      await action.line(/waiting: users are on the candidate/);
      await withdraw(scene, kubeconfig, permissionTo('update', 'leases'));
      action.kill();
      const result = await action.done;
      expect(result).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
      expect(result.post?.displayedLog).toContain('goes on without the lock: nobody is at work on web');
      expect(result.post?.summary).toContain('Users are back on the version they had before this release');
      await scene.removeLock();
      await expectOriginal(scene, 'aborted');
    });

    scenario('a rollback of an unfinished release does the same', {}, async (scene) => {
      await standInBake(scene);
      const { kubeconfig } = await abortWithout(scene, 'services delete');
      const result = await scene.run({ action: 'rollback', kubeconfig });
      expectShort(result, 'delete services');
      expect(await scene.users()).toEqual(scene.stable.pods);
      await expectEnds(scene);
    });

    scenario('a deploy takes back what was left behind, and is refused itself', {}, async (scene) => {
      await leaveInBake(scene);
      const short = await abortWithout(scene, 'services delete');
      const images = `web=${IMAGE.v3}`;
      const first = await scene.run({ images, kubeconfig: short.kubeconfig });
      expectFailure(first, 'failed', /could not be taken back: .* its user lacks: delete services\./);
      expect(await scene.users()).toEqual(scene.stable.pods);
      const dumb = await abortWithout(scene, 'pods/log get');
      const second = await scene.run({ images, kubeconfig: dumb.kubeconfig });
      expectFailure(second, 'failed', /its user lacks: get pods\/log\./);
      await expectOriginal(scene);
    });
  });
}

/** The same of a canary by an HTTPRoute. */
export function shortRouteWaysBack(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  scenario(
    'a way back without the permission to patch the route: the candidate Service leads to stable',
    { replicas: 4 },
    (scene) =>
      withGateway(scene, async () => {
        const canary = { strategy: 'canary', steps: '50% 1s', 'pause-at': '50%', router: 'httproute/web' };
        expectSuccess(await scene.run({ ...canary, images: `web=${IMAGE.v2}` }), 'paused');
        const all = [...NEEDED, ...ROUTES];
        const allowed = all.filter(({ resource, verb }) => !(resource === 'httproutes' && verb === 'patch'));
        const result = await scene.run({ action: 'abort', kubeconfig: await personaWith(scene, allowed, all) });
        expectShort(result, 'patch httproutes.gateway.networking.k8s.io');
        expect(result.outputs.reason).toContain(
          'httproute/web sends 50 % to Service web-candidate, which reaches the old version',
        );
        expect(JSON.stringify((await routeOf(scene)).spec)).toContain('web-candidate');
        expect((await scene.writes()).slice(-3)).toEqual([
          'note the turn',
          'patch httproutes web (403)',
          'release lock',
        ]);
        await expectEnds(scene);
      }),
  );
}

function permissionTo(verb: string, resource: string): Permission {
  const found = NEEDED.find((permission) => permission.verb === verb && permission.resource === resource);
  if (found === undefined) throw new Error(`no documented permission to ${verb} ${resource}`);
  return found;
}

/** Users are on the new version, and nobody is at work: a person has it stand there. */
async function standInBake(scene: Scene): Promise<void> {
  const action = scene.follow({ images: `web=${IMAGE.v2}`, 'on-cancel': 'hold', 'bake-time': '40s' });
  await action.line(/waiting: users are on the candidate/);
  action.cancel();
  expect((await action.done).outputs).toMatchObject({ outcome: 'paused' });
}

/** The same, and its runner is lost. */
async function leaveInBake(scene: Scene): Promise<void> {
  const action = scene.start({ images: `web=${IMAGE.v2}`, 'bake-time': '40s' });
  await action.line(/waiting: users are on the candidate/);
  action.loseRunner();
  await action.done;
  await scene.expireLock();
}

async function abortWithout(
  scene: Scene,
  ...missing: readonly string[]
): Promise<{ action: string; kubeconfig: string }> {
  const allowed = NEEDED.filter(({ resource, verb }) => !missing.includes(`${resource} ${verb}`));
  expect(allowed).toHaveLength(NEEDED.length - missing.length);
  return { action: 'abort', kubeconfig: await personaWith(scene, allowed) };
}

/** Users are back, and what is missing is named with the Role that gives it. Its own post does not try again what nobody allows it. */
function expectShort(result: RunResult, lacking: string): void {
  const name = lacking.replaceAll('.', '\\.');
  expectFailure(result, 'failed', new RegExp(`Users are back on the old version; .* its user lacks: ${name}\\.`));
  expect(result.displayedLog).toMatch(new RegExp(`lacks permissions in namespace .* may need: ${name}\\.`));
  expect(result.summary).toContain(`verbs: [&quot;${lacking.split(' ')[0]}&quot;]`);
  expect(result.summary).toContain('Users are back on the version they had before this release; ');
}

function expectWhole(result: RunResult, lacking: string): void {
  expectSuccess(result, 'aborted');
  expect(result.displayedLog).toContain(`may need: ${lacking}`);
}

/** With the permission there, another abort does the rest. */
async function expectEnds(scene: Scene): Promise<void> {
  expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
  await expectOriginal(scene, 'aborted');
}
