import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseKubeconfig } from '../../src/action/kubeconfig.ts';

const CONTENT = `apiVersion: v1
kind: Config
clusters:
  - {name: a, cluster: {server: "https://a.test"}}
contexts:
  - {name: a, context: {cluster: a, user: a}}
users:
  - {name: a, user: {token: hunter2}}
current-context: a`;
const JSON_CONTENT = '{"apiVersion":"v1","clusters":[{"name":"a"}],"contexts":[{"name":"a"}],"users":[]}';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('parseKubeconfig', () => {
  test.each([
    './kubeconfig',
    '/home/runner/kube/config',
    'kubeconfig',
    'C:\\kube\\config',
    '~/.kube/config',
    'apiVersion',
  ])('%s is a path', async (value) => {
    expect(await parseKubeconfig(value)).toEqual({ ok: true, value: { kind: 'path', value } });
  });

  test.each([
    ['YAML', CONTENT],
    ['YAML with a comment first', `# ours\n---\n${CONTENT}`],
    ['JSON on one line', JSON_CONTENT],
  ])('%s is content', async (_, value) => {
    expect(await parseKubeconfig(value)).toEqual({ ok: true, value: { kind: 'content', value } });
  });

  test.each([
    ['base64', base64(CONTENT)],
    ['wrapped base64', base64(CONTENT).replaceAll(/.{76}/g, '$&\n')],
    ['base64 without padding', base64(CONTENT).replace(/=+$/, '')],
  ])('%s is content', async (_, given) => {
    expect(await parseKubeconfig(given)).toEqual({ ok: true, value: { kind: 'content', value: CONTENT } });
  });

  test.each([
    ['an open quote', CONTENT.replace('current-context: a', 'current-context: "a'), 'line 9 is not valid YAML'],
    ['a tab', CONTENT.replace('kind: Config', 'x:\n\ty: 1'), 'line 3 is not valid YAML'],
    ['a key twice', `${CONTENT}\nkind: Config`, 'line 10 is not valid YAML: its key is there twice'],
    ['two documents', `${CONTENT}\n---\na: 1`, 'line 10 is not valid YAML: a second document'],
    ['a list', '- a\n- b', 'not a YAML mapping'],
    ['a text of two lines', 'two\nlines', 'not a YAML mapping'],
    ['one line of it', 'apiVersion: v1', 'no list "clusters"'],
    ['another object', 'kind: Secret\nmetadata: {}', 'kind is not Config'],
    ['no clusters', 'clusters: []\ncontexts: []\nusers: []', 'no list "clusters", or an empty one'],
    ['a mapping for a list', 'clusters: {a: b}', 'no list "clusters"'],
    ['broken base64 content', base64('apiVersion: v1\nclusters: "x'), 'base64, and what it stands for'],
  ])('refuses %s', async (_, given, problem) => {
    const parsed = await parseKubeconfig(given);
    expect(parsed).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  test('no problem quotes the content', async () => {
    const position = fc.integer({ min: 0, max: CONTENT.length });
    const wrong = fc.constantFrom('"', "'", '{', '[', '\t', ': ', '- ', '&', '*', '%', '@', '\n');
    await fc.assert(
      fc.asyncProperty(position, wrong, async (at, text) => {
        const parsed = await parseKubeconfig(CONTENT.slice(0, at) + text + CONTENT.slice(at));
        expect(JSON.stringify(parsed.ok ? '' : parsed.problem)).not.toMatch(/hunter2|a\.test/);
      }),
    );
  });
});
