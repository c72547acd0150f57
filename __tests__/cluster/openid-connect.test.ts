import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Connection, connect } from '../../src/cluster/connection.ts';
import { createAuthority } from '../kubernetes/certificates.ts';

/** What the provider was asked for a token. */
interface Asked {
  readonly authorization: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

const AUTHORITY = createAuthority('provider');
const SECRET = 'client-secret-of-ours';
const FIRST = 'first-refresh-token';
const EXPIRED = 1;
const GOOD = 4_000_000_000;

let server: Server;
let issuer: string;
let asked: Asked[];
let secrets: string[];
/** What the provider says of itself beside its addresses, and how it answers the nth request for a token. */
let methods: readonly string[] | undefined;
let answer: (nth: number) => { readonly status: number; readonly body: object };

beforeEach(async () => {
  asked = [];
  secrets = [];
  methods = undefined;
  answer = (nth) => ({ status: 200, body: tokens(nth) });
  const { certificate: cert, key } = AUTHORITY.issue({ commonName: 'x' }, { names: [], addresses: ['127.0.0.1'] });
  server = createServer({ cert, key }, (request, response) => {
    void respond(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
});

afterEach(() => {
  server.close();
});

async function respond(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
  if (request.url === '/.well-known/openid-configuration')
    return {
      status: 200,
      body: {
        issuer,
        token_endpoint: `${issuer}/token`,
        ...(methods === undefined ? {} : { token_endpoint_auth_methods_supported: methods }),
      },
    };
  asked.push({
    authorization: request.headers.authorization,
    form: Object.fromEntries(new URLSearchParams(await text(request))),
  });
  return answer(asked.length);
}

function tokens(nth: number, more: object = {}): object {
  return {
    access_token: `access-${nth}`,
    token_type: 'bearer',
    id_token: jwt(GOOD, nth),
    refresh_token: `refresh-${nth}`,
    ...more,
  };
}

function jwt(exp: number, nth = 0): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer, aud: 'kubectl', sub: 'jane', iat: 1, exp, nth };
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;
}

/** Signs in with an auth-provider of this configuration. */
function signIn(more: object = {}): Promise<Connection> {
  const config = {
    'id-token': jwt(EXPIRED),
    'client-id': 'kubectl',
    'refresh-token': FIRST,
    'idp-issuer-url': issuer,
    'idp-certificate-authority-data': Buffer.from(AUTHORITY.certificate).toString('base64'),
    ...more,
  };
  const kubeconfig = {
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { 'auth-provider': { name: 'oidc', config } } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  const where = { kind: 'content', value: JSON.stringify(kubeconfig) } as const;
  return connect({ kubeconfig: where, context: null, namespace: null, allowExec: 'auto' }, {}, (secret) =>
    secrets.push(secret),
  );
}

async function authorization(connection: Connection, renew = false): Promise<string | null> {
  try {
    return await connection.authorization(renew);
  } finally {
    await connection.close();
  }
}

/** Of a header `authorization` by RFC 6749, section 2.3.1. */
function basicSecret(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [user, secret] = Buffer.from(header.replace(/^Basic /, ''), 'base64')
    .toString('utf8')
    .split(':');
  expect(user).toBe('kubectl');
  return decodeURIComponent(secret ?? '');
}

test.each([
  ['nothing', undefined, SECRET, undefined],
  ['client_secret_basic', ['private_key_jwt', 'client_secret_basic'], SECRET, undefined],
  ['client_secret_post', ['client_secret_basic', 'client_secret_post'], undefined, SECRET],
] as const)('a token that has expired is renewed, by a provider that speaks of %s', async (_, spoken, inHeader, inForm) => {
  methods = spoken;
  const connection = await signIn({ 'client-secret': SECRET });
  expect(await authorization(connection)).toBe(`Bearer ${jwt(GOOD, 1)}`);
  expect(asked).toHaveLength(1);
  expect(basicSecret(asked[0]?.authorization)).toBe(inHeader);
  expect(asked[0]?.form).toMatchObject({ grant_type: 'refresh_token', refresh_token: FIRST });
  expect(asked[0]?.form.client_secret).toBe(inForm);
  expect(secrets).toEqual(expect.arrayContaining([SECRET, FIRST, jwt(GOOD, 1), 'refresh-1']));
});

test('a public client is told by its name alone', async () => {
  expect(await authorization(await signIn())).toBe(`Bearer ${jwt(GOOD, 1)}`);
  expect(asked).toEqual([
    { authorization: undefined, form: { client_id: 'kubectl', grant_type: 'refresh_token', refresh_token: FIRST } },
  ]);
});

test('a token that is good is given as it is', async () => {
  expect(await authorization(await signIn({ 'id-token': jwt(GOOD) }))).toBe(`Bearer ${jwt(GOOD)}`);
  expect(asked).toEqual([]);
});

test('a token that the API server does not accept is renewed, and each refresh token is used once', async () => {
  const connection = await signIn({ 'id-token': jwt(GOOD) });
  const given = [];
  for (let time = 0; time < 3; time += 1) given.push(await connection.authorization(true));
  await connection.close();
  expect(given).toEqual([1, 2, 3].map((nth) => `Bearer ${jwt(GOOD, nth)}`));
  expect(asked.map(({ form }) => form.refresh_token)).toEqual([FIRST, 'refresh-1', 'refresh-2']);
});

test('a provider that keeps its refresh token is asked with it again', async () => {
  answer = (nth) => ({ status: 200, body: tokens(nth, { refresh_token: undefined }) });
  const connection = await signIn();
  await connection.authorization(true);
  await connection.close();
  expect(asked.map(({ form }) => form.refresh_token)).toEqual([FIRST, FIRST]);
});

test('clocks that differ by ten minutes do not matter: the API server judges the token', async () => {
  const behind = Math.floor(Date.now() / 1000) - 600;
  answer = (nth) => ({ status: 200, body: tokens(nth, { id_token: jwt(behind, nth) }) });
  expect(await authorization(await signIn())).toBe(`Bearer ${jwt(behind, 2)}`);
});

test.each([
  ['that the refresh token has ended', 400, { error: 'invalid_grant', error_description: FIRST }, 'invalid_grant'],
  ['without an id token', 200, { access_token: 'a', token_type: 'bearer' }, 'it answered without an id_token'],
  ['an error page', 502, { oops: FIRST }, 'OAUTH_RESPONSE_IS_NOT_CONFORM'],
])('a provider that answers %s is told in one sentence, without its words', async (_, status, body, code) => {
  answer = () => ({ status, body });
  await expect(signIn()).rejects.toThrow(
    `Wanted a token for the kubeconfig’s user from its OpenID Connect provider; there was none (${code}). ` +
      'Check idp-issuer-url and that the refresh token has not expired.',
  );
});

test('a provider that Node does not trust is not asked', async () => {
  await expect(signIn({ 'idp-certificate-authority-data': '' })).rejects.toThrow(
    /there was none \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
  );
  expect(asked).toEqual([]);
});

test('an issuer that is no address is named by its field', async () => {
  await expect(signIn({ 'idp-issuer-url': 'http://login.example.com' })).rejects.toThrow(
    'Wanted to use user u of the content of input kubeconfig; its idp-issuer-url is no address such as https://login.example.com.',
  );
});

test('without a refresh token it is given as it is: the API server says what it thinks of it', async () => {
  const connection = await signIn({ 'refresh-token': '' });
  expect(await authorization(connection)).toBe(`Bearer ${jwt(EXPIRED)}`);
  expect(connection.describeUser()).toBe('user u (a token by OpenID Connect, expired on 1970-01-01T00:00:01.000Z)');
});
