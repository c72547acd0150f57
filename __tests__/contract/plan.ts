import { expect } from '@jest/globals';
import { parse } from 'yaml';
import type { PlanReport } from '../../src/engine/plan-deploy.ts';
import { GitHubServer } from '../action/github-server.ts';
import { paths } from '../kubernetes/api.ts';
import type { RunResult } from '../runner/runner.ts';
import { RAMP, withGateway } from './canary.ts';
import { IMAGE, type TestCluster } from './cluster.ts';
import { expectFailure, expectPromoted, expectSuccess, expectUntouched } from './endings.ts';
import { describe } from './group.ts';
import { knativeScenariosOn } from './knative-scene.ts';
import { NEEDED, nameWithout, personaWith, settled } from './permissions.ts';
import { PROCESS, type Inputs, type Scene, scenariosOn, type Step } from './scene.ts';

const GOOD = { images: `web=${IMAGE.v2}` } as const;
const READING = NEEDED.filter(
  ({ verb, resource }) => ['get', 'list'].includes(verb) && !['events', 'leases', 'pods/log'].includes(resource),
);

/** `action: plan`: what a deploy would do, with no write of its own. */
export function plans(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);
  const routed: typeof scenario = (name, app, script) =>
    scenario(name, { ...app, replicas: 4 }, (scene) => withGateway(scene, () => script(scene)));

  describe('a plan', () => {
    scenario('lists the writes that the deploy then sends, in their order', {}, async (scene) => {
      const { result, plan } = await planOf(scene, GOOD, PROCESS);
      expect(result.outputs).toMatchObject({ plan: 'release', images: `web=${IMAGE.v1}` });
      expect(plan).toMatchObject({ would: 'release', missing: [], role: null, findings: [], to: { web: IMAGE.v2 } });
      expect(plan.steps).toMatchObject([
        { share: 0, candidatePods: 2, stablePods: 2 },
        { share: 10_000, candidatePods: 2, stablePods: 2 },
      ]);
      expect(changesOf(plan, 'new template and hold')).toEqual(
        expect.arrayContaining([
          `spec.template.spec.containers[web].image: ${JSON.stringify(IMAGE.v1)} → ${JSON.stringify(IMAGE.v2)}`,
          'spec.paused: true → false',
        ]),
      );
      expect(changesOf(plan, 'pin Service web')).toEqual([
        `spec.selector.pod-template-hash: null → "${scene.stable.hash}"`,
      ]);
      expect(changesOf(plan, 'unpin Service web')).toEqual(['spec.selector.pod-template-hash: "candidate" → null']);
      expect(result.summary).toContain('The user of this run has every permission that the release needs.');
      await expectUntouched(scene);
      const deployed = await scene.run(GOOD, PROCESS);
      expectSuccess(deployed);
      const { writes } = JSON.parse(deployed.outputs.result ?? '{}') as { writes: { request: string }[] };
      expect(plan.writes.map(({ request }) => request).filter(isOfObjects)).toEqual(
        writes.map(({ request }) => request).filter(isOfObjects),
      );
      await expectPromoted(scene);
    });

    routed('of a canary by a route has its steps, pods and weights', {}, async (scene) => {
      const { result, plan } = await planOf(scene, { ...RAMP, 'pause-at': '20%' });
      expect(plan.steps).toMatchObject([
        { share: 0, candidatePods: 1, stablePods: 4, isPause: false },
        { share: 2000, candidatePods: 1, isPause: true },
        { share: 5000, candidatePods: 2 },
        { share: 10_000, candidatePods: 4 },
      ]);
      const weights = plan.writes.flatMap(({ changes }) => changes.filter(({ field }) => field.includes('weight')));
      expect(weights.length).toBeGreaterThan(0);
      expect(result.summary).toContain('pauses, until it is promoted');
      await expectUntouched(scene);
    });

    scenario('says that there is nothing to do', {}, async (scene) => {
      const { result, plan } = await planOf(scene, { images: `web=${IMAGE.v1}` });
      expect(result.outputs).toMatchObject({ plan: 'nothing', outcome: 'unchanged' });
      expect(plan.writes).toEqual([]);
      await expectUntouched(scene);
    });

    scenario('that would be refused says why, and fails', {}, async (scene) => {
      const result = await scene.run({ action: 'plan', images: `wbe=${IMAGE.v2}` });
      expectFailure(result, 'failed', /wanted a container named wbe; found web/);
      expect(result.outputs).toMatchObject({ plan: 'refused' });
      expect(result.summary).toContain('❌ Plan: would be refused');
      const absent = await scene.run({ action: 'plan', deployment: 'wbe', ...GOOD });
      expectFailure(absent, 'failed', /Wanted Deployment wbe in namespace \S+; it has: web/);
      await expectUntouched(scene);
    });

    scenario('needs no permission to write: it says which are missing', {}, async (scene) => {
      const kubeconfig = await personaWith(scene, READING, READING);
      const { result, plan } = await planOf(scene, { ...GOOD, kubeconfig });
      expect(result.outputs).toMatchObject({ plan: 'release' });
      const missing = plan.missing.map(({ permission: { verb, resource } }) => `${verb} ${resource}`);
      expect(missing).toContain('patch deployments');
      expect(missing).toHaveLength(NEEDED.length - READING.length);
      expect(plan.writes.map(({ tried }) => tried)).not.toContain('accepted');
      expect(changesOf(plan, 'new template and hold')).toContain(
        `spec.template.spec.containers[web].image: ${JSON.stringify(IMAGE.v1)} → ${JSON.stringify(IMAGE.v2)}`,
      );
      expect(result.summary).toContain('kind: Role');
      const without = READING.filter(({ resource }) => resource !== 'services');
      const refused = await scene.run({
        action: 'plan',
        ...GOOD,
        kubeconfig: await personaWith(scene, without, READING),
      });
      expectFailure(refused, 'failed', /its user lacks: .*list services/);
      await expectUntouched(scene);
    });

    routed('prints one Role, which takes nothing away that an earlier one gave, and ends it', {}, async (scene) => {
      const kubeconfig = await personaWith(scene, [], []);
      const inputs = { ...RAMP, router: 'httproute/web', kubeconfig };
      const names: string[] = [];
      const woulds: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        const result = await scene.run({ action: 'plan', ...inputs });
        const { would, role } = planIn(result);
        woulds.push(would);
        if (role === null) break;
        expect(role).toMatch(/^# kubectl create rolebinding (\S+) -n \S+ --role=\1 --user=NAME$/m);
        expect(result.displayedLog.match(/kind: Role$/gm)).toHaveLength(1);
        expect(result.summary.match(/kind: Role$/gm)).toHaveLength(1);
        names.push(await applyMissing(scene, role, kubeconfig));
      }
      expect(woulds).toEqual(['refused', 'refused', 'release']);
      expect(new Set(names).size).toBe(2);
      expectSuccess(await scene.run(inputs));
      await expectPromoted(scene);
    });

    scenario('without a part of them tries the rest', {}, async (scene) => {
      const allowed = NEEDED.filter(({ verb, resource }) => !(verb === 'patch' && resource === 'deployments'));
      const kubeconfig = await personaWith(scene, allowed);
      const { plan } = await planOf(scene, { ...GOOD, kubeconfig });
      const tried = new Map(plan.writes.map((write) => [write.why, write.tried]));
      expect([...tried].find(([why]) => why.startsWith('pin Service'))?.[1]).toBe('accepted');
      expect([...tried].find(([why]) => why.startsWith('new template'))?.[1]).toBe('not-allowed');
      await expectUntouched(scene);
    });

    scenario('shows no value of an environment variable', {}, async (scene) => {
      const { result, plan } = await planOf(scene, { env: 'web.API_TOKEN=hunter2-secret' });
      expect(changesOf(plan, 'new template and hold')).toEqual(
        expect.arrayContaining([expect.stringMatching(/env\[API_TOKEN\]\.value: .* → \(not shown\)$/)]),
      );
      // The runner shows inputs as they were given; what the action writes begins behind them.
      const [, own = ''] = result.log.split('::group::');
      for (const text of [own, result.summary, ...Object.values(result.outputs)]) expect(text).not.toContain('hunter2');
    });

    scenario('while another release is open says what becomes of that one', {}, async (scene) => {
      expectSuccess(await scene.run({ ...GOOD, 'pause-at': '0%' }), 'paused');
      const before = await scene.mutations();
      const { result, plan } = await planOf(scene, { images: `web=${IMAGE.v3}` });
      expect(result.outputs).toMatchObject({ plan: 'open-first', outcome: 'unchanged' });
      expect(plan.open.join(' ')).toMatch(/stands still at 0 % .* A deploy takes it back first/);
      const fail = await planOf(scene, { images: `web=${IMAGE.v3}`, 'on-unfinished': 'fail' });
      expect(fail.plan.open.join(' ')).toContain('A deploy leaves it alone and fails');
      expect(await scene.mutations()).toHaveLength(before.length);
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
    });
  });

  describe('a plan on a pull request', () => {
    const onGitHub = (name: string, script: (scene: Scene, github: GitHubServer, step: Step) => Promise<void>): void =>
      scenario(name, {}, async (scene) => {
        const github = await GitHubServer.start();
        const payload = { pull_request: { number: 7 } };
        const apiUrl = `${github.url}/api/v3`;
        try {
          await script(scene, github, {
            event: { repository: 'acme/shop', eventName: 'pull_request', apiUrl, payload },
            token: 'ghs_0123456789abcdef',
          });
        } finally {
          await github.stop();
        }
      });
    const COMMENT = { action: 'plan', 'pull-request-comment': 'true' } as const;

    onGitHub('is one comment, kept up to date, also by a plan that is refused', async (scene, github, step) => {
      expectSuccess(await scene.run({ ...COMMENT, ...GOOD }, step), 'unchanged');
      expect([...github.tokens]).toEqual(['Bearer ghs_0123456789abcdef']);
      expect(github.comments).toHaveLength(1);
      expect(github.comments[0]?.body).toMatch(
        new RegExp(
          `^<!-- crossfade plan: ${scene.namespace} Deployment%20web -->\n<h2>📝 Plan: ${scene.namespace}/web</h2>`,
        ),
      );
      expectSuccess(await scene.run({ ...COMMENT, images: `web=${IMAGE.v3}` }, step), 'unchanged');
      expectFailure(await scene.run({ ...COMMENT, images: `wbe=${IMAGE.v3}` }, step), 'failed', /named wbe/);
      expect(github.comments).toHaveLength(1);
      expect(github.comments[0]?.body).toContain('❌ Plan: would be refused');
      await expectUntouched(scene);
    });

    onGitHub('that may not be written is a warning', async (scene, github, step) => {
      github.fail({ method: 'POST', status: 403, count: 1 });
      const result = await scene.run({ ...COMMENT, ...GOOD }, step);
      expectSuccess(result, 'unchanged');
      const [warning] = result.annotations.filter(({ kind }) => kind === 'warning');
      expect(warning?.message).toContain('the token lacks the permission `pull-requests: write`');
      expect(result.summary).toContain('pull-requests: write');
    });

    onGitHub('is none where the run is about none', async (scene, github, step) => {
      const result = await scene.run(
        { ...COMMENT, ...GOOD },
        { ...step, event: { ...step.event, payload: {}, eventName: 'push' } },
      );
      expectSuccess(result, 'unchanged');
      expect(result.displayedLog).toContain(
        'There is no pull request to show the plan on: the event push is about none.',
      );
      expect(github.requests).toEqual([]);
    });

    onGitHub('says it when even the cluster cannot be reached, and shows no secret', async (scene, github, step) => {
      const secret = { webhook: 'https://gate.example', 'webhook-secret': 'nowhere' };
      const inputs = { ...COMMENT, ...GOOD, ...secret, context: 'nowhere' };
      const result = await scene.run(inputs, step);
      expectFailure(result, 'failed', /Wanted context/);
      expect(github.comments[0]?.body).toContain('❌ No plan');
      expect(github.comments[0]?.body).toContain('Wanted context *** (input context)');
    });
  });
}

