import { describe, expect } from '@jest/globals';
import { RAMP, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { expectFailure, expectOriginal } from './endings.ts';
import { ownersOf } from './field-owners.ts';
import { type HttpRoute, routeManifest, routePath } from './gateway.ts';
import { type Scene, scenariosOn } from './scene.ts';

const TOOL = 'argocd-controller';

/** A tool that puts the repository's weights back in the middle of a release, by server-side apply. */
export function gitOps(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a route that a GitOps tool owns', () => {
    scenario('a sync in a step: its doing, it is named, and users end on stable', { replicas: 4 }, (scene) =>
      withGateway(scene, async () => {
        const before = await sync(scene, { force: true });
        const action = scene.start({ ...RAMP, steps: '20% 30s' });
        await action.line(/waiting: 20 % of the users/);
        await expect(sync(scene, { force: false })).rejects.toMatchObject({
          status: 409,
          message: expect.stringContaining('conflict with "crossfade"'),
        });
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
        const route = await scene.api.get<HttpRoute>(routePath(scene.namespace, 'web'));
        expect(route.spec).toEqual(before.spec);
        expect(ownersOf(route)).toEqual(ownersOf(synced));
        await expectOriginal(scene);
      }),
    );
  });
}

/** The tool applies what is in its repository. */
function sync(scene: Scene, { force }: { readonly force: boolean }): Promise<HttpRoute> {
  const path = `${routePath(scene.namespace, 'web')}?fieldManager=${TOOL}&force=${force}`;
  return scene.api.patch<HttpRoute>(path, routeManifest(scene.namespace), 'apply-patch');
}
