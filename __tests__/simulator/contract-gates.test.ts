import { afterAll, beforeAll } from '@jest/globals';
import { gates } from '../contract/gates.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ inProcess: true });
});
afterAll(() => cluster?.stop());

gates(() => cluster);