/** The same of Knative Services. */
export function knativePlans(cluster: () => TestCluster): void {
  knativeScenariosOn(cluster)('a plan has every write, and writes nothing', {}, async (scene) => {
    const inputs = { strategy: 'canary', steps: '20% 1s', images: `web=${IMAGE.v2}` };
    const result = await scene.run({ ...inputs, action: 'plan' });
    expectSuccess(result, 'unchanged');
    expect(await scene.writes()).toEqual([]);
    const { plan } = JSON.parse(result.outputs.result ?? '{}') as { plan: PlanReport };
    expect(plan).toMatchObject({ would: 'release', missing: [], findings: [] });
    expect(plan.steps.map(({ share }) => share)).toEqual([0, 2000, 10_000]);
    expect(changesOf(plan, '20 % of the users')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^spec\.traffic\[\d\]\.percent: \d+ → \d+$/)]),
    );
    expectSuccess(await scene.run(inputs));
    await scene.expectReleased(IMAGE.v2);
  });
}

async function planOf(scene: Scene, inputs: Inputs, step?: Step): Promise<{ result: RunResult; plan: PlanReport }> {
  const result = await scene.run({ action: 'plan', ...inputs }, step);
  expectSuccess(result, 'unchanged');
  return { result, plan: planIn(result) };
}

