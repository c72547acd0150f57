import { once } from 'node:events';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startUsers, type Users } from '../demo/users.ts';
import { Api } from '../kubernetes/api.ts';
import { createApp } from '../kubernetes/app.ts';
import { startSimulator } from '../simulator/cluster.ts';
import type { Seen, Stage } from './seen.ts';

/**
 * The process that `start.ts` leaves behind for the steps of a job: a simulated cluster, an app of four pods in it, and its users. Its argument
 * is the file in which it says where all that is, once users are served. It ends when it is told to (`POST /`), when that file is gone, or after twenty minutes.
 */

const LONGEST_STAY_MS = 20 * 60_000;
/** How long users are watched for one answer of ours. */
const LOOK_MS = 1_000;

const [, , told = ''] = process.argv;
const cluster = await startSimulator({ timings: { ready: 700, grace: 1000 } });
const namespace = await cluster.namespace('shop');
const api = await Api.from(cluster.kubeconfig, 'crossfade-on-runners');
await createApp(api, { namespace, replicas: 4, preStopSeconds: 1 });
await api.close();
const { port } = await cluster.listen(namespace, 'web');
const users = startUsers(port, LONGEST_STAY_MS);
await users.next(({ version }) => version === 'v1');

const page = createServer(async (request, response) => {
  const seen = await watch(users);
  response.end(JSON.stringify(seen));
  if (request.method === 'POST') end();
});
page.listen(0, '127.0.0.1');
await once(page, 'listening');
const stage: Stage = {
  kubeconfig: cluster.kubeconfig,
  namespace,
  page: `http://127.0.0.1:${(page.address() as AddressInfo).port}`,
};
// Whole or not at all for the one who waits for it.
writeFileSync(`${told}.new`, JSON.stringify(stage));
renameSync(`${told}.new`, told);
const endsAt = Date.now() + LONGEST_STAY_MS;
const timer = setInterval(() => {
  if (!existsSync(told) || Date.now() > endsAt) end();
}, 1_000);

async function watch({ answers }: Users): Promise<Seen> {
  const from = Date.now();
  await sleep(LOOK_MS);
  const versions: Record<string, number> = {};
  for (const { sentAt, version } of answers)
    if (sentAt >= from && version !== null) versions[version] = (versions[version] ?? 0) + 1;
  const errors = answers.flatMap(({ error, sentAt }) =>
    error === null ? [] : `${new Date(sentAt).toISOString()} ${error}`,
  );
  return { versions, requests: answers.length, errors };
}

function end(): void {
  clearInterval(timer);
  page.close();
  void users.leave().then(() => cluster.stop());
}
