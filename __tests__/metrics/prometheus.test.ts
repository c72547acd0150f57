import { createServer as createTcpServer } from 'node:net';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { connectPrometheus } from '../../src/metrics/connect-prometheus.ts';
import type { Prometheus } from '../../src/metrics/prometheus.ts';
import type { PrometheusTarget, PrometheusUrl } from '../../src/metrics/prometheus-target.ts';
import { MetricsError } from '../../src/metrics/source.ts';
import { createAuthority } from '../kubernetes/certificates.ts';

/** The client against servers that behave as Prometheus, and what stands before it, do. */

const open: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    if ('closeAllConnections' in server) (server as import('node:http').Server).closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port; // it listens on a port
}

const VECTOR =
  '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"pod":"a"},"value":[5.25,"7"]}]}}';
const UP = { type: 'vector', samples: [{ labels: { pod: 'a' }, value: 7, at: 5250 }] };
const NEVER = new AbortController().signal;

interface Told {
  readonly warnings: string[];
  readonly prometheus: Prometheus;
  readonly url: string;
}

function connect(
  target: PrometheusTarget,
  more: { env?: NodeJS.ProcessEnv; deadline?: number } = {},
): Omit<Told, 'url'> {
  const warnings: string[] = [];
  const api = { text: () => Promise.reject(new Error('no API server')) };
  const { prometheus, close } = connectPrometheus(target, {
    api,
    env: {},
    warn: (text) => warnings.push(text),
    ...more,
  });
  open.push(close);
  return { warnings, prometheus };
}

async function given(
  listener: RequestListener,
  more: Partial<PrometheusUrl> & { deadline?: number } = {},
): Promise<Told> {
  const { deadline, ...target } = more;
  const url = `http://127.0.0.1:${await listen(createServer(listener))}`;
  const told = connect(
    { kind: 'url', auth: null, headers: [], ca: null, ...target, url: `${url}${target.url ?? ''}` },
    deadline === undefined ? {} : { deadline },
  );
  return { ...told, url };
}

/** These answers one after the other, the last for all that follow. */
function answers(
  ...list: ((request: IncomingMessage, response: ServerResponse) => void)[]
): RequestListener & { asked: number } {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const answer = list[Math.min(listener.asked, list.length - 1)];
    listener.asked += 1;
    answer?.(request, response);
  };
  listener.asked = 0;
  return listener;
}

const says =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, headers);
    response.end(body);
  };
const resets = (request: IncomingMessage): void => void request.socket.resetAndDestroy();
const hangs = (): void => {};

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof MetricsError) return error.message;
  throw new Error(`expected a MetricsError, got ${String(error)}`);
}

