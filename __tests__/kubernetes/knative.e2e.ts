import { afterAll, beforeAll } from '@jest/globals';
import { knativeReleases } from '../contract/knative.ts';
import { knativeRollbacks } from '../contract/knative-going-back.ts';
import { printedKnativeRoles } from '../contract/printed-role.ts';
import { knativePlans } from '../contract/plan.ts';
import { knativeStatuses } from '../contract/status.ts';
import { Api } from './api.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { applyCrds } from './crds.ts';

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
  const api = await Api.from(cluster.kubeconfig);
  await applyCrds(api);
  await api.close();
});
afterAll(() => cluster?.stop());

knativeReleases(() => cluster, { sockets: false, moments: 'all' });
knativeRollbacks(() => cluster, { moments: 'all' });
printedKnativeRoles(() => cluster);
knativeStatuses(() => cluster);
knativePlans(() => cluster);
