import { expect } from '@jest/globals';
import { RAMP, weigh, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { expectFailure, expectOriginal, expectPromoted, expectSuccess } from './endings.ts';
import { nextSecond, ownersOf } from './field-owners.ts';
import { type HttpRoute, routeManifest, routePath } from './gateway.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

const TOOL = 'argocd-controller';

/** Somebody else writes the weights of a route: a tool in the middle of a release, a person when no run is at work. */
export function foreignRoutes(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a route that a GitOps tool owns', () => {
    scenario('a sync in a step: its doing, it is named, and users end on stable', { replicas: 4 }, (scene) =>
      withGateway(scene, async () => {
        const before = await sync(scene, { force: true });
        const action = scene.follow({ ...RAMP, steps: '20% 30s' });
        await action.line(/waiting: 20 % of the users/);
        await expect(sync(scene, { force: false })).rejects.toMatchObject({
          status: 409,
          message: expect.stringContaining('conflict with "crossfade"'),
        });
        await nextSecond();
        const synced = await sync(scene, { force: true });
        expect(synced.spec).toEqual(before.spec);
        const result = await action.done;
        expectFailure(
          result,
          'rolled-back',
          /argocd-controller at \d\d:\d\d:\d\d UTC changed the weights of httproute\/web during the release: the candidate’s share was 20 %, found 0 %/,
        );
        const warning = result.annotations.find(({ kind }) => kind === 'warning');
        expect(warning?.message).toMatch(/^HTTPRoute web is owned by Argo CD .*`RespectIgnoreDifferences=true`/);
        // Neither its values nor its name are written over.
        const route = await routeOf(scene);
        expect(route.spec).toEqual(before.spec);
        expect(ownersOf(route)).toEqual(ownersOf(synced));
        await expectOriginal(scene);
      }),
    );
  });

  describe('a route that a person writes after the run was lost', () => {
    for (const share of [30, 50])
      scenario(
        `${share === 50 ? 'a share that the release has, too' : 'any share'}: the next run stops and names it, and the one after that replaces it`,
        { replicas: 4 },
        (scene) =>
          withGateway(scene, async () => {
            const before = await routeOf(scene);
            const action = scene.start({ ...RAMP, steps: '20% 30s, 50% 0s' });
            await action.line(/waiting: 20 % of the users/);
            action.loseRunner();
            await action.done;
            await nextSecond();
            await weigh(scene, 100 - share, share);
            await scene.expireLock();
            const next = { ...RAMP, images: `web=${IMAGE.v3}` };
            const refused = await scene.run(next);
            expectFailure(
              refused,
              'failed',
              new RegExp(
                `could not be taken back: a later run found it unfinished\\. .+ changed the weights of httproute/web: found ${share} %\\. Users are on stable, .* run again: the next run replaces it\\.`,
              ),
            );
            expect(await scene.users()).toEqual(scene.stable.pods);
            expect((await routeOf(scene)).spec).not.toEqual(before.spec);
            expectSuccess(await scene.run(next));
            expect((await routeOf(scene)).spec).toEqual(before.spec);
            await expectPromoted(scene, { image: IMAGE.v3 });
          }),
      );
  });
}

function routeOf(scene: Scene): Promise<HttpRoute> {
  return scene.api.get<HttpRoute>(routePath(scene.namespace, 'web'));
}

/** The tool applies what is in its repository. */
function sync(scene: Scene, { force }: { readonly force: boolean }): Promise<HttpRoute> {
  const path = `${routePath(scene.namespace, 'web')}?fieldManager=${TOOL}&force=${force}`;
  return scene.api.patch<HttpRoute>(path, routeManifest(scene.namespace), 'apply-patch');
}
