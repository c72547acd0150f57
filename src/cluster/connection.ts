import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Request } from '../action/request.ts';
import { describeCause } from './errors.ts';

/** Where and as whom to talk to a cluster. */
export interface Connection {
  readonly server: string;
  /** The context's namespace, else `default`. */
  readonly namespace: string;
  readonly dispatcher: Dispatcher;
  /** One connection for what may be slow (smoke tests, logs), so that it never stands before a write. */
  readonly slowDispatcher: Dispatcher;
  /** For the watches of routes, beside the three of every release. */
  readonly routeDispatcher: Dispatcher;
  /** Header `authorization`, or nothing with client certificates. `renew`: forget what is cached (after a 401). */
  authorization(renew?: boolean): Promise<string | null>;
  /** Texts that must never be shown: tokens, passwords, keys. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** The cluster cannot be reached as configured; the message says what was looked for, what was found and what to do. */
export class ConnectionError extends Error {}

/** Milliseconds after which token files and exec plugins are asked again: projected tokens are rotated on disk. */
const CREDENTIAL_AGE = 30_000;
/** At most so many connections to the API server: three watches and the requests. */
const CONNECTIONS = 4;
const MOST_ROUTES = 16;

/** Reads kubeconfig (input, `KUBECONFIG`, `~/.kube/config`, in-cluster, in this order) and makes the connection pools. */
export async function connect(cluster: Request['cluster'], env: NodeJS.ProcessEnv): Promise<Connection> {
  let config = load(cluster, env);
  const found = config.getCurrentCluster();
  if (found === null) throw new ConnectionError(noContext(config, cluster.context));
  const options = await tlsOptions(config);
  const connectOptions = {
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    ...(options.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: options.rejectUnauthorized }),
  };
  const proxy = found.proxyUrl ?? proxyFor(found.server, env);
  const pool = (connections: number): Dispatcher => {
    // HTTP/1.1: over one HTTP/2 connection a black hole takes every retry with it.
    const common = { connections, allowH2: false, keepAliveTimeout: 30_000, bodyTimeout: 0 } as const;
    return proxy === null
      ? new Agent({ ...common, connect: { ...connectOptions, timeout: 10_000 } })
      : new ProxyAgent({ ...common, uri: proxy, requestTls: connectOptions });
  };
  let credential: { at: number; value: string | null } = { at: 0, value: null };
  const dispatcher = pool(CONNECTIONS);
  const slowDispatcher = pool(1);
  const routeDispatcher = pool(MOST_ROUTES);
  return {
    server: found.server.replace(/\/$/, ''),
    namespace:
      config.getContextObject(config.getCurrentContext())?.namespace ?? inClusterNamespace(config) ?? 'default',
    dispatcher,
    slowDispatcher,
    routeDispatcher,
    async authorization(renew = false) {
      if (renew) config = load(cluster, env);
      if (renew || Date.now() - credential.at > CREDENTIAL_AGE) {
        const { headers, auth } = await tlsOptions(config);
        const basic = auth === undefined ? null : `Basic ${Buffer.from(auth).toString('base64')}`;
        credential = { at: Date.now(), value: basic ?? headers.get('authorization') };
      }
      return credential.value;
    },
    secrets: secretsOf(config),
    async close() {
      await Promise.all([dispatcher.destroy(), slowDispatcher.destroy(), routeDispatcher.destroy()]);
    },
  };
}

interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly auth?: string;
  readonly headers: Headers;
}

async function tlsOptions(config: KubeConfig): Promise<TlsOptions> {
  const options: Record<string, unknown> = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new ConnectionError(
      `Wanted credentials of the kubeconfig's user ${config.getCurrentUser()?.name ?? '(none)'}; ` +
        `its exec plugin or token failed: ${describeCause(error)}. Check that the plugin is installed on this runner and logged in.`,
    );
  }
  const { headers } = options as { headers?: Record<string, string> };
  // The library fills an options object of node:https; these are the fields of it that it documents.
  return { ...(options as Omit<TlsOptions, 'headers'>), headers: new Headers(headers ?? {}) };
}

