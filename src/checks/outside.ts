import { EnvHttpProxyAgent, request } from 'undici';
import { describeCause } from '../cluster/errors.ts';

/** Sends requests to servers outside of the cluster: webhooks, an Alertmanager, GitHub. */
export interface Outside {
  /**
   * The answer, whatever its status; redirects are not followed. Rejects with OutsideError when there is none, or with the signal's
   * reason.
   */
  request(request: OutsideRequest): Promise<OutsideAnswer>;
  close(): Promise<void>;
}

export interface OutsideRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** For the whole answer. */
  readonly timeoutMs: number;
  /** What comes after so many bytes of the answer is not read. */
  readonly longestBytes: number;
  readonly signal: AbortSignal;
}

export interface OutsideAnswer {
  readonly status: number;
  /** Where a redirect leads; null: it is none, or does not say. */
  readonly location: string | null;
  readonly body: string;
}

/** There was no answer; the message says why. */
export class OutsideError extends Error {}

/**
 * Over HTTPS the server's certificate is verified (`NODE_EXTRA_CA_CERTS` adds authorities). `http_proxy`, `https_proxy` and
 * `no_proxy`, in either case, are honoured as curl does.
 */
export function outside(env: NodeJS.ProcessEnv): Outside {
  const of = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? '';
  const proxies = { httpProxy: of('http_proxy'), httpsProxy: of('https_proxy'), noProxy: of('no_proxy') };
  // Made when there is something to ask.
  let agent: EnvHttpProxyAgent | null = null;
  return {
    async request({ method, url, headers, body, timeoutMs, longestBytes, signal }) {
      signal.throwIfAborted();
      const limit = AbortSignal.timeout(Math.max(1, timeoutMs));
      agent ??= new EnvHttpProxyAgent({ ...proxies, allowH2: false, connect: { timeout: 10_000 } });
      try {
        const response = await request(url, {
          method,
          headers: { 'user-agent': 'crossfade', ...headers },
          body,
          dispatcher: agent,
          signal: AbortSignal.any([signal, limit]),
        });
        const location = [response.headers.location ?? []].flat()[0] ?? null;
        return { status: response.statusCode, location, body: await firstBytes(response.body, longestBytes) };
      } catch (error) {
        signal.throwIfAborted();
        throw new OutsideError(limit.aborted ? `no answer within ${timeoutMs} ms` : describeCause(error));
      }
    },
    async close() {
      await agent?.destroy();
    },
  };
}

async function firstBytes(body: AsyncIterable<Uint8Array>, longest: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= longest) break;
  }
  return Buffer.concat(chunks).subarray(0, longest).toString('utf8');
}
