import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { Api } from '../../src/cluster/api.ts';
import type { WriteRequest } from '../../src/cluster/write-request.ts';

/** What is sent, as the API server gets it. */

const sent: { method: string | undefined; url: string | undefined; body: string }[] = [];
const server = createServer(async (request, answer) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  sent.push({ method: request.method, url: request.url, body });
  answer.end('{"kind":"Status"}');
});
const dispatcher = new Agent();
let api: Api;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  api = new Api(
    {
      server: `http://127.0.0.1:${port}`,
      namespace: 'shop',
      dispatcher,
      slowDispatcher: dispatcher,
      routeDispatcher: dispatcher,
      metricsDispatcher: dispatcher,
      authorization: async () => null,
      impersonation: {},
      describeUser: () => 'user nobody',
      close: () => dispatcher.destroy(),
    },
    () => {},
  );
});
afterAll(async () => {
  await dispatcher.destroy();
  server.close();
});

test('a dry run of a DELETE says so in its body: where there is one, the API server does not look at the query', async () => {
  const write: WriteRequest = { verb: 'delete', path: '/api/v1/namespaces/shop/services/web', uid: 'u', why: '' };
  await api.write(write, { dryRun: true });
  await api.write(write);
  const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'u' } };
  expect(sent.splice(0)).toEqual([
    { method: 'DELETE', url: `${write.path}?dryRun=All`, body: JSON.stringify({ ...options, dryRun: ['All'] }) },
    { method: 'DELETE', url: write.path, body: JSON.stringify(options) },
  ]);
});

test('texts are written as Go writes them: the API server compares a test byte for byte', async () => {
  const value = 'a&b<c>\u2028\u2029"\\é😀';
  const tests = [{ op: 'test', path: '/spec/rules/0', value } as const];
  await api.write({ verb: 'patch', path: '/apis/x', tests, changes: [{ op: 'remove', path: '/a' }], why: '' });
  const [{ body } = { body: '' }] = sent.splice(0);
  expect(body).toContain('"a\\u0026b\\u003cc\\u003e\\u2028\\u2029\\"\\\\é😀"');
  expect(JSON.parse(body)).toEqual([...tests, { op: 'remove', path: '/a' }]);
});
