import { afterAll, beforeAll } from '@jest/globals';
import { cancelledRuns } from '../contract/cancelled.ts';
import { canaries } from '../contract/canary.ts';
import { checks } from '../contract/checks.ts';
import type { TestCluster } from '../contract/cluster.ts';
import { keptWarm, rollbacks } from '../contract/going-back.ts';
import { goodReleases } from '../contract/good-release.ts';
import { killedRuns } from '../contract/killed.ts';
import { refusals } from '../contract/refusals.ts';
import { rollingReleases } from '../contract/rolling.ts';
import { sickCandidates } from '../contract/sick-candidate.ts';
import { startWindowsCluster } from './windows-cluster.ts';

/* The built action as Node.js for Windows runs it, against the simulated cluster: paths, line ends, signals, files. */

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startWindowsCluster();
});
afterAll(() => cluster?.stop());

goodReleases(() => cluster);
rollbacks(() => cluster);
keptWarm(() => cluster);
sickCandidates(() => cluster, { secrets: false });
refusals(() => cluster);
checks(() => cluster, { sockets: true });
canaries(() => cluster, { routes: true });
rollingReleases(() => cluster);
killedRuns(() => cluster, { moments: 'few' });
cancelledRuns(() => cluster, { moments: 'few' });
