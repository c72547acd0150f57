import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { IMAGE, type TestCluster } from '../contract/cluster.ts';
import { Api } from './api.ts';
import { createApp, finalObjects, setImage, waitSettled } from './app.ts';
import { ByHand } from './by-hand.ts';
import { watchInvariants } from './invariants.ts';
import { startCluster } from './tiers.ts';

/** Proves what suites that run everywhere build on. */

let cluster: TestCluster;
let api: Api;
beforeAll(async () => {
  cluster = await startCluster();
  api = await Api.from(cluster.kubeconfig);
});
afterAll(async () => {
  await api?.close();
  await cluster?.stop();
});

test('an app is as it was after an update and its undoing', async () => {
  const app = { namespace: await cluster.namespace('undo'), replicas: 2 };
  await createApp(api, app);
  const before = await finalObjects(api, app);
  await setImage(api, app, IMAGE.v2);
  await waitSettled(api, app);
  expect(await finalObjects(api, app)).not.toEqual(before);
  await setImage(api, app, IMAGE.v1);
  await waitSettled(api, app);
  expect(await finalObjects(api, app)).toEqual(before);
});

test('a release by hand keeps the invariants and changes nothing but the image', async () => {
  const app = { namespace: await cluster.namespace('hand') };
  await createApp(api, app);
  const before = await finalObjects(api, app);
  const { namespace } = app;
  const watch = await watchInvariants({ kubeconfig: cluster.kubeconfig, namespace, deployment: 'web', service: 'web' });
  const hand = new ByHand(api, app);
  const candidate = await hand.open(await hand.version(IMAGE.v1), IMAGE.v2);
  await hand.switchTo(candidate);
  await hand.close(IMAGE.v2, IMAGE.v1);
  expect(await watch.stop()).toEqual([]);
  await waitSettled(api, app);
  const after = await finalObjects(api, app);
  expect(JSON.parse(JSON.stringify(after).replaceAll(IMAGE.v2, IMAGE.v1))).toEqual(before);
});
