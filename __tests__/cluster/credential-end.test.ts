import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Api } from '../../src/cluster/api.ts';
import { type Connection, connect } from '../../src/cluster/connection.ts';

const MINUTE = 60_000;

let folder: string;
let server: Server;
/** What the server lets in. */
let accepted: string;
let connection: Connection;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'credential-end-'));
  server = createServer((request, response) => {
    const isIn = request.headers.authorization === `Bearer ${accepted}`;
    response.writeHead(isIn ? 200 : 401, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(isIn ? { kind: 'ConfigMap', metadata: { name: 'web' } } : { kind: 'Status', code: 401 }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await connection.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** From now on the plugin gives this token, which the server accepts, and no other. `expires`: epoch ms. */
function issue(token: string, expires: number): void {
  const status = { token, expirationTimestamp: new Date(expires).toISOString() };
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
  writeFileSync(join(folder, 'credential'), JSON.stringify(credential));
  accepted = token;
}

function timesAsked(): number {
  return readFileSync(join(folder, 'asked'), 'utf8').length;
}

/** With a plugin that prints what was issued last, and counts. */
async function signedIn(): Promise<Api> {
  const [credential, asked] = [join(folder, 'credential'), join(folder, 'asked')].map((file) => JSON.stringify(file));
  const script = `const fs=require('fs');fs.appendFileSync(${asked},'.');process.stdout.write(fs.readFileSync(${credential}))`;
  // A server that listens on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
    interactiveMode: 'Never',
  };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user: { exec } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'c',
  };
  const content = { kind: 'content', value: JSON.stringify(kubeconfig) } as const;
  connection = await connect(
    { kubeconfig: content, context: null, namespace: null, allowExec: 'true' },
    process.env,
    () => undefined,
  );
  return new Api(connection, () => undefined);
}

/** The clock of the machine that this runs on. */
function clockIs(ahead: number): void {
  const now = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
}

test('a clock that is behind takes a token for good that has expired: it is refused, and the plugin gives another', async () => {
  clockIs(-10 * MINUTE);
  issue('first', Date.now() + 15 * MINUTE);
  const api = await signedIn();
  expect(await api.get('/api/v1/namespaces/a/configmaps/web')).toMatchObject({ kind: 'ConfigMap' });
  expect(timesAsked()).toBe(1);
  issue('second', Date.now() + 30 * MINUTE);
  expect(await api.get('/api/v1/namespaces/a/configmaps/web')).toMatchObject({ kind: 'ConfigMap' });
  expect(timesAsked()).toBe(2);
});

test('a clock that is ahead takes every token for expired: the plugin is asked now and then, not for each request', async () => {
  issue('first', Date.now() + 5 * MINUTE);
  clockIs(10 * MINUTE);
  const api = await signedIn();
  for (let request = 0; request < 20; request += 1)
    expect(await api.get('/api/v1/namespaces/a/configmaps/web')).toMatchObject({ kind: 'ConfigMap' });
  expect(timesAsked()).toBeLessThanOrEqual(2);
});
