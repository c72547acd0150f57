import { afterAll, beforeAll } from '@jest/globals';
import { unhappyApi } from '../contract/unhappy-api.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

unhappyApi(() => cluster);
