import { dirname, join } from 'node:path';
import type { TestCluster } from '../contract/cluster.ts';
import { type Simulator, startSimulator } from '../simulator/cluster.ts';
import { prepareWine } from './wine.ts';
import { WindowsStep } from './windows-step.ts';

const script = join(import.meta.dirname, '../../dist/main.js');

/** The simulated cluster, with a runner of Windows. */
export interface WindowsCluster extends TestCluster {
  readonly simulator: Simulator;
  /** Path of what stands in for PowerShell. */
  readonly pwsh: string;
  /** Path of what plays the runner. */
  readonly runner: string;
  /** The same cluster where commands find other shells than `pwsh`: what is in this folder. */
  withShells(folder: string): TestCluster;
}

/** Starts it. */
export async function startWindowsCluster(): Promise<WindowsCluster> {
  const routes = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' };
  const [tools, simulator] = await Promise.all([prepareWine(), startSimulator({ resources: [routes] })]);
  const runner = tools.program('runner.exe');
  const pwsh = tools.program('pwsh.exe');
  const withShells = (shells: string): TestCluster => ({
    ...simulator,
    host: (where, onLine) => new WindowsStep({ script, runner, shells }, where, onLine),
  });
  return { ...withShells(dirname(pwsh)), simulator, pwsh, runner, withShells };
}
