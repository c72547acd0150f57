import type { TestCluster } from '../contract/cluster.ts';

/**
 * The tiers with a real API server. Which suites run on which is in their names:
 *
 * | file | control-plane | node | given |
 * | --- | --- | --- | --- |
 * | `*.e2e.ts` | yes | | |
 * | `*-node.e2e.ts` | | yes | |
 * | `*-everywhere.e2e.ts` | yes | yes | yes |
 */
export const TIERS = ['control-plane', 'node', 'given'] as const;
export type Tier = (typeof TIERS)[number];

/** The tier for which `npm run e2e` has started this suite; the control plane when jest was started by hand. */
export function currentTier(): Tier {
  const tier = process.env.CROSSFADE_E2E_TIER ?? 'control-plane';
  if (isTier(tier)) return tier;
  throw new Error(`CROSSFADE_E2E_TIER is ${tier}; tiers are ${TIERS.join(', ')}`);
}

export function isTier(word: string): word is Tier {
  return (TIERS as readonly string[]).includes(word);
}

/** Starts the current tier's cluster, for suites that run everywhere. */
export async function startCluster(): Promise<TestCluster> {
  switch (currentTier()) {
    case 'control-plane':
      return (await import('./control-plane.ts')).startControlPlane();
    case 'node':
      return (await import('./node.ts')).startNode();
    case 'given':
      return (await import('./given.ts')).GivenCluster.connect(givenKubeconfig());
  }
}

/** @throws Error when there is none */
export function givenKubeconfig(): string {
  const path = process.env.KUBECONFIG;
  if (path !== undefined && path !== '') return path;
  throw new Error('KUBECONFIG is not set: it names the kubeconfig of the cluster to test on');
}
