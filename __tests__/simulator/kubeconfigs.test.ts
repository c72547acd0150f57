import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { createServer, type Server } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuthority } from '../kubernetes/certificates.ts';
import { type ActionStep, runAction } from '../runner/runner.ts';
import { content, exec, type Given, Kubeconfigs, path, portOf, type Tried, tried } from './kubeconfigs.ts';

const ACTION = process.env.CROSSFADE_ACTION ?? join(import.meta.dirname, '../..');
/** In no message, whatever goes wrong. */
const SECRET = 'hunter2-hunter2';
/** Milliseconds in which a person is told, of which a plugin has twelve seconds; what hangs here does so for 100 s and more. */
const SOON = 30_000;

let here: Kubeconfigs;
let silent: Server;
let plain: ReturnType<typeof createHttp>;
/** Refuses everybody, without TLS. */
let strict: ReturnType<typeof createHttp>;
let expired: Server;
/** What it issues has ended some hours ago. */
const PAST = createAuthority('past', -0.5);
beforeAll(async () => {
  here = await Kubeconfigs.start();
  silent = createServer(() => undefined);
  plain = createHttp((_, response) => response.end('hello'));
  strict = createHttp((_, response) => response.writeHead(401).end('{}'));
  const { certificate: cert, key } = PAST.issue(
    { commonName: 'x' },
    { names: ['localhost'], addresses: ['127.0.0.1'] },
  );
  expired = createTls({ cert, key });
  await Promise.all([silent, plain, strict, expired].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
});
afterAll(async () => {
  silent.close();
  plain.close();
  strict.close();
  expired.close();
  await here?.stop();
});

const ofUser = (user: object) => () => content(here.text({ user }));
const ofPlugin = (script: string) => async () => content(here.text({ user: exec(await here.plugin(script)) }));
const ofFile = (text: () => string) => async () => path(await here.file(text()));

/** A JWT that ends then (epoch seconds). */
function idToken(exp: number): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp })}.${SECRET}`;
}
const TOKEN_OF_2020 = `e30.${Buffer.from('{"exp":1577836800}').toString('base64url')}.${SECRET}`;

const WRONG: readonly (readonly [string, () => Given | Promise<Given>, RegExp])[] = [
  [
    'a file that is not there',
    () => path('./nowhere/kubeconfig'),
    /file \.\/nowhere\/kubeconfig .*there is no such file .*nowhere.*Check its path/,
  ],
  ['a folder', () => path(here.folder), /cannot be read \(EISDIR\)/],
  ['an empty file', ofFile(() => ''), /it is empty/],
  ['a file that is no YAML', ofFile(() => `users:\n- token: "${SECRET}\n  x: [`), /line \d+ is not valid YAML/],
  ['a list', ofFile(() => `- ${SECRET}`), /it is not a YAML mapping/],
  ['aliases without end', ofFile(() => aliases()), /refers to itself in too many places/],
  ['another object', ofFile(() => `kind: Secret\ndata: {token: ${SECRET}}`), /its kind is not Config/],
  [
    'no current context',
    () => content(here.text({ top: { 'current-context': '' } })),
    /it has none\. Its contexts: x\. Name one with input context/,
  ],
  [
    'a current context that is none',
    () => content(here.text({ top: { 'current-context': 'y' } })),
    /its current-context y is none of its contexts\. Its contexts: x/,
  ],
  [
    'a context of no cluster',
    () => content(here.text({ context: { cluster: 'z' } })),
    /context x of .*; it names the cluster z, and there are: c\./,
  ],
  [
    'a context of no user',
    () => content(here.text({ context: { user: 'z' } })),
    /it names the user z, and there are: u\./,
  ],
  ['a cluster without a server', () => content(here.text({ server: '' })), /cluster c of .*; it has no server/],
  [
    'a server that is no address',
    () => content(here.text({ server: `x:${SECRET}` })),
    /its server is no address such as/,
  ],
  [
    'a proxy that is no address',
    () => content(here.text({ cluster: { 'proxy-url': SECRET } })),
    /its proxy-url is no address/,
  ],
  ['a token that is a number', ofUser({ token: 12345678 }), /user u of .*its token is no text/],
  [
    'a file of a token that is not there',
    ofUser({ tokenFile: '/nowhere/token' }),
    /its tokenFile names the file \/nowhere\/token, which cannot be read \(ENOENT\)/,
  ],
  [
    'a key that is none',
    ofUser({ 'client-certificate-data': SECRET, 'client-key-data': SECRET }),
    /its client-certificate-data is no PEM in base64/,
  ],
  [
    'a certificate without its key',
    () =>
      content(
        here.text({
          user: { 'client-certificate-data': Buffer.from(here.cluster.authority ?? '').toString('base64') },
        }),
      ),
    /a client-certificate and no client-key/,
  ],
  [
    'an id-token that is not accepted',
    ofUser({ 'auth-provider': { name: 'oidc', config: { 'id-token': idToken(2_208_988_800) } } }),
    /user u \(a token by OpenID Connect\).*401/,
  ],
  [
    'an identity provider that is not there',
    ofUser({
      'auth-provider': {
        name: 'oidc',
        config: {
          'id-token': idToken(1),
          'client-id': 'c',
          'refresh-token': SECRET,
          'idp-issuer-url': 'https://127.0.0.1:1',
        },
      },
    }),
    /Wanted a token .* from its OpenID Connect provider; there was none.* Check idp-issuer-url/,
  ],
  [
    'a program of old',
    ofUser({ 'auth-provider': { name: 'gcp', config: { 'cmd-path': '/bin/sh', 'cmd-args': '-c "exit 0"' } } }),
    /its auth-provider gcp is not supported/,
  ],
  [
    'a token that is not accepted',
    ofUser({ token: SECRET }),
    /sign in to the API server https:\/\/.* as user u \(a token\).*401.*renew them/,
  ],
  [
    'a token that has expired',
    ofUser({ token: TOKEN_OF_2020 }),
    /user u \(a token, expired on 2020-01-01T00:00:00\.000Z\)/,
  ],
  [
    'a client certificate that has expired',
    () => {
      const { certificate, key } = PAST.issue({ commonName: 'jane' });
      const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
      const user = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
      return content(here.text({ server: `http://127.0.0.1:${portOf(strict)}`, user }));
    },
    /user u \(a client certificate, expired on \d{4}-.*401/,
  ],
  [
    'a server whose certificate has expired',
    () => {
      const authority = Buffer.from(PAST.certificate).toString('base64');
      const server = `https://127.0.0.1:${portOf(expired)}`;
      return content(here.text({ server, cluster: { 'certificate-authority-data': authority } }));
    },
    /its certificate has expired\. Renew it/,
  ],
  ['no credentials', ofUser({}), /user u of .*it has no credentials/],
  [
    'an authority of another cluster',
    () =>
      content(
        here.text({
          cluster: {
            'certificate-authority-data': Buffer.from(createAuthority('other').certificate).toString('base64'),
          },
        }),
      ),
    /its certificate cannot be trusted \(\w+\)\. Check certificate-authority/,
  ],
  [
    'another name',
    () => content(here.text({ cluster: { 'tls-server-name': 'other.test' } })),
    /its certificate is for other names/,
  ],
  [
    'nobody there',
    () => content(here.text({ server: 'https://127.0.0.1:1' })),
    /nobody listens there \(ECONNREFUSED\)/,
  ],
  [
    'a name of nobody',
    () => content(here.text({ server: 'https://cluster.invalid' })),
    /https:\/\/cluster\.invalid; (?:its name does not resolve|there was no answer)/,
  ],
  [
    'https where there is http',
    () => content(here.text({ server: `https://127.0.0.1:${portOf(plain)}` })),
    /does not speak TLS\. .*it says https/,
  ],
  [
    'a plugin that is not installed',
    ofUser(exec('no-such-plugin', { installHint: 'Get it at\nhttps://plugin.test' })),
    /exec plugin no-such-plugin of the kubeconfig; it is not installed on this runner .*Get it at https:\/\/plugin\.test/,
  ],
  [
    'a plugin that fails',
    ofPlugin(`echo ${SECRET} >&2; echo ${SECRET}; exit 7`),
    /exit code 7\. What it wrote is not shown.*run it in a step before/,
  ],
  ['a plugin that is killed', ofPlugin('kill -9 $$'), /was ended by SIGKILL/],
  [
    'a plugin that waits for input',
    ofPlugin('read line; echo "$line"'),
    /exit code 1|something else than an ExecCredential/,
  ],
  [
    'a plugin that prints no credential',
    ofPlugin(`echo 'token: ${SECRET}'`),
    /printed something else than an ExecCredential/,
  ],
  [
    'a plugin without a token',
    ofPlugin(`echo '{"kind":"ExecCredential","status":{"clientKeyData":"${SECRET}"}}'`),
    /neither a token nor a certificate/,
  ],
  [
    'a plugin with a token of two lines',
    ofPlugin(`echo '{"status":{"token":"${SECRET}\\\\nx-evil: 1"}}'`),
    /a token with line breaks/,
  ],
  ['a plugin that wants a terminal', ofUser(exec('sh', { interactiveMode: 'Always' })), /wants a terminal/],
];

