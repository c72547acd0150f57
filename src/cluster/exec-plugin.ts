import { runChild } from '../checks/child-process.ts';
import { ConnectionError } from './errors.ts';
import type { Entry } from './kubeconfig-file.ts';
import { entryOf, isEntry, KubeconfigProblem, textOf, textsOf } from './kubeconfig-file.ts';

/** Milliseconds that a plugin may take: signing in at a cloud takes some seconds on a cold start. */
const LIMIT = 12_000;
/** Characters of its answer that are read. */
const LONGEST_ANSWER = 1_048_576;
const LONGEST_HINT = 300;

/** What a kubeconfig says of its exec plugin. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly wantsCluster: boolean;
  /** What its vendor says to do when it is not installed. */
  readonly installHint: string | null;
}

/** What a plugin gave: a token, or a certificate with its key (PEM), or both. */
export interface ExecCredential {
  readonly token: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  /** Epoch ms; null: it does not say. */
  readonly expires: number | null;
}

/** @throws {KubeconfigProblem} */
export function execPluginOf(user: Entry): ExecPlugin | null {
  const exec = entryOf(user, 'exec');
  if (exec === null) return null;
  const command = textOf(exec, 'command');
  if (command === null) throw new KubeconfigProblem('its exec has no command');
  if (textOf(exec, 'interactiveMode') === 'Always')
    throw new KubeconfigProblem('its exec plugin wants a terminal (interactiveMode: Always), and a job has none');
  const env = exec.env ?? [];
  if (!Array.isArray(env) || !env.every(isEntry)) throw new KubeconfigProblem('the env of its exec is no list');
  const variables = env.map((entry) => [textOf(entry, 'name') ?? '', textOf(entry, 'value') ?? ''] as const);
  return {
    apiVersion: textOf(exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1',
    command,
    args: textsOf(exec, 'args'),
    env: Object.fromEntries(variables.filter(([name]) => name !== '')),
    wantsCluster: exec.provideClusterInfo === true,
    installHint: textOf(exec, 'installHint'),
  };
}

/**
 * Runs the plugin and reads the credential that it prints. What it writes is never shown, be it an error: it may hold secrets.
 * @param cluster what it is told of the cluster when it wants to know
 * @throws {ConnectionError} when it cannot be run, fails, takes longer than 12 s, or prints no credential
 */
export async function runExecPlugin(
  plugin: ExecPlugin,
  cluster: Entry,
  env: NodeJS.ProcessEnv,
): Promise<ExecCredential> {
  const info = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(plugin.wantsCluster ? { cluster } : {}) },
  };
  let answer = '';
  const limit = AbortSignal.timeout(LIMIT);
  // No shell: what stands in the kubeconfig are a program and its arguments.
  const ended = await runChild(plugin.command, plugin.args, {
    env: { ...withoutInputs(env), ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    signal: limit,
    onLine: (line, stream) => {
      // Line breaks of JSON are between its words, where they mean nothing.
      if (stream === 'stdout' && answer.length < LONGEST_ANSWER) answer += line;
    },
  });
  if (limit.aborted) throw failed(plugin, `gave no answer within ${LIMIT / 1000} s and was ended`);
  switch (ended.how) {
    case 'not-started':
      throw failed(plugin, whyNotStarted(plugin, ended.code));
    case 'signalled':
      throw failed(plugin, `was ended by ${ended.signal}`, HOW_TO_SEE);
    case 'exited':
      if (ended.code !== 0) throw failed(plugin, `ended with exit code ${ended.code}`, HOW_TO_SEE);
  }
  return credentialOf(plugin, answer);
}

const HOW_TO_SEE =
  'What it wrote is not shown, for it may hold secrets. Check that it is logged in: run it in a step before this one, or use the login action of your cloud there.';

function whyNotStarted({ installHint }: ExecPlugin, code: string): string {
  if (code !== 'ENOENT') return `could not be started (${code})`;
  const hint =
    installHint === null ? '' : ` Its kubeconfig says: ${installHint.replaceAll(/\s+/g, ' ').slice(0, LONGEST_HINT)}`;
  return `is not installed on this runner (nothing of that name on the PATH). Install it in a step before this one.${hint}`;
}

function credentialOf(plugin: ExecPlugin, answer: string): ExecCredential {
  const status = statusOf(answer);
  if (status === null) throw failed(plugin, 'printed something else than an ExecCredential with a status', HOW_TO_SEE);
  const text = (key: string): string | null => {
    const value = status[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const [token, certificate, key] = [text('token'), text('clientCertificateData'), text('clientKeyData')];
  if (token === null && (certificate === null || key === null))
    throw failed(plugin, 'printed an ExecCredential with neither a token nor a certificate and its key', HOW_TO_SEE);
  if (token !== null && !/^[\x21-\x7e]+$/.test(token))
    throw failed(plugin, 'printed a token with line breaks, spaces or other characters that no token has', HOW_TO_SEE);
  const expires = Date.parse(text('expirationTimestamp') ?? '');
  return { token, certificate, key, expires: Number.isNaN(expires) ? null : expires };
}

function statusOf(answer: string): Entry | null {
  try {
    const credential: unknown = JSON.parse(answer);
    return isEntry(credential) && isEntry(credential.status) ? credential.status : null;
  } catch {
    // The parser's message quotes the text.
    return null;
  }
}

function failed({ command }: ExecPlugin, found: string, more = ''): ConnectionError {
  return new ConnectionError(
    `Wanted credentials from the exec plugin ${command} of the kubeconfig; it ${found}${found.endsWith('.') ? '' : '.'}${more === '' ? '' : ` ${more}`}`,
  );
}

/** Our inputs are no business of the plugin, and there are secrets among them. */
function withoutInputs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('INPUT_')));
}
