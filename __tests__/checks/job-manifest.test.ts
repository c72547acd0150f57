import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { jobFor, type JobManifest, JobUnfit, readJobManifest, whyReached } from '../../src/checks/job-manifest.ts';
import type { Deployment, Service } from '../../src/cluster/wire.ts';

const MANIFEST = `
apiVersion: batch/v1
kind: Job
metadata:
  name: smoke.v2
  namespace: elsewhere
  labels: { team: shop }
  annotations: { note: a }
spec:
  template:
    metadata: { labels: { app: smoke } }
    spec:
      initContainers: [{ name: wait, image: wait:1 }]
      containers:
        - name: smoke
          image: smoke:1
          args: [http://$(CROSSFADE_CANDIDATE_SERVICE)]
          env:
            - { name: CROSSFADE_SERVICE, value: mine }
            - { name: TARGET, value: http://$(CROSSFADE_CANDIDATE_SERVICE) }
`;
const CONTEXT = {
  namespace: 'shop',
  deployment: 'web',
  service: 'web',
  candidateService: 'web-candidate',
  release: 'r-20261121-130102-4f1c',
  stableHash: '7c',
  candidateHash: '5f',
  images: { web: 'a:2', 'web-init': 'b:$(X)' },
};

function read(value: string): Promise<JobManifest> {
  return readJobManifest({ kind: 'content', value }, '/');
}

describe('readJobManifest', () => {
  test('content, and a file in the workspace', async () => {
    const content = await read(MANIFEST);
    expect(content.name).toBe('smoke.v2');
    const workspace = await mkdtemp(join(tmpdir(), 'workspace-'));
    try {
      await writeFile(join(workspace, 'job.yaml'), `---\n${MANIFEST}\n---\n# nothing\n`);
      expect(await readJobManifest({ kind: 'path', value: './job.yaml' }, workspace)).toEqual(content);
    } finally {
      await rm(workspace, { recursive: true });
    }
  });

  test.each<[string, string, string]>([
    ['nothing', '# nothing', 'it is empty.'],
    ['broken YAML', 'kind: [Job', 'it is not valid YAML ('],
    ['two objects', `${MANIFEST}\n---\n${MANIFEST}`, 'there are several objects in it. Give one Job.'],
    ['a list', '[1]', 'it is not a YAML mapping.'],
    ['another kind', 'apiVersion: batch/v1\nkind: CronJob', 'it is another kind of object'],
    ['another version', MANIFEST.replace('batch/v1', 'batch/v2'), 'it is another kind of object'],
    ['no pod', 'apiVersion: batch/v1\nkind: Job\nspec: {template: {}}', 'it has no spec.template.spec.'],
    [
      'no container',
      'apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: []}}}',
      'it has no container',
    ],
    ['a selector', MANIFEST.replace('spec:', 'spec:\n  manualSelector: true'), 'it has a selector of its own'],
    ['suspended', MANIFEST.replace('spec:', 'spec:\n  suspend: true'), 'it is suspended'],
  ])('refuses %s', async (_, content, found) => {
    const error: unknown = await read(content).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(JobUnfit);
    expect(error).toHaveProperty('message', expect.stringContaining(`the manifest of a Job from input job; ${found}`));
  });

  test('names a file that is not there', async () => {
    await expect(readJobManifest({ kind: 'path', value: 'a/job.yaml' }, '/nowhere')).rejects.toThrow(
      /the file a\/job\.yaml \(input job\); it cannot be read: .*ENOENT.*actions\/checkout/,
    );
  });
});

