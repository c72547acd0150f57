import { Agent, type IncomingMessage, request } from 'node:http';

/** One request of a user, ended. */
export interface Answer {
  /** Epoch ms of its beginning. */
  readonly sentAt: number;
  /** Epoch ms of its end. */
  readonly at: number;
  /** Which of them: on a connection of its own, or on one that is kept. */
  readonly connection: 'fresh' | 'kept';
  /** First word of the answer: the version of the pod that gave it; null: none. */
  readonly version: string | null;
  /** The pod that gave it. */
  readonly pod: string | null;
  /** Why the request failed; null: it did not. */
  readonly error: string | null;
}

/** Requests a second: half of them on fresh connections, half on kept ones. */
export const REQUESTS_PER_SECOND = 100;
const KEPT_CONNECTIONS = 10;
const TICK_MS = 1000 / (REQUESTS_PER_SECOND / 2);
/** A user who waits longer has not been served. */
const PATIENCE_MS = 5_000;
/** Whatever else goes wrong, users of the demo leave by then. */
const LONGEST_STAY_MS = 60_000;

/**
 * People on the other side of a Service: a constant load on a port of 127.0.0.1, in which nobody tries a second time. Each tick
 * one of them comes anew, and one of those that keep a connection asks again.
 */
export class Crowd {
  readonly #port: number;
  readonly #onAnswer: (answer: Answer) => void;
  readonly #fresh = new Agent({ keepAlive: false });
  readonly #kept = Array.from({ length: KEPT_CONNECTIONS }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  readonly #longestStayMs: number;
  readonly #startedAt = performance.now();
  readonly #underWay = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;

  constructor(port: number, onAnswer: (answer: Answer) => void, longestStayMs = LONGEST_STAY_MS) {
    this.#port = port;
    this.#onAnswer = onAnswer;
    this.#longestStayMs = longestStayMs;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Sends no more and waits for what is under way. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    for (const agent of [this.#fresh, ...this.#kept]) agent.destroy();
  }

  /** As many as are due, so that a late timer does not thin the load. */
  #tick(): void {
    const elapsed = performance.now() - this.#startedAt;
    if (elapsed > this.#longestStayMs) clearInterval(this.#timer);
    for (; this.#ticks < elapsed / TICK_MS; this.#ticks++) {
      this.#send('fresh', this.#fresh);
      const agent = this.#kept[this.#ticks % KEPT_CONNECTIONS];
      if (agent !== undefined) this.#send('kept', agent);
    }
  }

  #send(connection: Answer['connection'], agent: Agent): void {
    const sentAt = Date.now();
    const sent = ask(this.#port, agent).then((told) => this.#onAnswer({ sentAt, at: Date.now(), connection, ...told }));
    this.#underWay.add(sent);
    void sent.finally(() => this.#underWay.delete(sent));
  }
}

type Told = Pick<Answer, 'version' | 'pod' | 'error'>;

async function ask(port: number, agent: Agent): Promise<Told> {
  try {
    const { status, text } = await get(port, agent);
    if (status !== 200) return failed(`answered with ${status}`);
    const [version = null, pod = null] = text.trim().split(' ');
    return { version, pod, error: null };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function failed(error: string): Told {
  return { version: null, pod: null, error };
}

function get(port: number, agent: Agent): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const sent = request({ host: '127.0.0.1', port, path: '/', agent, signal }, (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}
