import { afterAll, beforeAll } from '@jest/globals';
import { keptWarm, rollbacks } from '../contract/going-back.ts';
import { shortWaysBack } from '../contract/short-way-back.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ inProcess: true });
});
afterAll(() => cluster?.stop());

rollbacks(() => cluster);
keptWarm(() => cluster);
shortWaysBack(() => cluster);