describe('a kubeconfig that is of no use: one clear error, soon, and no secret in it', () => {
  const results = new Map<string, Tried>();
  beforeAll(async () => {
    // All at once: some take as long as is waited for an answer.
    await Promise.all(WRONG.map(async ([name, given]) => results.set(name, await tried(await given()))));
  }, 60_000);

  test.each(WRONG)('%s', (name, _, message) => {
    const { message: said, took } = results.get(name) ?? { message: '', took: Number.POSITIVE_INFINITY };
    expect(said).toMatch(message);
    expect(said).toMatch(/^Wanted /);
    expect(said).not.toContain('hunter2');
    expect(took).toBeLessThan(SOON);
  });

  test('a context that is not there', async () => {
    const { message } = await tried(content(here.text()), { context: 'production' });
    expect(message).toMatch(/Wanted context production \(input context\) in the kubeconfig; it has: x\./);
  });
});

describe('a kubeconfig that is good', () => {
  test('a token of a file beside it, as kubectl writes it', async () => {
    await here.file(`${here.cluster.token}\n`, 'token');
    const { message, secrets } = await tried(path(await here.file(here.text({ user: { tokenFile: 'token' } }))));
    expect([message, secrets]).toEqual(['connected', [here.cluster.token]]);
  });

  test('a plugin beside it is told of the cluster, finds no input of ours, and its token is masked', async () => {
    const token = here.cluster.token;
    await here.plugin(
      `[ -z "$INPUT_KUBECONFIG" ] || exit 1\n[ "$1$FLAVOUR" = getsweet ] || exit 2\ncase $KUBERNETES_EXEC_INFO in *'"server":"${here.cluster.url}"'*) ;; *) exit 3;; esac\n` +
        `printf '{"kind":"ExecCredential",\\n"status":{"token":"${token}","expirationTimestamp":"2040-01-01T00:00:00Z"}}'`,
      'get-token',
    );
    const user = exec('./get-token', {
      args: ['get'],
      provideClusterInfo: true,
      env: [
        { name: 'FLAVOUR', value: 'sweet' },
        { name: 'CLIENT_SECRET', value: SECRET },
      ],
    });
    const env = { PATH: process.env.PATH, INPUT_KUBECONFIG: 'secret' };
    const { message, secrets } = await tried(path(await here.file(here.text({ user }))), { env });
    expect([message, secrets]).toEqual(['connected', [SECRET, token]]);
  });

  test('of several files the first that has something counts, and one that is not there does not', async () => {
    const first = await here.file(here.text({ top: { users: null } }));
    const second = await here.file(here.text({ server: 'https://other.invalid', top: { 'current-context': 'other' } }));
    const KUBECONFIG = [join(here.folder, 'none'), first, second].join(':');
    expect((await tried(null, { env: { KUBECONFIG } })).message).toBe('connected');
  });

  test('in UTF-16, as Windows PowerShell writes what kubectl shows', async () => {
    const file = await here.file('');
    await writeFile(file, `\uFEFF${here.text()}\r\n`, 'utf16le');
    expect((await tried(path(file), {})).message).toBe('connected');
  });

  test('whom to act as is told to the API server', async () => {
    const seen: unknown[] = [];
    const server = createHttp(({ headers }, response) => {
      seen.push(Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('impersonate'))));
      response.setHeader('content-type', 'application/json').end('{"kind":"Namespace"}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const user = { token: SECRET, as: 'jane', 'as-groups': ['a', 'b'], 'as-user-extra': { 'a/b': ['c'] } };
    const { message } = await tried(content(here.text({ server: `http://127.0.0.1:${portOf(server)}`, user })));
    server.close();
    expect(message).toBe('connected');
    expect(seen).toEqual([{ 'impersonate-user': 'jane', 'impersonate-group': 'a, b', 'impersonate-extra-a%2fb': 'c' }]);
  });
});

describe('the whole action', () => {
  const step = (inputs: Readonly<Record<string, string>>): ActionStep => ({
    action: ACTION,
    inputs: { deployment: 'web', images: 'web=registry.test/web:v2', ...inputs },
  });

  test.concurrent.each<readonly [string, () => string | Promise<string>, RegExp]>([
    ['a file that is no YAML', () => here.file(`users:\n- token: "${SECRET}\n  x: [`), /not valid YAML/],
    [
      'a plugin that never ends',
      async () =>
        here.file(here.text({ user: exec(await here.plugin(`echo ${SECRET} | tee /dev/stderr; sleep 100`)) })),
      /no answer within 12 s/,
    ],
    [
      'a port that says nothing',
      () => here.text({ server: `https://127.0.0.1:${portOf(silent)}`, user: { token: SECRET } }),
      /does not answer/,
    ],
    ['an expired token', () => here.text({ user: { token: TOKEN_OF_2020 } }), /expired on 2020/],
  ])(
    'says it once, soon, without a secret, and nothing is written: %s',
    async (_, given, message) => {
      const since = Date.now();
      const text = await given();
      // As it is when it comes from a secret.
      const result = await runAction({ ...step({ kubeconfig: text }), secrets: [text] });
      expect(result.conclusion).toBe('failure');
      expect(result.annotations.map(({ message: text }) => text)).toEqual([expect.stringMatching(message)]);
      expect(result.outputs).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(message) });
      const { displayedLog, summary, outputs, state, annotations } = result;
      const told = JSON.stringify([displayedLog, summary, outputs, state, annotations, result.post?.displayedLog]);
      expect(told).not.toContain('hunter2');
      // Its start, too.
      expect(result.durationMs).toBeLessThan(SOON + 1_000);
      expect((await here.cluster.audit(since)).filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))).toEqual(
        [],
      );
    },
    60_000,
  );
});

/** A few lines that stand for a billion. */
function aliases(): string {
  const levels = Array.from(
    { length: 9 },
    (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(', ')}]`,
  );
  return ['a0: &a0 [x, x, x]', ...levels].join('\n');
}
