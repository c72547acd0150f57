import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckContext } from '../../src/checks/check-context.ts';
import { type JobPorts, runJob } from '../../src/checks/job.ts';
import type { JobManifest } from '../../src/checks/job-manifest.ts';
import { removeLeftoverJobs } from '../../src/checks/leftover-jobs.ts';
import { Abandoned, ApiError, UnknownOutcome } from '../../src/cluster/errors.ts';
import type { Job, Pod } from '../../src/cluster/wire.ts';
import { jobPath } from '../../src/cluster/write-request.ts';
import type { Clock } from '../../src/engine/clock.ts';
import { createModel, type Model } from '../simulator/model.ts';
import { list, modelApi, read } from '../transcripts/model-api.ts';

const NEVER = new AbortController().signal;
const IMAGE = 'registry.test/web';
const CONTEXT: CheckContext = {
  namespace: 'default',
  deployment: 'web',
  service: 'web',
  candidateService: 'web-candidate',
  release: 'r-20261121-130102-4f1c',
  strategy: 'blue-green',
  stableHash: '7c',
  stableImages: { web: `${IMAGE}:v1` },
  candidateHash: '5f',
  images: { web: `${IMAGE}:v2` },
  moment: { phase: 'Check candidate', step: 0, of: 1, share: 0 },
  runUrl: null,
  kubeconfig: null,
};

let model: Model;
let facts: string[];
let lines: string[];
let written: string[];
beforeEach(() => {
  model = createModel();
  facts = [];
  lines = [];
  written = [];
  const labels = { app: 'web' };
  create('/apis/apps/v1/namespaces/default/deployments', {
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: `${IMAGE}:v1` }] } },
    },
  });
  create('/api/v1/namespaces/default/services', {
    metadata: { name: 'web' },
    spec: { selector: labels, ports: [{ port: 80 }] },
  });
});

describe('runJob', () => {
  test('says what became of it, shows its last lines and removes it with its pods', async () => {
    const result = await run('v1');
    expect(result).toMatchObject({ kind: 'job', name: 'smoke', verdict: 'healthy', tries: 1 });
    expect(result.detail.split('\n')).toEqual(['completed', 'listening as v1', 'done']);
    expect(lines).toEqual(['listening as v1', 'done']);
    expect(written).toEqual(['create', 'delete']);
    expectNothingLeft();
  });

  test('tries as often as the manifest says, and tells of each crash', async () => {
    const result = await run('crash', { spec: { backoffLimit: 1 } });
    expect(result).toMatchObject({ verdict: 'unhealthy', detail: expect.stringMatching(/^BackoffLimitExceeded: /) });
    expect(result.detail).toContain('panic: no database');
    expect(facts).toContainEqual(
      expect.stringMatching(/^job smoke-.*: container smoke of pod \S+: Error \(exit code 3\)/),
    );
    expectNothingLeft();
  });

  test('is over with its time', async () => {
    const began = model.now();
    const result = await run('slow', { deadlineMs: 4_500, spec: { activeDeadlineSeconds: 60 } });
    expect(result).toMatchObject({
      verdict: 'unhealthy',
      detail: expect.stringMatching(/^not done within 4s500ms, and removed/),
    });
    expect(model.now() - began).toBeLessThan(6_000);
    expectNothingLeft();
  });

  test('begins when the proxies of the cluster know the candidate Service', async () => {
    const before: number[] = [];
    const at = { 1: () => before.push(jobs().length), 2: () => before.push(jobs().length) };
    expect(await run('v1', { settleMs: 3_000, at })).toMatchObject({ verdict: 'healthy' });
    expect(before).toEqual([0, 1]);
    expect(await run('v1', { settleMs: 3_000, deadlineMs: 3_000 })).toMatchObject({
      verdict: 'unhealthy',
      tries: 0,
      detail: 'no time was left to run it',
    });
    expectNothingLeft();
  });

  test('no time at all, or a cancel before it: it is not started', async () => {
    expect(await run('v1', { deadlineMs: 0 })).toMatchObject({ verdict: 'unhealthy', tries: 0 });
    expect(await run('v1', { signal: AbortSignal.abort() })).toMatchObject({ verdict: 'cancelled', tries: 0 });
    expect(written).toEqual([]);
  });

  test('is removed when it is cancelled', async () => {
    const cancel = new AbortController();
    const result = await run('slow', { signal: cancel.signal, at: { 4: () => cancel.abort(new Error('cancelled')) } });
    expect(result).toMatchObject({ verdict: 'cancelled', detail: 'cancelled while it ran, and removed' });
    expect(written).toEqual(['create', 'delete']);
    expectNothingLeft();
  });

  test('whose image cannot be pulled is given up after a moment', async () => {
    const began = model.now();
    const result = await run('missing');
    expect(result.detail).toMatch(/^it cannot start: container smoke of pod \S+: (ErrImagePull|ImagePullBackOff)/);
    expect(result.verdict).toBe('unhealthy');
    expect(model.now() - began).toBeLessThan(10_000);
    expectNothingLeft();
  });

  test('that somebody deletes says nothing', async () => {
    const remove = (): void => {
      const [job] = jobs();
      model.request({ method: 'DELETE', path: jobPath('default', job?.metadata?.name) });
    };
    expect(await run('slow', { at: { 3: remove } })).toMatchObject({
      verdict: 'inconclusive',
      detail: expect.stringMatching(/^somebody deleted the Job smoke-\S+ while it ran$/),
    });
    expectNothingLeft();
  });

  test('whose pods users would reach is not started', async () => {
    const result = await run('v1', { labels: { app: 'web' } });
    expect(result).toMatchObject({
      verdict: 'unhealthy',
      tries: 0,
      detail: expect.stringContaining('Service web selects'),
    });
    expect(written).toEqual([]);
  });

  test('that the API server refuses is unhealthy', async () => {
    expect(await run('v1', { spec: { backoffLimit: -1 } })).toMatchObject({
      verdict: 'unhealthy',
      detail: expect.stringMatching(/^it could not be run: .*backoffLimit/),
    });
  });
});

