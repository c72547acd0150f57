import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { exampleFiles, OURS } from './examples.ts';
import { readWorkflow } from './workflow-file.ts';

describe.each(exampleFiles().map((path) => [basename(path), path] as const))('%s', (_, path) => {
  const workflow = readWorkflow(path);
  const text = readFileSync(path, 'utf8');

  test('gives no permission but to jobs, each of which says which it needs', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of workflow.jobs) expect(job.permissions).toEqual(expect.any(Object));
  });

  test('lets runs wait for one another, and throws none away', () => {
    expect(workflow.concurrency).toEqual({ group: expect.any(String), queue: 'max' });
  });

  test('has a time limit for each job, longer than that of the release in it', () => {
    for (const { steps, timeoutMinutes = 0 } of workflow.jobs) {
      expect(timeoutMinutes).toBeGreaterThan(0);
      for (const { timeout, action } of steps.map((step) => step.with)) {
        // A plan tells of a release's timeout, and does not take it.
        if (timeout === undefined || action === 'plan') continue;
        expect(timeout).toMatch(/^\d+m$/);
        // What the action needs to take a release back that was not done in time.
        expect(timeoutMinutes).toBeGreaterThanOrEqual(Number.parseInt(timeout, 10) + 5);
      }
    }
  });

  test('pins actions by commit, with the version behind it', () => {
    const used = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
    expect(used.length).toBeGreaterThan(0);
    for (const line of used) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v(\d+\.\d+\.\d+|X\.Y\.Z)$/);
  });

  test('leaves owner and commit of ours to the reader, and says so', () => {
    const ours = workflow.jobs.flatMap(({ steps }) => steps).filter(({ uses }) => uses?.action === OURS.name);
    expect(ours.length).toBeGreaterThan(0);
    for (const { uses } of ours) expect(uses).toEqual({ action: OURS.name, ref: OURS.ref });
    expect(text).toContain('What to change: OWNER and the zeros');
  });

  test('keeps no credentials after a checkout', () => {
    for (const { uses, with: inputs } of workflow.jobs.flatMap(({ steps }) => steps)) {
      if (uses?.action === 'actions/checkout') expect(inputs).toMatchObject({ 'persist-credentials': 'false' });
    }
  });
});
