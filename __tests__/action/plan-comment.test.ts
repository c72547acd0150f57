import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { githubComments } from '../../src/action/comments.ts';
import { keepComment, markerOf } from '../../src/action/plan-comment.ts';
import { GitHubServer } from './github-server.ts';

let github: GitHubServer;
beforeEach(async () => {
  github = await GitHubServer.start();
});
afterEach(() => github.stop());

const WEB = markerOf({ namespace: 'shop', workload: 'Deployment web', context: null });

async function keep(text: string, marker = WEB, apiUrl = github.url): Promise<string | null> {
  const on = { owner: 'acme', repository: 'shop', number: 7, apiUrl };
  return keepComment(githubComments(on, 'ghs_token', {}, 1), marker, text);
}

function bodies(): string[] {
  return github.comments.map(({ body }) => body);
}

function sent(): string[] {
  return github.requests.map((request) => request.replace(/\?.*/, '').replace(/ .*\/(?=issues)/, ' '));
}

describe('one comment is kept up to date', () => {
  test('it is made, and then changed in its place', async () => {
    github.add('looks good');
    expect(await keep('one')).toBeNull();
    expect(await keep('two')).toBeNull();
    expect(bodies()).toEqual(['looks good', `${WEB}\ntwo`]);
    expect(sent()).toEqual([
      'GET issues/7/comments',
      'POST issues/7/comments',
      'GET issues/7/comments',
      'PATCH issues/comments/102',
    ]);
    expect([...github.tokens]).toEqual(['Bearer ghs_token']);
  });

  test('the same text is not sent again', async () => {
    await keep('one\n');
    await keep('one\n');
    expect(sent()).toEqual(['GET issues/7/comments', 'POST issues/7/comments', 'GET issues/7/comments']);
  });

  test('every workload, namespace and context has its own', async () => {
    const others = [
      { namespace: 'shop', workload: 'Deployment api', context: null },
      { namespace: 'test', workload: 'Deployment web', context: null },
      { namespace: 'shop', workload: 'Knative Service web', context: null },
      { namespace: 'shop', workload: 'Deployment web', context: 'staging' },
    ].map(markerOf);
    for (const marker of [WEB, ...others, WEB, ...others]) expect(await keep('plan', marker)).toBeNull();
    expect(bodies()).toEqual([WEB, ...others].map((marker) => `${marker}\nplan`));
  });

  test('it is found behind a hundred others', async () => {
    for (let at = 0; at < 250; at += 1) github.add(`comment ${at}`);
    const own = github.add(`${WEB}\nold`, { type: 'Bot' });
    expect(await keep('new')).toBeNull();
    expect(own.body).toBe(`${WEB}\nnew`);
    expect(github.comments).toHaveLength(251);
    expect(sent().filter((request) => request.startsWith('GET'))).toHaveLength(3);
  });

  test('a stranger’s comment with the marker is left alone; a collaborator’s is ours', async () => {
    github.add(`${WEB}\nfake`);
    await keep('one');
    expect(bodies()).toEqual([`${WEB}\nfake`, `${WEB}\none`]);
    const [made] = github.comments.splice(1);
    github.add(made?.body ?? '', { association: 'COLLABORATOR' });
    await keep('two');
    expect(bodies()).toEqual([`${WEB}\nfake`, `${WEB}\ntwo`]);
  });

  test('a GitHub Enterprise server has its API below a path', async () => {
    expect(await keep('one', WEB, `${github.url}/api/v3`)).toBeNull();
    expect(github.requests.every((request) => request.includes(' /api/v3/repos/acme/shop/'))).toBe(true);
  });
});

describe('when GitHub does not do it', () => {
  test('without the permission it is named', async () => {
    github.fail({ method: 'POST', status: 403, count: 1 });
    expect(await keep('one')).toMatch(
      /^The plan is not on the pull request: the token lacks the permission `pull-requests: write` .*Resource not accessible by integration/,
    );
    expect(github.comments).toEqual([]);
    github.add(`${WEB}\nold`, { type: 'Bot' });
    github.fail({ method: 'PATCH', status: 403, count: 1 });
    expect(await keep('two')).toContain('pull-requests: write');
    expect(sent().filter((request) => request.startsWith('PATCH'))).toHaveLength(1);
  });

  test.each([500, 502, 'reset'] as const)('%s twice, and then it answers', async (status) => {
    github.fail({ method: 'GET', status, count: 2 });
    expect(await keep('one')).toBeNull();
    github.fail({ method: 'PATCH', status, count: 2 });
    expect(await keep('two')).toBeNull();
    expect(bodies()).toEqual([`${WEB}\ntwo`]);
  });

  test.each([500, 'reset'] as const)('it was made, and the answer is lost (%s): there is one', async (status) => {
    github.fail({ method: 'POST', status, count: 1, after: true });
    expect(await keep('one')).toBeNull();
    expect(bodies()).toEqual([`${WEB}\none`]);
  });

  test('it was not made: tried again', async () => {
    github.fail({ method: 'POST', status: 503, count: 1 });
    expect(await keep('one')).toBeNull();
    expect(bodies()).toEqual([`${WEB}\none`]);
  });

  test('it stays away: said, and no more', async () => {
    github.fail({ method: 'GET', status: 500, count: 9 });
    expect(await keep('one')).toMatch(/GitHub could not do it\. GitHub said: Server Error/);
    expect(sent()).toHaveLength(3);
    github.fail({ method: 'GET', status: 'reset', count: 9 });
    expect(await keep('one')).toContain('GitHub did not answer');
    github.fail({ method: 'POST', status: 500, count: 9 });
    expect(await keep('one')).toContain('GitHub could not do it');
    expect(github.comments).toEqual([]);
  });
});

test.each([
  '--',
  '-->',
  'a b',
  '<!--',
  'ä',
  '---->',
])('a marker is one comment of HTML, whatever it names: %s', (text) => {
  const marker = markerOf({ namespace: text, workload: text, context: text });
  expect(marker).toMatch(/^<!-- [^<>]* -->$/);
  expect(marker.slice(4, -3)).not.toContain('--');
});