function planIn({ outputs }: RunResult): PlanReport {
  return (JSON.parse(outputs.result ?? '{}') as { plan: PlanReport }).plan;
}

/** Of the first write whose reason begins so. */
function changesOf(plan: PlanReport, why: string): string[] {
  const write = plan.writes.find((each) => each.why.startsWith(why));
  if (write === undefined)
    throw new Error(`no write begins with ${why}: ${plan.writes.map((each) => each.why).join('; ')}`);
  return write.changes.map(({ field, before, after }) => `${field}: ${before} → ${after}`);
}

/** As `kubectl apply` of what was printed, which replaces a Role of the same name, and the line below it. */
async function applyMissing(
  { api, namespace }: Pick<Scene, 'api' | 'namespace'>,
  yaml: string,
  kubeconfig: string,
): Promise<string> {
  const { metadata, rules } = parse(yaml) as {
    metadata: { name: string };
    rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  };
  const { name } = metadata;
  await api.remove(`${paths.roles(namespace)}/${name}`);
  await api.create(paths.roles(namespace), { metadata: { name }, rules });
  await api.remove(`${paths.roleBindings(namespace)}/${name}`);
  await api.create(paths.roleBindings(namespace), {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: nameWithout(namespace, []) }],
  });
  const given = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))),
  );
  await settled(kubeconfig, namespace, given);
  return name;
}

/** Record and lock are told by some and not by others. */
function isOfObjects(request: string): boolean {
  return !/\/(leases|configmaps)/.test(request);
}
