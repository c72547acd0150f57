import { afterAll, beforeAll } from '@jest/globals';
import { rollingReleases } from '../contract/rolling.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ inProcess: true });
});
afterAll(() => cluster?.stop());

rollingReleases(() => cluster);
