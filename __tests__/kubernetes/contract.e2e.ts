import { afterAll, beforeAll } from '@jest/globals';
import { canaries } from '../contract/canary.ts';
import { cancelledRuns } from '../contract/cancelled.ts';
import { checks } from '../contract/checks.ts';
import type { TestCluster } from '../contract/cluster.ts';
import { fieldOwners } from '../contract/field-owners.ts';
import { foreignWrites } from '../contract/foreign-writes.ts';
import { goodReleases } from '../contract/good-release.ts';
import { killedRuns } from '../contract/killed.ts';
import { livesOfRuns } from '../contract/life-of-a-run.ts';
import { permissions } from '../contract/permissions.ts';
import { refusals } from '../contract/refusals.ts';
import { sickCandidates } from '../contract/sick-candidate.ts';
import { unhappyApi } from '../contract/unhappy-api.ts';
import { Api } from './api.ts';
import { applyCrds } from './crds.ts';
import { startCluster } from './tiers.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
  const api = await Api.from(cluster.kubeconfig);
  await applyCrds(api);
  await api.close();
});
afterAll(() => cluster?.stop());

goodReleases(() => cluster);
sickCandidates(() => cluster, { secrets: false });
checks(() => cluster, { sockets: false });
refusals(() => cluster);
permissions(() => cluster);
canaries(() => cluster, { routes: true });
fieldOwners(() => cluster);
foreignWrites(() => cluster);
livesOfRuns(() => cluster);
killedRuns(() => cluster);
cancelledRuns(() => cluster);
unhappyApi(() => cluster);
