import { afterAll, beforeAll } from '@jest/globals';
import { cancelledRuns } from '../contract/cancelled.ts';
import { killedRuns } from '../contract/killed.ts';
import { resumedRuns } from '../contract/resumed.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ inProcess: true });
});
afterAll(() => cluster?.stop());

killedRuns(() => cluster, { moments: 'few' });
resumedRuns(() => cluster);
cancelledRuns(() => cluster, { moments: 'few' });
