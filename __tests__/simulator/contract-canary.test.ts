import { afterAll, beforeAll } from '@jest/globals';
import { canaries } from '../contract/canary.ts';
import { pauses } from '../contract/pauses.ts';
import { commandRouters } from '../contract/command-router.ts';
import { foreignRoutes } from '../contract/foreign-routes.ts';
import { routePermissions } from '../contract/route-permissions.ts';
import { usersOwnRules } from '../contract/users-own-rules.ts';
import { shortRouteWaysBack } from '../contract/short-way-back.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  const routes = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' };
  cluster = await startSimulator({ inProcess: true, resources: [routes] });
});
afterAll(() => cluster?.stop());

canaries(() => cluster, { routes: true });
pauses(() => cluster);
commandRouters(() => cluster);
routePermissions(() => cluster);
shortRouteWaysBack(() => cluster);
foreignRoutes(() => cluster);
usersOwnRules(() => cluster);
