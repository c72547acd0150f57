import { setTimeout as sleep } from 'node:timers/promises';
import { describeCause } from '../cluster/errors.ts';
import { apiServerRefusal } from '../cluster/api-server-refusal.ts';
import { type ApiAnswer, parseAlertsData, parseAnswer, parseQueryData } from './prometheus-answers.ts';
import type { PrometheusAlert, PrometheusApi, QueryAnswer } from './prometheus-api.ts';
import { MetricsError } from './source.ts';

/** One request, sent once. Rejects when there is no answer, and as soon as the signal is aborted. */
export type Send = (path: string, query: URLSearchParams, signal: AbortSignal) => Promise<PrometheusResponse>;

export interface PrometheusResponse {
  readonly status: number;
  readonly body: string;
  /** False: there was more than `LONGEST_ANSWER`. */
  readonly whole: boolean;
  /** Milliseconds that it asks to wait; null: it does not. */
  readonly retryAfter: number | null;
}

/** Bytes: some 40,000 series. A query that gives more is not one of counters by pod. */
export const LONGEST_ANSWER = 8 * 1024 * 1024;

export interface PrometheusOptions {
  /** For messages: `Prometheus at http://prometheus:9090`. */
  readonly name: string;
  /** What to do where access is refused: which input, which permission. */
  readonly access: string;
  /** Texts that no message may hold. */
  readonly secrets: readonly string[];
  /** Hears what Prometheus itself warns of, each text once. */
  readonly warn: (message: string) => void;
  /** Milliseconds for one answer, all tries included. Default 10 s. */
  readonly deadline?: number;
}

const DEADLINE = 10_000;
const TRIES = 4;
/** Milliseconds before the second try, doubled for each further one. */
const PAUSE = 200;
const LONGEST_QUOTE = 300;

/** A Prometheus, or what speaks its HTTP API (Thanos, Mimir, VictoriaMetrics). */
export class Prometheus implements PrometheusApi {
  readonly name: string;
  readonly #send: Send;
  readonly #options: PrometheusOptions;
  readonly #warned = new Set<string>();

  constructor(send: Send, options: PrometheusOptions) {
    this.name = options.name;
    this.#send = send;
    this.#options = options;
  }

  async query(promql: string, signal: AbortSignal): Promise<QueryAnswer> {
    const asked = `the query ${oneLine(promql)}`;
    const answer = parseQueryData(
      await this.#ask('/api/v1/query', new URLSearchParams({ query: promql }), asked, signal),
    );
    if (typeof answer === 'string') throw this.#error(asked, answer, 'Correct the query.');
    return answer;
  }

  async alerts(signal: AbortSignal): Promise<readonly PrometheusAlert[]> {
    const asked = 'its alerts (/api/v1/alerts)';
    const alerts = parseAlertsData(await this.#ask('/api/v1/alerts', new URLSearchParams(), asked, signal));
    if (typeof alerts === 'string') throw this.#error(asked, alerts, WHAT_IS_IT);
    return alerts;
  }

  /** The `data` of a successful answer. */
  async #ask(path: string, query: URLSearchParams, asked: string, signal: AbortSignal): Promise<unknown> {
    const { deadline = DEADLINE } = this.#options;
    const end = AbortSignal.timeout(deadline);
    const both = AbortSignal.any([signal, end]);
    for (let tried = 1; ; tried += 1) {
      const pause = PAUSE * 2 ** (tried - 1);
      const response = await this.#send(path, query, both).catch((error: unknown) => {
        signal.throwIfAborted();
        return { failure: end.aborted ? `no answer within ${deadline / 1000} s` : describeCause(error) };
      });
      const mayTryAgain = async (ms: number): Promise<boolean> =>
        tried < TRIES && (await isOver(sleep(ms, undefined, { signal: both })));
      if ('failure' in response) {
        if (await mayTryAgain(pause)) continue;
        signal.throwIfAborted();
        throw this.#error(asked, response.failure, 'Check that this runner can reach it, and input prometheus.');
      }
      const answer = parseAnswer(response.body);
      if (isPassing(response, answer) && (await mayTryAgain(response.retryAfter ?? pause))) continue;
      signal.throwIfAborted();
      return this.#data(response, answer, asked);
    }
  }

  #data(response: PrometheusResponse, answer: ApiAnswer, asked: string): unknown {
    const { status, body, whole } = response;
    if (!whole)
      throw this.#error(
        asked,
        `an answer of more than ${LONGEST_ANSWER / 1024 / 1024} MiB`,
        'Make the query narrower.',
      );
    if (answer.status === 'success') {
      for (const warning of answer.warnings) this.#tell(warning);
      return answer.data;
    }
    if (answer.status === 'error')
      throw this.#error(asked, `HTTP ${status}, ${answer.type}: ${answer.error}`, ADVICE[answer.type] ?? WHAT_IS_IT);
    const refusal = apiServerRefusal(status, body);
    if (refusal !== null)
      throw this.#error(asked, `HTTP ${status} from the API server: ${refusal}`, this.#options.access);
    const found = `HTTP ${status}${body.trim() === '' ? '' : `: ${body}`}`;
    if (status === 401 || status === 403) throw this.#error(asked, found, this.#options.access);
    throw this.#error(asked, status === 200 ? `no JSON: ${body}` : found, WHAT_IS_IT);
  }

  #tell(warning: string): void {
    if (this.#warned.has(warning) || this.#warned.size >= 20) return;
    this.#warned.add(warning);
    this.#options.warn(this.#clean(`${this.name} says: ${oneLine(warning)}`));
  }

  #error(asked: string, found: string, advice: string): MetricsError {
    return new MetricsError(this.#clean(`Wanted ${asked} from ${this.name}; found ${oneLine(found)}. ${advice}`));
  }

  #clean(text: string): string {
    return this.#options.secrets
      .filter((secret) => secret !== '')
      .reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text);
  }
}

const WHAT_IS_IT = 'Check that input prometheus is the address of a Prometheus, with its path if it has one.';

const ADVICE: Readonly<Record<string, string>> = {
  bad_data: 'Correct the query.',
  execution: 'Correct the query, or make it narrower.',
  timeout: 'Make the query narrower: Prometheus gave it up.',
  canceled: 'Make the query narrower: Prometheus gave it up.',
  too_many_requests: 'Prometheus is busy; make ticks longer.',
  unavailable: 'Prometheus cannot answer at the moment.',
};

/** What may be over in a moment. A 503 with an error of Prometheus' own is a query that was given up. */
function isPassing({ status }: PrometheusResponse, answer: ApiAnswer): boolean {
  if (status === 429) return true;
  if (answer.status === 'error') return answer.type === 'unavailable' || answer.type === 'internal';
  return status === 502 || status === 503 || status === 504;
}

/** False: it was cut short. */
function isOver(pause: Promise<unknown>): Promise<boolean> {
  return pause.then(
    () => true,
    () => false,
  );
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
}
