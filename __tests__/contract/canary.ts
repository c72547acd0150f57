import { expect } from '@jest/globals';
import { paths } from '../kubernetes/api.ts';
import { until } from '../kubernetes/processes.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import {
  expectFailure,
  expectOriginal,
  expectPromoted,
  expectResizesOnly,
  expectSuccess,
  expectUntouched,
} from './endings.ts';
import { ownersOf } from './field-owners.ts';
import { GatewayController, type HttpRoute, routeManifest, routePath } from './gateway.ts';
import { describe } from './group.ts';
import { PROCESS, type Inputs, type Scene, scenariosOn } from './scene.ts';

export const RAMP = { strategy: 'canary', steps: '20% 1s, 50% 1s', images: `web=${IMAGE.v2}` } as const;
const FOUR = { replicas: 4 } as const;

/** A ramp by numbers of pods that nothing disturbs. */
export const BY_PODS: readonly string[] = [
  'take lock',
  'open record',
  'pause',
  'pin',
  'open',
  'pause',
  'create services web-candidate',
  // Up and checked; from here on users reach both.
  'unpin',
  'resize',
  'pause',
  'select candidate',
  'close',
  'web-candidate: select stable',
  'unpin',
  'restore',
  'delete services web-candidate',
  'close record',
  'release lock',
];

/** A ramp by an HTTPRoute: pods before weight at every step, and the route is the user's own again before any pod leaves. */
export const BY_ROUTE: readonly string[] = [
  'take lock',
  'open record',
  'pause',
  'pin',
  'open',
  'pause',
  'create services web-candidate',
  'patch httproutes web',
  'resize',
  'pause',
  'patch httproutes web',
  'resize',
  'pause',
  'patch httproutes web',
  'select candidate',
  'patch httproutes web',
  'close',
  'web-candidate: select stable',
  'unpin',
  'restore',
  'delete services web-candidate',
  'give back httproutes web',
  'close record',
  'release lock',
];

