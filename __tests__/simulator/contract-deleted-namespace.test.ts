import { afterAll, beforeAll } from '@jest/globals';
import { deletedNamespaces } from '../contract/deleted-namespace.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ inProcess: true });
});
afterAll(() => cluster?.stop());

deletedNamespaces(() => cluster);
