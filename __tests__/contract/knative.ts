import { expect } from '@jest/globals';
import { knativePermissions, type Permission } from '../../src/cluster/permissions.ts';
import type { KnativeObject } from '../knative/objects.ts';
import type { TestCluster } from './cluster.ts';
import { IMAGE } from './cluster.ts';
import { describe } from './group.ts';
import { PROCESS } from './scene.ts';
import { expectFailure, expectSuccess } from './endings.ts';
import { FORWARD } from './gate.ts';
import { type KnativeScene, knativeScenariosOn } from './knative-scene.ts';
import { expectLacking, personaWith } from './permissions.ts';

const V2 = { images: `web=${IMAGE.v2}` } as const;
const RAMP = { ...V2, strategy: 'canary', steps: '10% 100ms, 50% 100ms' } as const;
const LATEST = [{ latestRevision: true, percent: 100 }] as const;

const GOOD_CANARY = [
  'take lock',
  'open record',
  'all to stable',
  'template',
  '0 % to the candidate',
  '10 % to the candidate',
  '50 % to the candidate',
  '100 % to the candidate',
  'traffic as before',
  'close record',
  'release lock',
] as const;

const only = (image: string) => ({ [image]: 100 });
const both = (share: number) => ({ [IMAGE.v1]: 100 - share, [IMAGE.v2]: share });

/** One before the template, with it, at a step, and in the close. */
const FEW: readonly string[] = ['all to stable', 'template', '50 % to the candidate', 'traffic as before'];

