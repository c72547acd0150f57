import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JobUnfit, jobFor, readJobManifest } from '../../src/checks/job-manifest.ts';

/** Everything of a Job that we look at. */
const JOB = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'smoke', generateName: 'smoke-', labels: { a: 'b' }, annotations: { c: 'd' } },
  spec: {
    backoffLimit: 1,
    template: {
      metadata: { labels: { app: 'smoke' } },
      spec: {
        restartPolicy: 'Never',
        initContainers: [{ name: 'first', image: 'a', env: [{ name: 'A', value: 'hunter2' }] }],
        containers: [
          { name: 'smoke', image: 'a', env: [{ name: 'A', value: 'hunter2' }, { name: 'CROSSFADE_RELEASE' }] },
        ],
      },
    },
  },
};
const CONTEXT = {
  namespace: 'shop',
  deployment: 'web',
  service: 'web',
  candidateService: 'web-candidate',
  release: 'r-1',
  stableHash: 'a',
  candidateHash: 'b',
  images: {},
};

/** Reads a manifest and makes the Job of it; what it says where that cannot be done. */
async function made(text: string): Promise<string | object> {
  try {
    const manifest = await readJobManifest({ kind: 'content', value: text }, '/');
    return jobFor(manifest, CONTEXT, 'abcd', 60_000);
  } catch (error) {
    expect(error).toBeInstanceOf(JobUnfit);
    return String(error);
  }
}

test('a Job with anything in place of any part of it is made, or refused in a few words that quote nothing', async () => {
  const places = placesOf(JOB);
  const value = fc.oneof(fc.constantFrom(null, 7, 'text', [], {}, [null], true), fc.jsonValue({ maxDepth: 2 }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), value, async (path, odd) => {
      const job = structuredClone(JOB) as unknown as Tree; // looked at as plain JSON
      let place = job;
      for (const key of path.slice(0, -1)) place = place[key] as Tree;
      place[path.at(-1) ?? ''] = odd;
      const found = await made(JSON.stringify(job));
      if (typeof found !== 'string') return;
      expect(found).not.toContain('hunter2');
      expect(found.length).toBeLessThan(400);
    }),
    { numRuns: 250 },
  );
});

test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])('a variable called %s stays', async (name) => {
  const job = structuredClone(JOB);
  job.spec.template.spec.containers[0]?.env.push({ name, value: 'x' });
  const made = jobFor(
    await readJobManifest({ kind: 'content', value: JSON.stringify(job) }, '/'),
    CONTEXT,
    'abcd',
    60_000,
  );
  expect(made.spec?.template.spec?.containers[0]?.env).toContainEqual({ name, value: 'x' });
});

test('any text is read in a moment', async () => {
  const pieces = [
    'a: ',
    '- ',
    '\n',
    '  ',
    '&a ',
    '*a',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
    '%',
    '---',
    '\t',
    ': ',
    '#',
    'kind: Job\n',
    '<<: *a\n',
    '!!js/function ',
    '\0',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''));
  const long = text.map((part) => part.repeat(Math.ceil(5_000 / Math.max(1, part.length))));
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: text }, long), async (given) => {
      const started = performance.now();
      await made(given);
      expect(performance.now() - started).toBeLessThan(3_000);
    }),
    { numRuns: 80 },
  );
});

type Tree = { [key: string | number]: unknown };

function placesOf(tree: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => [[...path, key], ...placesOf(value, [...path, key])]);
}
