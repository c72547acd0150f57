import { type ExecCredential, type ExecPlugin, execPluginOf, runExecPlugin } from './exec-plugin.ts';
import { certificateEnd, tokenEnd } from './expiry.ts';
import { type Entry, entryOf, isEntry, KubeconfigProblem, textOf, textsOf } from './kubeconfig-file.ts';
import type { IdTokens } from './openid-connect.ts';
import { pemOf, textOfFile } from './pem.ts';

/** Milliseconds before a plugin's credential expires at which it is asked for a new one. */
const MARGIN = 30_000;

/** How one user of a kubeconfig signs in. */
export interface Credentials {
  /** PEM. They are read once: connections are made with them. */
  readonly certificate: string | null;
  readonly key: string | null;
  /** Header `authorization`; null: the certificate alone. */
  authorization(): Promise<string | null>;
  /** Whom to act as, as headers of every request. */
  readonly impersonation: Readonly<Record<string, string | string[]>>;
  /** Who signs in and how, with the time at which that ended where it has: for the message that the API server does not accept it. */
  describe(): string;
}

export interface CredentialParts {
  readonly env: NodeJS.ProcessEnv;
  /** The cluster, as a plugin is told of it. */
  readonly cluster: Entry;
  /** What OpenID Connect has given in this run. */
  readonly idTokens: IdTokens;
  /** Over TLS: a server without, a `kubectl proxy`, signs in itself. */
  readonly isSecure: boolean;
  /** Told every text that must never be shown, before anything is done with it. */
  readonly onSecret: (secret: string) => void;
  /** Why neither a program may be run nor another file be read for this user; null: they may. */
  readonly whyNot: (plugin: ExecPlugin | null) => string | null;
}

/**
 * What signs this user in: a token, a file with one, user and password, a plugin, OIDC, or a certificate; a plugin is run at once.
 * @throws {KubeconfigProblem} what of the user cannot be used
 * @throws {ConnectionError} when its plugin fails
 */
export async function credentialsOf(name: string, user: Entry, parts: CredentialParts): Promise<Credentials> {
  for (const secret of secretsOf(user)) parts.onSecret(secret);
  const certificate = pemOf(user, 'client-certificate');
  const key = pemOf(user, 'client-key');
  if (key !== null) parts.onSecret(key);
  if ((certificate === null) !== (key === null))
    throw new KubeconfigProblem(
      certificate === null
        ? 'it has a client-key and no client-certificate'
        : 'it has a client-certificate and no client-key',
    );
  const token = await tokenSourceOf(user, parts);
  if (token === null && certificate === null && parts.isSecure)
    throw new KubeconfigProblem('it has no credentials (a token, a certificate, exec, or the like)');
  const first = await token?.credential();
  return {
    certificate: first?.certificate ?? certificate,
    key: first?.key ?? key,
    authorization: async () => {
      if (token === null) return null;
      const { header } = await token.credential();
      return header;
    },
    impersonation: impersonationOf(user),
    describe: () => `user ${name} (${describe(token, first?.certificate ?? certificate)})`,
  };
}

interface Given {
  readonly header: string | null;
  readonly certificate?: string | null;
  readonly key?: string | null;
}

interface TokenSource {
  /** For a person. */
  readonly what: string;
  /** The token that was given last, to be looked at, never shown. */
  readonly token: () => string | null;
  credential(): Promise<Given>;
}

/** As client-go: what is written there counts before a plugin. */
async function tokenSourceOf(user: Entry, parts: CredentialParts): Promise<TokenSource | null> {
  const file = textOf(user, 'tokenFile');
  const token = textOf(user, 'token');
  const username = textOf(user, 'username');
  if (file !== null) {
    const refusal = parts.whyNot(null);
    if (refusal !== null) throw new KubeconfigProblem(refusal);
    return fromFile(file, parts);
  }
  if (token !== null) return fixed('a token', token.trim(), `Bearer ${token.trim()}`);
  if (username !== null) {
    const basic = Buffer.from(`${username}:${textOf(user, 'password') ?? ''}`).toString('base64');
    parts.onSecret(basic);
    return fixed('user and password', null, `Basic ${basic}`);
  }
  const plugin = execPluginOf(user);
  if (plugin !== null) {
    const refusal = parts.whyNot(plugin);
    if (refusal !== null) throw new KubeconfigProblem(refusal);
    return fromPlugin(plugin, parts);
  }
  const provider = entryOf(user, 'auth-provider');
  return provider === null ? null : fromProvider(provider, parts);
}

