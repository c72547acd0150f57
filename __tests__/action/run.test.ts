import { expect, test } from '@jest/globals';
import { readJobStatus } from '../../src/action/job-status.ts';
import { readRun } from '../../src/action/run.ts';

test('outside a runner nothing is known', () => {
  expect(readRun({ GITHUB_SHA: '' })).toEqual({
    url: null,
    id: null,
    attempt: null,
    actor: null,
    repository: null,
    sha: null,
    ref: null,
    job: null,
  });
});

test('in a runner', () => {
  const env = {
    GITHUB_SERVER_URL: 'https://github.example.com/',
    GITHUB_REPOSITORY: 'acme/web',
    GITHUB_RUN_ID: '42',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_ACTOR: 'ann',
    GITHUB_TRIGGERING_ACTOR: 'bob',
    GITHUB_SHA: 'abc',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_JOB: 'release',
  };
  expect(readRun(env)).toEqual({
    url: 'https://github.example.com/acme/web/actions/runs/42/attempts/2',
    id: '42',
    attempt: '2',
    actor: 'bob',
    repository: 'acme/web',
    sha: 'abc',
    ref: 'refs/heads/main',
    job: 'release',
  });
  expect(readRun({ GITHUB_REPOSITORY: 'acme/web', GITHUB_RUN_ID: '42', GITHUB_ACTOR: 'ann' })).toMatchObject({
    url: 'https://github.com/acme/web/actions/runs/42',
    actor: 'ann',
  });
});

test.each([
  ['success', 'success'],
  ['Cancelled', 'cancelled'],
  ['failure', 'failure'],
  ['', null],
  ['odd', null],
])('job-status %j', (given, status) => {
  expect(readJobStatus((name) => (name === 'job-status' ? given : ''))).toBe(status);
});
