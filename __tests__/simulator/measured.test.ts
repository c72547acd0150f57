import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { App, type Operation, imageTag } from './app.ts';
import type { ReplicaSet } from './controllers/context.ts';

/** What kube-controller-manager 1.36.3 made of a patch, once nothing moved any more. */
interface Step {
  readonly patch: readonly Operation[];
  /** By tag: pods wanted, ready and available, and the revision. */
  readonly sets: Readonly<Record<string, { readonly pods: readonly number[]; readonly revision: number }>>;
  /** Of the Deployment: replicas, updated, ready, available, unavailable. */
  readonly status: readonly number[];
  readonly conditions: string;
  readonly generation: number;
}

interface Rollout {
  readonly replicas: number;
  readonly steps: readonly Step[];
}

/**
 * Chains of random writes (image, replicas, pause, hold, limits) recorded on the real controllers with pods that are ready at
 * once. Chains whose outcome depended on who was faster there are left out: the real one gave different answers to the same.
 */
const rollouts: readonly Rollout[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'testdata/rollouts.json'), 'utf8'),
);

describe('the real controllers’ answers', () => {
  test.each(rollouts.map((rollout, index) => ({ ...rollout, index })))('chain $index of $replicas pods', ({
    replicas,
    steps,
  }) => {
    const app = new App(replicas, onePod());
    for (const { patch, ...expected } of steps) {
      expect(app.patch(...patch).status).toBe(200);
      expect(stateOf(app)).toEqual(expected);
    }
  });
});

/** The template that was recorded with. */
function onePod() {
  const container = { name: 'web', image: 'registry.test/web:v1' };
  return {
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { terminationGracePeriodSeconds: 0, containers: [container] },
    },
  };
}

function stateOf(app: App): Omit<Step, 'patch'> {
  const { status, metadata } = app.deployment;
  return {
    sets: Object.fromEntries(
      app.model.store.list('replicasets.apps').map((set) => [imageTag(set.spec.template?.spec), setOf(set)]),
    ),
    status: [
      status?.replicas,
      status?.updatedReplicas,
      status?.readyReplicas,
      status?.availableReplicas,
      status?.unavailableReplicas,
    ].map((count) => count ?? 0),
    conditions: (status?.conditions ?? [])
      .map(({ type, status: value, reason }) => `${type}=${value}:${reason}`)
      .toSorted()
      .join(' '),
    generation: metadata.generation ?? 0,
  };
}

function setOf({ spec, status, metadata }: ReplicaSet) {
  return {
    pods: [spec.replicas ?? 0, status?.readyReplicas ?? 0, status?.availableReplicas ?? 0],
    revision: Number(metadata.annotations?.['deployment.kubernetes.io/revision']),
  };
}
