import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { cancelledRuns } from '../contract/cancelled.ts';
import { canaries } from '../contract/canary.ts';
import type { TestCluster } from '../contract/cluster.ts';
import { keptWarm, rollbacks } from '../contract/going-back.ts';
import { goodReleases } from '../contract/good-release.ts';
import { killedRuns } from '../contract/killed.ts';
import { refusals } from '../contract/refusals.ts';
import { rollingReleases } from '../contract/rolling.ts';
import { sickCandidates } from '../contract/sick-candidate.ts';
import { type Simulator, startSimulator } from '../simulator/cluster.ts';
import { prepareWine } from './wine.ts';
import { WindowsStep } from './windows-step.ts';

/* The built action as Node.js for Windows runs it: its paths, line ends, signals and files, against the simulated cluster. */

const script = join(import.meta.dirname, '../../dist/main.js');

let simulator: Simulator;
let cluster: TestCluster;
beforeAll(async () => {
  const routes = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' };
  simulator = await startSimulator({ resources: [routes] });
  const tools = await prepareWine();
  const runner = tools.program('runner.exe');
  const shells = dirname(tools.program('pwsh.exe'));
  cluster = { ...simulator, host: (where, onLine) => new WindowsStep({ script, runner, shells }, where, onLine) };
});
afterAll(() => simulator?.stop());

goodReleases(() => cluster);
rollbacks(() => cluster);
keptWarm(() => cluster);
sickCandidates(() => cluster, { secrets: false });
refusals(() => cluster);
canaries(() => cluster, { routes: true });
rollingReleases(() => cluster);
killedRuns(() => cluster, { moments: 'few' });
cancelledRuns(() => cluster, { moments: 'few' });