/** Ramps: shares of the users in steps, by numbers of pods and by a route. `routes`: the cluster serves HTTPRoutes. */
export function canaries(cluster: () => TestCluster, { routes }: { routes: boolean }): void {
  const scenario = scenariosOn(cluster);

  describe('a canary by numbers of pods', () => {
    scenario('moves users in steps, write by write', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      const result = await scene.run(RAMP, PROCESS);
      expectSuccess(result);
      expect(await scene.writes()).toEqual(BY_PODS);
      await expectPromoted(scene);
      expect(result.displayedLog).toContain('wanted 20 %; 1 of 5 pods are the candidate’s: 20 %');
      expect(result.displayedLog).toContain('wanted 50 %; 4 of 8 pods are the candidate’s: 50 %');
      expect(JSON.parse(result.outputs.result ?? '')).toMatchObject({
        ramp: [
          { wanted: 2_000, real: 2_000, candidatePods: 1, stablePods: 4 },
          { wanted: 5_000, real: 5_000, candidatePods: 4, stablePods: 4 },
        ],
      });
    });

    scenario('5 % of four pods is one of five, and is said', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      const result = await scene.run({ ...RAMP, steps: '5% 1s' });
      expectSuccess(result);
      expect(result.displayedLog).toContain('wanted 5 %; 1 of 5 pods are the candidate’s: 20 %');
      await expectPromoted(scene);
    });

    scenario('keeps the share when replicas are doubled, and writes none', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      const action = scene.follow({ ...RAMP, steps: '20% 15s' });
      await action.line(/waiting: 20 % of the users/);
      await scene.api.patch(paths.deployments(scene.namespace, 'web'), { spec: { replicas: 8 } });
      const hash = await scene.hash(IMAGE.v2);
      await until('the candidate has grown', 30_000, async () => (await scene.podsOf(hash)).length === 2);
      await until('stable has grown', 30_000, async () => (await scene.podsOf(scene.stable.hash)).length >= 7);
      expectSuccess(await action.done);
      const { spec } = await scene.deployment();
      expect(spec?.replicas).toBe(8);
      expect(JSON.stringify((await scene.mutations()).map(({ body }) => body))).not.toContain('/spec/replicas');
      expect(await scene.podsOf(hash)).toHaveLength(8);
      expect(await scene.podsOf(scene.stable.hash)).toEqual([]);
    });

    scenario('goes back from the first step, users first', FOUR, async (scene) => {
      const result = await scene.run({ ...RAMP, images: `web=${IMAGE.lateCrash}`, steps: '20% 20s' });
      expectFailure(result, 'rolled-back', /restarted after it had been Ready|no longer Ready|OOMKilled|Error/);
      const writes = await scene.writes();
      expect(writes.indexOf('pin')).toBeLessThan(writes.indexOf('unpin'));
      expect(writes.slice(writes.indexOf('unpin') + 1)).toEqual([
        'pin',
        'note the turn',
        'close on stable',
        'unpin',
        'restore',
        'delete services web-candidate',
        'close record',
        'release lock',
      ]);
      await expectOriginal(scene);
    });

    scenario('cancelled in a step: users are back before the runner loses patience', FOUR, async (scene) => {
      scene.judge = expectResizesOnly;
      const action = scene.follow({ ...RAMP, steps: '20% 1s, 50% 30s' });
      await action.line(/waiting: 50 % of the users/);
      action.cancel();
      const result = await action.done;
      expect(result).toMatchObject({ conclusion: 'cancelled', outputs: { outcome: 'aborted' } });
      await expectOriginal(scene, 'aborted');
    });

    scenario('refuses what only a router can, before any write', {}, async (scene) => {
      const result = await scene.run({
        ...RAMP,
        router: 'none',
        steps: '20% 1s, 80% 1s',
        headers: 'x-canary: true',
        'candidate-replicas': '2',
      });
      expectFailure(result, 'failed', /input headers needs a router/);
      expect(result.outputs.reason).toContain('input candidate-replicas needs a router');
      await expectUntouched(scene);
    });
  });

  if (!routes) return;

  describe('a canary by an HTTPRoute', () => {
    const routed: typeof scenario = (name, app, script) =>
      scenario(name, { ...FOUR, ...app }, (scene) => withGateway(scene, () => script(scene)));

    routed('is found without being told, and moves users in steps, write by write', {}, async (scene) => {
      const before = await routeOf(scene);
      const result = await scene.run(RAMP);
      expectSuccess(result);
      expect(await scene.writes()).toEqual(BY_ROUTE);
      expect((await routeOf(scene)).spec).toEqual(before.spec);
      expect(ownersOf(await routeOf(scene))).toEqual(ownersOf(before));
      await expectPromoted(scene);
      expect(result.displayedLog).toContain('httproute/web gives the candidate 20 % (accepted by its controller)');
    });

    routed('dry-run: every write of the route is listed, to the last one, and nothing changed', {}, async (scene) => {
      const before = await routeOf(scene);
      const result = await scene.run({ ...RAMP, headers: 'x-canary: true', 'dry-run': 'true' });
      expectSuccess(result, 'unchanged');
      expect(await scene.writes()).toEqual([]);
      expect((await routeOf(scene)).spec).toEqual(before.spec);
      const told = result.displayedLog.split('\n').flatMap((line) => /^ +\d+\.\ds +→ (.*)$/.exec(line)?.[1] ?? []);
      const testers = 'and all requests with header x-canary: true';
      expect(told.filter((line) => line.includes('HTTPRoute web'))).toEqual([
        `give Service web-candidate 0 % of the traffic of HTTPRoute web ${testers}`,
        `give Service web-candidate 20 % of the traffic of HTTPRoute web ${testers}`,
        `give Service web-candidate 50 % of the traffic of HTTPRoute web ${testers}`,
        `give Service web-candidate 100 % of the traffic of HTTPRoute web ${testers}`,
        'put HTTPRoute web back: its rules are again as you wrote them',
        expect.stringMatching(/^give the fields of HTTPRoute web back to who had them \(.+\)$/),
      ]);
      expect(told.slice(-2)).toEqual(['close the record', 'give the lock back (Lease crossfade.web)']);
      const [switched, home, close] = [/^switch Service/, /^put HTTPRoute/, /controller retires stable/].map((words) =>
        told.findIndex((line) => words.test(line)),
      );
      expect([switched, home, close].toSorted((a = 0, b = 0) => a - b)).toEqual([switched, home, close]);
    });

    routed('goes back from a step: users first, by either Service, and the route is as it was', {}, async (scene) => {
      const before = await routeOf(scene);
      const action = scene.follow({ ...RAMP, images: `web=${IMAGE.lateCrash}`, steps: '20% 20s', 'settle-time': '1s' });
      expectFailure(await action.done, 'rolled-back', /restarted after it had been Ready|no longer Ready|Error/);
      const writes = await scene.writes();
      expect(writes.slice(writes.indexOf('patch httproutes web'))).toEqual([
        'patch httproutes web',
        'web-candidate: select stable',
        // By now nobody reaches the candidate, whatever the route's controller does.
        'note the turn',
        'patch httproutes web',
        'web-candidate: select candidate',
        'close on stable',
        'unpin',
        'restore',
        'delete services web-candidate',
        'give back httproutes web',
        'close record',
        'release lock',
      ]);
      expect((await routeOf(scene)).spec).toEqual(before.spec);
      expect(ownersOf(await routeOf(scene))).toEqual(ownersOf(before));
      await expectOriginal(scene);
    });

    scenario('its controller refuses: no promotion, users on stable, the reason', FOUR, (scene) =>
      withGateway(scene, async (gateway) => {
        const before = await routeOf(scene);
        const action = scene.follow(RAMP);
        await action.line(/next: 50 %/);
        gateway.refusal = 'this Gateway does not like weights';
        expectFailure(await action.done, 'rolled-back', /this Gateway does not like weights/);
        expect((await routeOf(scene)).spec).toEqual(before.spec);
        await expectOriginal(scene);
      }),
    );

    routed(
      'keeps what somebody else wrote: users are on stable all the same, both versions stand',
      {},
      async (scene) => {
        const action = scene.follow({ ...RAMP, steps: '20% 20s' });
        await action.line(/waiting: 20 % of the users/);
        await weigh(scene, 70, 30);
        const result = await action.done;
        expectFailure(result, 'failed', /changed the weights of httproute\/web during the release.*20 %, found 30 %/);
        expect(weights(await routeOf(scene))).toEqual({ web: 70, 'web-candidate': 30 });
        expect(await scene.users()).toEqual(scene.stable.pods);
        const next = await scene.run({ ...RAMP, images: `web=${IMAGE.v3}` });
        expectSuccess(next);
        await expectPromoted(scene, { image: IMAGE.v3 });
      },
    );

    routed(
      'keeps the old version warm with the route as it was, and goes back by the live Service alone',
      {},
      async (scene) => {
        const before = await routeOf(scene);
        expectSuccess(await scene.run({ ...RAMP, 'keep-warm': 'true' }));
        expect((await routeOf(scene)).spec).toEqual(before.spec);
        expect(await scene.users()).toEqual((await scene.podsOf(await scene.hash(IMAGE.v2))).sort());
        expect((await scene.podsOf(scene.stable.hash)).sort()).toEqual(scene.stable.pods);
        const already = (await scene.writes()).length;
        expectSuccess(await scene.run({ action: 'rollback' }), 'rolled-back');
        expect((await scene.writes()).slice(already)).toEqual([
          'take lock',
          'note the turn',
          'back to stable',
          'close on stable',
          'unpin',
          'restore',
          'delete services web-candidate',
          'give back httproutes web',
          'close record',
          'release lock',
        ]);
        expect((await routeOf(scene)).spec).toEqual(before.spec);
        expect(ownersOf(await routeOf(scene))).toEqual(ownersOf(before));
        await expectOriginal(scene);
      },
    );

    routed('copies requests before the first step, and none from there on', {}, async (scene) => {
      const before = await routeOf(scene);
      const result = await scene.run({ ...RAMP, mirror: '10% 1s' });
      expectSuccess(result);
      const written = (await scene.mutations()).filter(({ resource }) => resource === 'httproutes');
      const bodies = written.map(({ body }) => JSON.stringify(body));
      // The last one gives the fields back to their owner.
      const [copying, ...others] = bodies.filter((body) => !body.includes('"/metadata/managedFields"'));
      expect(copying).toContain(
        '"requestMirror":{"backendRef":{"group":"","kind":"Service","name":"web-candidate","port":80},"percent":10}',
      );
      expect(others[0]).toContain('"op":"remove","path":"/spec/rules/0/filters"');
      expect(others).toHaveLength(4);
      expect((await routeOf(scene)).spec).toEqual(before.spec);
      await expectPromoted(scene);
    });

    scenario('a mirror through a controller that fails on it: refused before any write', FOUR, (scene) =>
      withGateway(scene, async (gateway) => {
        gateway.name = 'traefik.io/gateway-controller';
        await until('it is known', 30_000, async () => {
          return (await routeOf(scene)).status?.parents?.[0]?.controllerName === gateway.name;
        });
        const result = await scene.run({ ...RAMP, mirror: '10% 1s' });
        expectFailure(result, 'failed', /Wanted to mirror 10 % of HTTPRoute web, which Traefik carries/);
        await expectUntouched(scene);
      }),
    );

    routed('stands still at a share, and is promoted from there', {}, async (scene) => {
      const before = await routeOf(scene);
      expectSuccess(await scene.run({ ...RAMP, 'pause-at': '20%' }), 'paused');
      expect(weights(await routeOf(scene))).toEqual({ web: 8_000, 'web-candidate': 2_000 });
      expectSuccess(await scene.run({ action: 'promote' }));
      expect((await routeOf(scene)).spec).toEqual(before.spec);
      await expectPromoted(scene);
    });

    routed('several routes and none named: refused with the list; named, it is used', {}, async (scene) => {
      await scene.api.create(routePath(scene.namespace), {
        ...routeManifest(scene.namespace),
        metadata: { name: 'web-too', namespace: scene.namespace },
      });
      const result = await scene.run(RAMP);
      expectFailure(result, 'failed', /Several routes lead to Service web: httproute\/web, httproute\/web-too\. Name/);
      await expectUntouched(scene);
      expectSuccess(await scene.run({ ...RAMP, router: 'httproute/web\nhttproute/web-too' }));
      await expectPromoted(scene);
    });

    const disturbed: Readonly<Record<string, { readonly inputs: Inputs; readonly when: RegExp }>> = {
      'at its first share': { inputs: { steps: '20% 30s' }, when: /waiting: 20 % of the users/ },
      'while testers have it alone': {
        inputs: { 'pause-at': '0%', headers: 'x-canary: true', 'settle-time': '4s' },
        when: /waiting: 0 % of the users/,
      },
      'at all of the users': { inputs: { steps: '20% 0s', 'settle-time': '4s' }, when: /waiting: 100 % of the users/ },
      'in the bake': { inputs: { 'bake-time': '30s' }, when: /waiting: users are on the candidate/ },
    };
    for (const [name, { inputs, when }] of Object.entries(disturbed)) {
      routed(`cancelled ${name}: everything as it was`, {}, async (scene) => {
        const before = await routeOf(scene);
        const action = scene.follow({ ...RAMP, ...inputs });
        await action.line(when);
        action.cancel();
        expect(await action.done).toMatchObject({ conclusion: 'cancelled', outputs: { outcome: 'aborted' } });
        expect((await routeOf(scene)).spec).toEqual(before.spec);
        await expectOriginal(scene, 'aborted');
      });

      routed(`killed ${name}: post takes it back`, {}, async (scene) => {
        const before = await routeOf(scene);
        const action = scene.start({ ...RAMP, ...inputs, 'settle-time': inputs['settle-time'] ?? '1s' });
        await action.line(when);
        action.kill();
        expect(await action.done).toMatchObject({ signal: 'SIGKILL', post: { conclusion: 'success' } });
        expect((await routeOf(scene)).spec).toEqual(before.spec);
        await expectOriginal(scene, 'aborted');
      });
    }
  });
}

export async function withGateway(scene: Scene, script: (gateway: GatewayController) => Promise<void>): Promise<void> {
  await scene.api.create(routePath(scene.namespace), routeManifest(scene.namespace));
  const gateway = await GatewayController.start(scene.cluster.kubeconfig, scene.namespace);
  try {
    await script(gateway);
  } finally {
    await gateway.stop();
  }
}

export function routeOf(scene: Scene): Promise<HttpRoute> {
  return scene.api.get(routePath(scene.namespace, 'web'));
}

function weights({ spec }: HttpRoute): Record<string, number | undefined> {
  return Object.fromEntries((spec?.rules?.[0]?.backendRefs ?? []).map(({ name, weight }) => [name, weight]));
}

export async function weigh(scene: Scene, live: number, candidate: number): Promise<void> {
  const refs = [
    { name: 'web', port: 80, weight: live },
    { name: 'web-candidate', port: 80, weight: candidate },
  ];
  await scene.api.patch(routePath(scene.namespace, 'web'), [
    { op: 'replace', path: '/spec/rules/0/backendRefs', value: refs },
  ]);
}