describe('with trouble on the way', () => {
  test('a creation whose answer is lost is looked for, and not repeated', async () => {
    const api = modelApi(model);
    const write: JobPorts['api']['write'] = async (request, options) => {
      const answer = await api.write(request, options);
      if (request.verb === 'create') throw new UnknownOutcome('POST', new Error('reset'));
      // The type of the answer is the caller's.
      return answer as never;
    };
    expect(await run('v1', { api: { ...api, write } })).toMatchObject({ verdict: 'healthy' });
    expect(written).toEqual(['create', 'delete']);
    expectNothingLeft();
  });

  test('a creation that never arrived is tried again, and not for ever', async () => {
    const api = modelApi(model);
    let sent = 0;
    const lost =
      (times: number): JobPorts['api']['write'] =>
      async (request, options) => {
        if (request.verb === 'create' && ++sent <= times) throw new UnknownOutcome('POST', new Error('reset'));
        return (await api.write(request, options)) as never;
      };
    expect(await run('v1', { api: { ...api, write: lost(2) } })).toMatchObject({ verdict: 'healthy' });
    sent = 0;
    expect(await run('v1', { api: { ...api, write: lost(9) } })).toMatchObject({
      verdict: 'inconclusive',
      detail: 'it could not be run: POST: reset',
    });
    expect(sent).toBe(3);
    expectNothingLeft();
  });

  test('reads that fail for a while do no harm; to the end, nothing is known', async () => {
    const api = modelApi(model);
    let failing = 3;
    const get: JobPorts['api']['get'] = async (path, signal) => {
      if (path.includes('/jobs/') && failing-- > 0) throw new UnknownOutcome('GET', new Error('reset'));
      return api.get(path, signal) as never;
    };
    expect(await run('v1', { api: { ...api, get } })).toMatchObject({ verdict: 'healthy' });
    failing = 1_000;
    expect(await run('v1', { api: { ...api, get }, deadlineMs: 5_000 })).toMatchObject({
      verdict: 'inconclusive',
      detail: expect.stringMatching(/^what became of it is not known: GET: reset/),
    });
    expectNothingLeft();
  });

  test('what cannot be removed is said', async () => {
    const api = modelApi(model);
    const write: JobPorts['api']['write'] = async (request, options) => {
      if (request.verb === 'delete') throw new ApiError('DELETE', 403, 'Forbidden', 'no');
      return (await api.write(request, options)) as never;
    };
    expect(await run('v1', { api: { ...api, write } })).toMatchObject({ verdict: 'healthy' });
    expect(facts).toEqual([
      expect.stringMatching(
        /^the Job smoke-\S+ could not be removed \(.*\); .* kubectl delete job smoke-\S+ -n default$/,
      ),
    ]);
  });

  test('a read that is given up with the cancel is a cancel', async () => {
    const cancel = new AbortController();
    const api = modelApi(model);
    const get: JobPorts['api']['get'] = async (path, signal) => {
      if (!path.includes('/jobs/')) return api.get(path, signal) as never;
      cancel.abort(new Error('cancelled'));
      throw new Abandoned('GET');
    };
    expect(await run('v1', { api: { ...api, get }, signal: cancel.signal })).toMatchObject({ verdict: 'cancelled' });
    expectNothingLeft();
  });
});

