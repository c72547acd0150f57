import { afterAll, beforeAll } from '@jest/globals';
import { plans } from '../contract/plan.ts';
import { printedRoles } from '../contract/printed-role.ts';
import { statuses } from '../contract/status.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  const routes = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' };
  cluster = await startSimulator({ inProcess: true, resources: [routes] });
});
afterAll(() => cluster?.stop());

printedRoles(() => cluster);
statuses(() => cluster);
plans(() => cluster);
