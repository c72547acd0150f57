/** The edges of the histogram, as client libraries have them by default; seconds. */
const EDGES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** A container's variables. */
export type Variables = readonly { readonly name: string; readonly value?: string }[] | undefined;

/**
 * How an app treats its users, from the variables of its container, which are those of the real test image
 * (kubernetes/images/web/metrics.go): `ERROR_RATE`, `ERROR_BURST`, `SLOW_RATE`, `SLOW_BY` (`300ms` or `1s`).
 */
export class Mood {
  readonly #burst: number;
  readonly #errorStart: number;
  readonly #slowRate: number;
  readonly #slowByMs: number;
  #failing = 0;

  constructor(env: Variables) {
    const rate = numberIn(env, 'ERROR_RATE');
    this.#burst = Math.max(1, Math.floor(numberIn(env, 'ERROR_BURST')));
    // So often does a burst begin that this part fails over all.
    this.#errorStart = rate / (this.#burst * (1 - rate) + rate);
    this.#slowRate = numberIn(env, 'SLOW_RATE');
    const [, amount = '0', unit] = /^([\d.]+)(ms|s)$/.exec(textOf(env, 'SLOW_BY') ?? '') ?? [];
    this.#slowByMs = Number(amount) * (unit === 's' ? 1000 : 1);
  }

  /** What becomes of the next request. */
  next(): { readonly fails: boolean; readonly afterMs: number } {
    const afterMs = this.#slowByMs > 0 && Math.random() < this.#slowRate ? this.#slowByMs : 0;
    if (this.#failing === 0 && Math.random() < this.#errorStart) this.#failing = this.#burst;
    if (this.#failing === 0) return { fails: false, afterMs };
    this.#failing -= 1;
    return { fails: true, afterMs };
  }
}

/** What `/metrics` of a pod shows; it begins anew with its container. */
export class Counts {
  readonly #byCode = new Map<number, number>();
  readonly #byEdge = EDGES.map(() => 0);
  #seconds = 0;
  #total = 0;

  count(code: number, seconds: number): void {
    this.#byCode.set(code, (this.#byCode.get(code) ?? 0) + 1);
    this.#total += 1;
    this.#seconds += seconds;
    for (const [index, edge] of EDGES.entries())
      if (seconds <= edge) this.#byEdge[index] = (this.#byEdge[index] ?? 0) + 1;
  }

  page(): string {
    const name = 'http_request_duration_seconds';
    return [
      '# TYPE http_requests_total counter',
      ...[...this.#byCode].map(([code, count]) => `http_requests_total{code="${code}"} ${count}`),
      `# TYPE ${name} histogram`,
      ...EDGES.map((edge, index) => `${name}_bucket{le="${edge}"} ${this.#byEdge[index]}`),
      `${name}_bucket{le="+Inf"} ${this.#total}`,
      `${name}_sum ${this.#seconds}`,
      `${name}_count ${this.#total}`,
      '',
    ].join('\n');
  }
}

/** `CRASH_AFTER`: milliseconds after its start at which a container crashes; after a crash it does so again after one second. */
export function crashAfter(env: Variables, restarts: number): number | null {
  const seconds = numberIn(env, 'CRASH_AFTER');
  if (seconds <= 0) return null;
  return (restarts > 0 ? 1 : seconds) * 1000;
}

/** `LAST_WORDS`: what a container that crashes writes before it does; `10000000 times x` is a long line. */
export function lastWords(env: Variables): string | undefined {
  const words = textOf(env, 'LAST_WORDS');
  const [, times, what] = /^(\d+) times (.)$/.exec(words ?? '') ?? [];
  return what === undefined ? words : what.repeat(Number(times));
}

function numberIn(env: Variables, name: string): number {
  const value = textOf(env, name);
  const number = Number(value ?? 0);
  if (Number.isNaN(number)) throw new Error(`${name} is no number: ${value}`);
  return number;
}

function textOf(env: Variables, name: string): string | undefined {
  return env?.find((variable) => variable.name === name)?.value;
}
