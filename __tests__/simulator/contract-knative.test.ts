import { afterAll, beforeAll } from '@jest/globals';
import { knativeReleases } from '../contract/knative.ts';
import { knativeRollbacks } from '../contract/knative-going-back.ts';
import { printedKnativeRoles } from '../contract/printed-role.ts';
import { knativePlans } from '../contract/plan.ts';
import { knativeStatuses } from '../contract/status.ts';
import { KNATIVE_RESOURCES } from '../knative/objects.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ inProcess: true, resources: KNATIVE_RESOURCES });
});
afterAll(() => cluster?.stop());

knativeReleases(() => cluster, { sockets: true, moments: 'few' });
knativeRollbacks(() => cluster, { moments: 'few' });
printedKnativeRoles(() => cluster);
knativeStatuses(() => cluster);
knativePlans(() => cluster);
