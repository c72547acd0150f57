import { expect, test } from '@jest/globals';
import type { AuditedRequest } from '../contract/cluster.ts';
import { IMAGE } from '../contract/cluster.ts';
import { routeManifest, routePath } from '../contract/gateway.ts';
import { type Cluster, NAMESPACE } from '../crashes/cluster.ts';
import { BLUE_GREEN, BY_ROUTE } from '../crashes/families.ts';
import { type Family, Play } from '../crashes/family.ts';
import { storyOf } from '../crashes/story.ts';
import { isTurned } from '../contract/writes.ts';
import { deploymentManifest, serviceManifest } from '../kubernetes/app.ts';

/* A tool that brings everything back to what its repository says, some time after it has changed. */

const TOOL = 'argocd-controller';
const STRATEGIC = 'application/strategic-merge-patch+json';
const MERGE = 'application/merge-patch+json';

/**
 * What it has in its repository is what it writes, and nothing else: fields that no manifest has stay.
 * @param lag milliseconds from a change to its next sync
 */
function syncs(cluster: Cluster, image: string, lag: number): void {
  const { plane, time, app } = cluster;
  let isDue = false;
  const sync = (): void => {
    isDue = false;
    const of = `fieldManager=${TOOL}`;
    const deployment = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web?${of}`;
    cluster.request('PATCH', deployment, deploymentManifest({ ...app, image }), STRATEGIC);
    cluster.request('PATCH', `/api/v1/namespaces/${NAMESPACE}/services/web?${of}`, serviceManifest(app), STRATEGIC);
    if (plane.store.get<string>('httproutes.gateway.networking.k8s.io', NAMESPACE, 'web') !== undefined)
      cluster.request('PATCH', `${routePath(NAMESPACE, 'web')}?${of}`, routeManifest(NAMESPACE), MERGE);
  };
  const watched = ['deployments.apps', 'services', 'httproutes.gateway.networking.k8s.io'];
  plane.store.subscribe(({ resource, object }) => {
    const isOfOthers = object.metadata.managedFields?.some(({ manager }) => manager === 'crossfade') ?? false;
    if (isDue || !isOfOthers || !watched.includes(resource)) return;
    isDue = true;
    time.after(lag, sync);
  });
}

const LAGS = [20, 200, 1_000, 3_000];
const RELEASES: readonly (readonly [string, Family])[] = [
  ['blue/green', BLUE_GREEN],
  ['a canary by an HTTPRoute', BY_ROUTE],
];

async function synced(
  family: Family,
  image: string,
  lag: number,
  then: (play: Play, outcome: string, reason: string) => void,
): Promise<void> {
  const play = new Play(family);
  try {
    syncs(play.cluster, image, lag);
    const run = await play.run({ images: `web=${IMAGE.v2}`, 'bake-time': '10s', timeout: '60s' });
    play.cluster.time.goOn(20_000);
    if (run.state !== 'ended') throw run.failure;
    then(play, run.result?.outcome ?? '', run.result?.reason ?? '');
  } catch (error) {
    throw new Error(`after ${lag} ms: ${error instanceof Error ? error.message : error}\n${storyOf(play)}`);
  } finally {
    play.stop();
  }
}

test.each(
  RELEASES,
)('%s under a tool that has the old version: taken back, the tool is named, users are served', async (_, family) => {
  for (const lag of LAGS)
    await synced(family, IMAGE.v1, lag, (play, outcome, reason) => {
      const { isClosed, users, pods, deployment } = play.cluster.left();
      expect({ outcome, isClosed }).toEqual({ outcome: 'rolled-back', isClosed: true });
      expect(reason).toMatch(/^argocd-controller at \d\d:\d\d:\d\d UTC changed /);
      expect({ users, pods }).toEqual({ users: { [IMAGE.v1]: 2 }, pods: { [IMAGE.v1]: 2 } });
      expect(deployment).toMatchObject({ spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } } });
      // Putting the old template back takes the new version's pods away: only users of those are without, until they are back.
      const lost = play.users.unserved.filter(({ ms }) => ms === null || ms > 100);
      expect(lost).toEqual([]);
    });
});

test('a route that it takes home just before the way back does is home', async () => {
  const play = new Play(BY_ROUTE);
  const isNoteOfTheTurn = ({ resource, body }: Pick<AuditedRequest, 'resource' | 'body'>): boolean =>
    resource === 'configmaps' && isTurned(body);
  try {
    const run = await play.run(
      { images: `web=${IMAGE.v2}`, timeout: '60s' },
      {
        cancelAt: /waiting: \d+ % of the users are/,
        onMutation: (request) => {
          if (isNoteOfTheTurn(request))
            play.cluster.request(
              'PATCH',
              `${routePath(NAMESPACE, 'web')}?fieldManager=${TOOL}`,
              routeManifest(NAMESPACE),
              MERGE,
            );
        },
      },
    );
    expect({ outcome: run.result?.outcome, story: storyOf(play) }).toMatchObject({ outcome: 'aborted' });
    expect(play.cluster.left()).toMatchObject({ isClosed: true, users: { [IMAGE.v1]: 2 }, leases: [] });
  } finally {
    play.stop();
  }
});
