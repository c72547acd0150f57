import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Request } from '../action/request.ts';
import { decoded } from '../action/server-address.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import { ConnectionError } from './errors.ts';
import {
  type Entry,
  type KubeconfigFile,
  KubeconfigProblem,
  merged,
  parseKubeconfigText,
  standsAlone,
  textOf,
} from './kubeconfig-file.ts';
import { IdTokens } from './openid-connect.ts';
import { pemOf } from './pem.ts';
import { whyNoPlugin } from './plugin-permission.ts';
import { proxyFor } from './proxy-environment.ts';
import { textOfBytes } from './text-file.ts';

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
  /** For metrics through the API server's proxies: several at once, none of them before a write. */
  readonly metricsDispatcher: Dispatcher;
  /** Header `authorization`, or nothing with client certificates. `renew`: forget what is cached (after a 401). */
  authorization(renew?: boolean): Promise<string | null>;
  /** Whom to act as, as headers of every request. */
  readonly impersonation: Readonly<Record<string, string | string[]>>;
  /** Who signs in, and how: for the message that the API server does not accept it. */
  describeUser(): string;
  close(): Promise<void>;
}

/** Milliseconds after which token files and exec plugins are asked again: projected tokens are rotated on disk. */
const CREDENTIAL_AGE = 30_000;
/** At most so many connections to the API server: three watches and the requests. */
const CONNECTIONS = 4;
const MOST_ROUTES = 16;
const MOST_METRICS = 8;

/**
 * Reads the kubeconfig (input, `KUBECONFIG`, `~/.kube/config`, in-cluster, in this order), signs in and makes the connection pools.
 * @param onSecret told every text that must never be shown, before anything is done with it
 * @throws {ConnectionError}
 */
export async function connect(
  cluster: Request['cluster'],
  env: NodeJS.ProcessEnv,
  onSecret: (secret: string) => void,
): Promise<Connection> {
  const idTokens = new IdTokens();
  let read = await open(cluster, env, idTokens, onSecret);
  const { server, tls, proxy, namespace } = read;
  const connectOptions = {
    ...tls,
    ...(read.credentials.certificate === null ? {} : { cert: read.credentials.certificate }),
    ...(read.credentials.key === null ? {} : { key: read.credentials.key }),
  };
  const pool = (connections: number): Dispatcher => {
    // HTTP/1.1: over one HTTP/2 connection a black hole takes every retry with it.
    const common = { connections, allowH2: false, keepAliveTimeout: 30_000, bodyTimeout: 0 } as const;
    return proxy === null
      ? new Agent({ ...common, connect: { ...connectOptions, timeout: 10_000 } })
      : new ProxyAgent({ ...common, uri: proxy, requestTls: connectOptions });
  };
  const pools = pooled(read.source, () => ({
    dispatcher: pool(CONNECTIONS),
    slowDispatcher: pool(1),
    routeDispatcher: pool(MOST_ROUTES),
    metricsDispatcher: pool(MOST_METRICS),
  }));
  let credential: { at: number; value: string | null } = { at: 0, value: null };
  return {
    server,
    namespace,
    ...pools,
    impersonation: read.credentials.impersonation,
    describeUser: () => read.credentials.describe(),
    async authorization(renew = false) {
      if (renew) {
        idTokens.refuseLast();
        read = await open(cluster, env, idTokens, onSecret);
      }
      if (renew || Date.now() - credential.at > CREDENTIAL_AGE)
        credential = { at: Date.now(), value: await read.credentials.authorization() };
      return credential.value;
    },
    async close() {
      await Promise.all(Object.values(pools).map((one) => one.destroy()));
    },
  };
}

/** What is said of certificates and keys that are PEM and yet cannot be used. */
function pooled<T>(source: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // of node:tls, or of the proxy's address
    throw new ConnectionError(
      `Wanted to connect as ${source} says; its certificates, its key or its proxy-url cannot be used${code === undefined ? '' : ` (${code})`}. ` +
        'Check that key and certificate belong together.',
    );
  }
}

