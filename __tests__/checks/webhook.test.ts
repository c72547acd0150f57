import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckContext } from '../../src/checks/check-context.ts';
import { type Outside, outside } from '../../src/checks/outside.ts';
import type { CheckResult } from '../../src/checks/result.ts';
import { callWebhooks, releaseState } from '../../src/checks/webhook.ts';
import { type Clock, systemClock } from '../../src/engine/clock.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const NEVER = new AbortController().signal;
const STATE = '{"schema":1,"text":"Grüße"}';

let server: WebServer;
let servers: Outside;
beforeEach(async () => {
  server = await startWebServer((_, response) => response.end());
  servers = outside({});
});
afterEach(async () => {
  await servers.close();
  await server.close();
});

describe('callWebhooks', () => {
  test('sends the state, signed over its bytes', async () => {
    const result = await call({ secret: 'hunter2' });
    expect(result).toEqual({
      name: `${server.url}/…`,
      kind: 'webhook',
      verdict: 'healthy',
      tries: 1,
      took: expect.any(Number),
      detail: '200',
    });
    const [received] = server.received;
    expect(received).toMatchObject({ method: 'POST', path: '/hooks/token?a=1' });
    expect(received?.body.toString('utf8')).toBe(STATE);
    const digest = createHmac('sha256', 'hunter2')
      .update(received?.body ?? '')
      .digest('hex');
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-crossfade-event': 'gate',
      'x-crossfade-delivery': 'delivery-1',
      'x-crossfade-signature-256': `sha256=${digest}`,
      'user-agent': 'crossfade',
    });
  });

  test('signs nothing without a secret', async () => {
    await call({});
    expect(server.received[0]?.headers).not.toHaveProperty('x-crossfade-signature-256');
  });

  test.each<[number, string, CheckResult['verdict'], string]>([
    [200, '{"message":"approved by Ann\\nand Bob"}', 'healthy', '200 approved by Ann'],
    [204, '', 'healthy', '204'],
    [202, 'fine\nby me', 'healthy', '202 fine'],
    [299, '{"other":1}', 'healthy', '299'],
    [409, '{"reason":"the budget is spent"}', 'unhealthy', '409 the budget is spent'],
    [409, '{"message":"', 'unhealthy', '409 {"message":"'],
    [409, '"no"', 'unhealthy', '409 "no"'],
  ])('%d %j: %s', async (status, body, verdict, detail) => {
    server.answer = (_, response) => response.writeHead(status).end(body);
    expect(await call({})).toMatchObject({ verdict, detail, tries: 1 });
  });

  test('tries again after other answers, as one delivery', async () => {
    const answers = [500, 503, 404, 200];
    server.answer = (_, response) => response.writeHead(answers.shift() ?? 0).end('x');
    const { clock, pauses } = quick();
    expect(await call({ clock })).toMatchObject({ verdict: 'healthy', tries: 4, detail: '200 x' });
    expect(pauses).toEqual([500, 1_000, 2_000]);
    expect(new Set(server.received.map(({ headers }) => headers['x-crossfade-delivery']))).toEqual(
      new Set(['delivery-1']),
    );
  });

  test('no try has less than a moment, however long a look at the clock takes', async () => {
    const asked: number[] = [];
    const refusing: Outside = {
      request: async ({ timeoutMs }) => {
        asked.push(timeoutMs ?? 0);
        return { status: 500, location: null, body: '' };
      },
      close: async () => undefined,
    };
    const { clock } = quick();
    let looks = 0;
    await call({ clock: { ...clock, now: () => clock.now() + looks++ }, servers: refusing, timeout: 1_000 });
    expect(asked[0]).toBe(1_000);
    expect(Math.min(...asked)).toBeGreaterThan(0);
  });

  test('a pause that ends a moment early makes no try more', async () => {
    server.answer = (_, response) => response.writeHead(500).end();
    const { clock } = quick();
    const hasty: Clock = { ...clock, sleep: (ms, signal) => clock.sleep(Math.max(1, ms - 1), signal) };
    expect(await call({ clock: hasty, timeout: 1_000 })).toMatchObject({ tries: 2 });
  });

  test.each<[number, string]>([
    [500, '500 out of order'],
    [400, '400 out of order'],
  ])('that is answered %d alone says nothing', async (status, last) => {
    server.answer = (_, response) => response.writeHead(status).end('out of order');
    const { clock, pauses } = quick();
    expect(await call({ clock, timeout: 4_000 })).toMatchObject({
      verdict: 'inconclusive',
      detail: `answered neither 2xx nor 409 within 4s; last: ${last}`,
    });
    // The last pause is what is left.
    expect(pauses).toEqual([500, 1_000, 2_000, 500]);
  });

  test('follows no redirect, and does not show where one leads', async () => {
    const secret = `${server.url}/elsewhere?token=1`;
    server.answer = (_, response) => response.writeHead(307, { location: secret }).end();
    const result = await call({ clock: quick().clock, timeout: 1_000 });
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      detail: `answered neither 2xx nor 409 within 1s; last: 307, a redirect to ${server.url}/…, which is not followed`,
    });
    expect(new Set(server.received.map(({ path }) => path))).toEqual(new Set(['/hooks/token?a=1']));
  });

  test('says that nobody is there', async () => {
    const { url } = server;
    await server.close();
    const result = await call({ clock: quick().clock, timeout: 1_000, url });
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      detail: expect.stringMatching(/no answer: .*ECONNREFUSED/),
    });
    server = await startWebServer((_, response) => response.end());
  });

  test('ends with its time when no answer comes', async () => {
    server.answer = () => undefined;
    const started = Date.now();
    const result = await call({ timeout: 300 });
    expect(result).toMatchObject({ verdict: 'inconclusive', tries: 1, detail: expect.stringContaining('no answer') });
    expect(Date.now() - started).toBeLessThan(8_000);
  });

  test('ends with its time when an answer never ends', async () => {
    server.answer = (_, response) => {
      response.writeHead(200);
      response.write('and then ');
    };
    expect(await call({ timeout: 300 })).toMatchObject({ verdict: 'inconclusive' });
  });

  test('reads no more of an answer than it shows a part of', async () => {
    let sent = 0;
    server.answer = (_, response) => {
      response.writeHead(200);
      const chunk = 'x'.repeat(16_384);
      const more = (): void => {
        while (!response.destroyed && sent < 500_000_000) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    const result = await call({});
    expect(result.verdict).toBe('healthy');
    expect(result.detail.length).toBeLessThan(250);
    expect(sent).toBeLessThan(50_000_000);
  });

  test('is cancelled at once', async () => {
    const cancel = new AbortController();
    server.answer = () => cancel.abort(new Error('cancelled'));
    expect(await call({ signal: cancel.signal, timeout: 60_000 })).toMatchObject({
      verdict: 'cancelled',
      detail: 'cancelled; so far: it was never asked',
    });
  });

  test('an answer that comes with the cancel is no pass', async () => {
    const cancel = new AbortController();
    const answering: Outside = {
      request: async () => {
        cancel.abort(new Error('cancelled'));
        return { status: 200, location: null, body: '' };
      },
      close: async () => undefined,
    };
    const hook = { urls: ['https://a.example'], secret: null, timeout: 1_000 };
    const ports = { outside: answering, clock: systemClock, delivery: () => 'd' };
    expect(await callWebhooks(hook, STATE, ports, cancel.signal)).toMatchObject([{ verdict: 'cancelled' }]);
  });

  test('asks all addresses at the same time, each with a delivery of its own', async () => {
    const waiting: (() => void)[] = [];
    server.answer = ({ path }, response) => {
      waiting.push(() => response.writeHead(path === '/b' ? 409 : 200).end());
      if (waiting.length === 2) for (const answer of waiting) answer();
    };
    let deliveries = 0;
    const delivery = (): string => `d${++deliveries}`;
    const hook = { urls: [`${server.url}/a`, `${server.url}/b`], secret: null, timeout: 5_000 };
    const results = await callWebhooks(hook, STATE, { outside: servers, clock: systemClock, delivery }, NEVER);
    expect(results.map(({ verdict }) => verdict)).toEqual(['healthy', 'unhealthy']);
    expect(server.received.map(({ headers }) => headers['x-crossfade-delivery']).sort()).toEqual(['d1', 'd2']);
  });

  test('goes through the proxy of the environment, and past it where no_proxy says so', async () => {
    const proxy = await startWebServer((_, response) => response.writeHead(409).end('asked by proxy'));
    try {
      const through = outside({ HTTP_PROXY: proxy.url });
      const past = outside({ http_proxy: proxy.url, no_proxy: '127.0.0.1' });
      const url = 'http://gate.example.com/x';
      expect(await call({ servers: through, url })).toMatchObject({
        verdict: 'unhealthy',
        detail: '409 asked by proxy',
      });
      expect(proxy.received.map(({ path }) => path)).toEqual([url]);
      expect(await call({ servers: past })).toMatchObject({ verdict: 'healthy' });
      await Promise.all([through.close(), past.close()]);
    } finally {
      await proxy.close();
    }
  });
});

