import { describe, expect, test } from '@jest/globals';
import { InputErrors } from '../../src/action/input-errors.ts';
import { readRequest } from '../../src/action/inputs.ts';

type Given = Readonly<Record<string, string>>;

const LEAST: Given = { deployment: 'web', images: 'web=nginx:2' };

function request(given: Given) {
  return readRequest((name) => given[name] ?? '');
}

async function problemsOf(given: Given): Promise<InputErrors> {
  const error: unknown = await request(given).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof InputErrors) return error;
  throw new Error(`expected InputErrors, got ${String(error)}`);
}

describe('readRequest', () => {
  test('the least that can be given', async () => {
    expect(await request(LEAST)).toEqual({
      action: 'deploy',
      strategy: 'blue-green',
      knativeService: null,
      batches: null,
      batchTime: 60_000,
      steps: [
        { share: 500, stay: 120_000 },
        { share: 2_000, stay: 300_000 },
        { share: 5_000, stay: 300_000 },
      ],
      pauseAt: null,
      testers: { headers: [], cookies: [] },
      mirror: null,
      candidateReplicas: null,
      routers: 'auto',
      routerCommand: null,
      cluster: { kubeconfig: null, context: null, namespace: null, allowExec: 'auto' },
      deployment: 'web',
      service: null,
      candidateService: null,
      images: [{ kind: 'container', container: 'web', image: 'nginx:2' }],
      env: [],
      smokeTests: [],
      smokeCommand: null,
      job: null,
      webhook: null,
      checkAt: 'start',
      thresholds: [],
      alerts: [],
      alertsSince: 'release',
      alertmanager: null,
      metrics: null,
      bakeTime: 60_000,
      drainTime: 30_000,
      settleTime: 3_000,
      timeout: 900_000,
      lockTimeout: 600_000,
      judging: {
        evidence: 'ticks',
        tick: 5_000,
        tolerance: 1.5,
        atMostWorse: 3,
        falseAlarms: 0.01,
        objective: null,
        restarts: 'any',
        minRequests: 50,
        patience: 120_000,
        onInconclusive: 'pause',
        early: false,
      },
      onFailure: 'rollback',
      skipAnalysis: false,
      onCancel: 'take-back',
      onUnfinished: 'take-back',
      switch: 'cut',
      to: null,
      goOnTo: null,
      keepWarm: false,
      dryRun: false,
      summary: true,
      comment: null,
    });
  });

  const KNATIVE = { 'knative-service': 'web', images: 'web=nginx:2' };

  test('a Knative Service in place of a Deployment', async () => {
    expect(await request({ ...KNATIVE, strategy: 'canary' })).toMatchObject({ deployment: '', knativeService: 'web' });
    // The Service and its Revisions take care of connections: the time to drain is no part of the release.
    expect(await request({ ...KNATIVE, timeout: '1m30s' })).toMatchObject({ timeout: 90_000 });
  });

  test.each([
    ['both', { deployment: 'web' }, 'knative-service', 'another workload'],
    ['a bad name', { 'knative-service': 'Web' }, 'knative-service', 'Did you mean web?'],
    ['rolling', { strategy: 'rolling' }, 'strategy', 'A Revision never changes'],
    ['a fraction', { strategy: 'canary', steps: '12.5% 1m, 50% 1m' }, 'steps', '12.5% (nearest: 12% and 13%)'],
    ['less than a percent', { strategy: 'canary', steps: '0.5% 1m' }, 'steps', '0.5% (nearest: 1%)'],
    ['more than 99', { strategy: 'canary', steps: '99.5% 1m' }, 'steps', '99.5% (nearest: 99%)'],
    ['headers', { strategy: 'canary', headers: 'x-canary: true' }, 'headers', 'CROSSFADE_CANDIDATE_URL'],
    ['headers of blue/green', { headers: 'x-canary: true' }, 'headers', 'CROSSFADE_CANDIDATE_URL'],
    ['a cookie', { strategy: 'canary', cookie: 'a=b' }, 'cookie', 'by percent alone'],
    ['a mirror', { strategy: 'canary', mirror: '10% 1m' }, 'mirror', 'copies none'],
    ['a router', { strategy: 'canary', router: 'httproute/web' }, 'router', 'spec.traffic'],
    ['pods', { strategy: 'canary', 'candidate-replicas': '2' }, 'candidate-replicas', 'min-scale'],
    ['an overlap', { switch: 'overlap' }, 'switch', 'in one change'],
    ['a Service', { service: 'web' }, 'service', 'its own Route'],
    ['a candidate Service', { 'candidate-service': 'web' }, 'candidate-service', 'a Service of its own'],
    ['a time to drain', { 'drain-time': '1m' }, 'drain-time', 'by itself'],
    ['a pause at no step', { strategy: 'canary', 'pause-at': '7%' }, 'pause-at', 'It is no step'],
    ['keep-warm', { 'keep-warm': 'true' }, 'keep-warm', 'Knative keeps the old Revision'],
    ['a rollback in place', { action: 'rollback', images: '', strategy: 'rolling' }, 'strategy', 'only Revisions'],
    ['a rollback of a part', { action: 'rollback' }, 'images', 'brings a version back as it was'],
  ])('refuses, with a Knative Service, %s', async (_, given, input, problem) => {
    const { problems } = await problemsOf({ ...KNATIVE, ...given });
    expect(problems).toEqual([expect.objectContaining({ input, problem: expect.stringContaining(problem) })]);
  });

  test('everything', async () => {
    expect(
      await request({
        action: 'deploy',
        strategy: 'blue-green',
        kubeconfig: ' ./kubeconfig\n',
        context: 'prod',
        namespace: 'shop',
        deployment: 'web',
        service: 'web-svc',
        'candidate-service': 'web-preview',
        images: '# the app\r\n\r\n  web=nginx:2\r\nghcr.io/acme/init:3\r\n',
        env: 'web.MODEL=large\nweb.EMPTY=',
        'smoke-test': '# first\nGET /healthz 200\nHEAD /',
        'smoke-command': 'set -x\n./smoke.sh\n',
        'bake-time': '0',
        'drain-time': '0s',
        'settle-time': '500ms',
        timeout: '1h',
        'lock-timeout': '0s',
        'on-failure': 'hold',
        switch: 'overlap',
        'dry-run': 'True',
        summary: 'FALSE',
      }),
    ).toMatchObject({
      cluster: { kubeconfig: { kind: 'path', value: './kubeconfig' }, context: 'prod', namespace: 'shop' },
      service: 'web-svc',
      candidateService: 'web-preview',
      images: [
        { kind: 'container', container: 'web' },
        { kind: 'repository', repository: 'ghcr.io/acme/init' },
      ],
      env: [
        { name: 'MODEL', value: 'large' },
        { name: 'EMPTY', value: '' },
      ],
      smokeTests: [{ line: 'GET /healthz 200' }, { line: 'HEAD /' }],
      smokeCommand: 'set -x\n./smoke.sh',
      bakeTime: 0,
      drainTime: 0,
      settleTime: 500,
      timeout: 3_600_000,
      lockTimeout: 0,
      onFailure: 'hold',
      switch: 'overlap',
      dryRun: true,
      summary: false,
    });
  });

  test('env alone is a release', async () => {
    expect((await request({ deployment: 'web', env: 'web.A=1' })).images).toEqual([]);
  });

  test('is frozen to its depths', async () => {
    const { cluster, images, smokeTests } = await request({ ...LEAST, 'smoke-test': 'GET /', kubeconfig: 'k' });
    for (const part of [cluster, cluster.kubeconfig, images, images[0], smokeTests[0]?.status])
      expect(Object.isFrozen(part)).toBe(true);
  });

  test('all bad inputs at once, in the order of action.yml', async () => {
    const error = await problemsOf({
      strategy: 'blue-gren',
      images: 'web=nginx:1\nlocalhost:5000/web\nweb=nginx:2',
      namespace: 'My Shop',
      'bake-time': '5 m',
      timeout: '0',
      kubeconfig: 'apiVersion: v1\nclusters: "hunter2',
      switch: 'blend',
    });
    expect(error.message).toBe(MESSAGE);
  });

  test('one bad input', async () => {
    const error = await problemsOf({ ...LEAST, summary: 'yes' });
    expect(error.message).toBe(
      [
        'One input cannot be used. Nothing in the cluster was read or changed.',
        '',
        'summary',
        '  given:    "yes"',
        '  problem:  It is neither true nor false. Did you mean true?',
        '  accepted: true or false, for example summary: true',
      ].join('\n'),
    );
  });

  test.each<[string, Given]>([
    ['nothing beside', {}],
    ['a share to go on to', { 'pause-at': '42%', to: '42%' }],
    ['what a deploy by that strategy could not have', { strategy: 'rolling', 'pause-at': '50%', steps: '50% 1m' }],
    ['less time than a whole ramp takes', { strategy: 'canary', timeout: '3m' }],
    ['what a deploy could not hold', { strategy: 'rolling', 'on-cancel': 'hold' }],
  ])('an action that is not understood is not told what a deploy lacks: %s', async (_, given) => {
    const { problems } = await problemsOf({ action: 'promte', deployment: 'web', ...given });
    expect(problems).toMatchObject([{ input: 'action', given: '"promte"' }]);
  });

  test.each<[string, Given, string, string]>([
    ['neither images nor env', { images: '# none\n' }, 'images', 'Neither images nor env'],
    ['no deployment', { deployment: ' ' }, 'deployment', 'Neither deployment nor knative-service'],
    ['a name for a deploy', { to: 'v1' }, 'to', 'It has no meaning with action: deploy'],
    ['images for a rollback', { action: 'rollback' }, 'images', 'brings a version back as it was'],
    [
      'env for a rollback',
      { action: 'rollback', images: '', env: 'web.A=b' },
      'env',
      'brings a version back as it was',
    ],
    ['keep-warm for a finish', { action: 'finish', 'keep-warm': 'true' }, 'keep-warm', 'which leaves one version'],
    ['keep-warm in place', { strategy: 'rolling', 'keep-warm': 'true' }, 'keep-warm', 'none of the old ones is left'],
    ['an action of later', { action: 'undo' }, 'action', 'not one of the accepted words'],
    [
      'the live Service as candidate',
      { service: 'web', 'candidate-service': 'web' },
      'candidate-service',
      'live Service',
    ],
    ['a default that is too long', { service: 'x'.repeat(60) }, 'candidate-service', 'too long'],
    [
      'a repository twice',
      { images: 'nginx:1\ndocker.io/library/nginx:2' },
      'images',
      'line 1, "nginx:1", already did',
    ],
    ['a variable twice', { env: 'web.A=1\nweb.A=2' }, 'env', 'line 1, "web.A=…", already did'],
    ['times that fill the timeout', { timeout: '93s' }, 'timeout', 'take 1m33s together'],
    ['a timeout of 0', { timeout: '0s', 'bake-time': '0', 'drain-time': '0', 'settle-time': '0' }, 'timeout', '0s'],
    ['a dry run of an abort', { action: 'abort', 'dry-run': 'true' }, 'dry-run', 'no dry run of action: abort'],
    ['a tick that is too short', { tick: '500ms' }, 'tick', 'out of this range'],
    ['a tolerance of less than equal', { tolerance: '0.5' }, 'tolerance', 'out of this range'],
    ['a tolerance that is no number', { tolerance: '150%' }, 'tolerance', 'not such a number'],
    ['an alarm that is always false', { 'false-alarms': '100%' }, 'false-alarms', 'out of this range'],
    ['an objective of nothing', { objective: '0%' }, 'objective', 'out of this range'],
    ['half a request', { 'min-requests': '0.5' }, 'min-requests', 'not such a number'],
    ['a policy that is none', { 'on-inconclusive': 'fail' }, 'on-inconclusive', 'not one of the accepted words'],
    ['a pause at no step', { strategy: 'canary', steps: '20% 1m', 'pause-at': '30%' }, 'pause-at', 'It is no step'],
    ['a pause of blue/green at a share', { 'pause-at': '20%' }, 'pause-at', 'It is no step'],
    ['a ramp longer than the timeout', { strategy: 'canary', steps: '20% 14m' }, 'timeout', 'the steps 14m'],
    ['testers of blue/green', { headers: 'x-canary: true' }, 'headers', 'strategy: blue-green'],
    ['a mirror without a time', { strategy: 'canary', mirror: '10%' }, 'mirror', 'not a share and a time'],
    ['no pods', { strategy: 'canary', 'candidate-replicas': '0' }, 'candidate-replicas', 'not such a number'],
    ['a command route without its command', { router: 'command' }, 'router-command', 'required with router: command'],
    [
      'the same beside a route',
      { router: 'httproute/web\ncommand' },
      'router-command',
      'required with router: command',
    ],
    ['the same to go on', { action: 'promote', router: 'command' }, 'router-command', 'required with router: command'],
    ['a command without its route', { 'router-command': 'x' }, 'router-command', 'no meaning without router: command'],
    [
      'a command for another route',
      { router: 'httproute/web', 'router-command': 'x' },
      'router-command',
      'no meaning without router: command',
    ],
    ['a verdict on nothing', { 'router-verify': 'x' }, 'router-verify', 'no meaning without router-command'],
    ['a command route with a name', { router: 'command/web', 'router-command': 'x' }, 'router', 'is no kind of router'],
    ['a router of no kind', { strategy: 'canary', router: 'httprout/web' }, 'router', 'Did you mean httproute?'],
    ['testers of a rolling release', { strategy: 'rolling', headers: 'x-canary: true' }, 'headers', 'nothing chooses'],
    ['a mirror of a rolling release', { strategy: 'rolling', mirror: '10% 1m' }, 'mirror', 'nothing chooses'],
    ['a router of a rolling release', { strategy: 'rolling', router: 'httproute/web' }, 'router', 'nothing chooses'],
    ['steps of a rolling release', { strategy: 'rolling', steps: '20% 1m' }, 'steps', 'nothing chooses'],
    ['an overlap of a rolling release', { strategy: 'rolling', switch: 'overlap' }, 'switch', 'nothing chooses'],
    ['batches of a canary', { strategy: 'canary', batches: '1' }, 'batches', 'whose ramp is input steps'],
    ['batches of blue/green', { 'batch-size': '1' }, 'batch-size', 'moves all users at once'],
    ['two kinds of batches', { strategy: 'rolling', batches: '1', 'batch-size': '2' }, 'batch-size', 'already'],
    ['batches of nothing', { strategy: 'rolling', 'batch-size': '0%' }, 'batch-size', 'no pods'],
    ['batches that fall', { strategy: 'rolling', batches: '50%, 25%' }, 'batches', '25% comes after 50%'],
    ['batches that fall in pods', { strategy: 'rolling', batches: '1, 50%, 1' }, 'batches', '1 comes after 1'],
    ['a batch of no form', { strategy: 'rolling', batches: '1, half' }, 'batches', 'neither a number of pods nor'],
    ['a batch with two times', { strategy: 'rolling', batches: '1 2m 3m' }, 'batches', 'a number of pods and a time'],
    ['a time for all pods', { strategy: 'rolling', batches: '1, 100% 2m' }, 'batches', 'bake-time'],
    ['a pause at no batch', { strategy: 'rolling', batches: '1, 50%', 'pause-at': '2' }, 'pause-at', 'It is no step'],
    ['a pause without batches', { strategy: 'rolling', 'pause-at': '1' }, 'pause-at', 'cannot pause'],
    ['batches longer than the timeout', { strategy: 'rolling', batches: '1 14m' }, 'timeout', 'the steps 14m'],
    ['batches of a size longer than it', { strategy: 'rolling', 'batch-size': '5%' }, 'timeout', 'the steps 19m'],
    ['unquotable values', { context: 'a', switch: '\u001b[31m' }, 'switch', 'not one of'],
  ])('refuses %s', async (_, given, input, problem) => {
    const { problems } = await problemsOf({ ...LEAST, ...given });
    expect(problems).toEqual([expect.objectContaining({ input, problem: expect.stringContaining(problem) })]);
  });

  test('batches: numbers of pods and percentages, with their own times or the common one; 100% follows by itself', async () => {
    const given = { strategy: 'rolling', batches: '1 5m, 25%\n50% 30s, 100%', 'pause-at': '1' };
    expect(await request({ ...LEAST, ...given })).toMatchObject({
      batches: [
        { pods: 1, stay: 300_000 },
        { share: 2_500, stay: null },
        { share: 5_000, stay: 30_000 },
      ],
      pauseAt: { pods: 1 },
    });
    const sized = { strategy: 'rolling', 'batch-size': '25%', 'batch-time': '0s', router: 'none' };
    expect(await request({ ...LEAST, ...sized })).toMatchObject({ batches: { size: { share: 2_500 } }, batchTime: 0 });
  });

  test('a command route, alone and beside another; a release that goes on or back has its routers on record', async () => {
    const command = { 'router-command': './weigh.sh', 'router-verify': './weighed.sh' };
    expect(await request({ ...LEAST, strategy: 'canary', router: 'Command', ...command })).toMatchObject({
      routers: ['command'],
      routerCommand: { command: './weigh.sh', verify: './weighed.sh' },
    });
    expect(await request({ ...LEAST, router: 'command\nhttproute/web', 'router-command': 'x' })).toMatchObject({
      routers: ['command', 'httproute/web'],
      routerCommand: { command: 'x', verify: null },
    });
    for (const action of ['promote', 'abort'])
      expect(await request({ action, deployment: 'web', 'router-command': 'x' })).toMatchObject({
        routerCommand: { command: 'x', verify: null },
      });
  });

  test('times that just fit', async () => {
    expect((await request({ ...LEAST, timeout: '93001ms' })).timeout).toBe(93_001);
  });

  test('what is given is shown short, on one line, and secrets not at all', async () => {
    const { message, problems } = await problemsOf({
      ...LEAST,
      switch: `\u001b[31m\n::error::${'x'.repeat(1_000)}`,
      env: 'web=hunter2',
      kubeconfig: `a:\n  b: "hunter2`,
    });
    expect(message).not.toContain('hunter2');
    expect(message).not.toMatch(/^::/m);
    expect(message).not.toContain('\u001b');
    expect(problems.find(({ input }) => input === 'switch')?.given?.length).toBeLessThan(100);
    expect(problems.find(({ input }) => input === 'kubeconfig')?.given).toBe('(16 characters)');
  });
});

