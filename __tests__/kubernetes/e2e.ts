import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildControlPlaneTools, buildNodeTools, buildTraefik } from './build.ts';
import { nodeObstacle } from './node-host.ts';
import { givenKubeconfig, isTier, TIERS, type Tier } from './tiers.ts';

/**
 * `npm run e2e [-- TIER…] [jest arguments]`: the suites on real clusters. Without a tier: those of `E2E_TIERS` (comma between),
 * or else control plane and node. What a tier lacks is said before anything starts, and is a failure: a suite that quietly
 * did not run proves nothing.
 */

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');

const ABOUT: Readonly<Record<Tier, string>> = {
  'control-plane':
    'etcd, kube-apiserver, controllers and scheduler as processes of this machine; fake pods in any state',
  node: 'the same with kubelet, containerd, kube-proxy and Traefik in a namespace of this machine; real pods and connections',
  given: 'the cluster of KUBECONFIG',
};

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  const named = words.filter(isTier);
  const jestArguments = words.filter((word) => !isTier(word));
  const tiers = named.length > 0 ? named : tiersOfEnvironment();
  for (const tier of tiers) say(`${tier}: ${ABOUT[tier]}`);
  const obstacles = tiers.flatMap((tier) => obstacleOf(tier) ?? []);
  if (obstacles.length > 0) {
    for (const obstacle of obstacles) say(obstacle);
    say(`To leave a tier out, name the others: npm run e2e -- control-plane, or E2E_TIERS=control-plane`);
    return 1;
  }
  if (tiers.includes('control-plane')) await buildControlPlaneTools();
  if (tiers.includes('node')) {
    await buildNodeTools();
    await buildTraefik();
  }
  let failed = 0;
  for (const tier of tiers) {
    const began = Date.now();
    const code = await jest(tier, jestArguments);
    if (code !== 0) failed += 1;
    say(
      `${tier}: ${code === 0 ? 'passed' : `failed (exit code ${code})`} in ${((Date.now() - began) / 1000).toFixed(0)} s`,
    );
  }
  return failed === 0 ? 0 : 1;
}

function tiersOfEnvironment(): Tier[] {
  const wanted = process.env.E2E_TIERS;
  if (wanted === undefined || wanted === '') return ['control-plane', 'node'];
  return wanted.split(',').map((word) => {
    const tier = word.trim();
    if (isTier(tier)) return tier;
    throw new Error(`E2E_TIERS names ${tier}; tiers are ${TIERS.join(', ')}`);
  });
}

function obstacleOf(tier: Tier): string | undefined {
  if (tier === 'node') return nodeObstacle();
  if (tier !== 'given') return undefined;
  try {
    givenKubeconfig();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Runs jest with the node that runs us: an older one on PATH may lack what the client library needs. */
function jest(tier: Tier, args: readonly string[]): Promise<number> {
  const program = createRequire(import.meta.url).resolve('jest/bin/jest');
  const child = spawn(process.execPath, [program, '--config', join(HERE, 'jest.e2e.config.js'), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      CROSSFADE_E2E_TIER: tier,
      NODE_OPTIONS: '--experimental-vm-modules',
      NODE_NO_WARNINGS: '1',
    },
  });
  const pass = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  process.on('SIGINT', pass).on('SIGTERM', pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(code ?? 130);
    });
  });
}

function say(text: string): void {
  process.stderr.write(`e2e: ${text}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  say((error as Error).message);
  process.exitCode = 1;
}