function load(cluster: Request['cluster'], env: NodeJS.ProcessEnv): KubeConfig {
  const config = new KubeConfig();
  const source = describeSource(cluster, env);
  try {
    read(config, cluster, env);
    // The library refuses plain http (a `kubectl proxy`) unless told that TLS is not wanted; kubectl takes it.
    config.clusters = config.clusters.map((entry) =>
      entry.server.startsWith('http://') ? { ...entry, skipTLSVerify: true } : entry,
    );
  } catch (error) {
    throw new ConnectionError(
      `Wanted a kubeconfig from ${source}; found none that can be read: ${describeCause(error)}.`,
    );
  }
  if (cluster.context !== null) {
    if (config.getContextObject(cluster.context) === null)
      throw new ConnectionError(noContext(config, cluster.context));
    config.setCurrentContext(cluster.context);
  }
  return config;
}

function read(config: KubeConfig, { kubeconfig }: Request['cluster'], env: NodeJS.ProcessEnv): void {
  const [first, ...rest] = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  const home = join(homedir(), '.kube', 'config');
  if (kubeconfig?.kind === 'content') config.loadFromString(kubeconfig.value);
  else if (kubeconfig?.kind === 'path') config.loadFromFile(kubeconfig.value);
  else if (first !== undefined) loadFiles(config, first, rest);
  else if (existsSync(home)) config.loadFromFile(home);
  else if (env.KUBERNETES_SERVICE_HOST !== undefined) config.loadFromCluster();
  else
    throw new Error(
      'input kubeconfig is empty, KUBECONFIG is not set, ~/.kube/config does not exist, and this is not a pod of a cluster',
    );
}

/** `KUBECONFIG` may name several files; the first one wins where they disagree. */
function loadFiles(config: KubeConfig, first: string, rest: readonly string[]): void {
  config.loadFromFile(first);
  for (const file of rest) {
    const more = new KubeConfig();
    more.loadFromFile(file);
    config.mergeConfig(more);
  }
}

function describeSource({ kubeconfig }: Request['cluster'], env: NodeJS.ProcessEnv): string {
  if (kubeconfig?.kind === 'content') return 'the content of input kubeconfig';
  if (kubeconfig?.kind === 'path') return `the file ${kubeconfig.value} (input kubeconfig)`;
  if ((env.KUBECONFIG ?? '') !== '') return `the file ${env.KUBECONFIG} (variable KUBECONFIG)`;
  return 'input kubeconfig, KUBECONFIG, ~/.kube/config or the pod’s service account';
}

function noContext(config: KubeConfig, wanted: string | null): string {
  const names = config.getContexts().map((context) => context.name);
  const known = names.length === 0 ? 'none' : names.join(', ');
  return wanted === null
    ? `Wanted a current context with a cluster in the kubeconfig; it has none. Its contexts: ${known}. Name one with input context.`
    : `Wanted context ${wanted} (input context) in the kubeconfig; it has: ${known}.`;
}

function inClusterNamespace(config: KubeConfig): string | undefined {
  return config.getCurrentContext() === 'inClusterContext'
    ? config.getContextObject('inClusterContext')?.namespace
    : undefined;
}

function secretsOf(config: KubeConfig): string[] {
  const user = config.getCurrentUser();
  // Keys travel as base64 of PEM; a log may show either form, line by line.
  const key = user?.keyData === undefined ? '' : Buffer.from(user.keyData, 'base64').toString('utf8');
  return [user?.token, user?.password, user?.keyData, key].flatMap((secret) => (secret ? [secret] : []));
}

/** The proxy that the environment wants for this server, as curl and Go read it. */
function proxyFor(server: string, env: NodeJS.ProcessEnv): string | null {
  const url = new URL(server);
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = env[name] ?? env[name.toUpperCase()] ?? '';
  if (proxy === '') return null;
  const exempt = (env.no_proxy ?? env.NO_PROXY ?? '').split(',').map((entry) => entry.trim());
  const isExempt = exempt.some((entry) => {
    const host = entry.replace(/^\*?\./, '').replace(/:\d+$/, '');
    return entry === '*' || (host !== '' && (url.hostname === host || url.hostname.endsWith(`.${host}`)));
  });
  const isLocal = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';
  return isExempt || isLocal ? null : proxy;
}
