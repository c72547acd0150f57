import { afterAll, beforeAll } from '@jest/globals';
import { checks } from '../contract/checks.ts';
import { foreignWrites } from '../contract/foreign-writes.ts';
import { goodReleases } from '../contract/good-release.ts';
import { livesOfRuns } from '../contract/life-of-a-run.ts';
import { othersAtWork } from '../contract/others-at-work.ts';
import { permissions } from '../contract/permissions.ts';
import { pinnedImages } from '../contract/pinned-images.ts';
import { refusals } from '../contract/refusals.ts';
import { sickCandidates } from '../contract/sick-candidate.ts';
import { type Simulator, startSimulator } from './cluster.ts';

let cluster: Simulator;
beforeAll(async () => {
  cluster = await startSimulator({ inProcess: true });
});
afterAll(() => cluster?.stop());

goodReleases(() => cluster);
pinnedImages(() => cluster);
sickCandidates(() => cluster, { secrets: true });
checks(() => cluster, { sockets: true });
refusals(() => cluster);
permissions(() => cluster);
foreignWrites(() => cluster);
livesOfRuns(() => cluster);
othersAtWork(() => cluster);
