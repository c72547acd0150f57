import { createHmac } from 'node:crypto';
import { formatDuration } from '../action/durations.ts';
import type { Request } from '../action/request.ts';
import { shownWebhook } from '../action/webhook-lines.ts';
import { type Clock, TIMER_SLACK } from '../engine/clock.ts';
import { ALL } from '../release/route.ts';
import { firstLine } from '../report/escape.ts';
import type { CheckContext } from './check-context.ts';
import { type Outside, type OutsideAnswer, OutsideError } from './outside.ts';
import type { CheckResult } from './result.ts';

export type Webhook = NonNullable<Request['webhook']>;

export interface WebhookPorts {
  readonly outside: Outside;
  readonly clock: Clock;
  /** A name of its own for each delivery; all tries of one have the same. */
  readonly delivery: () => string;
}

/** Milliseconds between two tries: doubled from the first to the last of these. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;
/** Milliseconds that one try may take at least, where there are so many: half of all leaves time for a second one. */
const LEAST_TRY = 10_000;
const LONGEST_ANSWER = 65_536;
const LONGEST_QUOTE = 200;

/**
 * Asks every address at the same time, each until it answers 2xx (healthy) or 409 (unhealthy) or its time is up (inconclusive).
 * Results in the order of the addresses. Never rejects.
 */
export function callWebhooks(
  { urls, secret, timeout }: Webhook,
  state: string,
  ports: WebhookPorts,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  return Promise.all(urls.map((url) => callWebhook({ url, secret, timeout }, state, ports, signal)));
}

async function callWebhook(
  { url, secret, timeout }: { readonly url: string; readonly secret: string | null; readonly timeout: number },
  state: string,
  { outside, clock, delivery }: WebhookPorts,
  signal: AbortSignal,
): Promise<CheckResult> {
  const started = clock.now();
  const end = started + timeout;
  const headers = headersOf(state, secret, delivery());
  let tries = 0;
  let pause = FIRST_PAUSE;
  let found = 'it was never asked';
  const result = (verdict: CheckResult['verdict'], detail: string): CheckResult => ({
    name: shownWebhook(url),
    kind: 'webhook',
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
      const timeoutMs = Math.min(Math.max(LEAST_TRY, timeout / 2), end - now);
      const request = { method: 'POST', url, headers, body: state, timeoutMs, longestBytes: LONGEST_ANSWER } as const;
      const answer = await outside.request({ ...request, signal }).catch((error: unknown) => {
        if (error instanceof OutsideError) return error;
        throw error;
      });
      // An answer that arrives after the cancel is about a release that is over.
      signal.throwIfAborted();
      found = describe(answer);
      if (!(answer instanceof OutsideError)) {
        if (answer.status >= 200 && answer.status <= 299) return result('healthy', found);
        if (answer.status === 409) return result('unhealthy', found);
      }
      await clock.sleep(Math.max(0, Math.min(pause, end - clock.now())), signal);
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
  } catch (error) {
    // Only the signal ends the loop by throwing; any other error is a fault of ours, and no pass either.
    if (!signal.aborted)
      return result('inconclusive', `the request itself failed: ${error instanceof Error ? error.message : error}`);
    return result('cancelled', `cancelled; so far: ${found}`);
  }
  return result('inconclusive', `answered neither 2xx nor 409 within ${formatDuration(timeout)}; last: ${found}`);
}

function headersOf(state: string, secret: string | null, delivery: string): Record<string, string> {
  const signature = secret === null ? null : createHmac('sha256', secret).update(state, 'utf8').digest('hex');
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/plain;q=0.9',
    'x-crossfade-event': 'gate',
    'x-crossfade-delivery': delivery,
    ...(signature === null ? {} : { 'x-crossfade-signature-256': `sha256=${signature}` }),
  };
}

function describe(answer: OutsideAnswer | OutsideError): string {
  if (answer instanceof OutsideError) return `no answer: ${firstLine(answer.message, LONGEST_QUOTE)}`;
  const { status, location, body } = answer;
  if (status >= 300 && status <= 399)
    return `${status}, a redirect${location === null ? '' : ` to ${shownWebhook(location)}`}, which is not followed`;
  const said = messageIn(body);
  return said === '' ? String(status) : `${status} ${said}`;
}

/** `message` (or `reason`) of a JSON object, else the first line of the text. */
function messageIn(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) {
      const { message, reason } = value as { message?: unknown; reason?: unknown };
      const said = [message, reason].find((text) => typeof text === 'string' && text.trim() !== '');
      // Found to be a text.
      return said === undefined ? '' : firstLine(said as string, LONGEST_QUOTE);
    }
  } catch {
    // Plain text, or JSON cut short.
  }
  return firstLine(body, LONGEST_QUOTE);
}

function subjectOf(context: CheckContext): object {
  if ('knativeService' in context)
    return { knativeService: context.knativeService, candidateUrl: context.candidateUrl };
  const { deployment, service, candidateService } = context;
  return { deployment, service, candidateService };
}

function versionsOf(context: CheckContext): object {
  const [stable, candidate] =
    'knativeService' in context
      ? [{ revision: context.stableRevision }, { revision: context.candidateRevision }]
      : [{ hash: context.stableHash }, { hash: context.candidateHash }];
  return {
    stable: { ...stable, images: context.stableImages },
    candidate: { ...candidate, images: context.images },
  };
}

/** The release's state as a webhook is told it; docs/webhook.md describes it. A change that breaks readers raises `schema`. */
export function releaseState(context: CheckContext, checks: readonly CheckResult[]): string {
  const { moment } = context;
  return JSON.stringify({
    schema: 1,
    event: 'gate',
    release: context.release,
    namespace: context.namespace,
    ...subjectOf(context),
    strategy: context.strategy,
    phase: moment.phase,
    step: { index: moment.step, of: moment.of, sharePercent: (moment.share * 100) / ALL },
    ...versionsOf(context),
    runUrl: context.runUrl,
    checks: checks.map(({ name, kind, verdict, tries, took, detail }) => ({
      name,
      kind,
      verdict,
      tries,
      tookMs: took,
      // The other lines are a program's output.
      detail: firstLine(detail),
    })),
  });
}