/** Releases of a Knative Service, by the bundle as the runner runs it. `moments`: the writes at which runs are killed. */
export function knativeReleases(
  cluster: () => TestCluster,
  { sockets, moments }: { readonly sockets: boolean; readonly moments: 'all' | 'few' },
): void {
  const deaths = [...GOOD_CANARY.entries()].filter(([, write]) => moments === 'all' || FEW.includes(write));
  const scenario = knativeScenariosOn(cluster);

  describe('a Knative Service is released', () => {
    scenario('as a canary: one PATCH for each step, and the traffic as the user wrote it', {}, async (scene) => {
      const result = await scene.run(RAMP, PROCESS);
      expectSuccess(result);
      expect(await scene.writes()).toEqual(GOOD_CANARY);
      expect(scene.served).toEqual([only(IMAGE.v1), both(10), both(50), only(IMAGE.v2)]);
      await scene.expectReleased(IMAGE.v2);
      expect(result.outputs).toMatchObject({ 'stable-hash': 'web-00001', 'candidate-hash': 'web-00002' });
      expect(result.displayedLog).toContain('the candidate alone is at http://candidate-web.example.com');
      expect(result.summary).toContain('Ramp');
      expect(result.summary).toContain('http://candidate-web.example.com');
      expect(result.summary).toContain('Knative Service web: programmed into the data plane');
    });

    scenario('blue/green: 0 to 100 % in one PATCH', { traffic: LATEST }, async (scene) => {
      expectSuccess(await scene.run(V2));
      expect(await scene.writes()).toEqual(GOOD_CANARY.filter((write) => !/^(10|50) %/.test(write)));
      expect(scene.served).toEqual([only(IMAGE.v1), only(IMAGE.v2)]);
      await scene.expectReleased(IMAGE.v2);
    });

    scenario(
      'with names and tags of the user’s own: they stay, and the candidate has a name of its own',
      {
        template: { name: 'web-first', annotations: { 'autoscaling.knative.dev/min-scale': '1' } },
        traffic: [
          { latestRevision: true, percent: 100, tag: 'current' },
          { revisionName: 'web-first', latestRevision: false, percent: 0, tag: 'candidate' },
        ],
      },
      async (scene) => {
        const result = await scene.run(V2);
        expectSuccess(result);
        expect(result.outputs['candidate-hash']).toMatch(/^web-\d{8}-\d{6}-[0-9a-f]{4}$/);
        expect(result.displayedLog).toContain('http://crossfade-web.example.com');
        const { spec } = await scene.service();
        expect(spec?.template?.metadata).toMatchObject({
          name: result.outputs['candidate-hash'],
          annotations: { 'autoscaling.knative.dev/min-scale': '1' },
        });
        await scene.expectReleased(IMAGE.v2);
      },
    );

    scenario('only once: what runs already is not released', {}, async (scene) => {
      expectSuccess(await scene.run({ images: `web=${IMAGE.v1}` }), 'unchanged');
      expect(await scene.writes()).toEqual([]);
    });

    scenario('as a dry run: every write is tried and told, nothing changes', {}, async (scene) => {
      const result = await scene.run({ ...RAMP, 'dry-run': 'true' });
      expectSuccess(result, 'unchanged');
      expect(await scene.writes()).toEqual([]);
      for (const share of ['10 %', '50 %', '100 %']) expect(result.summary).toContain(`${share} of the users`);
      expect((await scene.service()).spec).toEqual(scene.before.spec);
    });

    scenario(
      'and the fields are given back to whoever applies it',
      { traffic: LATEST, applied: 'kubectl' },
      async (scene) => {
        const owners = async () => ownersOf('f:traffic', await scene.service());
        const before = await owners();
        expect(before).toContain('kubectl');
        expectSuccess(await scene.run(V2));
        expect(await scene.writes()).toContain('give back');
        expect(await owners()).toEqual(before);
        await scene.expectReleased(IMAGE.v2);
      },
    );
  });

  // Fake pods answer nobody.
  if (sockets)
    describe('a smoke test of a Knative Service', () => {
      scenario('reaches the new Revision by its own Service, before any user', {}, async (scene) => {
        const good = await scene.run({ ...V2, 'smoke-test': 'GET / contains="v2"', 'pause-at': '0%' });
        expectSuccess(good, 'paused');
        expect(good.summary).toContain('GET / contains=');
        expect(scene.served).toEqual([only(IMAGE.v1)]);
        expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
        await scene.expectAsBefore('aborted');
      });

      scenario('that is not answered as wanted takes it back', {}, async (scene) => {
        const bad = await scene.run({ ...V2, 'smoke-test': 'GET / contains="v9" within=1s' });
        expectFailure(bad, 'rolled-back', /smoke-test .* failed/);
        expect(scene.served).toEqual([only(IMAGE.v1)]);
        await scene.expectAsBefore();
      });
    });

  describe('a Knative Service is taken back', () => {
    for (const { image, reason } of [
      { image: IMAGE.missing, reason: /Revision web-00002: (ErrImagePull|ImagePullBackOff)/ },
      { image: IMAGE.crash, reason: /Revision web-00002: ExitCode3/ },
    ])
      scenario(`when its Revision is sick: ${image.split(':')[1]}, in Knative’s own words`, {}, async (scene) => {
        expectFailure(await scene.run({ images: `web=${image}` }), 'rolled-back', reason);
        expect(scene.served).toEqual([only(IMAGE.v1)]);
        await scene.expectAsBefore();
      });

    scenario('when its Revision does not become Ready in time', {}, async (scene) => {
      const inputs = { images: `web=${IMAGE.neverReady}`, timeout: '12s' };
      expectFailure(await scene.run(inputs), 'rolled-back', /Revision web-00002 was not Ready/);
      expect(scene.served).toEqual([only(IMAGE.v1)]);
      await scene.expectAsBefore();
    });

    scenario('when a smoke command fails: it knows the candidate by name and URL', {}, async (scene) => {
      const command =
        'echo "at $CROSSFADE_CANDIDATE_URL, $CROSSFADE_STABLE_REVISION to $CROSSFADE_CANDIDATE_REVISION"; exit 3';
      const result = await scene.run({ ...RAMP, 'smoke-command': command });
      expectFailure(result, 'rolled-back', /smoke-command .* failed: exit code 3/);
      expect(result.displayedLog).toContain('at http://candidate-web.example.com, web-00001 to web-00002');
      expect(scene.served).toEqual([only(IMAGE.v1)]);
      await scene.expectAsBefore();
    });

    scenario('when it fails with users on it', {}, async (scene) => {
      const inputs = { ...RAMP, steps: '10% 40s' };
      const action = scene.follow(inputs);
      await action.line(/waiting: 10 % of the users/);
      // What its controller says of a Revision whose pods are gone for good.
      await scene.fail('web-00002');
      expectFailure(await action.done, 'rolled-back', /Revision web-00002: ProgressDeadlineExceeded/);
      expect(await scene.writes()).toContain('all to stable');
      await scene.expectAsBefore();
    });

    scenario(
      'and its names and tags are as they were',
      { template: { name: 'web-first' }, traffic: LATEST },
      async (scene) => {
        const inputs = { ...RAMP, 'smoke-command': 'exit 1' };
        expectFailure(await scene.run(inputs), 'rolled-back', /exit code 1/);
        await scene.expectAsBefore();
        expect((await scene.service()).status?.latestReadyRevisionName).toBe('web-first');
      },
    );

    scenario(
      'and stays for a look with on-failure: hold; the next run takes it back and releases',
      {},
      async (scene) => {
        const inputs = { ...RAMP, 'smoke-command': 'exit 1', 'on-failure': 'hold' };
        expectFailure(await scene.run(inputs), 'failed', /exit code 1/);
        expect(scene.served.at(-1)).toEqual(only(IMAGE.v1));
        expect((await scene.service()).spec?.template?.spec?.containers[0]?.image).toBe(IMAGE.v2);
        expectSuccess(await scene.run({ ...RAMP, images: `web=${IMAGE.v3}` }));
        await scene.expectReleased(IMAGE.v3);
      },
    );
  });

  describe('a Knative Service stands still', () => {
    scenario('at a step, and another run promotes it', {}, async (scene) => {
      const first = await scene.run({ ...RAMP, 'pause-at': '10%' });
      expectSuccess(first, 'paused');
      expect(scene.served.at(-1)).toEqual(both(10));
      expectSuccess(await scene.run({ action: 'promote' }));
      expect(scene.served).toEqual([only(IMAGE.v1), both(10), both(50), only(IMAGE.v2)]);
      await scene.expectReleased(IMAGE.v2);
    });

    scenario('before any user, and another run aborts it', {}, async (scene) => {
      const first = await scene.run({ ...V2, 'pause-at': '0%' });
      expectSuccess(first, 'paused');
      expect(first.summary).toContain('knative-service: web');
      expect(scene.served).toEqual([only(IMAGE.v1)]);
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
      expect(scene.served).toEqual([only(IMAGE.v1)]);
      await scene.expectAsBefore('aborted');
    });

    scenario('and somebody moves the users meanwhile: promote notices, and goes back', {}, async (scene) => {
      expectSuccess(await scene.run({ ...RAMP, 'pause-at': '10%' }), 'paused');
      await scene.foreign({ traffic: [{ revisionName: 'web-00002', latestRevision: false, percent: 100 }] });
      const back = /kubectl-edit at .* changed the traffic of web .* found 100 % web-00002/;
      expectFailure(await scene.run({ action: 'promote' }), 'rolled-back', back);
      await scene.expectAsBefore();
    });
  });

  describe('somebody else writes the Knative Service', () => {
    scenario('its traffic, back to the latest: users are on stable, and it says who', {}, async (scene) => {
      const action = scene.follow({ ...RAMP, steps: '10% 40s' });
      await action.line(/waiting: 10 % of the users/);
      await scene.foreign({ traffic: LATEST });
      expectFailure(await action.done, 'rolled-back', /kubectl-edit at .* changed the traffic of web/);
      await scene.expectAsBefore();
    });

    scenario('its template: it stops, users on stable, and the next run replaces it', {}, async (scene) => {
      const action = scene.follow({ ...RAMP, steps: '10% 40s' });
      await action.line(/waiting: 10 % of the users/);
      await scene.foreign({ template: { spec: { containers: [{ name: 'web', image: IMAGE.v3 }] } } });
      expectFailure(await action.done, 'failed', /kubectl-edit at .* changed the template of web .*image .*v2 → .*v3/);
      expect(scene.served.at(-1)).toEqual(only(IMAGE.v1));
      expect(scene.served).not.toContainEqual(only(IMAGE.v3));
      expect((await scene.service()).spec?.template?.spec?.containers[0]?.image).toBe(IMAGE.v3);
      expectSuccess(await scene.run(V2));
      await scene.expectReleased(IMAGE.v2);
    });
  });

  describe('a release of a Knative Service is cancelled', () => {
    scenario('in its ramp: users are on stable at once', {}, async (scene) => {
      const action = scene.follow({ ...RAMP, steps: '10% 40s' });
      await action.line(/waiting: 10 % of the users/);
      action.cancel();
      const result = await action.done;
      expect(result.outputs.outcome).toBe('aborted');
      await scene.expectAsBefore('aborted');
    });
  });

  describe('a release of a Knative Service is killed, and post takes it back or completes it:', () => {
    for (const [at, write] of deaths)
      scenario(`after “${write}”`, {}, async (scene) => {
        await killedAfter(scene, at, 'the process');
        if (at < GOOD_CANARY.indexOf('open record')) expect((await scene.service()).spec).toEqual(scene.before.spec);
        else if (at < GOOD_CANARY.indexOf('traffic as before')) await scene.expectAsBefore('aborted');
        else await scene.expectReleased(IMAGE.v2);
      });
  });

  describe('it is lost with the runner, and the next run takes it back or completes it, and releases:', () => {
    for (const [at, write] of deaths)
      scenario(`after “${write}”`, {}, async (scene) => {
        await killedAfter(scene, at, 'the runner');
        await scene.expireLock();
        expectSuccess(await scene.run({ ...V2, images: `web=${IMAGE.v3}` }));
        await scene.expectReleased(IMAGE.v3);
      });
  });

  describe('it is lost with the runner, and resumed:', () => {
    for (const write of [
      'open record',
      'all to stable',
      'template',
      '50 % to the candidate',
      'traffic as before',
    ] as const)
      scenario(`after “${write}”`, {}, async (scene) => {
        await killedAfter(scene, GOOD_CANARY.indexOf(write), 'the runner');
        await scene.expireLock();
        expectSuccess(await scene.run({ action: 'resume', images: '' }));
        await scene.expectReleased(IMAGE.v2);
      });
  });

  describe('a release of a Knative Service is refused', () => {
    const refusals: readonly { what: string; app: object; inputs: object; reason: RegExp }[] = [
      {
        what: 'with traffic divided by hand',
        app: {
          traffic: [
            { latestRevision: true, percent: 60 },
            { revisionName: 'web-00001', percent: 40 },
          ],
        },
        inputs: {},
        reason: /is divided already \(60 % latest, 40 % web-00001\)/,
      },
      {
        what: 'with traffic to a Revision by its name',
        app: { traffic: [{ revisionName: 'web-00001', percent: 100 }] },
        inputs: {},
        reason: /names Revision web-00001/,
      },
      { what: 'when it is not there', app: {}, inputs: { 'knative-service': 'wab' }, reason: /it has: web\./ },
      {
        what: 'with an image of no container',
        app: {},
        inputs: { images: 'wob=x/y:1' },
        reason: /a container named wob/,
      },
    ];
    for (const { what, app, inputs, reason } of refusals)
      scenario(what, app, async (scene) => {
        expectFailure(await scene.run({ ...V2, ...inputs }), 'failed', reason);
        expect(await scene.writes()).toEqual([]);
      });

    scenario('without the permissions, all of them named', {}, async (scene) => {
      const kubeconfig = await scene.cluster.kubeconfigFor('nobody');
      const result = await scene.run({ ...V2, kubeconfig });
      expectFailure(result, 'failed', /needs permissions .*patch services.serving.knative.dev/);
      expect(result.summary).toContain('resources: [&quot;revisions&quot;]');
    });

    scenario(
      'without any one of them: that one named, nothing written; with all, it is released',
      {},
      async (scene) => {
        const needed = knativePermissions({ proxy: false });
        // On the simulator some: how a permission is found missing is the same for all.
        const some = ['services patch', 'revisions list', 'configmaps update', 'leases delete'];
        const isTried = ({ resource, verb }: Permission): boolean =>
          scene.cluster.tier !== 'simulator' || some.includes(`${resource} ${verb}`);
        const tried = needed.filter(isTried);
        expect(tried.length).toBeGreaterThanOrEqual(some.length);
        for (const missing of tried) {
          const allowed = needed.filter((other) => other !== missing);
          expectLacking(await scene.run({ ...V2, kubeconfig: await personaWith(scene, allowed, needed) }), missing);
        }
        expect(await scene.writes()).toEqual([]);
        expectSuccess(await scene.run({ ...V2, kubeconfig: await personaWith(scene, needed, needed) }));
      },
    );
  });
}

/** Managers of a field, from `managedFields`. */
function ownersOf(field: string, { metadata }: KnativeObject): string[] {
  const entries = (metadata?.managedFields ?? []).filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes(field));
  return entries.map(({ manager = '' }) => manager).sort();
}

/** Runs a canary that dies when the write was carried out and before it hears of that. */
async function killedAfter(scene: KnativeScene, at: number, death: 'the process' | 'the runner'): Promise<void> {
  let kill = (): void => undefined;
  const gate = await scene.gate((passing) =>
    passing.kind === 'write' && passing.count === at + 1 ? { do: 'forward-and-reset', first: () => kill() } : FORWARD,
  );
  const action = scene.start({ ...RAMP, kubeconfig: gate.kubeconfig });
  kill = () => (death === 'the process' ? action.kill('SIGKILL') : action.loseRunner());
  expect((await action.done).signal).toBe('SIGKILL');
}
