import { afterAll, beforeAll } from '@jest/globals';
import { cancelledRuns } from '../contract/cancelled.ts';
import { killedRuns } from '../contract/killed.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

killedRuns(() => cluster);
cancelledRuns(() => cluster);
