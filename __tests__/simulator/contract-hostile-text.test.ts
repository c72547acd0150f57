import { afterAll, beforeAll } from '@jest/globals';
import { hostileText } from '../contract/hostile-text.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

hostileText(() => cluster);
