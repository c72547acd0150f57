import type { ClientAuth, Configuration, CustomFetch } from 'openid-client';
import { Agent, fetch as fetchThrough, ProxyAgent } from 'undici';
import { ConnectionError } from './errors.ts';
import { tokenEnd } from './expiry.ts';
import { type Entry, KubeconfigProblem, textOf } from './kubeconfig-file.ts';
import { pemOf } from './pem.ts';
import { proxyFor } from './proxy-environment.ts';

/** Seconds for each answer of an identity provider. */
const LIMIT = 5;
/** Milliseconds before a token expires at which it is renewed. */
const MARGIN = 30_000;
/** Seconds by which the clocks of runner and provider may differ: whether a token is good is for the API server to say. */
const TOLERANCE = 86_400;

/** Id tokens of one run. They outlive a kubeconfig that is read anew: a provider may take each refresh token only once. */
export class IdTokens {
  /** By the refresh token that the kubeconfig has. */
  readonly #renewed = new Map<string, { readonly idToken: string; readonly refreshToken: string }>();
  readonly #refused = new Set<string>();
  #last: string | null = null;

  /** The token that was given last, to be looked at, never shown. */
  get last(): string | null {
    return this.#last;
  }

  /** The API server does not accept the one that was given last. */
  refuseLast(): void {
    if (this.#last !== null) this.#refused.add(this.#last);
  }

  /**
   * The id token of the kubeconfig's user, renewed when it has expired or was refused and the kubeconfig says how.
   * @param config of the auth-provider `oidc`
   * @param onSecret told every token before anything is done with it
   * @returns null when the kubeconfig has none and cannot get one
   * @throws {KubeconfigProblem} when its authority is no PEM
   * @throws {ConnectionError} when the provider gives none
   */
  async give(config: Entry, env: NodeJS.ProcessEnv, onSecret: (secret: string) => void): Promise<string | null> {
    const refreshToken = textOf(config, 'refresh-token');
    const renewed = refreshToken === null ? undefined : this.#renewed.get(refreshToken);
    const idToken = renewed?.idToken ?? textOf(config, 'id-token');
    const issuer = textOf(config, 'idp-issuer-url');
    const client = textOf(config, 'client-id');
    if (idToken !== null && !this.#refused.has(idToken) && !expiresSoon(idToken)) {
      this.#last = idToken;
    } else if (issuer === null || client === null || refreshToken === null) {
      // The API server says what it thinks of it.
      this.#last = idToken;
    } else {
      const now = await renew(
        {
          issuer: issuerOf(issuer),
          client,
          secret: textOf(config, 'client-secret'),
          authority: pemOf(config, 'idp-certificate-authority'),
        },
        renewed?.refreshToken ?? refreshToken,
        env,
      );
      for (const secret of [now.idToken, now.refreshToken]) onSecret(secret);
      this.#renewed.set(refreshToken, now);
      this.#last = now.idToken;
    }
    return this.#last;
  }
}

interface Provider {
  readonly issuer: URL;
  readonly client: string;
  readonly secret: string | null;
  /** PEM; null: what Node trusts. */
  readonly authority: string | null;
}

function issuerOf(text: string): URL {
  const issuer = URL.parse(text);
  if (issuer?.protocol !== 'https:')
    throw new KubeconfigProblem('its idp-issuer-url is no address such as https://login.example.com');
  return issuer;
}

async function renew(
  { issuer, client, secret, authority }: Provider,
  refreshToken: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly idToken: string; readonly refreshToken: string }> {
  // Few kubeconfigs need it.
  const openId = await import('openid-client');
  const tls = authority === null ? {} : { ca: authority };
  const proxy = proxyFor(issuer.href, env);
  const dispatcher = proxy === null ? new Agent({ connect: tls }) : new ProxyAgent({ uri: proxy, requestTls: tls });
  const fetched: CustomFetch = async (url, { body, signal, ...options }) =>
    fetchThrough(url, { ...options, body: body ?? null, signal: signal ?? null, dispatcher });
  const authentication = (config: Configuration): ClientAuth => {
    if (secret === null) return openId.None();
    // What a provider does not say is `client_secret_basic` (OpenID Connect Discovery 1.0, section 3).
    const methods = config.serverMetadata().token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    // Some providers do not undo what a secret in the header goes through.
    return methods.includes('client_secret_post') ? openId.ClientSecretPost(secret) : openId.ClientSecretBasic(secret);
  };
  try {
    const found = await openId.discovery(issuer, client, undefined, openId.None(), {
      [openId.customFetch]: fetched,
      timeout: LIMIT,
    });
    const metadata = { [openId.clockTolerance]: TOLERANCE };
    const config = new openId.Configuration(found.serverMetadata(), client, metadata, authentication(found));
    config[openId.customFetch] = fetched;
    config.timeout = LIMIT;
    const given = await openId.refreshTokenGrant(config, refreshToken);
    if (given.id_token === undefined)
      throw Object.assign(new Error('no id token'), { code: 'it answered without an id_token' });
    return { idToken: given.id_token, refreshToken: given.refresh_token ?? refreshToken };
  } catch (error) {
    throw new ConnectionError(
      `Wanted a token for the kubeconfig’s user from its OpenID Connect provider; there was none${reasonOf(error)}. ` +
        'Check idp-issuer-url and that the refresh token has not expired.',
    );
  } finally {
    await dispatcher.destroy();
  }
}

/** Codes alone: its messages may quote what the provider answered. */
function reasonOf(error: unknown): string {
  const codes = new Set<string>();
  for (let each = error; typeof each === 'object' && each !== null; each = 'cause' in each ? each.cause : null) {
    if ('error' in each && /^[a-z_]{1,40}$/.test(String(each.error))) codes.add(String(each.error));
    else if ('code' in each) codes.add(String(each.code));
  }
  return codes.size === 0 ? '' : ` (${[...codes].join(', ')})`;
}

function expiresSoon(idToken: string): boolean {
  const end = tokenEnd(idToken);
  return end !== null && end - MARGIN < Date.now();
}