test('the state says where the release stands', () => {
  const context: CheckContext = {
    namespace: 'shop',
    deployment: 'web',
    service: 'web',
    candidateService: 'web-candidate',
    release: 'r-1',
    strategy: 'canary',
    stableHash: '7c',
    stableImages: { web: 'a:1' },
    candidateHash: '5f',
    images: { web: 'a:2' },
    moment: { phase: 'Ramp', step: 2, of: 4, share: 1_250 },
    runUrl: 'https://github.com/acme/web/actions/runs/1',
    kubeconfig: '/secret/path',
  };
  const check: CheckResult = {
    name: './smoke.sh',
    kind: 'smoke-command',
    verdict: 'healthy',
    tries: 1,
    took: 12,
    detail: 'exit code 0\nwhatever it wrote',
  };
  expect(JSON.parse(releaseState(context, [check]))).toEqual({
    schema: 1,
    event: 'gate',
    release: 'r-1',
    namespace: 'shop',
    deployment: 'web',
    service: 'web',
    candidateService: 'web-candidate',
    strategy: 'canary',
    phase: 'Ramp',
    step: { index: 2, of: 4, sharePercent: 12.5 },
    stable: { hash: '7c', images: { web: 'a:1' } },
    candidate: { hash: '5f', images: { web: 'a:2' } },
    runUrl: 'https://github.com/acme/web/actions/runs/1',
    checks: [
      { name: './smoke.sh', kind: 'smoke-command', verdict: 'healthy', tries: 1, tookMs: 12, detail: 'exit code 0' },
    ],
  });
});

interface Options {
  readonly secret?: string;
  readonly timeout?: number;
  readonly url?: string;
  readonly clock?: Clock;
  readonly servers?: Outside;
  readonly signal?: AbortSignal;
}

async function call(options: Options): Promise<CheckResult> {
  const { secret = null, timeout = 30_000, url = server.url, clock = systemClock, signal = NEVER } = options;
  const hook = { urls: [url === server.url ? `${url}/hooks/token?a=1` : url], secret, timeout };
  const ports = { outside: options.servers ?? servers, clock, delivery: () => 'delivery-1' };
  const [result] = await callWebhooks(hook, STATE, ports, signal);
  if (result === undefined) throw new Error('no result');
  return result;
}

/** A clock whose pauses take no time. */
function quick(): { readonly clock: Clock; readonly pauses: number[] } {
  let now = 0;
  const pauses: number[] = [];
  const sleep = async (ms: number): Promise<void> => {
    pauses.push(ms);
    now += ms;
  };
  return { clock: { now: () => now, sleep }, pauses };
}
