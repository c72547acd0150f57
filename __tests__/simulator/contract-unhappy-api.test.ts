import { afterAll, beforeAll } from '@jest/globals';
import { fieldOwners } from '../contract/field-owners.ts';
import { unhappyApi } from '../contract/unhappy-api.ts';
import { wrongClocks } from '../contract/wrong-clock.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ inProcess: true });
});
afterAll(() => cluster?.stop());

unhappyApi(() => cluster, { patient: false });
fieldOwners(() => cluster);
wrongClocks(() => cluster, { courses: 'few' });
