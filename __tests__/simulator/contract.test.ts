import { afterAll, beforeAll } from '@jest/globals';
import { cancelledRuns } from '../contract/cancelled.ts';
import { checks } from '../contract/checks.ts';
import { foreignWrites } from '../contract/foreign-writes.ts';
import { goodReleases } from '../contract/good-release.ts';
import { killedRuns } from '../contract/killed.ts';
import { livesOfRuns } from '../contract/life-of-a-run.ts';
import { permissions } from '../contract/permissions.ts';
import { refusals } from '../contract/refusals.ts';
import { sickCandidates } from '../contract/sick-candidate.ts';
import { unhappyApi } from '../contract/unhappy-api.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator();
});
afterAll(() => cluster?.stop());

// Minutes, so only on demand: CONTRACT_FAULTS=telling (or all) npm test -- simulator/contract
const faults = process.env.CONTRACT_FAULTS;
if (faults === 'telling' || faults === 'all') unhappyApi(() => cluster, { faults });
goodReleases(() => cluster);
sickCandidates(() => cluster, { secrets: true });
checks(() => cluster, { sockets: true });
refusals(() => cluster);
permissions(() => cluster);
foreignWrites(() => cluster);
livesOfRuns(() => cluster);
killedRuns(() => cluster, { rescue: 'in turn' });
cancelledRuns(() => cluster, { moments: 'after' });
