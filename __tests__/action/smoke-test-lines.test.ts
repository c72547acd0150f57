import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseSmokeTestLine } from '../../src/action/smoke-test-lines.ts';

const PLAIN = {
  method: 'GET',
  path: '/healthz',
  port: null,
  scheme: 'http',
  status: { from: 200, to: 299 },
  contains: null,
  deadline: 30_000,
};

describe('parseSmokeTestLine', () => {
  test.each([
    ['GET /healthz', {}],
    ['HEAD /', { method: 'HEAD', path: '/' }],
    ['GET   /a?b=c&d=%20  204', { path: '/a?b=c&d=%20', status: { from: 204, to: 204 } }],
    ['GET /healthz 200-399', { status: { from: 200, to: 399 } }],
    ['GET /healthz 503', { status: { from: 503, to: 503 } }],
    ['GET /healthz port=http scheme=https', { port: 'http', scheme: 'https' }],
    ['GET /healthz 200 port=8080 within=1m30s', { status: { from: 200, to: 200 }, port: '8080', deadline: 90_000 }],
    ['GET /healthz contains=ok', { contains: 'ok' }],
    ['GET /healthz contains="all good" within=5s', { contains: 'all good', deadline: 5_000 }],
    [String.raw`GET /healthz contains="{\"a\": \"\\\"}"`, { contains: String.raw`{"a": "\"}` }],
    ['GET /healthz contains="port=1"', { contains: 'port=1' }],
    ['GET /healthz contains=a=b', { contains: 'a=b' }],
  ])('%s', (line, differences) => {
    expect(parseSmokeTestLine(line)).toEqual({ ok: true, value: { line, ...PLAIN, ...differences } });
  });

  test.each([
    ['get /healthz', 'Did you mean GET?'],
    ['/healthz', 'Did you mean GET /healthz?'],
    ['POST /x', 'GET or HEAD'],
    ['GET', 'The path after the method is missing'],
    ['GET healthz', 'must begin with "/"'],
    ['GET http://web/healthz', 'instead of an address'],
    ['GET /a#b', 'must not contain "#"'],
    ['GET /ä', 'percent-encoded'],
    ['GET /x ok', 'neither a status'],
    ['GET /x 99', 'neither a status'],
    ['GET /x 2xx', 'neither a status'],
    ['GET /x 100', 'not a range'],
    ['GET /x 399-200', 'not a range'],
    ['GET /x 200-600', 'not a range'],
    ['GET /x 200 200', 'out of place'],
    ['GET /x port=http 200', 'out of place'],
    ['GET /x wihtin=3s', 'Did you mean within?'],
    ['GET /x port=http port=http', 'twice'],
    ['GET /x port=0', 'port="0"'],
    ['GET /x port=65536', 'port="65536"'],
    ['GET /x port=HTTP', 'port="HTTP"'],
    ['GET /x port=a-very-long-name', 'port="a-very-long-name"'],
    ['GET /x scheme=ftp', 'http or https'],
    ['GET /x within=5', 'Did you mean 5s?'],
    ['GET /x within=0s', 'longer than 0s'],
    ['GET /x contains=""', 'has no text'],
    ['GET /x contains="open', 'quote'],
    ['GET /x contains=a"b"', 'quote'],
    ['GET /x contains="a"b', 'quote'],
    ['HEAD /x contains=a', 'no body'],
    ['HEAD /x 200-404', 'from 200 to 399'],
  ])('refuses %j', (line, problem) => {
    expect(parseSmokeTestLine(line)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  test('any text can be looked for', () => {
    const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== '' && !/[\r\n]/.test(value));
    fc.assert(
      fc.property(text, (contains) => {
        const quoted = `"${contains.replaceAll(/["\\]/g, '\\$&')}"`;
        expect(parseSmokeTestLine(`GET /x contains=${quoted} within=1s`)).toMatchObject({ value: { contains } });
      }),
    );
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), (line) => typeof parseSmokeTestLine(`GET /x ${line}`).ok === 'boolean'));
  });
});
