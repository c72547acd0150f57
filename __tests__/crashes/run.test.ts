import { expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { Play } from './family.ts';
import type { Fate } from './fate.ts';

const MINUTE = 60_000;

function play(): Play {
  return new Play({ app: { replicas: 2, image: IMAGE.v1 }, inputs: { images: `web=${IMAGE.v2}` } });
}

/** A run that dies at its `at`th mutating request. */
function dying(at: number, fate: Fate): () => Fate | null {
  let count = 0;
  return () => {
    count += 1;
    return count === at ? fate : null;
  };
}

test.each<[Fate, number]>([
  ['unsent', 4],
  ['unheard', 5],
  ['heard', 5],
])('a run that dies “%s” has made %i writes, and makes no other', async (fate, writes) => {
  const scene = play();
  const { cluster } = scene;
  const dead = await scene.run({}, { fateOf: dying(5, fate) });
  expect(dead.state).toBe('dead');
  expect(cluster.mutations()).toHaveLength(writes);
  const { log } = dead;
  const told = log.length;
  await cluster.time.pass(() => false, cluster.time.now() + 10 * MINUTE);
  expect(cluster.mutations()).toHaveLength(writes);
  // Neither the record nor the lock was given up.
  expect(cluster.left()).toMatchObject({ isClosed: false, leases: ['crossfade.web'] });
  expect(log).toHaveLength(told);
  scene.stop();
});

test('what the watcher of users says when the only pods that serve are deleted', async () => {
  const scene = play();
  const { cluster, users } = scene;
  expect(users.unserved).toEqual([]);
  cluster.request('PATCH', '/apis/apps/v1/namespaces/default/deployments/web', { spec: { replicas: 0 } }, MERGE);
  cluster.time.goOn(5_000);
  expect(users.unserved.map(({ message }) => message)).toEqual(['Service web has no endpoints']);
  scene.stop();
});

const MERGE = 'application/merge-patch+json';
