import { describe, expect, test } from '@jest/globals';
import { InputErrors } from '../../src/action/input-errors.ts';
import { readRequest } from '../../src/action/inputs.ts';
import { parseServerAddress } from '../../src/action/server-address.ts';

type Given = Readonly<Record<string, string>>;

const PROMETHEUS = { prometheus: 'http://prometheus:9090' };

function request(given: Given) {
  const all: Given = { deployment: 'web', images: 'web=nginx:2', ...given };
  return readRequest((name) => all[name] ?? '');
}

async function problemsOf(given: Given): Promise<readonly string[]> {
  try {
    await request(given);
  } catch (error) {
    if (error instanceof InputErrors)
      return error.problems.map(
        ({ input, line, given: found, problem }) => `${input}${line === null ? '' : `:${line}`} ${found} ${problem}`,
      );
    throw error;
  }
  return [];
}

test('every gate', async () => {
  const given = {
    ...PROMETHEUS,
    job: './job.yaml',
    webhook: '# the board\nhttps://gate.example.com\n\nhttp://gate.test:8080/hook?x=1',
    'webhook-secret': 'hunter2',
    'webhook-timeout': '2m',
    'check-at': 'every-step',
    thresholds: '# errors\nerrors: sum(x) < 0.01 for 30s\n\nslow: y > 1',
    alerts: 'HighErrorRate\n# or\nseverity="critical"',
    'alerts-since': 'any',
    alertmanager: 'https://ann:s%40crt@am.example.com/am/',
  };
  expect(await request(given)).toMatchObject({
    job: { kind: 'path', value: './job.yaml' },
    webhook: {
      urls: ['https://gate.example.com/', 'http://gate.test:8080/hook?x=1'],
      secret: 'hunter2',
      timeout: 120_000,
    },
    checkAt: 'every-step',
    thresholds: [{ name: 'errors' }, { name: 'slow' }],
    alerts: [{ alert: 'HighErrorRate' }, { alert: null }],
    alertsSince: 'any',
    alertmanager: { kind: 'url', url: 'https://am.example.com/am', basic: { user: 'ann', password: 's@crt' } },
  });
});

test('a Job as content', async () => {
  for (const content of ['apiVersion: batch/v1\nkind: Job\nspec: {}', '{"kind": "Job"}', "kind: 'Job'"])
    expect((await request({ job: content })).job).toEqual({ kind: 'content', value: content });
});

describe('refused', () => {
  test.each<[string, Given, readonly string[]]>([
    [
      'all bad lines at once',
      { ...PROMETHEUS, thresholds: 'a: x < 1\nb: y\n\na: z < 2', alerts: 'A;B\nC\nC' },
      [
        'thresholds:2 "b: y" There is no comparison (< <= > >= == !=) outside of parentheses and braces: it says what must hold.',
        'thresholds:4 "a: z < 2" It names a again, and line 1, "a: x < 1", already did. Remove one of the two.',
        'alerts:1 "A;B" It is neither the name of an alert nor label matchers.',
        'alerts:3 "C" It names C again, and line 2, "C", already did. Remove one of the two.',
      ],
    ],
    [
      'thresholds without Prometheus',
      { thresholds: 'a: x < 1' },
      ['thresholds (8 characters) There is no Prometheus to ask.'],
    ],
    [
      'alerts without anybody to ask',
      { alerts: 'A' },
      ['alerts "A" There is neither a Prometheus nor an Alertmanager to ask.'],
    ],
    ['alerts with Prometheus', { ...PROMETHEUS, alerts: 'A' }, []],
    ['alerts with Alertmanager', { alertmanager: 'a/b:1', alerts: 'A' }, []],
    [
      'what has no meaning without alerts',
      { ...PROMETHEUS, alertmanager: 'a/b:1', 'alerts-since': 'any' },
      [
        'alerts-since "any" It has no meaning without alerts.',
        'alertmanager (5 characters) It has no meaning without alerts.',
      ],
    ],
    [
      'what has no meaning without a webhook',
      { 'webhook-secret': 'hunter2', 'webhook-timeout': '1m' },
      [
        'webhook-secret (7 characters) It has no meaning without webhook.',
        'webhook-timeout "1m" It has no meaning without webhook.',
      ],
    ],
    [
      'addresses of webhooks, which are not shown whole',
      { webhook: 'gate.example.com\nftp://a.example/token\nhttps://u:p@a.example/token\nhttps://a.example/token#x' },
      [
        'webhook:1 "…" It is not an address.',
        'webhook:2 "ftp://a.example/…" It must begin with https:// (or http://).',
        'webhook:3 "https://a.example/…" It has a user and a password in it, which would be shown. Use webhook-secret to sign requests.',
        'webhook:4 "https://a.example/…" It must not contain "#": what follows it is never sent.',
      ],
    ],
    [
      'no time',
      { webhook: 'https://a.example', 'webhook-timeout': '0s' },
      ['webhook-timeout "0s" An answer needs time: it must be longer than 0s.'],
    ],
    [
      'another kind of object',
      { job: 'kind: Pod\nspec: {}' },
      ['job "kind: Pod\\nspec: {}" It is not a manifest of kind: Job.'],
    ],
    [
      'a password is not shown',
      { alerts: 'A', alertmanager: 'ftp://ann:secret@am' },
      ['alertmanager "ftp://…@am" It begins with ftp:// and must begin with http:// or https://.'],
    ],
    ['check-at', { 'check-at': 'always' }, ['check-at "always" It is not one of the accepted words.']],
  ])('%s', async (_, given, problems) => {
    expect(await problemsOf(given)).toEqual(problems);
  });
});

describe('parseServerAddress', () => {
  test.each<[string, object]>([
    ['http://prometheus:9090', { kind: 'url', url: 'http://prometheus:9090', basic: null }],
    ['HTTPS://a.example/b/', { kind: 'url', url: 'https://a.example/b', basic: null }],
    ['http://ann:100%@a', { basic: { user: 'ann', password: '100%' } }],
    ['monitoring/am:9093', { kind: 'service', namespace: 'monitoring', service: 'am', port: '9093' }],
    ['monitoring/am:web', { port: 'web' }],
  ])('%s', (given, wanted) => {
    expect(parseServerAddress(given)).toMatchObject({ ok: true, value: wanted });
  });

  test.each([
    ['am:9093', 'It is neither an address'],
    ['monitoring/am', '"" is neither the number nor the name of a port.'],
    ['monitoring/am:0', '"0" is neither'],
    ['monitoring/am:65536', '"65536" is neither'],
    ['Monitoring/am:1', '"Monitoring" is not the name of a namespace.'],
    ['a/b/c:1', 'It is neither an address'],
    ['https://', 'It is not the address of a web server.'],
    ['https://a/?b', 'It must end before "?" and "#".'],
  ])('refuses %s', (given, problem) => {
    expect(parseServerAddress(given)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});
