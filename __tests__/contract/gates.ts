import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { expect } from '@jest/globals';
import type { Job } from '../../src/cluster/wire.ts';
import { neededPermissions } from '../../src/cluster/permissions.ts';
import { jobPath } from '../../src/cluster/write-request.ts';
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
  GOOD_RELEASE,
  TAKEN_BACK_UNSEEN,
} from './endings.ts';
import { describe } from './group.ts';
import { personaWith } from './permissions.ts';
import { PROCESS, type Scene, scenariosOn } from './scene.ts';

/** Signs what webhooks get. */
const SECRET = 'no-one-may-see-this';

/** A Job's manifest; what it does follows from its image. `slow` runs until it is removed. */
function manifest(
  image: string,
  { labels = { app: 'smoke' }, spec = {} }: { labels?: object; spec?: object } = {},
): string {
  // JSON, which every reader of YAML takes.
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'smoke', namespace: 'elsewhere' },
    spec: {
      template: { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image }] } },
      ...spec,
    },
  });
}

/** Jobs and webhooks: what they are told, and what comes of their verdict. */
export function gates(cluster: () => TestCluster): void {
  const scenario = scenariosOn(cluster);

  describe('a Job', () => {
    scenario('that completes lets the release go on, and is gone', {}, async (scene) => {
      const action = scene.follow({ images: `web=${IMAGE.v2}`, job: manifest(IMAGE.v1) });
      const job = await started(scene);
      const candidate = await scene.hash(IMAGE.v2);
      expect(await scene.users()).toEqual(scene.stable.pods);
      const result = await action.done;
      expectSuccess(result);
      expect(JSON.parse(result.outputs.result ?? '')).toMatchObject({
        checks: [{ kind: 'job', name: 'smoke', verdict: 'healthy', detail: 'completed' }],
      });
      expect(job.metadata).toMatchObject({
        name: expect.stringMatching(/^smoke-\d{8}-\d{6}-[0-9a-f]{4}-[0-9a-f]{4}$/),
        labels: { 'app.kubernetes.io/managed-by': 'crossfade', 'crossfade/release': result.outputs.release },
      });
      expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: expect.any(Number) });
      const env = job.spec?.template.spec?.containers[0]?.env?.map(({ name, value }) => [name, value]);
      expect(Object.fromEntries(env ?? [])).toEqual({
        CROSSFADE_NAMESPACE: scene.namespace,
        CROSSFADE_DEPLOYMENT: 'web',
        CROSSFADE_SERVICE: 'web',
        CROSSFADE_CANDIDATE_SERVICE: 'web-candidate',
        CROSSFADE_RELEASE: result.outputs.release,
        CROSSFADE_STABLE_HASH: scene.stable.hash,
        CROSSFADE_CANDIDATE_HASH: candidate,
        CROSSFADE_IMAGES: `web=${IMAGE.v2}`,
      });
      expect(await writes(scene)).toEqual(withJob(GOOD_RELEASE));
      await expectPromoted(scene);
      await expectNoJob(scene);
    });

    scenario('that fails takes the release back, with its last lines, and is gone', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.v2}`, job: manifest(IMAGE.crash) });
      expectFailure(result, 'rolled-back', /job “smoke” failed: BackoffLimitExceeded: Job has reached/);
      expect(result.log).toMatch(/^ +panic: no database$/m);
      expect(result.summary).toContain('panic: no database');
      expect(await writes(scene)).toEqual(withJob(TAKEN_BACK_UNSEEN));
      await expectOriginal(scene);
      await expectNoJob(scene);
    });

    scenario('that takes longer than it may is a failed one', {}, async (scene) => {
      const job = manifest(IMAGE.slow, { spec: { activeDeadlineSeconds: 2 } });
      const result = await scene.run({ images: `web=${IMAGE.v2}`, job });
      expectFailure(result, 'rolled-back', /job “smoke” failed: DeadlineExceeded/);
      await expectOriginal(scene);
      await expectNoJob(scene);
    });

    scenario('whose image cannot be pulled is not waited for', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.v2}`, job: manifest(IMAGE.missing) });
      expectFailure(result, 'rolled-back', /job “smoke” failed: it cannot start: .*(ErrImagePull|ImagePullBackOff)/);
      // The timeout of the release.
      expect(result.durationMs).toBeLessThan(60_000);
      await expectOriginal(scene);
      await expectNoJob(scene);
    });

    scenario('is removed when the run is cancelled', {}, async (scene) => {
      const action = scene.follow({ images: `web=${IMAGE.v2}`, job: manifest(IMAGE.slow) });
      await started(scene);
      action.cancel();
      const result = await action.done;
      expect(result.outputs).toMatchObject({ outcome: 'aborted' });
      await expectOriginal(scene, 'aborted');
      await expectNoJob(scene);
    });

    for (const death of ['the process', 'the runner'] as const) {
      const who = death === 'the process' ? 'post' : 'the next run';
      scenario(`is removed by ${who} when ${death} is killed`, {}, async (scene) => {
        const action = scene.start({ images: `web=${IMAGE.v2}`, job: manifest(IMAGE.slow) });
        await started(scene);
        if (death === 'the process') action.kill('SIGKILL');
        else action.loseRunner();
        await action.done;
        if (death === 'the process') return await expectTakenBack(scene);
        expect(await jobs(scene)).toHaveLength(1);
        await scene.expireLock();
        expectSuccess(await scene.run({ images: `web=${IMAGE.v3}` }));
        await expectPromoted(scene, { image: IMAGE.v3 });
        await expectNoJob(scene);
      });
    }

    scenario(
      'that users would reach, or that the API server refuses, is refused before anything is written',
      {},
      async (scene) => {
        const images = `web=${IMAGE.v2}`;
        const { selector } = (await scene.deployment()).spec ?? {};
        const reached = await scene.run({ images, job: manifest(IMAGE.v1, { labels: selector?.matchLabels ?? {} }) });
        expectFailure(reached, 'failed', /pods of the Job .* Service web selects .* Give its pods/);
        const bad = await scene.run({ images, job: manifest(IMAGE.v1, { spec: { backoffLimit: -1 } }) });
        expectFailure(bad, 'failed', /API server would refuse .*spec\.backoffLimit: Invalid value: -1/);
        const absent = await scene.run({ images, job: './no-such-job.yaml' }, PROCESS);
        expectFailure(absent, 'failed', /the file \.\/no-such-job\.yaml \(input job\); it cannot be read: ENOENT/);
        await expectUntouched(scene);
      },
    );

    scenario('needs four permissions more, and each of them', {}, async (scene) => {
      const needed = neededPermissions({ proxy: false, job: true });
      const inputs = { images: `web=${IMAGE.v2}`, job: manifest(IMAGE.v1) };
      const ofJobs = needed.filter(({ resource }) => resource === 'jobs');
      expect(ofJobs.map(({ verb }) => verb)).toEqual(['get', 'list', 'create', 'delete']);
      for (const missing of ofJobs) {
        const allowed = needed.filter((permission) => permission !== missing);
        const kubeconfig = await personaWith(scene, allowed, needed);
        const refused = await scene.run({ ...inputs, kubeconfig });
        expectFailure(refused, 'failed', new RegExp(`its user lacks: ${missing.verb} jobs\\.batch\\. Apply`));
      }
      await expectUntouched(scene);
      const kubeconfig = await personaWith(scene, needed, needed);
      expectSuccess(await scene.run({ ...inputs, kubeconfig }));
      await expectPromoted(scene);
      await expectNoJob(scene);
    });

    scenario('is listed by a dry run, and not created', {}, async (scene) => {
      const result = await scene.run({ images: `web=${IMAGE.v2}`, job: manifest(IMAGE.v1), 'dry-run': 'true' });
      expectSuccess(result, 'unchanged');
      expect(result.log).toContain('run the Job smoke against the candidate');
      await expectUntouched(scene);
      await expectNoJob(scene);
    });
  });

  describe('a webhook', () => {
    scenario('that says yes lets the release go on', {}, async (scene) => {
      const told: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
      await withServer(
        (request, response, body) => {
          told.push({ headers: request.headers, body });
          response.end(JSON.stringify({ message: 'change 4711 is approved' }));
        },
        async (url) => {
          const result = await scene.run({
            images: `web=${IMAGE.v2}`,
            webhook: `${url}/gate`,
            'webhook-secret': SECRET,
            'smoke-command': 'true',
          });
          expectSuccess(result);
          expect(result.masks).toContain(SECRET);
          const signature = createHmac('sha256', SECRET)
            .update(told[0]?.body ?? '')
            .digest('hex');
          expect(told[0]?.headers['x-crossfade-signature-256']).toBe(`sha256=${signature}`);
          expect(result.log).toContain('200 change 4711 is approved');
          expect(told).toHaveLength(1);
          expect(JSON.parse(told[0]?.body ?? '')).toMatchObject({
            schema: 1,
            event: 'gate',
            release: result.outputs.release,
            namespace: scene.namespace,
            step: { index: 0, sharePercent: 0 },
            stable: { hash: scene.stable.hash, images: { web: IMAGE.v1 } },
            candidate: { hash: result.outputs['candidate-hash'], images: { web: IMAGE.v2 } },
            checks: [{ kind: 'smoke-command', verdict: 'healthy' }],
          });
          await expectPromoted(scene);
        },
      );
    });

    scenario('that says no takes the release back with its reason', {}, async (scene) => {
      await withServer(
        (_, response) => response.writeHead(409).end(JSON.stringify({ message: 'the error budget is spent' })),
        async (url) => {
          const result = await scene.run({ images: `web=${IMAGE.v2}`, webhook: `${url}/gate` });
          expectFailure(result, 'rolled-back', /webhook “http:\/\/127.*” failed: 409 the error budget is spent/);
          expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
          await expectOriginal(scene);
        },
      );
    });

    scenario('that nobody can reach pauses the release before any user, and promotes nothing', {}, async (scene) => {
      const result = await scene.run(UNREACHABLE);
      expectSuccess(result, 'paused');
      expect(result.outputs.reason).toMatch(
        /^It stands at 0 %: nothing certain is known of the candidate \(webhook “.*”: answered neither 2xx nor 409 within 1s/,
      );
      expect(await scene.users()).toEqual(scene.stable.pods);
      expectSuccess(await scene.run({ action: 'abort' }), 'aborted');
      await expectOriginal(scene, 'aborted');
    });

    scenario('that nobody can reach takes it back with on-inconclusive: rollback', {}, async (scene) => {
      const result = await scene.run({ ...UNREACHABLE, 'on-inconclusive': 'rollback' });
      expectFailure(result, 'rolled-back', /Nothing certain is known of the candidate at 0 % of the users: webhook/);
      expect(await scene.writes()).toEqual(TAKEN_BACK_UNSEEN);
      await expectOriginal(scene);
    });

    scenario('is asked at every step, and may say no at any of them', { replicas: 4 }, async (scene) => {
      scene.judge = expectResizesOnly;
      const shares: number[] = [];
      await withServer(
        (_, response, body) => {
          // Written by the action.
          const { step } = JSON.parse(body) as { step: { sharePercent: number } };
          shares.push(step.sharePercent);
          response.writeHead(step.sharePercent < 50 ? 200 : 409).end('not at this hour');
        },
        async (url) => {
          const ramp = { strategy: 'canary', steps: '20% 1s, 50% 1s, 60% 1s', 'check-at': 'every-step' };
          const result = await scene.run({ ...ramp, images: `web=${IMAGE.v2}`, webhook: url });
          expectFailure(result, 'rolled-back', /409 not at this hour/);
          expect(shares).toEqual([0, 20, 50]);
          await expectOriginal(scene);
        },
      );
    });
  });
}