const MESSAGE = `8 inputs cannot be used. Nothing in the cluster was read or changed.

strategy
  given:    "blue-gren"
  problem:  It is not one of the accepted words. Did you mean blue-green?
  accepted: blue-green, canary or rolling, for example strategy: blue-green

deployment
  given:    nothing
  problem:  Neither deployment nor knative-service says what to release.
  accepted: the name of the Deployment to release, for example deployment: web, or of a Knative Service in knative-service

images, line 2
  given:    "localhost:5000/web"
  problem:  It has neither a container ("container=…") nor a tag or digest, so it does not say what to release (what follows the colon is the port of the registry).

images, line 3
  given:    "web=nginx:2"
  problem:  It names container web again, and line 1, "web=nginx:1", already did. Remove one of the two.
  accepted: container=image, or repository:tag or repository@digest for every container that runs that repository, such as web=ghcr.io/acme/web:2.1.0 or ghcr.io/acme/web:2.1.0

kubeconfig
  given:    (33 characters)
  problem:  Line 2 is not valid YAML: a closing quote, bracket or colon is missing.
  accepted: the content of a kubeconfig (YAML, as it is or in base64) or the path of one, such as ./kubeconfig

namespace
  given:    "My Shop"
  problem:  It may have only lower-case letters, digits and "-", and must begin and end with a letter or digit (DNS-1123 label). Did you mean my-shop?
  accepted: the name of a namespace, such as shop

bake-time
  given:    "5 m"
  problem:  It is not written as a duration. Did you mean 5m?
  accepted: hours, minutes, seconds and milliseconds with their units and no spaces, such as 90s, 5m, 1h30m, 500ms or 0s

timeout
  given:    "0"
  problem:  A release needs time: it must be longer than 0s.
  accepted: hours, minutes, seconds and milliseconds with their units and no spaces, such as 90s, 5m, 1h30m, 500ms or 0s

switch
  given:    "blend"
  problem:  It is not one of the accepted words.
  accepted: cut or overlap, for example switch: cut`;