describe('jobFor', () => {
  test('has a name, labels, limits and variables of its own', async () => {
    const job = jobFor(await read(MANIFEST), CONTEXT, 'ab12', 89_500);
    expect(job.metadata).toEqual({
      name: 'smoke-v2-20261121-130102-4f1c-ab12',
      namespace: 'shop',
      labels: {
        team: 'shop',
        'app.kubernetes.io/managed-by': 'crossfade',
        'crossfade/release': 'r-20261121-130102-4f1c',
      },
      annotations: { note: 'a' },
    });
    expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 90, ttlSecondsAfterFinished: 600 });
    const { metadata, spec } = job.spec?.template ?? {};
    expect(metadata?.labels).toMatchObject({ app: 'smoke', 'crossfade/release': CONTEXT.release });
    expect(spec?.restartPolicy).toBe('Never');
    const ours = [
      { name: 'CROSSFADE_NAMESPACE', value: 'shop' },
      { name: 'CROSSFADE_DEPLOYMENT', value: 'web' },
      { name: 'CROSSFADE_SERVICE', value: 'web' },
      { name: 'CROSSFADE_CANDIDATE_SERVICE', value: 'web-candidate' },
      { name: 'CROSSFADE_RELEASE', value: CONTEXT.release },
      { name: 'CROSSFADE_STABLE_HASH', value: '7c' },
      { name: 'CROSSFADE_CANDIDATE_HASH', value: '5f' },
      { name: 'CROSSFADE_IMAGES', value: 'web=a:2\nweb-init=b:$$(X)' },
    ];
    expect(spec?.initContainers?.[0]?.env).toEqual(ours);
    // The user's own may refer to ours, so ours come first; nothing is there twice.
    expect(spec?.containers[0]?.env).toEqual([
      ...ours,
      { name: 'TARGET', value: 'http://$(CROSSFADE_CANDIDATE_SERVICE)' },
    ]);
  });

  test('keeps the limits that the manifest sets, but for the time after its end', async () => {
    const limits = 'spec:\n  backoffLimit: 3\n  activeDeadlineSeconds: 7\n  ttlSecondsAfterFinished: 0';
    const job = jobFor(await read(MANIFEST.replace('spec:', limits)), CONTEXT, 'ab12', 60_000);
    expect(job.spec).toMatchObject({ backoffLimit: 3, activeDeadlineSeconds: 7, ttlSecondsAfterFinished: 600 });
  });

  test.each<[string, string]>([
    ['a'.repeat(80), `${'a'.repeat(36)}-20261121-130102-4f1c-ab12`],
    ['Smoke_Test-', 'smoke-test-20261121-130102-4f1c-ab12'],
    ['...', 'check-20261121-130102-4f1c-ab12'],
  ])('of a Job named %s', async (name, wanted) => {
    const job = jobFor(await read(MANIFEST.replace('smoke.v2', name)), CONTEXT, 'ab12', 1);
    expect(job.metadata?.name).toBe(wanted);
    expect(wanted.length).toBeLessThanOrEqual(63);
  });
});

describe('whyReached', () => {
  const deployment = (selector: object): Deployment => ({
    metadata: { name: 'web' },
    // What a test says of a selector is one.
    spec: { selector, template: {} } as Deployment['spec'] & object,
  });
  const service = (name: string, selector: Record<string, string>): Service => ({
    metadata: { name },
    spec: { selector },
  });
  const other = deployment({ matchLabels: { app: 'web' } });

  test.each<[string, Deployment, readonly (Service | null)[], string | null]>([
    ['nothing', other, [service('web', { app: 'web' }), null], null],
    ['a Service', other, [service('web', { app: 'smoke' })], 'that Service web selects (app=smoke)'],
    [
      'a pinned Service',
      other,
      [service('web', { app: 'smoke', 'pod-template-hash': '7c' })],
      'Service web selects (app=smoke)',
    ],
    [
      'the candidate Service',
      other,
      [null, service('web-candidate', { app: 'smoke' })],
      'Service web-candidate selects',
    ],
    ['a Service that wants more', other, [service('web', { app: 'smoke', tier: 'web' })], null],
    ['a Service without selector', other, [service('web', {})], null],
    ['the Deployment', deployment({ matchLabels: { app: 'smoke' } }), [], 'that Deployment web selects'],
    [
      'the Deployment by expressions',
      deployment({
        matchExpressions: [
          { key: 'app', operator: 'In', values: ['web', 'smoke'] },
          { key: 'app', operator: 'Exists' },
          { key: 'tier', operator: 'DoesNotExist' },
          { key: 'tier', operator: 'NotIn', values: ['x'] },
        ],
      }),
      [],
      'that Deployment web selects',
    ],
    [
      'expressions of others',
      deployment({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['smoke'] }] }),
      [],
      null,
    ],
  ])('%s', async (_, of, services, found) => {
    const reason = whyReached(await read(MANIFEST), { deployment: of, services });
    if (found === null) expect(reason).toBeNull();
    else expect(reason).toContain(found);
  });

  test('the label that tells versions apart', async () => {
    const manifest = await read(MANIFEST.replace('{ app: smoke }', '{ app: smoke, pod-template-hash: "7c" }'));
    expect(whyReached(manifest, { deployment: other, services: [] })).toContain('have the label pod-template-hash');
  });
});