const UNREACHABLE = {
  images: `web=${IMAGE.v2}`,
  webhook: 'http://127.0.0.1:9/gate',
  'webhook-timeout': '1s',
} as const;

/** The writes with the Job's creation and removal among them: when the candidate is up, before users are moved or it leaves. */
function withJob(writes: readonly string[]): string[] {
  return writes.toSpliced(
    writes.indexOf('create services web-candidate') + 1,
    0,
    'create jobs smoke',
    'delete jobs smoke',
  );
}

/** The scene's writes, with the part of the Job's name that is new each time left out. */
async function writes(scene: Scene): Promise<string[]> {
  return (await scene.writes()).map((write) => write.replace(/(?<= jobs smoke)-\S+/, ''));
}

async function jobs(scene: Scene): Promise<readonly Job[]> {
  return (await scene.api.list<Job>(jobPath(scene.namespace))).items;
}

/** The Job, as soon as it is there. */
async function started(scene: Scene): Promise<Job> {
  let job: Job | undefined;
  await until('the Job runs', 30_000, async () => {
    job = (await jobs(scene))[0];
    return job !== undefined;
  });
  if (job === undefined) throw new Error('there is no Job');
  return job;
}

async function expectTakenBack(scene: Scene): Promise<void> {
  await expectOriginal(scene, 'aborted');
  await expectNoJob(scene);
}

/** Its pods leave in the background. */
async function expectNoJob(scene: Scene): Promise<void> {
  expect(await jobs(scene)).toEqual([]);
  const pods = `/api/v1/namespaces/${scene.namespace}/pods?labelSelector=app%3Dsmoke`;
  await until('the pods of the Job are gone', 30_000, async () => (await scene.api.list(pods)).items.length === 0);
}

async function withServer(
  answer: (request: IncomingMessage, response: Parameters<RequestListener>[1], body: string) => void,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    await use(`http://127.0.0.1:${address.port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
