import { expect, test } from '@jest/globals';
import { IMAGE } from '../contract/cluster.ts';
import type { Fault } from '../simulator/faults.ts';
import { BLUE_GREEN, BY_PODS, BY_ROUTE, IN_BATCHES, PLAIN_ROLLING } from './families.ts';
import { type Family, Play } from './family.ts';
import { storyOf } from './story.ts';

const FAMILIES: readonly (readonly [string, Family])[] = [
  ['blue/green', BLUE_GREEN],
  ['a canary by a route', BY_ROUTE],
  ['a canary by pods', BY_PODS],
  ['rolling in batches', IN_BATCHES],
  ['a plain rolling update', PLAIN_ROLLING],
];
const FAULTS: readonly Fault[] = [
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
];

/** Null: the release has fewer mutating requests than that. */
async function outcomeWith(family: Family, at: number, fault: Fault): Promise<string | null> {
  const play = Play.begin(family);
  let count = -1;
  let isNext = false;
  try {
    const run = await play.run(
      { images: `web=${IMAGE.v2}` },
      {
        fateOf: () => {
          count += 1;
          isNext = count === at;
          return null;
        },
        faultOf: ({ method, query }) => {
          const isIt = isNext && method !== 'GET' && !query.has('dryRun');
          isNext &&= !isIt;
          return isIt ? fault : null;
        },
      },
    );
    play.settle();
    if (count < at) return null;
    expect(play.users.unserved).toEqual([]);
    expect(play.cluster.left()).toMatchObject({
      isClosed: true,
      leases: [],
      pods: { [IMAGE.v2]: family.app.replicas },
    });
    return run.result?.outcome === 'promoted' ? 'promoted' : storyOf(play);
  } finally {
    play.stop();
  }
}

test.each(FAMILIES)(
  'every write of %s may be reset, before or after it was carried out: it is promoted all the same, and nobody is blamed',
  async (_, family) => {
    let writes = 0;
    for (const fault of FAULTS)
      for (let at = 0; ; at += 1) {
        const outcome = await outcomeWith(family, at, fault);
        if (outcome === null) break;
        expect(outcome).toBe('promoted');
        writes += 1;
      }
    expect(writes).toBeGreaterThanOrEqual(FAULTS.length * 5);
  },
  120_000,
);