describe('what is asked', () => {
  test('the query, to the path under the address', async () => {
    const seen: string[] = [];
    const { prometheus } = await given(
      (request, response) => {
        seen.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
        says(200, VECTOR)(request, response);
      },
      { url: '/prom' },
    );
    expect(await prometheus.query('up{a="b c"}', NEVER)).toEqual(UP);
    expect(seen).toEqual(['GET /prom/api/v1/query?query=up{a="b+c"}']);
  });

  test.each([
    ['bearer', { auth: { kind: 'bearer', token: 'hunter2' } }, { authorization: 'Bearer hunter2' }],
    [
      'basic, with a colon in the password',
      { auth: { kind: 'basic', user: 'ci', password: 'a:b' } },
      { authorization: 'Basic Y2k6YTpi' },
    ],
    ['headers', { headers: [{ name: 'X-Scope-OrgID', value: 'shop' }] }, { 'x-scope-orgid': 'shop' }],
  ] as const)('%s', async (_, more, wanted) => {
    let headers = {};
    const { prometheus } = await given((request, response) => {
      ({ headers } = request);
      says(200, VECTOR)(request, response);
    }, more);
    await prometheus.query('up', NEVER);
    expect(headers).toMatchObject(wanted);
  });

  test('connections are kept for query after query', async () => {
    const sockets = new Set<unknown>();
    const { prometheus } = await given((request, response) => {
      sockets.add(request.socket);
      says(200, VECTOR)(request, response);
    });
    for (let n = 0; n < 5; n += 1) await prometheus.query('up', NEVER);
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  test('by the proxy that the environment wants', async () => {
    const connects: string[] = [];
    const proxy = createServer((request, response) => {
      connects.push(`${request.method} ${request.url}`);
      response.end(VECTOR);
    });
    proxy.on('connect', (request, socket) => {
      connects.push(`CONNECT ${request.url}`);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    const http_proxy = `http://127.0.0.1:${await listen(proxy)}`;
    const target = { kind: 'url', url: 'http://prometheus.test', auth: null, headers: [], ca: null } as const;
    await connect(target, { env: { http_proxy } })
      .prometheus.query('up', NEVER)
      .catch(() => {});
    expect(connects[0]).toContain('prometheus.test');
    const direct = connect(target, { env: { http_proxy, no_proxy: '.test' }, deadline: 300 });
    const before = connects.length;
    await messageOf(direct.prometheus.query('up', NEVER));
    expect(connects).toHaveLength(before);
  });
});

describe('TLS', () => {
  const authority = createAuthority('test');
  const { certificate: cert, key } = authority.issue(
    { commonName: 'prometheus' },
    { names: ['localhost'], addresses: [] },
  );
  const tls = async (ca: PrometheusUrl['ca']) => {
    const port = await listen(createTlsServer({ cert, key }, says(200, VECTOR)));
    const url = `https://localhost:${port}`;
    return connect({ kind: 'url', url, auth: null, headers: [], ca }, { deadline: 3000 }).prometheus;
  };

  test('a certificate of nobody’s is refused', async () => {
    expect(await messageOf((await tls(null)).query('up', NEVER))).toMatch(/found .*(self-signed|unable to verify)/);
  });

  test('it is taken when it is given as content or as a file', async () => {
    expect(await (await tls({ kind: 'content', value: authority.certificate })).query('up', NEVER)).toEqual(UP);
    const folder = mkdtempSync(join(tmpdir(), 'crossfade-'));
    open.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), authority.certificate);
    expect(await (await tls({ kind: 'path', value: join(folder, 'ca.pem') })).query('up', NEVER)).toEqual(UP);
  });

  test.each([
    [
      { kind: 'path', value: '/no/such/file' },
      'Wanted certificates from /no/such/file (input prometheus-ca); it cannot be read',
    ],
    [{ kind: 'content', value: '-----BEGIN RSA KEY-----' }, 'found none in PEM'],
  ] as const)('%j holds no certificates', (ca, message) => {
    const target = { kind: 'url', url: 'https://localhost', auth: null, headers: [], ca } as const;
    expect(() => connect(target)).toThrow(message);
  });
});

describe('what is tried again', () => {
  test.each([
    ['a reset', resets],
    ['502', says(502, '<html>bad gateway</html>')],
    ['503', says(503, '')],
    ['504', says(504, 'upstream')],
    ['429', says(429, '', { 'retry-after': '0' })],
    [
      'an error of Prometheus’ own that passes',
      says(503, '{"status":"error","errorType":"unavailable","error":"starting"}'),
    ],
  ])('%s', async (_, first) => {
    const listener = answers(first, first, says(200, VECTOR));
    const { prometheus } = await given(listener);
    expect(await prometheus.query('up', NEVER)).toEqual(UP);
    expect(listener.asked).toBe(3);
  });

  test('not a query that Prometheus refuses', async () => {
    const listener = answers(says(400, '{"status":"error","errorType":"bad_data","error":"1:4: parse error"}'));
    const { prometheus, url } = await given(listener);
    expect(await messageOf(prometheus.query('up{', NEVER))).toBe(
      `Wanted the query up{ from Prometheus at ${url}; found HTTP 400, bad_data: 1:4: parse error. Correct the query.`,
    );
    expect(listener.asked).toBe(1);
  });

  test('nor one that took too long there', async () => {
    const listener = answers(says(503, '{"status":"error","errorType":"timeout","error":"query timed out"}'));
    const { prometheus } = await given(listener);
    expect(await messageOf(prometheus.query('up', NEVER))).toContain(
      'timeout: query timed out. Make the query narrower',
    );
    expect(listener.asked).toBe(1);
  });

  test('not for ever', async () => {
    const listener = answers(says(503, 'down for maintenance'));
    const { prometheus } = await given(listener);
    expect(await messageOf(prometheus.query('up', NEVER))).toContain('found HTTP 503: down for maintenance.');
    expect(listener.asked).toBe(4);
  });

  test('nobody listens', async () => {
    const port = await listen(createTcpServer());
    for (const close of open.splice(0)) await close();
    const { prometheus } = connect({ kind: 'url', url: `http://127.0.0.1:${port}`, auth: null, headers: [], ca: null });
    expect(await messageOf(prometheus.query('up', NEVER))).toMatch(
      /; found .*ECONNREFUSED.*\. Check that this runner can reach it, and input prometheus\.$/,
    );
  });

  test('an answer that does not come', async () => {
    const { prometheus } = await given(answers(hangs), { deadline: 300 });
    const began = Date.now();
    expect(await messageOf(prometheus.query('up', NEVER))).toContain('found no answer within 0.3 s');
    expect(Date.now() - began).toBeLessThan(8_000);
  });

  test('a Retry-After beyond the deadline is not waited for', async () => {
    const { prometheus } = await given(answers(says(429, '', { 'retry-after': '3600' })), { deadline: 300 });
    const began = Date.now();
    expect(await messageOf(prometheus.query('up', NEVER))).toContain('HTTP 429');
    expect(Date.now() - began).toBeLessThan(8_000);
  });

  test('the signal ends it with its own reason, in a request and between two', async () => {
    for (const listener of [answers(hangs), answers(says(503, ''))]) {
      const { prometheus } = await given(listener);
      const end = new AbortController();
      const asked = prometheus.query('up', end.signal);
      setTimeout(() => end.abort(new Error('the release is over')), 50);
      await expect(asked).rejects.toThrow('the release is over');
    }
  });
});

describe('what is answered', () => {
  test.each([
    [
      'a page of somebody else',
      says(200, '<html>\n<title>Login</title>'),
      'found no JSON: <html> <title>Login</title>. Check that input prometheus is the address',
    ],
    ['JSON cut short', says(200, VECTOR.slice(0, 40)), 'found no JSON: {"status":"success"'],
    ['another JSON', says(200, '{"hello":1}'), 'found no JSON: {"hello":1}'],
    ['a redirect', says(302, '', { location: '/login?token=x' }), 'found HTTP 302. Check that input prometheus'],
    ['401', says(401, 'who are you'), 'found HTTP 401: who are you. Check inputs prometheus-token'],
    ['403', says(403, ''), 'found HTTP 403. Check inputs prometheus-token'],
    ['404', says(404, 'page not found'), 'found HTTP 404: page not found. Check that input prometheus'],
    [
      'a range vector',
      says(200, '{"status":"success","data":{"resultType":"matrix","result":[]}}'),
      'found the query gives a range vector, and an instant vector or a scalar is wanted',
    ],
    ['no list', says(200, '{"status":"success","data":{}}'), 'found the answer has no list of results'],
    [
      'a native histogram',
      says(200, '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}'),
      'a native histogram?',
    ],
  ])('%s', async (_, answer, message) => {
    const { prometheus } = await given(answer);
    expect(await messageOf(prometheus.query('up', NEVER))).toContain(message);
  });

  test('a scalar, and numbers that are none', async () => {
    const { prometheus } = await given(
      answers(
        says(200, '{"status":"success","data":{"resultType":"scalar","result":[1.5,"0.25"]}}'),
        says(
          200,
          '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]},{"metric":{"a":"b"},"value":[1,"+Inf"]},{"metric":{},"value":[1,"-Inf"]},{"metric":{},"value":[1,"1e+06"]}]}}',
        ),
      ),
    );
    expect(await prometheus.query('0.25', NEVER)).toEqual({ type: 'scalar', value: 0.25, at: 1500 });
    expect(await prometheus.query('up', NEVER)).toMatchObject({
      samples: [
        { value: Number.NaN },
        { value: Number.POSITIVE_INFINITY },
        { value: Number.NEGATIVE_INFINITY },
        { value: 1e6 },
      ],
    });
  });

  test('warnings are told, each once, and the answer is taken', async () => {
    const body = VECTOR.replace('{', '{"warnings":["a store is down"],"infos":["metric might not be a counter"],');
    const { prometheus, warnings, url } = await given(says(200, body));
    expect(await prometheus.query('up', NEVER)).toEqual(UP);
    await prometheus.query('up', NEVER);
    expect(warnings).toEqual([
      `Prometheus at ${url} says: a store is down`,
      `Prometheus at ${url} says: metric might not be a counter`,
    ]);
  });

  test('an answer without end is not read to its end', async () => {
    let sent = 0;
    const { prometheus } = await given((_, response) => {
      const block = Buffer.alloc(65_536, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(block)) sent += block.length;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await messageOf(prometheus.query('up', NEVER))).toContain(
      'found an answer of more than 8 MiB. Make the query narrower.',
    );
    expect(sent).toBeLessThan(40 * 1024 * 1024);
  });

  test('what is secret is in no message and no warning, even when the other side repeats it', async () => {
    const auth = { kind: 'basic', user: 'ci', password: 'hunter2' } as const;
    const headers = [{ name: 'X-Key', value: 'opensesame' }];
    const echo = (request: IncomingMessage, response: ServerResponse): void =>
      says(
        request.url?.includes('warn') === true ? 200 : 418,
        request.url?.includes('warn') === true
          ? VECTOR.replace('{', '{"warnings":["hunter2 opensesame"],')
          : `hunter2 ${request.headers.authorization} ${String(request.headers['x-key'])}`,
      )(request, response);
    const { prometheus, warnings } = await given(echo, { auth, headers });
    const message = await messageOf(prometheus.query('up{a="opensesame"}', NEVER));
    expect(message).toContain('found HTTP 418: *** Basic *** ***.');
    expect(message).not.toMatch(/hunter2|opensesame|Y2k6/);
    await prometheus.query('warn', NEVER);
    expect(warnings[0]).toContain('*** ***');
  });

  test('a long query is quoted short, on one line', async () => {
    const { prometheus } = await given(says(400, '{"status":"error","errorType":"bad_data","error":"x"}'));
    const message = await messageOf(prometheus.query(`sum(\n  ${'a'.repeat(5000)})`, NEVER));
    expect(message.length).toBeLessThan(600);
    expect(message).not.toContain('\n');
  });
});

describe('alerts', () => {
  const alert = (state: string, activeAt = '2026-11-21T13:01:02.5Z'): string =>
    `{"labels":{"alertname":"HighErrorRate"},"annotations":{"summary":"s"},"state":"${state}","activeAt":"${activeAt}","value":"1e+00"}`;

  test('pending and firing ones', async () => {
    const { prometheus } = await given(
      says(
        200,
        `{"status":"success","data":{"alerts":[${['pending', 'firing', 'inactive'].map((state) => alert(state)).join()}]}}`,
      ),
    );
    const wanted = {
      labels: { alertname: 'HighErrorRate' },
      annotations: { summary: 's' },
      activeAt: Date.parse('2026-11-21T13:01:02.500Z'),
    };
    expect(await prometheus.alerts(NEVER)).toEqual([
      { ...wanted, state: 'pending' },
      { ...wanted, state: 'firing' },
    ]);
  });

  test.each([
    '{"alerts":7}',
    `{"alerts":[${alert('firing', 'yesterday')}]}`,
    '{"alerts":["x"]}',
  ])('%s cannot be read', async (data) => {
    const { prometheus } = await given(says(200, `{"status":"success","data":${data}}`));
    expect(await messageOf(prometheus.alerts(NEVER))).toContain(
      'Wanted its alerts (/api/v1/alerts) from Prometheus at',
    );
  });
});

describe('through the API server', () => {
  const target: PrometheusTarget = {
    kind: 'service',
    namespace: 'monitoring',
    service: 'prometheus',
    port: 'web',
    scheme: 'https',
    path: '/prom',
    headers: [{ name: 'X-Scope-OrgID', value: 'shop' }],
  };

  test('the Service is asked by its proxy, with the headers', async () => {
    const asked: unknown[] = [];
    const { prometheus } = connectPrometheus(target, {
      api: {
        text: (path, query, options) => {
          asked.push(path, query, options?.headers, options?.over);
          return Promise.resolve({ status: 200, body: VECTOR, whole: true, retryAfter: null });
        },
      },
      env: {},
      warn: () => {},
    });
    expect(await prometheus.query('up', NEVER)).toEqual(UP);
    expect(asked).toEqual([
      '/api/v1/namespaces/monitoring/services/https:prometheus:web/proxy/prom/api/v1/query',
      { query: 'up' },
      { 'x-scope-orgid': 'shop' },
      'metrics',
    ]);
  });

  test('an error of the API server’s says what to look after there', async () => {
    const body =
      '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"services \\"https:prometheus:web\\" is forbidden","code":403}';
    const text = () => Promise.resolve({ status: 403, body, whole: true, retryAfter: null });
    const { prometheus } = connectPrometheus(target, { api: { text }, env: {}, warn: () => {} });
    expect(await messageOf(prometheus.query('up', NEVER))).toBe(
      'Wanted the query up from Prometheus at monitoring/https:prometheus:web/prom (through the API server); found HTTP 403 from the API server: services "https:prometheus:web" is forbidden. Check that the Service has ready pods, and that your user may get services/proxy in namespace monitoring.',
    );
  });
});
