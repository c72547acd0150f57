import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parseSmokeTestLine } from '../../src/action/smoke-test-lines.ts';
import type { SmokeTest } from '../../src/action/request.ts';
import { runSmokeTest, type ProxyAnswer, type ProxyRequest, type ServiceProxy } from '../../src/checks/smoke-test.ts';
import { type Clock, systemClock } from '../../src/engine/clock.ts';

const NEVER = new AbortController().signal;
const NO_ENDPOINTS: ProxyAnswer = {
  status: 503,
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: 'no endpoints available for service "web-candidate"',
    reason: 'ServiceUnavailable',
    code: 503,
  }),
};

function smokeTest(line: string): SmokeTest {
  const parsed = parseSmokeTestLine(line);
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.problem);
}

describe('with answers from a script and a clock of our own', () => {
  test('sends what the line says', async () => {
    const { ports, requests } = scripted([{ status: 200, body: 'ok' }]);
    const line = 'HEAD /healthz?deep=1 200 port=https scheme=https within=5s';
    const result = await runSmokeTest(smokeTest(line), 'web-candidate', ports, NEVER);
    expect(requests).toEqual([
      {
        method: 'HEAD',
        service: 'web-candidate',
        port: 'https',
        scheme: 'https',
        path: '/healthz?deep=1',
        timeoutMs: 5_000,
        signal: NEVER,
      },
    ]);
    expect(result).toEqual({
      name: line,
      kind: 'smoke-test',
      verdict: 'healthy',
      tries: 1,
      took: 0,
      detail: '200 ok',
    });
  });

  test('tries again with longer and longer pauses until it is answered as wanted', async () => {
    const answers = [NO_ENDPOINTS, new Error('socket hang up'), { status: 500, body: '' }, NO_ENDPOINTS, NO_ENDPOINTS];
    const { ports, pauses } = scripted([...answers, { status: 204, body: '' }]);
    const result = await runSmokeTest(smokeTest('GET /'), 'web', ports, NEVER);
    expect(result).toMatchObject({
      verdict: 'healthy',
      tries: 6,
      took: 250 + 500 + 1_000 + 2_000 + 2_000,
      detail: '204',
    });
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 2_000]);
  });

  test('no pause and no try goes beyond the deadline', async () => {
    const { ports, requests, pauses } = scripted([], { status: 500, body: '  \npanic: no database\nmore' });
    const result = await runSmokeTest(smokeTest('GET / within=1s'), 'web', ports, NEVER);
    expect(result).toEqual({
      name: 'GET / within=1s',
      kind: 'smoke-test',
      verdict: 'unhealthy',
      tries: 3,
      took: 1_000,
      detail: 'not answered with 200-299 within 1s; last: 500 panic: no database',
    });
    expect(pauses).toEqual([250, 500, 250]);
    expect(requests.map(({ timeoutMs }) => timeoutMs)).toEqual([1_000, 750, 250]);
  });

  test('a pause that ends a moment early makes no try more', async () => {
    const { ports, requests } = scripted([], { status: 500, body: '' });
    const hasty: Clock = { ...ports.clock, sleep: (ms, signal) => ports.clock.sleep(Math.max(1, ms - 1), signal) };
    await runSmokeTest(smokeTest('GET / within=1s'), 'web', { ...ports, clock: hasty }, NEVER);
    expect(requests).toHaveLength(3);
  });

  test('one try may not use up all the time', async () => {
    const { ports, requests } = scripted([{ status: 200, body: '' }]);
    await runSmokeTest(smokeTest('GET / within=5m'), 'web', ports, NEVER);
    expect(requests[0]?.timeoutMs).toBe(10_000);
  });

  test('a first try has the whole deadline, and none has less than a moment, however long a look at the clock takes', async () => {
    const { ports, requests } = scripted([], { status: 500, body: '' });
    let looks = 0;
    const slow: Clock = { ...ports.clock, now: () => ports.clock.now() + looks++ };
    await runSmokeTest(smokeTest('GET / within=1s'), 'web', { ...ports, clock: slow }, NEVER);
    expect(requests[0]?.timeoutMs).toBe(1_000);
    expect(Math.min(...requests.map(({ timeoutMs }) => timeoutMs))).toBeGreaterThan(0);
  });

  test.each<[string, string, ProxyAnswer, string]>([
    ['a status out of range', 'GET / 200', { status: 204, body: '' }, 'not answered with 200 within 1s; last: 204'],
    [
      'a body without the text',
      'GET / contains="2.1.0"',
      { status: 200, body: 'version 2.0.9' },
      'not answered with 200-299 and the text "2.1.0" within 1s; last: 200 without the text "2.1.0": version 2.0.9',
    ],
    ['an empty body', 'GET / contains=a', { status: 200, body: '' }, '200 without the text "a": no body'],
    [
      "the API server's own answer, even when its status is wanted",
      'GET /maintenance 503',
      NO_ENDPOINTS,
      '503 from the API server, not from a pod: no endpoints available for service "web-candidate"',
    ],
    ['a long line', 'GET /', { status: 500, body: 'x'.repeat(1_000) }, `500 ${'x'.repeat(199)}…`],
  ])('is not content with %s', async (_, line, answer, detail) => {
    const { ports } = scripted([], answer);
    const result = await runSmokeTest(smokeTest(`${line} within=1s`), 'web', ports, NEVER);
    expect(result.verdict).toBe('unhealthy');
    expect(result.detail).toContain(detail);
  });

  test.each<[string, ProxyAnswer]>([
    ['a page that says 503', { status: 503, body: 'down for maintenance' }],
    ['an object of the app', { status: 503, body: '{"kind":"Status","state":"maintenance"}' }],
    ['a broken object', { status: 503, body: '{"kind":"Status",' }],
  ])('is content with %s, when that is wanted', async (_, answer) => {
    const { ports } = scripted([answer]);
    expect((await runSmokeTest(smokeTest('GET / 503'), 'web', ports, NEVER)).verdict).toBe('healthy');
  });

  test('a cancelled test is no pass, whenever the cancel comes', async () => {
    const early = scripted([{ status: 200, body: '' }]);
    expect(await runSmokeTest(smokeTest('GET /'), 'web', early.ports, AbortSignal.abort())).toMatchObject({
      verdict: 'cancelled',
      tries: 0,
    });

    const cancel = new AbortController();
    const late: ServiceProxy = {
      get: async () => {
        cancel.abort();
        return { status: 200, body: '' };
      },
    };
    const ports = { proxy: late, clock: systemClock };
    expect(await runSmokeTest(smokeTest('GET /'), 'web', ports, cancel.signal)).toMatchObject({
      verdict: 'cancelled',
      tries: 1,
    });
  });
});