interface Opened {
  /** Without a slash at its end. */
  readonly server: string;
  readonly namespace: string;
  readonly proxy: string | null;
  readonly tls: { readonly ca?: string; readonly servername?: string; readonly rejectUnauthorized?: boolean };
  readonly credentials: Credentials;
  /** For a person. */
  readonly source: string;
}

async function open(
  cluster: Request['cluster'],
  env: NodeJS.ProcessEnv,
  idTokens: IdTokens,
  onSecret: (secret: string) => void,
): Promise<Opened> {
  const found = await load(cluster, env);
  const { config, source, files } = found;
  const name = cluster.context ?? config.currentContext;
  const context = name === null ? undefined : config.contexts.get(name);
  if (name === null || context === undefined) throw new ConnectionError(noContext(config, source, cluster.context));
  let doing = `context ${name}`;
  try {
    const clusterName = named(context, 'cluster', config.clusters);
    const userName = textOf(context, 'user') === null ? null : named(context, 'user', config.users);
    const namespace = textOf(context, 'namespace') ?? 'default';
    doing = `cluster ${clusterName}`;
    const entry = config.clusters.get(clusterName) ?? {};
    const server = serverOf(entry);
    const proxy = proxyOf(entry) ?? proxyFor(server, env);
    if (proxy !== null) maskPassword(proxy, onSecret);
    const ca = pemOf(entry, 'certificate-authority');
    const servername = textOf(entry, 'tls-server-name');
    doing = `user ${userName}`;
    const user = userName === null ? {} : (config.users.get(userName) ?? {});
    const credentials = await credentialsOf(userName ?? '(none)', user, {
      env,
      cluster: {
        ...entry,
        server,
        ...(ca === null ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
      },
      idTokens,
      isSecure: server.startsWith('https:'),
      onSecret,
      whyNot: (plugin) => whyNoPlugin(cluster.allowExec, files, plugin, env),
    });
    const tls = {
      ...(ca === null ? {} : { ca }),
      ...(servername === null ? {} : { servername }),
      ...(entry['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
    };
    return { server, namespace, proxy, tls, credentials, source };
  } catch (error) {
    if (!(error instanceof KubeconfigProblem)) throw error;
    throw new ConnectionError(`Wanted to use ${doing} of ${source}; ${error.message}.`);
  }
}

interface Loaded {
  readonly config: KubeconfigFile;
  /** For a person. */
  readonly source: string;
  /** Paths of what was read; none: content was given, or a pod's service account. */
  readonly files: readonly string[];
}

async function load({ kubeconfig }: Request['cluster'], env: NodeJS.ProcessEnv): Promise<Loaded> {
  if (kubeconfig?.kind === 'content') {
    const source = 'the content of input kubeconfig';
    const parsed = await parseKubeconfigText(kubeconfig.value, null);
    if (!parsed.ok) throw unreadable(source, parsed.problem);
    return { config: parsed.value, source, files: [] };
  }
  if (kubeconfig?.kind === 'path')
    return ofFiles(
      [kubeconfig.value.replace(/^~(?=[/\\])/, homedir())],
      `the file ${kubeconfig.value} (input kubeconfig)`,
    );
  const files = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (files.length > 0) return ofFiles(files, `the file ${env.KUBECONFIG} (variable KUBECONFIG)`);
  const home = join(homedir(), '.kube', 'config');
  if (existsSync(home)) return ofFiles([home], `the file ${home}`);
  const inCluster = serviceAccount(env);
  if (inCluster !== null) return { config: inCluster, source: 'the pod’s service account', files: [] };
  throw new ConnectionError(
    'Wanted a kubeconfig from input kubeconfig, KUBECONFIG, ~/.kube/config or the pod’s service account; found none that can be read: ' +
      'input kubeconfig is empty, KUBECONFIG is not set, ~/.kube/config does not exist, and this is not a pod of a cluster.',
  );
}

/** Of several files some may not exist, as with kubectl. */
async function ofFiles(files: readonly string[], source: string): Promise<Loaded> {
  const there = files.length === 1 ? files : files.filter((file) => existsSync(file));
  if (there.length === 0) throw unreadable(source, 'none of these files exists.');
  const parsed = await Promise.all(
    there.map(async (file) => {
      const one = await parseKubeconfigText(textOfFile(file, source), dirname(resolve(file)));
      if (!one.ok) throw unreadable(there.length === 1 ? source : `the file ${file}`, one.problem);
      return one.value;
    }),
  );
  const config = merged(parsed);
  const alone = standsAlone(config);
  if (!alone.ok) throw unreadable(source, alone.problem);
  return { config, source, files: there };
}

function textOfFile(file: string, source: string): string {
  try {
    return textOfBytes(readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // Node documents it so for system errors
    const why =
      code === 'ENOENT' ? `there is no such file (looked for ${resolve(file)})` : `it cannot be read (${code})`;
    throw unreadable(source, `${why}. Check its path, and that a step before this one writes it.`);
  }
}

function unreadable(source: string, problem: string): ConnectionError {
  return new ConnectionError(`Wanted a kubeconfig from ${source}; found none that can be read: ${problem}`);
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The service account of the pod that this runs in; null: it is none. */
function serviceAccount(env: NodeJS.ProcessEnv): KubeconfigFile | null {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === undefined || host === '') return null;
  const name = 'in-cluster';
  const file = join(SERVICE_ACCOUNT, 'namespace');
  const namespace = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'default';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    clusters: new Map([[name, { server, 'certificate-authority': join(SERVICE_ACCOUNT, 'ca.crt') }]]),
    contexts: new Map([[name, { cluster: name, user: name, namespace }]]),
    users: new Map([[name, { tokenFile: join(SERVICE_ACCOUNT, 'token') }]]),
    currentContext: name,
  };
}

function named(context: Entry, key: 'cluster' | 'user', entries: ReadonlyMap<string, Entry>): string {
  const name = textOf(context, key);
  if (name === null) throw new KubeconfigProblem(`it names no ${key}`);
  if (entries.has(name)) return name;
  throw new KubeconfigProblem(`it names the ${key} ${name}, and there are: ${listed(entries)}`);
}

function serverOf(cluster: Entry): string {
  const server = textOf(cluster, 'server');
  if (server === null) throw new KubeconfigProblem('it has no server');
  const url = URL.parse(server);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new KubeconfigProblem('its server is no address such as https://cluster.example.com:6443');
  return server.replace(/\/+$/, '');
}

function proxyOf(cluster: Entry): string | null {
  const proxy = textOf(cluster, 'proxy-url');
  if (proxy === null) return null;
  if (!/^(?:https?|socks5?):$/.test(URL.parse(proxy)?.protocol ?? ''))
    throw new KubeconfigProblem('its proxy-url is no address such as http://proxy.example.com:3128');
  return proxy;
}

/** With and without the escapes of an address. */
function maskPassword(address: string, onSecret: (secret: string) => void): void {
  const password = URL.parse(address)?.password ?? '';
  if (password === '') return;
  onSecret(password);
  onSecret(decoded(password));
}

function noContext(config: KubeconfigFile, source: string, wanted: string | null): string {
  const known = listed(config.contexts);
  if (wanted !== null) return `Wanted context ${wanted} (input context) in the kubeconfig; it has: ${known}.`;
  const current = config.currentContext;
  return (
    `Wanted a current context in ${source}; ${current === null ? 'it has none' : `its current-context ${current} is none of its contexts`}. ` +
    `Its contexts: ${known}. Name one with input context.`
  );
}

/** Names for a person, the first twenty. */
function listed(entries: ReadonlyMap<string, Entry>): string {
  const names = [...entries.keys()];
  if (names.length === 0) return 'none';
  return `${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}`;
}
