import { afterAll, beforeAll } from '@jest/globals';
import type { TestCluster } from '../contract/cluster.ts';
import { livesOfRuns } from '../contract/life-of-a-run.ts';
import { pauses } from '../contract/pauses.ts';
import { plans } from '../contract/plan.ts';
import { statuses } from '../contract/status.ts';
import { startWindowsCluster } from './windows-cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startWindowsCluster();
});
afterAll(() => cluster?.stop());

pauses(() => cluster);
plans(() => cluster);
statuses(() => cluster);
livesOfRuns(() => cluster);
