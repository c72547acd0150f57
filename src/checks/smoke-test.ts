import { formatDuration } from '../action/durations.ts';
import type { SmokeTest } from '../action/request.ts';
import { apiServerRefusal } from '../cluster/api-server-refusal.ts';
import { type Clock, TIMER_SLACK } from '../engine/clock.ts';
import type { CheckResult } from './result.ts';

/** Sends requests to the pods behind a Service through the API server. */
export interface ServiceProxy {
  /**
   * The answer, whatever its status; redirects are not followed. Rejects when there is none, after `timeoutMs` milliseconds,
   * and as soon as the signal is aborted.
   */
  get(request: ProxyRequest): Promise<ProxyAnswer>;
}

export interface ProxyRequest {
  readonly method: 'GET' | 'HEAD';
  readonly service: string;
  /** Name or number of the Service's port; null: its first. */
  readonly port: string | null;
  readonly scheme: 'http' | 'https';
  /** Path with query, beginning with `/`. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ProxyAnswer {
  readonly status: number;
  /** The first 64 KiB. */
  readonly body: string;
}

/** Milliseconds between two tries: doubled from the first to the last of these. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 2_000;
/** Milliseconds for one try: a pod that hangs should not use up the time of all tries. */
const LONGEST_TRY = 10_000;
const LONGEST_QUOTE = 200;

/** Sends the test to the candidate Service until it is answered as wanted or its deadline has passed. Never rejects. */
export async function runSmokeTest(
  test: SmokeTest,
  service: string,
  ports: { readonly proxy: ServiceProxy; readonly clock: Clock },
  signal: AbortSignal,
): Promise<CheckResult> {
  const { proxy, clock } = ports;
  const started = clock.now();
  const end = started + test.deadline;
  let tries = 0;
  let pause = FIRST_PAUSE;
  let found = 'it was never sent';
  let hasAnswered = false;
  const result = (verdict: CheckResult['verdict'], detail: string): CheckResult => ({
    name: test.line,
    kind: 'smoke-test',
    verdict,
    tries,
    took: clock.now() - started,
    detail,
  });
  try {
    // One reading of the clock for both questions: is there time for a try, and how much. After the first one, a moment is none.
    for (let now = started; tries === 0 || now < end - TIMER_SLACK; now = clock.now()) {
      signal.throwIfAborted();
      tries += 1;
      const timeoutMs = Math.min(LONGEST_TRY, end - now);
      const { method, port, scheme, path } = test;
      const tried = await attempt(test, proxy.get({ method, service, port, scheme, path, timeoutMs, signal }));
      // An answer that arrives after the cancel may be from pods that are already being taken away.
      signal.throwIfAborted();
      // A try that the deadline cut short says less than the answer before it.
      const isCut = !tried.answered && hasAnswered && clock.now() >= end - TIMER_SLACK;
      hasAnswered ||= tried.answered;
      if (!isCut) found = tried.found;
      if (tried.accepted) return result('healthy', found);
      await clock.sleep(Math.max(0, Math.min(pause, end - clock.now())), signal);
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
  } catch (error) {
    // Only the signal ends the loop by throwing; any other error is a fault of ours or of a port, and no pass either.
    if (!signal.aborted) return result('unhealthy', `the test itself failed: ${messageOf(error)}`);
    return result('cancelled', `cancelled; so far: ${found}`);
  }
  return result('unhealthy', `not ${wanted(test)} within ${formatDuration(test.deadline)}; last: ${found}`);
}

interface Attempt {
  readonly accepted: boolean;
  readonly answered: boolean;
  readonly found: string;
}

async function attempt(test: SmokeTest, answered: Promise<ProxyAnswer>): Promise<Attempt> {
  try {
    return { answered: true, ...judge(test, await answered) };
  } catch (error) {
    return { accepted: false, answered: false, found: `no answer: ${firstLine(messageOf(error))}` };
  }
}

function judge(test: SmokeTest, { status, body }: ProxyAnswer): Omit<Attempt, 'answered'> {
  const refusal = apiServerRefusal(status, body);
  if (refusal !== null) return { accepted: false, found: `${status} from the API server, not from a pod: ${refusal}` };
  const quote = firstLine(body);
  const found = quote === '' ? String(status) : `${status} ${quote}`;
  if (status < test.status.from || status > test.status.to) return { accepted: false, found };
  if (test.contains !== null && !body.includes(test.contains))
    return {
      accepted: false,
      found: `${status} without the text ${JSON.stringify(test.contains)}: ${quote === '' ? 'no body' : quote}`,
    };
  return { accepted: true, found };
}

function wanted(test: SmokeTest): string {
  const { from, to } = test.status;
  const status = from === to ? `${from}` : `${from}-${to}`;
  return `answered with ${status}${test.contains === null ? '' : ` and the text ${JSON.stringify(test.contains)}`}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function firstLine(text: string): string {
  const line =
    text
      .trimStart()
      .split(/[\r\n]/, 1)[0]
      ?.trimEnd() ?? '';
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
}
