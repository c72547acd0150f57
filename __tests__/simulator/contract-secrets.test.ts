import { afterAll, beforeAll } from '@jest/globals';
import { secrets } from '../contract/secrets.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

secrets(() => cluster);