function fixed(what: string, token: string | null, header: string): TokenSource {
  return { what, token: () => token, credential: async () => ({ header }) };
}

/** Read anew each time: such tokens are rotated on disk. */
function fromFile(file: string, { onSecret }: CredentialParts): TokenSource {
  let last: string | null = null;
  return {
    what: `the token in ${file}`,
    token: () => last,
    credential: async () => {
      const token = textOfFile(file, 'tokenFile').trim();
      if (token !== last) onSecret(token);
      last = token;
      if (!/^[\x21-\x7e]+$/.test(token))
        throw new KubeconfigProblem(`its tokenFile ${file} holds something else than one token`);
      return { header: `Bearer ${token}` };
    },
  };
}

function fromPlugin(plugin: ExecPlugin, { env, cluster, onSecret }: CredentialParts): TokenSource {
  let last: ExecCredential | null = null;
  let running: Promise<ExecCredential> | null = null;
  const run = async (): Promise<ExecCredential> => {
    const given = await runExecPlugin(plugin, cluster, env);
    for (const secret of [given.token, given.key]) if (secret !== null) onSecret(secret);
    return given;
  };
  const isGood = ({ expires }: ExecCredential): boolean => expires === null || expires - MARGIN > Date.now();
  return {
    what: `what the exec plugin ${plugin.command} gave`,
    token: () => last?.token ?? null,
    credential: async () => {
      if (last === null || !isGood(last)) {
        // Requests that begin at the same time need it once.
        running ??= run().finally(() => {
          running = null;
        });
        last = await running;
      }
      const { token, certificate, key } = last;
      return { header: token === null ? null : `Bearer ${token}`, certificate, key };
    },
  };
}

/** OpenID Connect; what else was an auth-provider is a plugin since Kubernetes 1.26. */
function fromProvider(provider: Entry, { env, onSecret, idTokens }: CredentialParts): TokenSource {
  const name = textOf(provider, 'name') ?? '';
  const config = entryOf(provider, 'config') ?? {};
  if (name !== 'oidc')
    throw new KubeconfigProblem(
      `its auth-provider ${name} is not supported, as in kubectl since 1.26: write the kubeconfig anew with a current tool of your cloud, which uses an exec plugin`,
    );
  for (const key of ['id-token', 'refresh-token', 'client-secret']) {
    const secret = textOf(config, key);
    if (secret !== null) onSecret(secret);
  }
  return {
    what: 'a token by OpenID Connect',
    token: () => idTokens.last,
    credential: async () => {
      const token = await idTokens.give(config, env, onSecret);
      return { header: token === null ? null : `Bearer ${token}` };
    },
  };
}

function impersonationOf(user: Entry): Record<string, string | string[]> {
  const [as, uid, groups] = [textOf(user, 'as'), textOf(user, 'as-uid'), textsOf(user, 'as-groups')];
  const extra = Object.entries(entryOf(user, 'as-user-extra') ?? {});
  return {
    ...(as === null ? {} : { 'impersonate-user': as }),
    ...(uid === null ? {} : { 'impersonate-uid': uid }),
    ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
    ...Object.fromEntries(
      extra.map(([key]) => [
        `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
        [...textsOf(entryOf(user, 'as-user-extra') ?? {}, key)],
      ]),
    ),
  };
}

/** What of a user must never be shown; a plugin's variables are, where their names say so. */
function secretsOf(user: Entry): string[] {
  const env = isEntry(user.exec) && Array.isArray(user.exec.env) ? user.exec.env.filter(isEntry) : [];
  const variables = env.filter(({ name }) => /token|secret|key|password|credential/i.test(String(name)));
  const texts = [user.token, user.password, user['client-key-data'], ...variables.map(({ value }) => value)];
  // A mask of a character or two would hide half the log.
  return texts.filter((text) => typeof text === 'string').filter((text) => text.length >= 6);
}

function describe(token: TokenSource | null, certificate: string | null): string {
  const expired = token === null ? certificateEnd(certificate) : tokenEnd(token.token());
  const what = token?.what ?? (certificate === null ? 'no credentials' : 'a client certificate');
  return expired === null || expired > Date.now() ? what : `${what}, expired on ${new Date(expired).toISOString()}`;
}
