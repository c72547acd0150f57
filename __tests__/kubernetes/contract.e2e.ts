import { afterAll, beforeAll } from '@jest/globals';
import type { TestCluster } from '../contract/cluster.ts';
import { goodReleases } from '../contract/good-release.ts';
import { startCluster } from './tiers.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

goodReleases(() => cluster);
