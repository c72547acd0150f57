import { expect } from '@jest/globals';
import { RAMP, routeOf, withGateway } from './canary.ts';
import type { TestCluster } from './cluster.ts';
import { expectFailure, expectPromoted, expectSuccess, expectUntouched } from './endings.ts';
import { routePath } from './gateway.ts';
import { describe } from './group.ts';
import { type Scene, scenariosOn } from './scene.ts';

const TESTERS = { ...RAMP, steps: '20% 1s', headers: 'x-canary: true' } as const;

/** What the user's own rules make of shares and of testers is said before anything is written. */
export function usersOwnRules(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);
  const routed = (name: string, script: (scene: Scene) => Promise<void>): void =>
    scenario(name, {}, (scene) => withGateway(scene, () => script(scene)));

  describe('a canary beside rules of the user’s own', () => {
    routed('that take all requests of testers: refused before any write', async (scene) => {
      await add(scene, '/spec/rules/-', { matches: [canary()], backendRefs: [ref('other')] });
      const result = await scene.run(TESTERS);
      expectFailure(
        result,
        'failed',
        /Testers by header x-canary: true \(input headers\) would never reach the candidate: rule 2 of HTTPRoute web takes their requests first, to Service other\./,
      );
      await expectUntouched(scene);
    });

    routed('that take some requests of testers: a warning, and released', async (scene) => {
      const path = { type: 'PathPrefix', value: '/admin' };
      await add(scene, '/spec/rules/-', { matches: [{ ...canary(), path }], backendRefs: [ref('other')] });
      const result = await scene.run(TESTERS);
      expectSuccess(result);
      expect(warnings(result.annotations)).toEqual([
        expect.stringMatching(
          /^Testers by header x-canary: true do not always reach the candidate: rule 2 of HTTPRoute web /,
        ),
      ]);
      await expectPromoted(scene);
    });

    routed('that give others a part of the requests: the warning says of which part shares are', async (scene) => {
      const before = [ref('web', 900), ref('other', 100)];
      await add(scene, '/spec/rules/0/backendRefs', before);
      const result = await scene.run({ ...RAMP, 'pause-at': '20%' });
      expectSuccess(result, 'paused');
      const [rule] = (await routeOf(scene)).spec?.rules ?? [];
      expect(rule?.backendRefs?.map(({ name, weight }) => [name, weight])).toEqual([
        ['web', 720],
        ['other', 100],
        ['web-candidate', 180],
      ]);
      expect(warnings(result.annotations)).toEqual([
        'HTTPRoute web: rule 1 gives 10 % of the requests to Service other, and these stay there. ' +
          'Shares of this release, 100 % too, are of the other 90 %.',
      ]);
      expect(result.summary).toContain('are of the other 90 %');
      expectSuccess(await scene.run({ action: 'promote' }));
      await expectPromoted(scene);
    });
  });
}

function canary(): object {
  return { headers: [{ name: 'x-canary', value: 'true' }] };
}

function ref(name: string, weight = 1): object {
  return { name, port: 80, weight };
}

async function add(scene: Scene, path: string, value: unknown): Promise<void> {
  await scene.api.patch(routePath(scene.namespace, 'web'), [{ op: 'add', path, value }]);
}

function warnings(annotations: readonly { readonly kind: string; readonly message: string }[]): string[] {
  return annotations
    .filter(({ kind, message }) => kind === 'warning' && /HTTPRoute web/.test(message))
    .map(({ message }) => message);
}
