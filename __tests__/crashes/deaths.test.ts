import { expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import { die } from './crashes.ts';
import { Deaths } from './deaths.ts';
import { BLUE_GREEN, BY_COMMAND, BY_ROUTE, KNATIVE } from './families.ts';
import { type Family, Play } from './family.ts';
import { type Fate, FATES } from './fate.ts';

const course = { inputs: { images: `web=${IMAGE.v2}` } };
/** With controllers of their own, and without. */
const FAMILIES: readonly (readonly [string, Family])[] = [
  ['blue/green', BLUE_GREEN],
  ['a canary by a route', BY_ROUTE],
  ['a canary by the user’s own command', BY_COMMAND],
  ['a canary of a Knative Service', KNATIVE],
];

/** What came of it, and what comes of it in the next minute. Names of releases are drawn by lot. */
function outcome(play: Play): string {
  const { cluster } = play;
  const found = [cluster.time.now(), play.left(), play.writes()];
  cluster.time.goOn(60_000);
  const all = [...found, play.left(), cluster.changes.length, cluster.plane.store.version];
  return JSON.stringify(all).replaceAll(/r-\d{8}-\d{6}-[0-9a-f]{4}/g, 'r');
}

test.each(
  FAMILIES,
)('%s: a cluster that is taken back to a death is as one in which the run has died', async (_, family) => {
  const deaths = await Deaths.of(family, course, 'promoted');
  // The fates in turn: each of them at every third write.
  for (const at of deaths.writes.slice(1).keys()) {
    const name = (Object.keys(FATES) as Fate[])[at % 3] ?? 'unsent';
    const play = new Play(family);
    await die(play, course, at, name);
    await deaths.after(at, name, 'nothing', async (taken) => expect(outcome(taken)).toBe(outcome(play)));
    play.stop();
  }
  deaths.stop();
});

test('what is taken back in the midst of a rollout comes to the same once more, in every object', () => {
  const play = new Play({ app: { replicas: 3, image: IMAGE.v1 }, inputs: {} });
  const { cluster } = play;
  const template = { spec: { containers: [{ name: 'web', image: IMAGE.v2 }] } };
  cluster.request('PATCH', '/apis/apps/v1/namespaces/default/deployments/web', { spec: { template } }, STRATEGIC);
  const passed = new Set<string>();
  for (let step = 0; step < 20; step += 1) {
    cluster.time.goOn(50);
    const saved = play.save();
    passed.add(JSON.stringify(cluster.left().pods));
    cluster.time.goOn(20_000);
    const once = JSON.stringify(cluster.changes);
    saved.restore();
    expect(play.save().text).toBe(saved.text);
    cluster.time.goOn(20_000);
    expect(JSON.stringify(cluster.changes)).toBe(once);
    saved.restore();
  }
  expect(passed.size).toBeGreaterThan(3);
  play.stop();
});

const STRATEGIC = 'application/strategic-merge-patch+json';