describe('removeLeftoverJobs', () => {
  const ports = () => ({
    api: modelApi(model),
    onWrite: () => written.push('delete'),
    onFact: (text: string) => facts.push(text),
  });
  const leave = (name: string, labels: object): void =>
    create(jobPath('default'), {
      metadata: { name, labels },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image: `${IMAGE}:slow` }] } } },
    });

  test('removes those of the release that are ours, and no others', async () => {
    const managed = { 'app.kubernetes.io/managed-by': 'crossfade' };
    leave('ours', { ...managed, 'crossfade/release': 'r-1' });
    leave('of-another-release', { ...managed, 'crossfade/release': 'r-2' });
    leave('somebodys', { 'crossfade/release': 'r-1' });
    model.settle();
    await removeLeftoverJobs('default', 'r-1', ports());
    expect(jobs().map(({ metadata }) => metadata?.name)).toEqual(['of-another-release', 'somebodys']);
    expect(written).toEqual(['delete']);
  });

  test.each([
    [new ApiError('GET', 403, 'Forbidden', 'no'), 0],
    [new UnknownOutcome('GET', new Error('reset')), 1],
  ])('never rejects: %s', async (error, told) => {
    const api = { ...modelApi(model), list: () => Promise.reject(error) };
    await removeLeftoverJobs('default', 'r-1', { ...ports(), api });
    expect(facts).toHaveLength(told);
  });
});

interface Options {
  readonly spec?: object;
  readonly labels?: Record<string, string>;
  readonly deadlineMs?: number;
  readonly settleMs?: number;
  readonly signal?: AbortSignal;
  readonly api?: JobPorts['api'];
  /** What happens before the n-th pause. */
  readonly at?: Readonly<Record<number, () => void>>;
}

/** Runs a Job of this image on the model; its clock moves when the check sleeps. */
function run(tag: string, options: Options = {}) {
  const { spec = {}, labels = { app: 'smoke' }, deadlineMs = 60_000, settleMs = 0, signal = NEVER, at = {} } = options;
  const manifest: JobManifest = {
    name: 'smoke',
    job: {
      spec: {
        template: { metadata: { labels }, spec: { containers: [{ name: 'smoke', image: `${IMAGE}:${tag}` }] } },
        ...spec,
      },
    },
  };
  let pauses = 0;
  const clock: Clock = {
    now: () => model.now(),
    async sleep(ms, sleeping) {
      at[++pauses]?.();
      sleeping.throwIfAborted();
      model.advance(ms);
    },
  };
  let suffix = 0;
  const ports: JobPorts = {
    api: options.api ?? modelApi(model),
    clock,
    onWrite: ({ verb }) => written.push(verb),
    onFact: (text) => facts.push(text),
    onLines: (said) => lines.push(...said),
    suffix: () => `x${++suffix}`,
  };
  const now = model.now();
  return runJob(manifest, CONTEXT, ports, { notBefore: now + settleMs, deadline: now + deadlineMs }, signal);
}

function create(path: string, body: object): void {
  const { status } = model.request({ method: 'POST', path, body });
  if (status !== 201) throw new Error(`POST ${path}: ${status}`);
}

function jobs(): readonly Job[] {
  return list<Job>(model, jobPath('default')).items;
}

function expectNothingLeft(): void {
  model.advance(5_000);
  expect(jobs()).toEqual([]);
  const pods = list<Pod>(model, '/api/v1/namespaces/default/pods').items;
  expect(pods.filter(({ metadata }) => metadata?.labels?.app === 'smoke')).toEqual([]);
  expect(read(model, '/apis/apps/v1/namespaces/default/deployments/web')).not.toBeNull();
}
