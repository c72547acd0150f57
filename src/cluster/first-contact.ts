import type { Connection } from './connection.ts';
import { ConnectionError, describeCause } from './errors.ts';

/** Milliseconds after which no further try begins; one takes 10 s at most. */
const LAST_TRY = 3_000;

/**
 * Until the API server has answered once, a failure says something about the kubeconfig and the network, and a person waits for it:
 * what no second try can mend is not tried again, and nothing is for longer than some seconds. Once there was an answer, what fails
 * afterwards is a fault like others.
 */
export class FirstContact {
  readonly #connection: Pick<Connection, 'server' | 'describeUser'>;
  #answered = false;
  #since: number | null = null;

  constructor(connection: Pick<Connection, 'server' | 'describeUser'>) {
    this.#connection = connection;
  }

  begin(): void {
    this.#since ??= Date.now();
  }

  /** @throws {ConnectionError} when it refuses the credentials, or is no API server over TLS */
  answered(status: number, body: string): void {
    if (this.#answered) return;
    const server = addressOf(this.#connection.server);
    if (status === 400 && body.includes('HTTP request to an HTTPS server'))
      throw new ConnectionError(
        `Wanted to reach the API server ${server}; it speaks TLS there, and the kubeconfig says http. Write https for the server of its cluster.`,
      );
    if (status === 401)
      throw new ConnectionError(
        `Wanted to sign in to the API server ${server} as ${this.#connection.describeUser()} of the kubeconfig; it does not accept that (401 Unauthorized). ` +
          'The credentials have expired, were taken back, or are those of another cluster: renew them, and check input context.',
      );
    this.#answered = true;
  }

  /** @throws {ConnectionError} when another try would be of no use, or `last` */
  failed(failure: unknown, last: boolean): void {
    if (this.#answered) return;
    if (failure instanceof ConnectionError) throw failure;
    const why = whyHopeless(codeOf(failure));
    const isLate = Date.now() - (this.#since ?? 0) > LAST_TRY;
    if (why === null && !isLate && !last) return;
    const server = addressOf(this.#connection.server);
    throw new ConnectionError(`Wanted to reach the API server ${server}; ${why ?? whyUnreachable(failure)}`);
  }
}

/** Without what may be secret in an address. */
function addressOf(server: string): string {
  const url = URL.parse(server);
  return url === null ? server : `${url.origin}${url.pathname.replace(/\/$/, '')}`;
}

const TRUST =
  'Check certificate-authority (or certificate-authority-data) of the kubeconfig’s cluster: it is that of another cluster, or something in between shows a certificate of its own.';

/** Why no second try would go better; null: it might. */
function whyHopeless(code: string): string | null {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for other names than this one. Check the server’s address in the kubeconfig, or set tls-server-name there.`;
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired. Renew it, and check the clock of this runner.';
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet. Check the clock of this runner.';
  if (/^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code))
    return `its certificate cannot be trusted (${code}). ${TRUST}`;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'what answers there does not speak TLS. Check address and port of the server in the kubeconfig: it says https.';
  if (/^(?:ERR_SSL_|EPROTO)/.test(code))
    return `there was no TLS connection (${code}). Check client-certificate, client-key and the server’s address in the kubeconfig.`;
  if (code === 'ENOTFOUND')
    return 'its name does not resolve on this runner. Check the server’s address in the kubeconfig; a private cluster needs a runner in its network.';
  return null;
}

function whyUnreachable(failure: unknown): string {
  const code = codeOf(failure);
  if (code === 'ECONNREFUSED')
    return 'nobody listens there (ECONNREFUSED). Check address and port of the server in the kubeconfig, and that the cluster is up.';
  if (/TIMEOUT|TIMEDOUT/i.test(code))
    return 'it does not answer. Check address and port of the server in the kubeconfig; a firewall, or a private cluster, needs a runner that it lets in.';
  return `there was no answer: ${describeCause(failure)}. Check address and port of the server in the kubeconfig.`;
}

/** The innermost code or name of an error: `ECONNREFUSED`, `TimeoutError`. */
function codeOf(failure: unknown): string {
  if (typeof failure !== 'object' || failure === null) return '';
  const inner = 'cause' in failure ? codeOf(failure.cause) : '';
  if (inner !== '') return inner;
  if ('code' in failure && typeof failure.code === 'string') return failure.code;
  return 'name' in failure && failure.name === 'TimeoutError' ? 'TIMEOUT' : '';
}