describe('with a real server', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function proxyTo(listener: RequestListener): Promise<ServiceProxy> {
    const listening = createServer(listener);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    return { get: (wanted) => send(wanted, port) };
  }

  test('passes once the pod has come up', async () => {
    let tries = 0;
    const proxy = await proxyTo((incoming, response) => {
      tries += 1;
      if (tries === 1) incoming.socket.destroy();
      else if (tries === 2) response.writeHead(503).end(NO_ENDPOINTS.body);
      else response.end('all good\n');
    });
    const test = smokeTest('GET /healthz 200 contains="all good"');
    const result = await runSmokeTest(test, 'web', { proxy, clock: systemClock }, NEVER);
    expect(result).toMatchObject({ verdict: 'healthy', tries: 3, detail: '200 all good' });
    expect(result.took).toBeGreaterThanOrEqual(750);
  });

  test('a try that the deadline cuts short says less than the answer before it', async () => {
    let asked = 0;
    const proxy = await proxyTo((_, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(500).end('no database');
    });
    const test = smokeTest('GET / within=3s');
    const result = await runSmokeTest(test, 'web', { proxy, clock: systemClock }, NEVER);
    expect(result).toMatchObject({ tries: 2, detail: expect.stringMatching(/last: 500 no database$/) });
  });

  test('a pod that hangs costs its deadline and no more', async () => {
    const proxy = await proxyTo(() => {});
    const result = await runSmokeTest(smokeTest('GET / within=300ms'), 'web', { proxy, clock: systemClock }, NEVER);
    expect(result).toMatchObject({
      verdict: 'unhealthy',
      tries: 1,
      detail: 'not answered with 200-299 within 300ms; last: no answer: no answer within 300ms',
    });
    expect(result.took).toBeLessThan(8_000);
  });

  test.each([
    ['a try', () => {}],
    ['a pause', (_: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(500).end('not yet')],
  ] as const)('a cancel ends %s at once', async (_, listener) => {
    const proxy = await proxyTo(listener);
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 150);
    const result = await runSmokeTest(smokeTest('GET /'), 'web', { proxy, clock: systemClock }, cancel.signal);
    expect(result.verdict).toBe('cancelled');
    expect(result.took).toBeLessThan(5_000);
  });
});

/** Answers in turn, then the last one for ever; a sleep moves the clock and takes no time. */
function scripted(answers: readonly (ProxyAnswer | Error)[], last: ProxyAnswer | null = null) {
  const requests: ProxyRequest[] = [];
  const pauses: number[] = [];
  let now = Date.UTC(2026, 10, 21);
  const proxy: ServiceProxy = {
    get: async (wanted) => {
      const answer = answers[requests.length] ?? last;
      requests.push(wanted);
      if (answer === null) throw new Error('one request too many');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      pauses.push(ms);
      now += ms;
    },
  };
  return { ports: { proxy, clock }, requests, pauses };
}

function send({ method, path, timeoutMs, signal }: ProxyRequest, port: number | undefined): Promise<ProxyAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, signal, timeout: timeoutMs }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs}ms`)));
    outgoing.on('error', reject).end();
  });
}
