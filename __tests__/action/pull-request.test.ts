import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readPullRequest } from '../../src/action/pull-request.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossfade-event-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(payload: object | string, more: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const path = join(folder, 'event.json');
  await writeFile(path, typeof payload === 'string' ? payload : JSON.stringify(payload));
  const env = { GITHUB_REPOSITORY: 'acme/shop', GITHUB_EVENT_PATH: path, GITHUB_EVENT_NAME: 'push', ...more };
  return readPullRequest(env);
}

const SEVEN = { owner: 'acme', repository: 'shop', number: 7, apiUrl: 'https://api.github.com' };

test('of a pull request, and of a comment on one', async () => {
  expect(await read({ pull_request: { number: 7 } })).toEqual(SEVEN);
  expect(await read({ issue: { number: 7, pull_request: { url: '' } } })).toEqual(SEVEN);
});

test('of a GitHub Enterprise server', async () => {
  const more = { GITHUB_API_URL: 'https://github.acme.example/api/v3/' };
  expect(await read({ pull_request: { number: 7 } }, more)).toEqual({
    ...SEVEN,
    apiUrl: 'https://github.acme.example/api/v3',
  });
});

test('there is none', async () => {
  expect(await read({ ref: 'refs/heads/main' })).toEqual({ without: 'the event push is about none' });
  expect(await read({ issue: { number: 7 } }, { GITHUB_EVENT_NAME: 'issue_comment' })).toEqual({
    without: 'the event issue_comment is about none',
  });
  expect(await read('{')).toEqual({ without: expect.stringMatching(/^its event cannot be read/) });
  expect(await read({}, { GITHUB_EVENT_PATH: '' })).toEqual({
    without: expect.stringMatching(/^its event cannot be read/),
  });
  expect(await read({}, { GITHUB_REPOSITORY: '' })).toEqual({
    without: 'this is no run of a workflow (GITHUB_REPOSITORY is empty)',
  });
});
